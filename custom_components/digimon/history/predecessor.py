"""The statistics of older sensors for the same meter, continued in ours.

For who comes from another integration: what its sensors have in the long-term statistics is put before the first
row of ours, hour by hour. The old ones are read and never written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from ..core.clock import HOUR_SECONDS
from . import statistics
from .hours import CountedHour
from .plan import TOLERANCE, CountedRow, Neighbours, can_follow, plan_counted
from .reconcile import UnsettledError, Written
from .series import Counted
from .targets import Target

# How often Home Assistant may make statistics of its own between our reading and our writing.
_ATTEMPTS = 4


class NotContinuableError(Exception):
    """What was chosen cannot be continued; `statistic_id` says which."""

    def __init__(self, statistic_id: str) -> None:
        super().__init__(statistic_id)
        self.statistic_id = statistic_id


class AnotherMeterError(NotContinuableError):
    """The gas or water meter of the old sensor is not that of ours: its register does not lead up to it."""


@dataclass(kw_only=True, slots=True)
class Continued(Written):
    """What older sensors give to one of ours."""

    counted: float = 0.0
    """What they counted in these hours, in Wh or l."""

    jump: tuple[float, float] | None = None
    """Where their registers stood together at the end of these hours and where ours did in its first row, in Wh or l,
    if the one cannot have become the other: a meter was replaced, or they count something twice or something else."""


def hours_of(sensors: Sequence[Sequence[CountedRow]], until: int | None) -> list[CountedHour]:
    """What some sensors counted together, hour by hour, before an instant.

    :param sensors: the rows of each, in order of time, Wh or l.
    :param until: UTC; None for all of it.
    """
    changes: dict[int, float] = {}
    states: dict[int, list[float]] = {}
    for rows in sensors:
        # Nothing tells what the first row of all has added.
        previous = rows[0].sum if rows else 0.0
        for row in rows:
            changes[row.start] = changes.get(row.start, 0.0) + max(row.sum - previous, 0.0)
            previous = row.sum
            if row.state is not None:
                states.setdefault(row.start, []).append(row.state)
    return [
        CountedHour(
            start=start,
            seconds=HOUR_SECONDS,
            change=changes[start],
            state=sum(states[start]) if len(states.get(start, ())) == len(sensors) else None,
        )
        for start in sorted(changes)
        if until is None or start < until
    ]


async def continue_statistics(
    hass: HomeAssistant, target: Target, statistic_ids: Sequence[str], *, dry_run: bool = False
) -> Continued:
    """Put the statistics of older sensors before the first row of one of ours, and read back that they are there.

    :param statistic_ids: sensors that count different parts of what ours counts, as day and night.
    :raises NotContinuableError: one of them has no statistics of this kind.
    :raises AnotherMeterError: they are of another gas or water meter.
    :raises UnsettledError: the database does not keep them.
    """
    series = target.series
    written = Continued(statistic_id=target.statistic_id)
    if not isinstance(series, Counted):
        raise NotContinuableError(target.statistic_id)
    await statistics.settle(hass)
    sensors = [await _rows_of(hass, statistic_id, series) for statistic_id in statistic_ids]
    first: int | None = None
    for attempt in range(_ATTEMPTS):
        around = await statistics.neighbours(hass, target, 0, 0)
        if attempt == 0:
            first = None if around.after is None else around.after.start // HOUR_SECONDS * HOUR_SECONDS
        hours = hours_of(sensors, first)
        if not hours:
            return written
        written.counted = sum(hour.change for hour in hours)
        if attempt == 0:
            written.jump = _jump(target, series, hours[-1], around.after)
            if series.of_one_meter and written.jump is not None:
                raise AnotherMeterError(statistic_ids[0])
        if attempt:
            # What was written is read back: the same hours, each with what it added.
            if await _holds(hass, target, hours):
                return written
            continue
        plan = plan_counted(series, hours, Neighbours(before=None, stored={}, after=around.after))
        written.add([row.start for row in plan.rows], plan.shift.amount if plan.shift else 0.0)
        if dry_run or not plan:
            return written
        await statistics.write_counted(hass, target, plan)
    raise UnsettledError(target.statistic_id)


def _jump(target: Target, series: Counted, last: CountedHour, after: CountedRow | None) -> tuple[float, float] | None:
    """Where the older registers stood and where ours did, if they cannot be those of one meter.

    :param last: the last of the older hours.
    :param after: the first row of ours.
    """
    # What we count ourselves begins at 0.
    if target.counted_at is not None or last.state is None or after is None or after.state is None:
        return None
    if can_follow(series, last.state, last.start + HOUR_SECONDS, after):
        return None
    return last.state, after.state


async def _holds(hass: HomeAssistant, target: Target, hours: Sequence[CountedHour]) -> bool:
    stored = (await statistics.neighbours(hass, target, 0, hours[-1].start + HOUR_SECONDS)).stored
    if set(stored) != {hour.start for hour in hours}:
        return False
    previous = 0.0
    for hour in hours:
        row = stored[hour.start]
        if abs(row.sum - previous - hour.change) > TOLERANCE:
            return False
        previous = row.sum
    return True


async def _rows_of(hass: HomeAssistant, statistic_id: str, series: Counted) -> list[CountedRow]:
    rows = await get_instance(hass).async_add_executor_job(_read, hass, statistic_id, series)
    if not rows:
        raise NotContinuableError(statistic_id)
    return rows


def _read(hass: HomeAssistant, statistic_id: str, series: Counted) -> list[CountedRow]:
    metadata = get_metadata(hass, statistic_ids={statistic_id}).get(statistic_id)
    if metadata is None or not metadata[1]["has_sum"] or metadata[1]["unit_class"] != series.unit_class:
        return []
    rows = statistics_during_period(
        hass,
        datetime.fromtimestamp(0, UTC),
        None,
        {statistic_id},
        "hour",
        {series.unit_class: series.unit},
        {"state", "sum"},
    )
    return [
        CountedRow(start=int(row["start"]), end=int(row["end"]), state=row.get("state"), sum=total)
        for row in rows.get(statistic_id, [])
        if (total := row.get("sum")) is not None
    ]
