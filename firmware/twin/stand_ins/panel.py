"""What is connected to the pins, for tests that look at the light or hold the button.

A folder with `outputs.txt`, to which the board's outputs are added line by line (milliseconds, what, values), and
`inputs.json`, which may change at any time: levels of pins by number, and `"stuck": "p1"`, after which
nothing returns from what the app calls so (`board.watchdog.doing`). Without a folder nothing is connected.
"""

import json
import time

from settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FOLDER = SETTINGS.get("panel")
_OUTPUTS = None if _FOLDER is None else open(f"{_FOLDER}/outputs.txt", "a")


def show(what: str, *values: "Any") -> None:
    """Note an output."""
    if _OUTPUTS is not None:
        _OUTPUTS.write(" ".join([str(time.ticks_ms()), what] + [str(value) for value in values]) + "\n")


def inputs() -> "dict[str, Any]":
    """What comes in now."""
    if _FOLDER is None:
        return {}
    try:
        with open(f"{_FOLDER}/inputs.json") as file:
            found: dict[str, Any] = json.load(file)
            return found
    except (OSError, ValueError):
        # Not there yet, or just being written.
        return {}
