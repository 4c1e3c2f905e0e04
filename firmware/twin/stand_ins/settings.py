"""What the launcher tells the twin."""

import os
from json import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Keys: card (a folder, null for an empty slot), uart and control (file descriptors), nvs (a file), address, mac,
# chip (hexadecimal digits), reset_cause, host, port, announced, replaying.
SETTINGS: "dict[str, Any]" = loads(os.getenv("DIGIMON_TWIN") or "")
