"""Quarters of which nothing was heard: what the registers before and after them tell.

The registers count on while nobody listens. What was counted in between is spread evenly over the
time, so that every sum is right and each quarter is the best guess there is; nothing more is known.
"""

from dataclasses import dataclass

from ..core.clock import QUARTER_SECONDS, quarter_id_at, quarter_start

type Registers = tuple[int | None, ...]
"""In the order of `core.records.REGISTERS`: Wh and l."""

# Somebody who was away longer than this moved the cable or the clock, and is no outage.
LONGEST_SECONDS = 400 * 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What the registers stood at."""

    utc: int
    registers: Registers
    serial: str | None
    """Of the meter: another one starts at other numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """A quarter that began after the last telegram before a gap and ended before the first one after it."""

    quarter_id: int
    consumed_energy_wh: int
    produced_energy_wh: int
    registers: Registers
    """At the quarter's end."""


def registers_between(before: Standing, after: Standing, utc: int) -> Registers:
    """The registers at an instant between two standings, spread evenly and never falling.

    :returns: None for each register that one of them lacks.
    """
    passed, whole = utc - before.utc, after.utc - before.utc
    return tuple(
        None if first is None or last is None else first + (last - first) * passed // whole
        for first, last in zip(before.registers, after.registers, strict=True)
    )


def is_gap(before: Standing, after: Standing) -> bool:
    """Whether the registers tell something of the time between two standings of the same meter."""
    return (
        0 < after.utc - before.utc <= LONGEST_SECONDS
        and before.serial == after.serial
        and all(
            first is None or last is None or first <= last
            for first, last in zip(before.registers, after.registers, strict=True)
        )
    )


def missed_quarters(before: Standing, after: Standing) -> list[Missed]:
    """The quarters that lie wholly between two standings, in order of time; none when they tell nothing."""
    if not is_gap(before, after):
        return []
    start = -(-before.utc // QUARTER_SECONDS) * QUARTER_SECONDS
    missed = []
    at_start = registers_between(before, after, start) if start <= after.utc else ()
    while start + QUARTER_SECONDS <= after.utc:
        at_end = registers_between(before, after, start + QUARTER_SECONDS)
        consumed, produced = (_sum(at_end[part]) - _sum(at_start[part]) for part in (slice(0, 2), slice(2, 4)))
        missed.append(
            Missed(
                quarter_id=quarter_id_at(start),
                consumed_energy_wh=consumed,
                produced_energy_wh=produced,
                registers=at_end,
            )
        )
        start += QUARTER_SECONDS
        at_start = at_end
    return missed


def registers_at_end(before: Standing, after: Standing, quarter_id: int) -> Registers:
    """The registers at the end of the quarter in which a gap began; as they were before when nothing tells."""
    end = quarter_start(quarter_id) + QUARTER_SECONDS
    if before.utc <= end <= after.utc and is_gap(before, after):
        return registers_between(before, after, end)
    return before.registers


def _sum(registers: Registers) -> int:
    return sum(register or 0 for register in registers)
