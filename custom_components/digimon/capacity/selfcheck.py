"""Checks that 1.4.0 is what we take it for: the energy of the quarter so far, times four.

The meters that we have seen agree, but people have read it as a mean. Half-way through each quarter it is compared
with the registers; a mean would be the double then. When it was off in three quarters in a row, it is not used any
more and the person is told.
"""

from .offtake import Offtake

_HALFWAY_SECOND = 450
_TOLERATED_PERCENT = 5
_PERCENT = 100
_QUARTERS = 3

# With less, 5 percent are finer than whole Wh of the registers.
_LEAST_DEMAND_W = 200


def is_trusted(deviations: int) -> bool:
    """Whether 1.4.0 can be used when it was off in so many quarters in a row."""
    return deviations < _QUARTERS


def count_deviations(deviations: int, before: Offtake | None, now: Offtake) -> int:
    """Judge a quarter by the first observation in its second half.

    :param deviations: quarters in a row, before this one, in which 1.4.0 was off.
    :returns: the same with this one; unchanged when this observation judges nothing.
    """
    if before is None or before.last.quarter_utc != now.last.quarter_utc:
        return deviations
    if not before.last.second < _HALFWAY_SECOND <= now.last.second:
        return deviations
    registers = now.by_registers()
    demand_w = now.last.demand_w
    if registers is None or demand_w is None or registers.demand_w < _LEAST_DEMAND_W:
        return deviations
    off_w = abs(demand_w - registers.demand_w)
    doubt_w = registers.demand_w - registers.least_w
    is_off = off_w > doubt_w and off_w * _PERCENT > registers.demand_w * _TOLERATED_PERCENT
    return deviations + 1 if is_off else 0
