"""Which sensors of other integrations count what ours do, for who comes from one of them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from homeassistant.components.recorder.statistics import get_last_statistics
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from . import statistics
from .targets import Target

# By our series: how the unique ids end under which other integrations register the same registers.
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

# How those of a P1 meter begin; sockets and kWh meters behind it have the same endings.
_BEGINNINGS: Final[Mapping[str, str]] = {"homewizard": "HWE-P1_", "dsmr": ""}

# What counts in a meter of its own, which these name by its number.
_OF_ONE_METER: Final = {"gas", "water"}
_NAMES_METERS: Final = ("homewizard", "dsmr")

type _Sensor = er.RegistryEntry | er.DeletedRegistryEntry


async def propose(hass: HomeAssistant, targets: Mapping[str, Target]) -> dict[str, list[str]]:
    """The sensors of other integrations that count what some of ours do, if all of them have hours in the statistics.

    Of several devices that read the same, those whose hours come closest before the first one of ours.

    :param targets: ours, by key.
    """
    found = registered(hass, {key: target.statistic_id for key, target in targets.items()})
    ids = {statistic_id for candidates in found.values() for sensors in candidates for statistic_id in sensors}
    counted = await get_instance(hass).async_add_executor_job(_with_hours, hass, ids)
    proposed = {}
    for key, candidates in found.items():
        usable = [sensors for sensors in candidates if counted.issuperset(sensors)]
        if len(usable) > 1:
            usable = [await _closest(hass, targets[key], usable)]
        if usable:
            proposed[key] = usable[0]
    return proposed


def _with_hours(hass: HomeAssistant, statistic_ids: set[str]) -> set[str]:
    return {
        statistic_id
        for statistic_id in statistic_ids
        if get_last_statistics(hass, 1, statistic_id, convert_units=False, types={"sum"})
    }


async def _closest(hass: HomeAssistant, target: Target, candidates: Sequence[list[str]]) -> list[str]:
    """Of some that count the same, those that counted last before ours did; the first where none did."""
    first = (await statistics.neighbours(hass, target, 0, 0)).after
    until = int(dt_util.utcnow().timestamp()) if first is None else first.start
    last = []
    for sensors in candidates:
        before = (await statistics.neighbours(hass, replace(target, statistic_id=sensors[0]), until, until)).before
        last.append(0 if before is None else before.end)
    return candidates[last.index(max(last))]


def registered(hass: HomeAssistant, ours: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """The sensors of other integrations that count what some of ours do; of each device one or some that do together.

    Those of an integration that was removed are among them: Home Assistant keeps their statistics, and for a while
    what they were.

    :param ours: entity ids by key; those for which nothing is found are left out of the answer.
    """
    registry = er.async_get(hass)
    sensors: list[_Sensor] = [
        *registry.entities.values(),
        *(entity for entity in registry.deleted_entities.values() if entity.entity_id not in registry.entities),
    ]
    sensors = [entity for entity in sensors if entity.domain == SENSOR_DOMAIN]
    found = {}
    for key, entity_id in ours.items():
        if key in _OF_ONE_METER:
            own = registry.async_get(entity_id)
            candidates = [] if own is None else _of_the_same_meter(sensors, own)
        else:
            candidates = [
                together
                for platform, endings in _ENDINGS.get(key, ())
                for together in _ending(sensors, platform, endings)
            ]
        if candidates:
            found[key] = candidates
    return found


def _ending(sensors: Iterable[_Sensor], platform: str, endings: Sequence[str]) -> list[list[str]]:
    """The sensors of an integration whose unique ids end so, for each device that has one of each."""
    devices: dict[str, dict[str, str]] = {}
    for entity in sensors:
        if entity.platform == platform and entity.unique_id.startswith(_BEGINNINGS[platform]):
            for ending in endings:
                if entity.unique_id.endswith(ending):
                    devices.setdefault(entity.unique_id.removesuffix(ending), {})[ending] = entity.entity_id
    return [[found[ending] for ending in endings] for found in devices.values() if len(found) == len(endings)]


def _of_the_same_meter(sensors: Sequence[_Sensor], own: er.RegistryEntry) -> list[list[str]]:
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
