"""How long the board has been on."""

import time

_NANOSECONDS = 1000000000
# The tick counter starts again every 12 days, this clock does not.
_START = time.time_ns()


def uptime() -> int:
    """Seconds since the start."""
    return (time.time_ns() - _START) // _NANOSECONDS
