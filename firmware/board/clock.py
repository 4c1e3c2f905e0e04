"""The chip's clock, which dates the files on the card: set by the meter, and by nothing else.

Everything that is measured has the meter's own time. Loaded only when the clock is off.
"""

import time

from machine import RTC

from core.clock import local_fields

from . import uptime


def set_clock(utc: int) -> None:
    """Set it to local time, as the file system of a card has no other."""
    year, month, day, hour, minute, second, _ = local_fields(utc)
    before = time.time_ns()
    RTC().datetime((year, month, day, 0, hour, minute, second, 0))
    # The time that the board is on is counted by the same clock.
    uptime.shift(time.time_ns() - before)
