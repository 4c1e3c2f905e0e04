"""What Home Assistant's log complains of that is about us."""

import re
from collections.abc import Iterable

_COMPLAINT = re.compile(r"^\S+ \S+ (WARNING|ERROR|CRITICAL) \(")
_OF_OTHERS = re.compile(
    # Home Assistant says this of every custom integration,
    "has not been tested by Home Assistant"
    # and this of all that has to wait for the machine.
    r"|\[homeassistant\.[a-z_.]+\] Setup of [a-z_ ]+ is taking over \d+ seconds"
    r"|\[homeassistant\.bootstrap\] Waiting for integrations to complete setup"
    r"|\[homeassistant\.helpers\.entity\] Updating state for .* took [0-9.]+ seconds"
)


def complaints(lines: Iterable[str]) -> list[str]:
    """Those of the lines."""
    return [line for line in lines if "digimon" in line and _COMPLAINT.match(line) and not _OF_OTHERS.search(line)]
