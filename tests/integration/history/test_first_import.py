"""The day that the board is added, its whole card is in the statistics."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import StatisticsRow, statistics_during_period
from homeassistant.util import dt as dt_util

from core.clock import HOUR_SECONDS, month_of, quarter_id_at
from custom_components.digimon.history import importer

from .conftest import INJECTION, OFFTAKE, START, World

DAY = 24 * HOUR_SECONDS
ADDED = START + 3 * DAY


async def test_every_hour_of_the_card_is_there_before_home_assistant_has_made_one_of_its_own(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    assert list(await world.changes(OFFTAKE)) == list(range(START, ADDED, HOUR_SECONDS))
    await world.assert_true(START, ADDED)


async def test_the_oldest_hour_begins_at_nothing(world: World) -> None:
    """S1: sums that begin below zero show the oldest hour as a fall of everything that came later."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    first = (await world.rows(OFFTAKE))[0]
    assert first["sum"] == pytest.approx(first["change"])
    assert first["change"] == pytest.approx(world.truth(START), abs=1)


@pytest.mark.every_database
async def test_the_first_hours_of_home_assistant_follow_those_of_the_card(world: World) -> None:
    """S2, S7: Home Assistant begins to count at zero, and the sums before it go on."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 5 * HOUR_SECONDS + 20)
    await world.assert_true(START, ADDED + 5 * HOUR_SECONDS)


@pytest.mark.parametrize("added", [ADDED, START + 25 * DAY], ids=["one month", "two months"])
async def test_also_the_first_five_minutes_of_home_assistant_follow(world: World, added: int) -> None:
    """S3: what is compiled next goes on from the five minutes, so they have to fit as well."""
    world.move_to(added + 600)
    await world.start()
    await world.settled()
    await _assert_that_five_minutes_follow(world, added)


async def test_the_five_minutes_follow_what_a_person_asked_for(world: World) -> None:
    """Somebody cleared the statistics, so that Home Assistant begins to count at zero."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 2 * HOUR_SECONDS + 20)
    get_instance(world.hass).async_clear_statistics([OFFTAKE])
    await world.recorded()
    await world.historian.import_range(START, world.now, dry_run=False)
    await _assert_that_five_minutes_follow(world, ADDED + 2 * HOUR_SECONDS)


async def _assert_that_five_minutes_follow(world: World, hour: int) -> None:
    world.move_to(hour + 890)
    await world.poll()
    world.move_to(hour + 910)
    await world.compile(hour + 600)
    await world.settled()
    last = (await world.rows(OFFTAKE))[-1]
    (five,) = await _five_minutes(world, OFFTAKE)
    before, after = world.board.house.registers(hour), world.board.house.registers(hour + 890)
    assert five["sum"] - last["sum"] == pytest.approx(sum(after[:2]) - sum(before[:2]), abs=1)


async def test_a_history_that_comes_after_hours_of_home_assistant_moves_them_up(world: World) -> None:
    """S2: the board is added while its card is out, and gets it back later."""
    card = world.board.without_card.spans
    card.append((START, ADDED + 100 * HOUR_SECONDS))
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 4 * HOUR_SECONDS + 20)
    assert min(await world.changes(OFFTAKE)) >= ADDED
    card[:] = [(ADDED, ADDED + 4 * HOUR_SECONDS)]
    world.historian.request()
    await world.settled()
    await world.live_until(ADDED + 6 * HOUR_SECONDS + 20)
    await world.assert_true(START, ADDED + 6 * HOUR_SECONDS)


async def test_a_second_look_writes_nothing(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 3 * HOUR_SECONDS + 20)
    rows = await world.rows(OFFTAKE), await world.rows(INJECTION)
    await world.historian.import_range(START, world.now, dry_run=False)
    answer = await world.historian.import_range(START, world.now, dry_run=False)
    assert answer["sensors"] == {}
    assert answer["days"] == 4
    assert (await world.rows(OFFTAKE), await world.rows(INJECTION)) == rows


