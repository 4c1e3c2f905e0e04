"""The statistics of older sensors for the same meter, continued in ours.

For who comes from another integration: what its sensors have in the long-term statistics is put before the first
row of ours, hour by hour. The old ones are read and never written.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from homeassistant.components.recorder.statistics import (
    get_last_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance

from ..core.clock import HOUR_SECONDS
from . import statistics
from .hours import CountedHour
from .plan import TOLERANCE, CountedRow, Neighbours, plan_counted
from .reconcile import UnsettledError, Written
from .series import Counted
from .targets import Target

# How often Home Assistant may make statistics of its own between our reading and our writing.
_ATTEMPTS = 4

# By our series: how the unique ids end under which other integrations register the same registers. Of each only the
# first that is whole is proposed.
_ENDINGS: Final[Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "consumed_energy": (
        ("homewizard", ("_total_power_import_kwh",)),
        ("dsmr", ("_electricity_used_tariff_1", "_electricity_used_tariff_2")),
    ),
    "consumed_energy_t1": (
        ("homewizard", ("_total_power_import_t1_kwh",)),
        ("dsmr", ("_electricity_used_tariff_1",)),
    ),
    "consumed_energy_t2": (
        ("homewizard", ("_total_power_import_t2_kwh",)),
        ("dsmr", ("_electricity_used_tariff_2",)),
    ),
    "produced_energy": (
        ("homewizard", ("_total_power_export_kwh",)),
        ("dsmr", ("_electricity_delivered_tariff_1", "_electricity_delivered_tariff_2")),
    ),
    "produced_energy_t1": (
        ("homewizard", ("_total_power_export_t1_kwh",)),
        ("dsmr", ("_electricity_delivered_tariff_1",)),
    ),
    "produced_energy_t2": (
        ("homewizard", ("_total_power_export_t2_kwh",)),
        ("dsmr", ("_electricity_delivered_tariff_2",)),
    ),
}

# What counts in a meter of its own, which these name by its number.
_OF_ONE_METER: Final = {"gas", "water"}
_NAMES_METERS: Final = ("homewizard", "dsmr")


class NotContinuableError(Exception):
    """What was chosen cannot be continued; `statistic_id` says which."""

    def __init__(self, statistic_id: str) -> None:
        super().__init__(statistic_id)
        self.statistic_id = statistic_id


async def propose(hass: HomeAssistant, ours: Mapping[str, str]) -> dict[str, list[str]]:
    """The sensors of other integrations that count what some of ours do, if all of them have hours in the statistics.

    :param ours: entity ids by key.
    """
    found = registered(hass, ours)
    ids = {statistic_id for sensors in found.values() for statistic_id in sensors}
    counted = await get_instance(hass).async_add_executor_job(_with_hours, hass, ids)
    return {key: sensors for key, sensors in found.items() if counted.issuperset(sensors)}


def _with_hours(hass: HomeAssistant, statistic_ids: set[str]) -> set[str]:
    return {
        statistic_id
        for statistic_id in statistic_ids
        if get_last_statistics(hass, 1, statistic_id, convert_units=False, types={"sum"})
    }


def registered(hass: HomeAssistant, ours: Mapping[str, str]) -> dict[str, list[str]]:
    """The sensors of other integrations that count what some of ours do; those that are not found are left out.

    :param ours: entity ids by key.
    """
    registry = er.async_get(hass)
    sensors = [entity for entity in registry.entities.values() if entity.domain == SENSOR_DOMAIN]
    proposed = {}
    for key, entity_id in ours.items():
        if key in _OF_ONE_METER:
            own = registry.async_get(entity_id)
            candidates = [] if own is None else _of_the_same_meter(sensors, own)
        else:
            candidates = [_ending(sensors, platform, endings) for platform, endings in _ENDINGS.get(key, ())]
        if found := next(filter(None, candidates), None):
            proposed[key] = found
    return proposed


def _ending(sensors: Sequence[er.RegistryEntry], platform: str, endings: Sequence[str]) -> list[str]:
    """The sensors of an integration whose unique ids end so, one of each or none."""
    found = [
        entity.entity_id
        for ending in endings
        for entity in sensors
        if entity.platform == platform and entity.unique_id.endswith(ending)
    ]
    return found if len(found) == len(endings) else []


def _of_the_same_meter(sensors: Sequence[er.RegistryEntry], own: er.RegistryEntry) -> list[list[str]]:
    """The sensors that are named by the number of the meter that one of ours is about."""
    number = own.unique_id.removesuffix("_volume").rpartition("_")[2].lower()
    return [
        [entity.entity_id]
        for platform in _NAMES_METERS
        for entity in sensors
        if entity.platform == platform and number in _numbers(entity.unique_id)
    ]


def _numbers(unique_id: str) -> set[str]:
    """What a unique id may name a meter by: its end as it is, and as telegrams send it, in hex."""
    end = unique_id.rpartition("_")[2]
    numbers = {end.lower()}
    with suppress(ValueError):
        numbers.add(bytes.fromhex(end).decode("ascii").lower())
    return numbers


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
) -> Written:
    """Put the statistics of older sensors before the first row of one of ours, and read back that they are there.

    :param statistic_ids: sensors that count different parts of what ours counts, as day and night.
    :raises NotContinuableError: one of them has no statistics of this kind.
    :raises UnsettledError: the database does not keep them.
    """
    series = target.series
    written = Written(statistic_id=target.statistic_id)
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
