"""What has to be written so that the statistics say what the card says.

Nothing here remembers what was done before: a plan follows from the hours of the card and the rows that the
database has at that moment, and is empty when these agree.

A row of a sensor that only rises has a sum, and what people see of an hour is the difference with the row
before. So the hours of the card are put behind the row before them, and the rows after them are shifted by
what is missing. How much that is, is seen from the register: between two rows of one meter the sum must rise
as the register does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..core.clock import HOUR_SECONDS
from .hours import DUST, CountedHour, Stand, is_one_meter
from .powers import MeasuredHour
from .series import Counted

# Sums of registers agree to the Wh, or to the litre; below this a row is as it should be.
TOLERANCE = 0.9

# Home Assistant weighs what it saw by time, the card by intervals. Closer together they say the same.
_TOLERANCE_W = 10
_TOLERANCE_SHARE = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedRow:
    """A row of the database, in Wh or l."""

    start: int
    """UTC."""

    end: int
    state: float | None
    sum: float


class _Change(NamedTuple):
    """What a row of the database added to the one before."""

    amount: float
    is_adjacent: bool
    """Whether that one is of the hour before, so that the amount is of this hour alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """What to add to the sums of all rows from an instant on."""

    start: int
    amount: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedPlan:
    """What to write; nothing when it is empty."""

    rows: tuple[CountedRow, ...]
    shift: Shift | None

    def __bool__(self) -> bool:
        return bool(self.rows) or self.shift is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """What the database has around the hours of the card."""

    before: CountedRow | None
    """The last row before them."""

    stored: Mapping[int, CountedRow]
    """The rows of these hours themselves."""

    after: CountedRow | None
    """The first row after them, or the first of five minutes of the running hour."""


def plan_counted(
    series: Counted, hours: Sequence[CountedHour], around: Neighbours, *, after_change: float | None = None
) -> CountedPlan:
    """Plan the hours of a sensor that only rises.

    :param hours: in order of time, at least one.
    :param after_change: what the row after them adds to them, where that is known otherwise than from its state.
    """
    if series.of_one_meter and _is_of_another_meter(series, hours, around.after):
        return CountedPlan(rows=(), shift=None)
    told = {hour.start: hour for hour in hours}
    previous = last = around.before
    # A row that is nearly right stays, so the database may stand a little higher than it should; it never falls.
    shown = last.sum if last else 0.0
    rows = []
    for start in sorted({*told, *around.stored}):
        stored = around.stored.get(start)
        own = None if stored is None else _own_change(series, previous, stored)
        row = _row(start, told.get(start), stored, last, own)
        if stored is None or abs(stored.sum - row.sum) > TOLERANCE or stored.sum < shown - DUST:
            shown = max(row.sum, shown)
            rows.append(replace(row, sum=shown))
        else:
            shown = stored.sum
        previous = stored or previous
        last = row
    if last is None or last is around.before:
        return CountedPlan(rows=(), shift=None)
    shift = _shift(series, replace(last, sum=shown), previous, around.after, after_change)
    return CountedPlan(rows=tuple(rows), shift=shift)


def is_open_end(series: Counted, hours: Sequence[CountedHour], after: CountedRow | None) -> bool:
    """Whether what comes after these hours has to be looked at again: nothing does yet, or that of another meter.

    A register begins anew with its meter. What Home Assistant then counts at once is no energy, and only the card
    tells what was.
    """
    last = hours[-1]
    if after is None:
        return True
    if series.of_one_meter or last.state is None:
        return False
    return not can_follow(series, last.state, last.start + HOUR_SECONDS, after)


def _row(
    start: int, hour: CountedHour | None, stored: CountedRow | None, last: CountedRow | None, own: _Change | None
) -> CountedRow:
    """The row of an hour, behind the last one.

    :param hour: what the card says.
    :param stored: what the database says.
    :param own: what the stored row added by itself.
    """
    if hour is None or (own is not None and hour.state is None and _is_known_better(hour, own)):
        # Home Assistant saw what the card did not.
        change = own.amount if own else 0.0
    else:
        change = hour.change
    state = None if hour is None else hour.state
    if state is None and stored is not None:
        state = stored.state
    if state is None and last is not None and last.state is not None and last.end == start:
        # A counter of ours stands where the energy since has brought it.
        state = last.state + change
    total = (last.sum if last else 0.0) + change
    return CountedRow(start=start, end=start + HOUR_SECONDS, state=state, sum=total)


def _is_known_better(hour: CountedHour, own: _Change) -> bool:
    """Whether Home Assistant knows more of an hour than the card: the card has a part, and the row all of it."""
    return hour.seconds < HOUR_SECONDS and own.is_adjacent and own.amount > hour.change


def _is_of_another_meter(series: Counted, hours: Sequence[CountedHour], after: CountedRow | None) -> bool:
    """Whether the sensor's own meter came only after these hours."""
    last = hours[-1]
    if after is None or after.state is None or last.state is None:
        return False
    return not can_follow(series, last.state, last.start + HOUR_SECONDS, after)


def _shift(
    series: Counted,
    last: CountedRow,
    previous: CountedRow | None,
    after: CountedRow | None,
    after_change: float | None,
) -> Shift | None:
    """What the rows after the hours lack.

    :param last: the last of the hours, as the database will have it.
    :param previous: the row before them in the database as it is, mostly that of the same hour.
    """
    if after is None:
        return None
    change = own = _own_change(series, previous, after).amount
    if after_change is not None:
        change = after_change
    elif last.state is not None and can_follow(series, last.state, last.end, after):
        change = (after.state or 0.0) - last.state
    # Where nothing tells what came in between, what the row itself added stays as it is; and so does what is nearly
    # right, or the rows behind it would no longer be.
    if previous is not None and previous.start == last.start and abs(own - change) <= TOLERANCE:
        change = own
    amount = last.sum + change - after.sum
    return Shift(start=after.start, amount=amount) if abs(amount) > DUST else None


def can_follow(series: Counted, state: float, utc: int, row: CountedRow) -> bool:
    """Whether a register can have come from a stand to that of a row.

    :param state: where it stood, in Wh or l.
    :param utc: when.
    """
    return row.state is not None and is_one_meter(series, Stand(utc, state), Stand(row.end, row.state))


def _own_change(series: Counted, previous: CountedRow | None, row: CountedRow) -> _Change:
    """What a row has added by itself: nothing, when it cannot be what it seems to be.

    :param previous: the row before it in the database.
    """
    change = row.sum - (previous.sum if previous else 0.0)
    end = previous.end if previous else row.start
    hours = max(1.0, (row.end - end) / HOUR_SECONDS)
    possible = 0 <= change <= hours * series.most
    return _Change(change if possible else 0.0, is_adjacent=end == row.start)


def plan_measured(hours: Sequence[MeasuredHour], stored: Mapping[int, MeasuredHour]) -> tuple[MeasuredHour, ...]:
    """Plan the hours of a sensor that goes up and down: those the database lacks, or has from a part of the hour."""
    return tuple(
        hour for hour in hours if (row := stored.get(hour.start)) is None or (hour.is_whole and not _agrees(hour, row))
    )


def _agrees(hour: MeasuredHour, row: MeasuredHour) -> bool:
    allowed = _TOLERANCE_W + _TOLERANCE_SHARE * abs(hour.mean)
    return abs(hour.mean - row.mean) <= allowed
