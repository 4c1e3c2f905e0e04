"""What the launcher tells the twin."""

import os
from json import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Keys: card (a folder, or a file with .img behind its name; null for an empty slot), uart and control (file
# descriptors), nvs (a file), address, mac, chip (hexadecimal digits), reset_cause, host, port, announced, replaying.
# They may be absent: radio (a file: passwords of the networks that can be heard, by name), ports (other ports, by those
# that the board opens), hosts (addresses by name), hurry (how many times faster than real the seconds of the tasks
# pass), panel (a folder, see panel.py), watchdog (a pipe that the launcher listens at), crash (a file: once it is
# there, every task that sleeps fails once), rtc (a file: what outlives a reset but no loss of power).
SETTINGS: "dict[str, Any]" = loads(os.getenv("DIGIMON_TWIN") or "")
