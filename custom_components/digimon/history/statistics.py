"""The recorder's side: rows out of the database, and rows into its queue.

Reads run in the recorder's own threads; writes go through its queue, in which Home Assistant's own work stands
too, and each is waited for, so the queue never holds more than one of ours.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from homeassistant.components.recorder.const import DOMAIN as RECORDER_DOMAIN
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from ..core.clock import DAY_SECONDS
from .plan import CountedPlan, CountedRow, Neighbours
from .powers import MeasuredHour
from .series import Counted
from .targets import Target

type _Types = set[Literal["change", "last_reset", "max", "mean", "min", "state", "sum"]]
_COUNTED: _Types = {"state", "sum"}
_MEASURED: _Types = {"mean", "min", "max"}

# How far to look for a neighbour: nearly always it is the next row, sometimes it is years away.
_NEAR_SECONDS = 2 * DAY_SECONDS
_FAR_SECONDS = 60 * DAY_SECONDS

# One commit of the recorder; a month is 744 rows.
_ROWS_AT_ONCE = 1000


async def settle(hass: HomeAssistant) -> None:
    """Wait until the recorder has done all that it was asked for before."""
    recorder = get_instance(hass)
    await recorder.async_recorder_ready.wait()
    done: asyncio.Future[None] = hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(done))
    await done


async def neighbours(hass: HomeAssistant, target: Target, first: int, until: int) -> Neighbours:
    """The rows of a period of whole hours and those around it.

    :param first: UTC.
    :param until: UTC.
    """
    return await get_instance(hass).async_add_executor_job(_neighbours, hass, target, first, until)


def _neighbours(hass: HomeAssistant, target: Target, first: int, until: int) -> Neighbours:
    rows = {row.start: row for row in _counted(hass, target, first, until)}
    return Neighbours(
        before=_before(hass, target, first),
        stored=rows,
        after=_after(hass, target, until),
    )


def _before(hass: HomeAssistant, target: Target, utc: int) -> CountedRow | None:
    end = utc
    for start in (utc - _NEAR_SECONDS, utc - _FAR_SECONDS, 0):
        if rows := _counted(hass, target, start, end):
            return rows[-1]
        end = start
    return None


def _after(hass: HomeAssistant, target: Target, utc: int) -> CountedRow | None:
    start = utc
    for end in (utc + _NEAR_SECONDS, utc + _FAR_SECONDS, None):
        if rows := _counted(hass, target, start, end):
            return rows[0]
        start = end or start
    # No hour after it is made yet: then the five minutes of the running one.
    rows = _counted(hass, target, utc, None, period="5minute")
    return rows[0] if rows else None


def _counted(
    hass: HomeAssistant, target: Target, first: int, until: int | None, *, period: Literal["5minute", "hour"] = "hour"
) -> list[CountedRow]:
    return [
        CountedRow(start=int(row["start"]), end=int(row["end"]), state=row.get("state"), sum=total)
        for row in _rows(hass, target, first, until, period, _COUNTED)
        if (total := row.get("sum")) is not None
    ]


async def measured(hass: HomeAssistant, target: Target, first: int, until: int) -> dict[int, MeasuredHour]:
    """The hours of a period of a sensor that goes up and down, by their start."""
    return await get_instance(hass).async_add_executor_job(_measured, hass, target, first, until)


def _measured(hass: HomeAssistant, target: Target, first: int, until: int) -> dict[int, MeasuredHour]:
    hours = {}
    for row in _rows(hass, target, first, until, "hour", _MEASURED):
        mean = row.get("mean")
        if mean is not None:
            lowest, highest = row.get("min"), row.get("max")
            hours[int(row["start"])] = MeasuredHour(
                start=int(row["start"]),
                mean=mean,
                lowest=mean if lowest is None else lowest,
                highest=mean if highest is None else highest,
            )
    return hours


async def number_of_hours(hass: HomeAssistant, target: Target, first: int, until: int) -> int:
    """How many hours of a period the database has."""
    types: _Types = {"sum"} if isinstance(target.series, Counted) else {"mean"}
    return await get_instance(hass).async_add_executor_job(
        lambda: len(_rows(hass, target, first, until, "hour", types))
    )


def _rows(  # noqa: PLR0913, PLR0917 - the columns of one query
    hass: HomeAssistant,
    target: Target,
    first: int,
    until: int | None,
    period: Literal["5minute", "hour"],
    types: _Types,
) -> Sequence[StatisticsRow]:
    return statistics_during_period(
        hass,
        datetime.fromtimestamp(max(first, 0), UTC),
        None if until is None else datetime.fromtimestamp(until, UTC),
        {target.statistic_id},
        period,
        {target.series.unit_class: target.series.unit},
        types,
    ).get(target.statistic_id, [])


async def write_counted(hass: HomeAssistant, target: Target, plan: CountedPlan) -> None:
    """Write a plan and wait until it is in the database."""
    convert = target.to_stored
    rows: list[StatisticData] = []
    for row in plan.rows:
        data: StatisticData = {"start": datetime.fromtimestamp(row.start, UTC), "sum": convert(row.sum)}
        if row.state is not None:
            data["state"] = convert(row.state)
        rows.append(data)
    # First what comes after, so that no moment shows a sum that falls.
    if plan.shift is not None:
        get_instance(hass).async_adjust_statistics(
            target.statistic_id,
            datetime.fromtimestamp(plan.shift.start, UTC),
            plan.shift.amount,
            target.series.unit,
        )
    await _write(hass, target, rows)


async def write_measured(hass: HomeAssistant, target: Target, hours: Iterable[MeasuredHour]) -> None:
    """Write hours and wait until they are in the database."""
    convert = target.to_stored
    await _write(
        hass,
        target,
        [
            {
                "start": datetime.fromtimestamp(hour.start, UTC),
                "mean": convert(hour.mean),
                "min": convert(hour.lowest),
                "max": convert(hour.highest),
            }
            for hour in hours
        ],
    )


async def _write(hass: HomeAssistant, target: Target, rows: list[StatisticData]) -> None:
    # The newest first: what is cut off lacks its oldest hours then, which another time come before the first row.
    for index in reversed(range(0, len(rows), _ROWS_AT_ONCE)):
        async_import_statistics(hass, _metadata(target), rows[index : index + _ROWS_AT_ONCE])
        await settle(hass)
    if not rows:
        await settle(hass)


def _metadata(target: Target) -> StatisticMetaData:
    counted = isinstance(target.series, Counted)
    return {
        "has_sum": counted,
        "mean_type": StatisticMeanType.NONE if counted else StatisticMeanType.ARITHMETIC,
        "name": None,
        "source": RECORDER_DOMAIN,
        "statistic_id": target.statistic_id,
        "unit_class": target.series.unit_class,
        "unit_of_measurement": target.unit,
    }
