"""Who comes from another integration keeps what its sensors counted."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
    NotContinuableError,
    continue_statistics,
    hours_of,
)
from custom_components.digimon.history.proposals import _ENDINGS, propose, registered
from custom_components.digimon.history.targets import Target, find_targets
from simulator.house import House

from .conftest import OFFTAKE, START, World

ADDED = START + 3 * 24 * HOUR_SECONDS
OLD_DAY, OLD_NIGHT = "sensor.electricity_meter_day", "sensor.electricity_meter_night"
# How the unique ids of other integrations begin.
START_OF = {"dsmr": "1SAG3100000001", "homewizard": "HWE-P1_3c39e7aabb07"}


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


def old_statistics(
    world: World,
    entity_id: str,
    places: Sequence[int],
    *,
    unit: str = "kWh",
    per_unit: float = 1000,
    first: int = START,
    until: int = ADDED + HOUR_SECONDS,
    replaced: int | None = None,
) -> None:
    """What another integration has recorded of some registers together.

    :param per_unit: Wh or l.
    :param first: UTC of the first hour.
    :param until: UTC; by itself until an hour after ours was added.
    :param replaced: UTC at which its register began anew at 0.
    """

    def counted(utc: int) -> int:
        registers = world.board.house.registers(utc)
        return sum(registers[place] for place in places)

    rows: list[StatisticData] = []
    for start in range(first, until, HOUR_SECONDS):
        register = counted(start + HOUR_SECONDS)
        before = 0 if replaced is None or start < replaced else counted(replaced)
        rows.append(
            {
                "start": datetime.fromtimestamp(start, UTC),
                "state": (register - before) / per_unit,
                "sum": (register - counted(first)) / per_unit,
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
            "unit_class": "volume" if unit in {"m³", "L", "ft³"} else "energy",
            "unit_of_measurement": unit,
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
        entity = registry.async_get_or_create(
            "sensor", platform, f"{START_OF[platform]}_{key}", suggested_object_id=key
        )
        old_statistics(added, entity.entity_id, places)
    await added.recorded()
    target = await target_of(added, "consumed_energy")
    proposed = (await propose(added.hass, {"consumed_energy": target}))["consumed_energy"]
    assert len(proposed) == len(counting)
    old = [await added.changes(entity_id) for entity_id in proposed]
    await continue_statistics(added.hass, target, proposed)
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


@pytest.mark.parametrize("written", [0, 1, 3])
async def test_what_a_restart_cut_off_comes_over_the_next_time(
    added: World, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """Years of hours take a small computer minutes, and who waits for them may restart it."""
    target = await target_of(added, "consumed_energy")
    left = written

    def cut_off(*arguments: Any) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        async_import_statistics(*arguments)

    with monkeypatch.context() as killed:
        killed.setattr(statistics, "_ROWS_AT_ONCE", 20)
        killed.setattr(statistics, "async_import_statistics", cut_off)
        with pytest.raises(KeyboardInterrupt):
            await continue_statistics(added.hass, target, [OLD_DAY, OLD_NIGHT])
    await continue_statistics(added.hass, target, [OLD_DAY, OLD_NIGHT])
    ours = await added.changes(OFFTAKE)
    assert min(ours) == START
    for start in range(START + HOUR_SECONDS, ADDED + HOUR_SECONDS, HOUR_SECONDS):
        assert ours[start] == pytest.approx(added.truth(start), abs=1.01)


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


def test_the_sensors_of_other_integrations_are_found(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    for name in ("electricity_used_tariff_1", "electricity_used_tariff_2", "electricity_delivered_tariff_1"):
        registry.async_get_or_create("sensor", "dsmr", f"1234_{name}", suggested_object_id=name)
    registry.async_get_or_create(
        "sensor", "homewizard", "HWE-P1_3c39e7aabb07_total_power_export_kwh", suggested_object_id="export"
    )
    ours = dict.fromkeys(("consumed_energy", "consumed_energy_t2", "produced_energy", "gas"), "sensor.ours")
    assert registered(hass, ours) == {
        "consumed_energy": [["sensor.electricity_used_tariff_1", "sensor.electricity_used_tariff_2"]],
        "consumed_energy_t2": [["sensor.electricity_used_tariff_2"]],
        "produced_energy": [["sensor.export"]],
    }


@pytest.mark.parametrize("product", ["HWE-SKT", "HWE-KWH1", "SDM630-wifi"])
def test_a_socket_or_a_meter_behind_the_meter_of_the_house_is_not_taken_for_it(
    hass: HomeAssistant, product: str
) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create("sensor", "homewizard", f"{product}_3c39e7000001_total_power_import_kwh")
    assert registered(hass, {"consumed_energy": "sensor.ours"}) == {}
    whole = registry.async_get_or_create("sensor", "homewizard", "HWE-P1_3c39e7aabb07_total_power_import_kwh")
    assert registered(hass, {"consumed_energy": "sensor.ours"}) == {"consumed_energy": [[whole.entity_id]]}


def test_day_of_one_meter_and_night_of_another_do_not_go_together(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    for meter, tariff in (("1111", 1), ("2222", 2)):
        registry.async_get_or_create("sensor", "dsmr", f"{meter}_electricity_used_tariff_{tariff}")
    assert registered(hass, {"consumed_energy": "sensor.ours"}) == {}


def test_the_sensors_of_an_integration_that_was_removed_are_found(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    old = registry.async_get_or_create("sensor", "dsmr", "1234_electricity_used_tariff_1")
    registry.async_remove(old.entity_id)
    assert registered(hass, {"consumed_energy_t1": "sensor.ours"}) == {"consumed_energy_t1": [[old.entity_id]]}
    # Whoever has its name now, has other statistics under it.
    registry.async_get_or_create("sensor", "demo", "1", suggested_object_id=old.entity_id.removeprefix("sensor."))
    assert registered(hass, {"consumed_energy_t1": "sensor.ours"}) == {}


@pytest.mark.parametrize(
    ("platform", "unique_id"),
    [("dsmr", "37464C4F32313030303030303037"), ("homewizard", "homewizard_gas_meter_7FLO2100000007")],
)
def test_of_a_gas_meter_the_sensor_with_its_number_is_found(hass: HomeAssistant, platform: str, unique_id: str) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create("sensor", platform, unique_id, suggested_object_id="same_meter")
    registry.async_get_or_create("sensor", platform, "37464C4F32313030303030303038", suggested_object_id="other_meter")
    registry.async_get_or_create("sensor", "mqtt", unique_id, suggested_object_id="other_integration")
    ours = registry.async_get_or_create("sensor", "digimon", "a1b2c3_gas_7flo2100000007_volume")
    assert registered(hass, {"gas": ours.entity_id}) == {"gas": [["sensor.same_meter"]]}
    assert registered(hass, {"gas": "sensor.nowhere"}) == {}


@pytest.mark.parametrize("removed", [False, True])
async def test_of_two_devices_that_read_the_meter_the_last_comes_first_and_then_the_one_before(
    added: World, *, removed: bool
) -> None:
    """A dongle that was replaced: its follower counted on, and both have history."""
    registry = er.async_get(added.hass)
    change = START + 24 * HOUR_SECONDS
    spans = {"3c39e7000001": (START, change), "3c39e7000002": (change, ADDED + HOUR_SECONDS)}
    names = []
    for number, (first, until) in spans.items():
        entity = registry.async_get_or_create("sensor", "homewizard", f"HWE-P1_{number}_total_power_import_kwh")
        old_statistics(added, entity.entity_id, (0, 1), first=first, until=until)
        names.append(entity.entity_id)
    await added.recorded()
    if removed:
        registry.async_remove(names[0])
    target = await target_of(added, "consumed_energy")
    for expected in reversed(names):
        assert await propose(added.hass, {"consumed_energy": target}) == {"consumed_energy": [expected]}
        assert (await continue_statistics(added.hass, target, [expected])).hours > 0
    ours = await added.changes(OFFTAKE)
    assert list(ours)[:72] == list(range(START, ADDED, HOUR_SECONDS))
    for start in (hour for hour in range(START + HOUR_SECONDS, ADDED, HOUR_SECONDS) if hour != change):
        assert ours[start] == pytest.approx(added.truth(start), abs=1.01)


@pytest.mark.parametrize(("unit", "per_unit"), [("Wh", 1), ("MWh", 1_000_000), ("MJ", 1000 / 3.6)])
async def test_what_was_kept_in_another_unit_is_the_same_energy(added: World, unit: str, per_unit: float) -> None:
    old_statistics(added, "sensor.old", (0, 1), unit=unit, per_unit=per_unit)
    await added.recorded()
    continued = await continue_statistics(added.hass, await target_of(added, "consumed_energy"), ["sensor.old"])
    assert continued.jump is None
    ours = await added.changes(OFFTAKE)
    for start in range(START + HOUR_SECONDS, ADDED + HOUR_SECONDS, HOUR_SECONDS):
        assert ours[start] == pytest.approx(added.truth(start), abs=1.01)


async def test_what_was_counted_before_a_meter_was_replaced_counts_once(added: World) -> None:
    replaced = START + 30 * HOUR_SECONDS
    old_statistics(added, "sensor.old", (0, 1), replaced=replaced)
    await added.recorded()
    continued = await continue_statistics(added.hass, await target_of(added, "consumed_energy"), ["sensor.old"])
    # Ours stands where the meter does, and the older one stood where a meter does that began at 0.
    assert continued.jump is not None
    stood, stands = continued.jump
    assert 0 <= stood < stands
    ours = await added.changes(OFFTAKE)
    for start in range(START + HOUR_SECONDS, ADDED, HOUR_SECONDS):
        assert ours[start] == pytest.approx(added.truth(start), abs=1.01)


async def test_what_counts_twice_is_seen(added: World) -> None:
    old_statistics(added, "sensor.total", (0, 1))
    await added.recorded()
    target = await target_of(added, "consumed_energy")

    async def jump_of(*chosen: str) -> tuple[float, float] | None:
        return (await continue_statistics(added.hass, target, chosen, dry_run=True)).jump

    assert await jump_of("sensor.total") is None
    assert await jump_of(OLD_DAY, OLD_NIGHT) is None
    jump = await jump_of("sensor.total", OLD_DAY, OLD_NIGHT)
    assert jump is not None
    assert jump[0] == pytest.approx(2 * jump[1], rel=0.1)


async def test_only_hours_before_the_first_of_ours_come_over(added: World) -> None:
    old_statistics(added, "sensor.later", (0, 1), first=ADDED)
    await added.recorded()
    rows = await added.rows(OFFTAKE)
    assert (
        await continue_statistics(added.hass, await target_of(added, "consumed_energy"), ["sensor.later"])
    ).hours == 0
    assert await added.rows(OFFTAKE) == rows


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
