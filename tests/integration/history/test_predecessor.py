"""Who comes from another integration keeps what its sensors counted."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dsmr_parser import telegram_specifications
from dsmr_parser.parsers import TelegramParser
from homeassistant import components
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from hypothesis import given
from hypothesis import strategies as st

from core.clock import HOUR_SECONDS
from custom_components.digimon.history import statistics
from custom_components.digimon.history.plan import CountedRow
from custom_components.digimon.history.predecessor import (
    _ENDINGS,
    NotContinuableError,
    continue_statistics,
    hours_of,
    propose,
    registered,
)
from custom_components.digimon.history.targets import Target, find_targets
from simulator.house import House

from .conftest import OFFTAKE, START, World

ADDED = START + 3 * 24 * HOUR_SECONDS
OLD_DAY, OLD_NIGHT = "sensor.electricity_meter_day", "sensor.electricity_meter_night"


@pytest.fixture
async def added(world: World) -> World:
    """A board without a card, read for three hours; another integration has counted for three days and an hour."""
    world.board.without_card.spans.append((START, ADDED + 100 * HOUR_SECONDS))
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 3 * HOUR_SECONDS + 20)
    for entity_id, place in ((OLD_DAY, 0), (OLD_NIGHT, 1)):
        old_statistics(world, entity_id, (place,))
    await world.recorded()
    return world


def old_statistics(world: World, entity_id: str, places: Sequence[int]) -> None:
    """What another integration has recorded of some registers together, in kWh, up to an hour after ours was added."""

    def counted(utc: int) -> int:
        registers = world.board.house.registers(utc)
        return sum(registers[place] for place in places)

    first = counted(START)
    rows: list[StatisticData] = []
    for start in range(START, ADDED + HOUR_SECONDS, HOUR_SECONDS):
        register = counted(start + HOUR_SECONDS)
        rows.append(
            {
                "start": datetime.fromtimestamp(start, UTC),
                "state": register / 1000,
                "sum": (register - first) / 1000,
            }
        )
    async_import_statistics(
        world.hass,
        {
            "has_sum": True,
            "mean_type": StatisticMeanType.NONE,
            "name": None,
            "source": "recorder",
            "statistic_id": entity_id,
            "unit_class": "energy",
            "unit_of_measurement": "kWh",
        },
        rows,
    )


async def target_of(world: World, key: str) -> Target:
    targets = await find_targets(world.hass, world.entry.runtime_data.coordinator)
    return next(target for target in targets.found if target.series.key == key)


async def test_hour_by_hour_the_old_sensors_go_on_in_ours(added: World) -> None:
    before = await added.changes(OFFTAKE)
    old = [await added.changes(entity_id) for entity_id in (OLD_DAY, OLD_NIGHT)]
    written = await continue_statistics(added.hass, await target_of(added, "consumed_energy"), [OLD_DAY, OLD_NIGHT])
    assert written.first == START
    after = await added.changes(OFFTAKE)
    for start in range(START + HOUR_SECONDS, ADDED, HOUR_SECONDS):
        assert after[start] == pytest.approx(old[0][start] + old[1][start], abs=1.01)
        assert after[start] == pytest.approx(added.truth(start), abs=1.01)
    # Ours is as it was, and its first hour is whole now.
    assert after[ADDED] == pytest.approx(added.truth(ADDED), abs=1.01)
    for start in list(before)[1:]:
        assert after[start] == pytest.approx(before[start], abs=0.01)
    assert [await added.changes(entity_id) for entity_id in (OLD_DAY, OLD_NIGHT)] == old


@pytest.mark.parametrize(
    ("platform", "counting"),
    [
        ("dsmr", {"electricity_used_tariff_1": (0,), "electricity_used_tariff_2": (1,)}),
        ("homewizard", {"total_power_import_kwh": (0, 1)}),
    ],
)
async def test_hour_by_hour_what_is_proposed_of_another_integration_goes_on_in_ours(
    added: World, platform: str, counting: dict[str, tuple[int, ...]]
) -> None:
    registry = er.async_get(added.hass)
    for key, places in counting.items():
        entity = registry.async_get_or_create("sensor", platform, f"1SAG3100000001_{key}", suggested_object_id=key)
        old_statistics(added, entity.entity_id, places)
    await added.recorded()
    proposed = (await propose(added.hass, {"consumed_energy": OFFTAKE}))["consumed_energy"]
    assert len(proposed) == len(counting)
    old = [await added.changes(entity_id) for entity_id in proposed]
    await continue_statistics(added.hass, await target_of(added, "consumed_energy"), proposed)
    ours = await added.changes(OFFTAKE)
    assert min(ours) == START
    for start in range(START + HOUR_SECONDS, ADDED, HOUR_SECONDS):
        assert ours[start] == pytest.approx(sum(changes[start] for changes in old), abs=1.01)
        assert ours[start] == pytest.approx(added.truth(start), abs=1.01)
    assert [await added.changes(entity_id) for entity_id in proposed] == old


async def test_a_second_time_changes_nothing(added: World) -> None:
    target = await target_of(added, "consumed_energy")
    await continue_statistics(added.hass, target, [OLD_DAY, OLD_NIGHT])
    rows = await added.rows(OFFTAKE)
    again = await continue_statistics(added.hass, target, [OLD_DAY, OLD_NIGHT])
    assert again.hours == 0
    assert await added.rows(OFFTAKE) == rows


async def test_a_dry_run_writes_nothing(added: World) -> None:
    rows = await added.rows(OFFTAKE)
    told = await continue_statistics(
        added.hass, await target_of(added, "consumed_energy"), [OLD_DAY, OLD_NIGHT], dry_run=True
    )
    assert told.hours == 72
    assert await added.rows(OFFTAKE) == rows


async def test_what_counts_nothing_of_the_kind_is_refused(added: World) -> None:
    target = await target_of(added, "consumed_energy")
    for wrong in ("sensor.digimon_net_power", "sensor.nowhere"):
        with pytest.raises(NotContinuableError) as raised:
            await continue_statistics(added.hass, target, [OLD_DAY, wrong])
        assert raised.value.statistic_id == wrong
    await statistics.settle(added.hass)
    assert min(await added.changes(OFFTAKE)) == ADDED


def test_the_sensors_of_other_integrations_are_proposed(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    for name in ("electricity_used_tariff_1", "electricity_used_tariff_2", "electricity_delivered_tariff_1"):
        registry.async_get_or_create("sensor", "dsmr", f"1234_{name}", suggested_object_id=name)
    registry.async_get_or_create("sensor", "homewizard", "HWE_P1_total_power_export_kwh", suggested_object_id="export")
    ours = dict.fromkeys(("consumed_energy", "consumed_energy_t2", "produced_energy", "gas"), "sensor.ours")
    assert registered(hass, ours) == {
        "consumed_energy": ["sensor.electricity_used_tariff_1", "sensor.electricity_used_tariff_2"],
        "consumed_energy_t2": ["sensor.electricity_used_tariff_2"],
        "produced_energy": ["sensor.export"],
    }


@pytest.mark.parametrize(
    ("platform", "unique_id"),
    [("dsmr", "37464C4F32313030303030303037"), ("homewizard", "homewizard_gas_7FLO2100000007")],
)
def test_of_a_gas_meter_the_sensor_with_its_number_is_proposed(
    hass: HomeAssistant, platform: str, unique_id: str
) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create("sensor", platform, unique_id, suggested_object_id="same_meter")
    registry.async_get_or_create("sensor", platform, "37464C4F32313030303030303038", suggested_object_id="other_meter")
    registry.async_get_or_create("sensor", "mqtt", unique_id, suggested_object_id="other_integration")
    ours = registry.async_get_or_create("sensor", "digimon", "a1b2c3_gas_7flo2100000007_volume")
    assert registered(hass, {"gas": ours.entity_id}) == {"gas": ["sensor.same_meter"]}
    assert registered(hass, {"gas": "sensor.nowhere"}) == {}


@pytest.mark.parametrize("platform", ["dsmr", "homewizard"])
def test_what_is_looked_for_is_what_the_other_integrations_register(platform: str) -> None:
    """Their unique ids end with the key of the sensor; which keys there are, their own source tells."""
    source = Path(components.__path__[0], platform, "sensor.py").read_text(encoding="utf-8")
    keys = set(re.findall(r'^ +key="(\w+)",$', source, re.MULTILINE))
    assert re.search(r'unique_id = f"\{.*\}_\{(entity_)?description\.key\}"', source)
    wanted = {
        ending for found in _ENDINGS.values() for name, endings in found if name == platform for ending in endings
    }
    assert len(wanted) >= 4
    assert {ending.removeprefix("_") for ending in wanted} <= keys


def test_the_sensors_of_homewizard_count_kilowatt_hours() -> None:
    source = Path(components.__path__[0], "homewizard", "sensor.py").read_text(encoding="utf-8")
    units = dict(re.findall(r'\bkey="(\w+)",(?:(?!\bkey=).)*?native_unit_of_measurement=([\w.]+),', source, re.DOTALL))
    for found in _ENDINGS.values():
        for ending in dict(found)["homewizard"]:
            assert units[ending.removeprefix("_")] == "UnitOfEnergy.KILO_WATT_HOUR"


def test_the_sensors_of_dsmr_count_kilowatt_hours() -> None:
    """By dsmr's own parser, of a telegram of the house in Belgium's version."""
    parser = TelegramParser(telegram_specifications.BELGIUM_FLUVIUS)
    telegram = parser.parse(House(1).telegram(START).decode("ascii"))
    for name in ("ELECTRICITY_USED_TARIFF_1", "ELECTRICITY_USED_TARIFF_2", "ELECTRICITY_DELIVERED_TARIFF_1"):
        register = getattr(telegram, name)
        assert register.unit == "kWh"
        assert register.value > 0


@given(st.lists(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5000)), max_size=40), max_size=3))
def test_all_that_several_sensors_counted_is_there(counted: list[list[tuple[int, int]]]) -> None:
    sensors = []
    for changes in counted:
        rows, total = [], 0
        for hour, change in sorted(dict(changes).items()):
            total += change
            rows.append(CountedRow(start=hour * 3600, end=hour * 3600 + 3600, state=None, sum=total))
        sensors.append(rows)
    hours = hours_of(sensors, None)
    assert [hour.start for hour in hours] == sorted({row.start for rows in sensors for row in rows})
    assert sum(hour.change for hour in hours) == sum(rows[-1].sum - rows[0].sum for rows in sensors if rows)
    assert all(hour.change >= 0 for hour in hours)
