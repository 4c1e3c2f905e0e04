"""The two folders of the flash that an app can be in, `a` and `b`, and which of them is known to be good.

The loader (`firmware/main.py`) reads what is kept here before every start. Loaded only when it matters.
"""

import os

from esp32 import NVS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .log import Log

_SPACE = "digimon"
# The lowest bit: the folder that is known to be good. The rest: how often the other one may still be tried.
_BOOT = "boot"
# 1 while nobody knows yet how the last update ends.
_TRIED = "tried"

_NAMES = "ab"


def running() -> "int | None":
    """The folder that this app runs from: 0 for `a`, 1 for `b`; None when it is neither."""
    here = os.getcwd()
    slot = _NAMES.find(here[-1:])
    return slot if slot >= 0 and here[-2:-1] == "/" else None


def on_trial() -> bool:
    """Whether this app is new and has yet to show that it works."""
    return running() not in (None, _number(_BOOT) & 1)


def confirm() -> None:
    """Make this app, which works, the one to start from now on."""
    keep(running() or 0, 0)


def report(log: "Log") -> bool:
    """Tell once that an update has failed; called at the start.

    :returns: whether this app is on trial.
    """
    trial = on_trial()
    if trial:
        log.write("update: trying the new version")
    elif _number(_TRIED):
        log.write("update: the new version did not hold, back to the one before")
        confirm()
    return trial


def _number(key: str) -> int:
    try:
        return NVS(_SPACE).get_i32(key)
    except OSError:
        return 0


def keep(boot: int, tried: int) -> None:
    """Keep both numbers."""
    memory = NVS(_SPACE)
    memory.set_i32(_TRIED, tried)
    memory.set_i32(_BOOT, boot)
    memory.commit()