@pytest.mark.every_database
async def test_the_running_hour_is_never_written(world: World) -> None:
    """S5: a row of an hour that Home Assistant has not made yet costs all of its sensors that hour."""
    other = {"device_class": "temperature", "state_class": "measurement", "unit_of_measurement": "°C"}
    world.move_to(ADDED)
    world.hass.states.async_set("sensor.other", "20", other)
    await world.start()
    for minutes in (0, 1, 59):
        world.move_to(ADDED + minutes * 60)
        world.historian.request()
        await world.settled()
        assert max(await world.changes(OFFTAKE)) == ADDED - (2 if minutes < 2 else 1) * HOUR_SECONDS
    world.move_to(ADDED + HOUR_SECONDS + 10)
    await world.compile(ADDED + HOUR_SECONDS - 300)
    await world.settled()
    assert max(await world.changes(OFFTAKE)) == ADDED
    assert await world.rows("sensor.other", unit="°C", kind="temperature")


async def test_powers_have_mean_lowest_and_highest_of_every_hour(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    rows = await world.rows("sensor.digimon_net_power", unit="W", kind="power")
    assert [row["start"] for row in rows] == list(range(START, ADDED, HOUR_SECONDS))
    house = world.board.house
    for row in rows:
        start = int(row["start"])
        powers = [house.power(utc) for utc in range(start, start + HOUR_SECONDS, 300)]
        assert row["mean"] == pytest.approx(sum(powers) / len(powers), abs=2)
        assert row["max"] == pytest.approx(max(powers)) or max(powers) < 0
        assert row["min"] == pytest.approx(min(powers)) or min(powers) >= 0


async def test_the_month_peak_rises_hour_by_hour_and_begins_anew_with_the_month(world: World) -> None:
    entity_id = "sensor.digimon_month_peak"
    world.move_to(START + 25 * DAY + 600)
    await world.start()
    await world.settled()
    rows = await world.rows(entity_id, unit="W", kind="power")
    assert rows
    house = world.board.house
    peak: dict[tuple[int, int], float] = {}
    for row in rows:
        start = int(row["start"])
        for quarter in range(start, start + HOUR_SECONDS, 900):
            mean = sum(max(house.power(utc), 0) for utc in range(quarter, quarter + 900, 5)) / 180
            key = month_of(quarter_id_at(start))
            peak[key] = max(peak.get(key, 0), mean)
        assert row["max"] == pytest.approx(peak[month_of(quarter_id_at(start))], abs=3)
    assert len(peak) == 2


async def test_gas_and_water_are_there_too(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    house = world.board.house
    for entity_id, place in (("sensor.gas_meter_gas_consumption", 4), ("sensor.water_meter_water_consumption", 5)):
        changes = await world.changes(entity_id, unit="L", kind="volume")
        # What the first quarter of the card added is not known.
        for start in range(START + HOUR_SECONDS, ADDED, HOUR_SECONDS):
            passed = house.registers(start + HOUR_SECONDS)[place] - house.registers(start)[place]
            assert changes[start] == pytest.approx(passed, abs=0.01)


async def _five_minutes(world: World, entity_id: str) -> list[StatisticsRow]:
    rows = await get_instance(world.hass).async_add_executor_job(
        lambda: statistics_during_period(
            world.hass,
            dt_util.utc_from_timestamp(0),
            None,
            {entity_id},
            "5minute",
            {"energy": "Wh"},
            {"state", "sum"},
        )
    )
    return rows[entity_id]


async def test_the_month_before_is_read_while_the_database_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no day is asked for twice."""
    days_at_work: list[list[str]] = []
    reconcile = importer.reconcile

    def days() -> list[str]:
        return [path for path in world.board.card_requests if path.startswith("/historic/day?")]

    async def busy(*args: Any, **named: Any) -> None:
        if not days_at_work:
            before = days()
            # All of the newer month was read, and now the older one comes.
            while days() == before:
                await world.board.asked(len(world.board.requests) + 1)
            days_at_work.append(days()[len(before) :])
        await reconcile(*args, **named)

    monkeypatch.setattr(importer, "reconcile", busy)
    world.move_to(START + 25 * DAY + 600)
    await world.start()
    async with asyncio.timeout(60):
        await world.settled()
    newest = month_of(quarter_id_at(world.now))
    assert days_at_work[0]
    assert all(f"month={newest[1]}&" not in path for path in days_at_work[0])
    asked = Counter(days())
    today = f"/historic/day?year={newest[0]}&month={newest[1]}&day="
    assert all(number == 1 for path, number in asked.items() if not path.startswith(today))
    assert len(asked) == 26
