"""How long the board has been on."""

import time

_NANOSECONDS = 1000000000
# The tick counter starts again every 12 days, this clock does not.
_start = time.time_ns()


def uptime() -> int:
    """Seconds since the start."""
    return (time.time_ns() - _start) // _NANOSECONDS


def shift(nanoseconds: int) -> None:
    """The clock was set, and now is so much later."""
    global _start  # noqa: PLW0603 (there is one clock)
    _start += nanoseconds
