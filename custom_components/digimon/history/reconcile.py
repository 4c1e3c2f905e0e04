"""Brings the statistics of a period in line with the card, and reads them back to see that they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from homeassistant.core import HomeAssistant

from ..core.clock import HOUR_SECONDS, month_of, quarter_id_at
from . import statistics
from .hours import CountedHour, Stand, counted_hours
from .plan import CountedPlan, CountedRow, Neighbours, is_open_end, plan_counted, plan_measured
from .powers import MeasuredHour, measured_hours
from .quarters import CardQuarter
from .series import MONTH_PEAK, Counted, Measured
from .targets import Target

# Home Assistant may make statistics of its own between our reading and our writing; then we look again.
_ATTEMPTS = 4


class UnsettledError(Exception):
    """The database does not hold what was written into it."""

    def __init__(self, statistic_id: str) -> None:
        super().__init__(statistic_id)
        self.statistic_id = statistic_id


@dataclass(kw_only=True, slots=True)
class Written:
    """What was written, or would be, for one sensor."""

    statistic_id: str
    hours: int = 0
    first: int | None = None
    """UTC of the first hour."""

    last: int | None = None
    """UTC of the last hour."""

    shifted: float = 0.0
    """What was added to the sums of later rows, in Wh or l."""

    def add(self, starts: Sequence[int], shift: float = 0.0) -> None:
        """Count hours, and what they moved."""
        self.shifted += shift
        if starts:
            self.hours += len(starts)
            self.first = min(starts) if self.first is None else min(self.first, *starts)
            self.last = max(starts) if self.last is None else max(self.last, *starts)


@dataclass(kw_only=True, slots=True)
class Part:
    """A part of the card that is compared with the database."""

    first: int
    """UTC, a full hour."""

    until: int
    """UTC, a full hour that is closed."""

    quarters: Sequence[CardQuarter]
    """Of that time, in order."""

    unread: Sequence[tuple[int, int]] = ()
    """Times (UTC) of which the card has something that has not been brought over yet."""

    following: Sequence[CardQuarter] = ()
    """Those of the hour of the next row, where a board knows no registers."""


@dataclass(kw_only=True, slots=True)
class Report:
    """What became of a part."""

    written: dict[str, Written] = field(default_factory=dict)
    """By the key of the series."""

    open_ends: dict[str, int] = field(default_factory=dict)
    """Series behind whose hours there is no row yet, or one of another meter, so that the next one may not fit, and
    where the last of those hours ended (UTC)."""

    told_until: int = 0
    """Where the last quarter ended (UTC) that the card told of."""

    def note_quarters(self, quarters: Sequence[CardQuarter]) -> None:
        """Note what the card told of a part."""
        if quarters:
            self.told_until = max(self.told_until, quarters[-1].end)

    def note_end(self, key: str, end: int, *, is_open: bool) -> None:
        """Note how the hours of a part ended; an earlier part than the last one says nothing of the end.

        :param end: UTC.
        """
        if end >= self.open_ends.get(key, end):
            self.open_ends.pop(key, None)
            if is_open:
                self.open_ends[key] = end

    def of(self, target: Target) -> Written:
        """The line of a sensor."""
        return self.written.setdefault(target.series.key, Written(statistic_id=target.statistic_id))


async def reconcile(hass: HomeAssistant, target: Target, part: Part, report: Report, *, dry_run: bool) -> None:
    """Write what is missing of a part of one sensor.

    :raises UnsettledError: it does not stay.
    """
    if isinstance(target.series, Counted):
        await _reconcile_counted(hass, target, target.series, part, report, dry_run=dry_run)
    else:
        await _reconcile_measured(hass, target, target.series, part, report, dry_run=dry_run)


async def _reconcile_counted(  # noqa: PLR0913 - the same as above
    hass: HomeAssistant, target: Target, series: Counted, part: Part, report: Report, *, dry_run: bool
) -> None:
    for _ in range(_ATTEMPTS):
        around = _without_guess(target, await statistics.neighbours(hass, target, part.first, part.until))
        hours = _hours(target, series, part, around)
        if not hours:
            return
        close = _around(around, hours)
        # Rows of the part may follow these hours; what the row behind the part added is nothing to them.
        plan = plan_counted(series, hours, close, after_change=_after_change(target, series, part, close))
        is_open = is_open_end(series, hours, around.after)
        report.note_end(series.key, hours[-1].start + HOUR_SECONDS, is_open=is_open)
        if not plan:
            return
        _count(report.of(target), plan)
        if dry_run:
            return
        await statistics.write_counted(hass, target, plan)
    raise UnsettledError(target.statistic_id)


def _hours(target: Target, series: Counted, part: Part, around: Neighbours) -> tuple[CountedHour, ...]:
    if target.counted_at is not None:
        # Our own count is no second witness: it is what the card says, as far as it had come when it was shown.
        hours = counted_hours(series, part.quarters)
        return tuple(hour for hour in hours if part.first <= hour.start < part.until)
    rows = sorted(around.stored.values(), key=_start)
    before = around.before
    first = part.first
    if before is not None and part.quarters and not _is_unread(part, before.end):
        rows.insert(0, before)
        # The gap since then is told too.
        first = min(first, before.end)
    seen = [Stand(row.end, row.state) for row in rows if row.state is not None]
    return tuple(hour for hour in counted_hours(series, part.quarters, seen) if first <= hour.start < part.until)


def _is_unread(part: Part, utc: int) -> bool:
    """Whether the card has something between an instant and this part that has not been brought over."""
    return any(start < part.quarters[0].start and end > utc for start, end in part.unread)


def _around(around: Neighbours, hours: Sequence[CountedHour]) -> Neighbours:
    """The neighbours of the hours themselves: rows of the part before the first of them come before."""
    earlier = [row for row in around.stored.values() if row.start < hours[0].start]
    later = [row for row in around.stored.values() if row.start > hours[-1].start]
    return Neighbours(
        before=max(earlier, key=_start) if earlier else around.before,
        stored={row.start: row for row in around.stored.values() if hours[0].start <= row.start <= hours[-1].start},
        after=min(later, key=_start) if later else around.after,
    )


def _start(row: CountedRow) -> int:
    return row.start


def _without_guess(target: Target, around: Neighbours) -> Neighbours:
    """Leave out the five minutes of the running hour, where nobody knows yet what we had counted when it began.

    Their state may be an old one still, of before an interruption, and what was counted since comes at once.
    """
    after = around.after
    if target.counted_at is None or after is None or _is_hour(after) or target.counted_at(_hour_of(after)) is not None:
        return around
    return replace(around, after=None)


def _after_change(target: Target, series: Counted, part: Part, around: Neighbours) -> float | None:
    """What the next row adds to the hours before it, where its state does not tell."""
    after = around.after
    if after is None:
        return None
    if not _is_hour(after):
        began = None if target.counted_at is None or _hour_of(after) != part.until else target.counted_at(part.until)
        return None if began is None or after.state is None else after.state - began
    for hour in counted_hours(series, part.following):
        if hour.start == after.start and hour.state is None:
            return hour.change
    return None


def _is_hour(row: CountedRow) -> bool:
    return row.end - row.start == HOUR_SECONDS


def _hour_of(row: CountedRow) -> int:
    return row.start // HOUR_SECONDS * HOUR_SECONDS


def _count(written: Written, plan: CountedPlan) -> None:
    written.add([row.start for row in plan.rows], plan.shift.amount if plan.shift else 0.0)


async def _reconcile_measured(  # noqa: PLR0913 - the same as above
    hass: HomeAssistant, target: Target, series: Measured, part: Part, report: Report, *, dry_run: bool
) -> None:
    if not part.quarters:
        return
    peak = None
    if series == MONTH_PEAK:
        peak = await _peak_before(hass, target, part)
    hours = [hour for hour in measured_hours(series, part.quarters, peak) if part.first <= hour.start < part.until]
    for _ in range(_ATTEMPTS):
        stored = await statistics.measured(hass, target, part.first, part.until)
        plan = plan_measured(hours, stored)
        if not plan:
            return
        report.of(target).add([hour.start for hour in plan])
        if dry_run:
            return
        await statistics.write_measured(hass, target, plan)
    raise UnsettledError(target.statistic_id)


async def _peak_before(hass: HomeAssistant, target: Target, part: Part) -> float | None:
    """The month peak that the database has from before a part, in the same month."""
    month = month_of(quarter_id_at(part.quarters[0].start))
    year_start = part.first - 32 * 24 * HOUR_SECONDS
    rows: dict[int, MeasuredHour] = await statistics.measured(hass, target, year_start, part.first)
    peaks = [row.highest for start, row in rows.items() if month_of(quarter_id_at(start)) == month]
    return max(peaks, default=None)
