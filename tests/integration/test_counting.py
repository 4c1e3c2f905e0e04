"""Energy of a board that tells no registers, over days in which everything restarts."""

import copy
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from core.clock import quarter_id_at

from .board import INFO, METER, Board
from .card import house_of
from .conftest import entry_of, state, unique_id
from .faults import Fault
from .original import OriginalBoard

HOUSE = house_of(3)
START = int(datetime(2026, 3, 20, 11, 7, 30, tzinfo=UTC).timestamp())
CONSUMED = "sensor.digimon_consumed_energy"
PRODUCED = "sensor.digimon_produced_energy"


class Days:
    """Home Assistant, a board and the house, as time passes."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, storage: dict[str, Any]) -> None:
        self.hass = hass
        self.freezer = freezer
        self.storage = storage
        self.board = OriginalBoard(HOUSE, START)
        self.entry: MockConfigEntry
        self.shown: list[tuple[int, int]] = []

    async def begin(self) -> None:
        await self.board.start()
        self.entry = entry_of(self.hass, self.board)
        await self.set_up()

    async def set_up(self) -> None:
        self.freezer.move_to(datetime.fromtimestamp(self.board.now_utc, UTC))
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that was begun come to its end."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def poll(self, utc: int) -> None:
        """Let time pass up to an instant, and poll."""
        if utc > self.board.now_utc:
            self.board.advance(utc)
        self.freezer.move_to(datetime.fromtimestamp(self.board.now_utc, UTC))
        await self.entry.runtime_data.coordinator.async_refresh()
        await self.settle()
        self.note()

    def note(self) -> None:
        """What is shown can only rise."""
        found = [self.hass.states.get(entity) for entity in (CONSUMED, PRODUCED)]
        values = [
            None if one is None or not one.state[0].isdigit() else round(float(one.state) * 1000) for one in found
        ]
        if None not in values:
            shown = (values[0] or 0, values[1] or 0)
            if self.shown:
                assert shown[0] >= self.shown[-1][0]
                assert shown[1] >= self.shown[-1][1]
            self.shown.append(shown)

    async def live(self, chance: Random, until: int) -> None:
        """Poll up to an instant; at the end as often as Home Assistant does, and in between now and then."""
        while self.board.now_utc < until - 10:
            await self.poll(min(self.board.now_utc + chance.randrange(5, 500), until - 10))
        await self.poll(until - 5)
        await self.poll(until)

    async def restart_home_assistant(self, seconds: int, *, crash: bool) -> None:
        before = copy.deepcopy(self.storage)
        if crash:
            async_fire_time_changed(self.hass, fire_all=True)
            await self.settle()
            before = copy.deepcopy(self.storage)
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()
        if crash:
            self.storage.clear()
            self.storage.update(before)
        self.board.advance(self.board.now_utc + seconds)
        await self.set_up()
        self.note()

    async def lose_network(self, seconds: int) -> None:
        await self.board.stop()
        await self.poll(self.board.now_utc + 5)
        self.board.advance(self.board.now_utc + seconds)
        await self.board.start()

    async def end(self) -> None:
        if self.entry.state.recoverable:
            await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.board.stop()


@pytest.fixture
async def days(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    enable_custom_integrations: None,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Days]:
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    days = Days(hass, freezer, hass_storage)
    await days.begin()
    yield days
    await days.end()


def registers(utc: int) -> tuple[float, float]:
    """Wh taken and given since the board was added, by the meter's own registers."""
    # The count begins with the board's memory.
    before, now = HOUSE.energy(START), HOUSE.energy(utc)
    return (
        (now.consumed_t1 + now.consumed_t2 - before.consumed_t1 - before.consumed_t2) / 3600,
        (now.produced_t1 + now.produced_t2 - before.produced_t1 - before.produced_t2) / 3600,
    )


async def live_through(days: Days, seed: int, seconds: int, restarts: int) -> None:
    """Let everything restart at random, and compare with the registers at the end."""
    chance = Random(seed)
    print(f"seed {seed}")  # noqa: T201 - to repeat it
    moments = sorted(chance.randrange(60, seconds - 3600) for _ in range(restarts))
    for moment in moments:
        await days.live(chance, max(START + moment, days.board.now_utc + 20))
        match chance.randrange(4):
            case 0:
                days.board.restart(chance.randrange(10, 50))
            case 1:
                await days.restart_home_assistant(chance.choice([20, 300, 4000, 20_000]), crash=False)
            case 2:
                await days.restart_home_assistant(chance.choice([20, 300, 4000]), crash=True)
            case 3:
                await days.lose_network(chance.choice([20, 300, 4000, 20_000]))
    end = max(START + seconds, days.board.now_utc + 1800)
    await days.live(chance, end)
    consumed, produced = registers(end)
    # What the last interval and whole Wh leave open.
    assert days.shown[-1][0] == pytest.approx(consumed, rel=0.001, abs=30)
    assert days.shown[-1][1] == pytest.approx(produced, rel=0.001, abs=30)


@pytest.mark.parametrize("seed", [1])
async def test_a_day_of_restarts_costs_less_than_a_thousandth(days: Days, seed: int) -> None:
    await live_through(days, seed, 86_400, 6)


async def away(days: Days, seconds: int) -> None:
    """Home Assistant is off while the board goes on."""
    assert await days.hass.config_entries.async_unload(days.entry.entry_id)
    days.board.advance(days.board.now_utc + seconds)


async def test_nothing_is_shown_until_the_card_has_told_what_was_missed(days: Days) -> None:
    await days.live(Random(3), START + 1500)
    await away(days, 9000)
    listing = f"/historic/quarters?year=2026&month=3&day={datetime.fromtimestamp(START, UTC).day}"
    days.board.faults[listing] = Fault.SERVER_ERROR
    await days.set_up()
    for _ in range(3):
        await days.poll(days.board.now_utc + 5)
        assert state(days.hass, PRODUCED) == "unknown"
    days.board.faults.clear()
    await days.poll(days.board.now_utc + 5)
    await days.poll(days.board.now_utc + 5)
    await days.poll(days.board.now_utc + 5)
    _, produced = registers(days.board.now_utc)
    assert days.shown[-1][1] == pytest.approx(produced, rel=0.001, abs=30)


async def test_a_ruined_quarter_costs_that_quarter_only(days: Days) -> None:
    await days.live(Random(3), START + 1500)
    await away(days, 9000)
    ruined = START // 900 * 900 + 4 * 900
    days.board.ruin(ruined)
    await days.set_up()
    for _ in range(3):
        await days.poll(days.board.now_utc + 5)
    _, produced = registers(days.board.now_utc)
    lost = HOUSE.quarter_energy(ruined)[1] / 3600
    assert lost > 50
    assert days.shown[-1][1] == pytest.approx(produced - lost, rel=0.001, abs=30)


async def test_a_clock_that_was_set_back_does_not_stop_the_count(days: Days) -> None:
    await days.live(Random(3), START + 1500)
    before = days.shown[-1]
    days.board.now_utc -= 86_400
    days.board.restart(0)
    for _ in range(20):
        await days.poll(days.board.now_utc + 60)
    assert days.shown[-1][1] > before[1]


@pytest.mark.parametrize("back", [8000, 86_400, 600 * 86_400])
async def test_a_clock_that_is_wrong_for_a_minute_counts_nothing_twice(days: Days, back: int) -> None:
    await days.live(Random(3), START + 7200)
    right = days.board.now_utc
    days.board.now_utc = right - back
    days.board.restart(0)
    for _ in range(3):
        await days.poll(days.board.now_utc + 20)
    days.board.now_utc = right + 60
    days.board.restart(0)
    asked = len(days.board.requests)
    for _ in range(4):
        await days.poll(days.board.now_utc + 20)
    consumed, produced = registers(days.board.now_utc)
    assert days.shown[-1][0] == pytest.approx(consumed, rel=0.01, abs=60)
    assert days.shown[-1][1] == pytest.approx(produced, rel=0.01, abs=60)
    assert len(days.board.requests) - asked < 30
    # An outage is filled from the card as ever.
    await days.restart_home_assistant(4000, crash=False)
    await days.live(Random(4), days.board.now_utc + 1000)
    consumed, produced = registers(days.board.now_utc)
    assert days.shown[-1][0] == pytest.approx(consumed, rel=0.01, abs=60)
    assert days.shown[-1][1] == pytest.approx(produced, rel=0.01, abs=60)


async def test_a_crash_finds_a_count_of_the_last_minutes(days: Days) -> None:
    for utc in range(START + 5, START + 1000, 5):
        days.board.advance(utc)
        days.freezer.move_to(datetime.fromtimestamp(utc, UTC))
        async_fire_time_changed(days.hass)
        await days.settle()
        kept = days.storage.get(f"digimon.{days.entry.entry_id}.energy")
        if utc > START + 320:
            assert kept is not None
            assert utc - kept["data"]["count"]["until_utc"] <= 320


def tell_registers(board: OriginalBoard, *, less: int = 0) -> None:
    """Put our firmware on the board: it tells the registers, those of a new meter begin at less."""
    ours = Board("single_phase")
    reading = HOUSE.reading(board.now_utc)
    serial = unique_id(Board("original"))
    board.documents[INFO] = ours.documents[INFO]
    board.update(INFO, serial=serial)
    board.documents[METER] = ours.documents[METER]
    board.update(
        METER,
        time=board.now_utc,
        quarter_id=quarter_id_at(board.now_utc),
        consumed_energy_t1=reading.consumed_energy_t1,
        consumed_energy_t2=reading.consumed_energy_t2,
        produced_energy_t1=reading.produced_energy_t1 - less,
        produced_energy_t2=reading.produced_energy_t2,
    )


async def test_the_total_goes_on_when_the_firmware_or_the_meter_is_another(days: Days) -> None:
    await days.live(Random(1), START + 1500)
    before = days.shown[-1]
    at = days.board.now_utc
    tell_registers(days.board)
    days.freezer.tick(61)
    await days.poll(at + 61)
    for utc in range(at + 120, at + 1200, 60):
        days.board.advance(utc)
        tell_registers(days.board)
        await days.poll(utc)
    _, produced = registers(days.board.now_utc)
    assert days.shown[-1][1] > before[1] > 0
    assert days.shown[-1][1] == pytest.approx(produced, rel=0.01, abs=30)
    # Home Assistant restarts, and the meter is replaced by one whose register is lower.
    await days.restart_home_assistant(30, crash=False)
    for utc in range(days.board.now_utc + 60, days.board.now_utc + 900, 60):
        days.board.advance(utc)
        tell_registers(days.board, less=50_000)
        await days.poll(utc)
    _, produced = registers(days.board.now_utc)
    assert days.shown[-1][1] == pytest.approx(produced, rel=0.02, abs=40)
    # The original again.
    del days.board.documents[INFO], days.board.documents[METER]
    await days.live(Random(2), days.board.now_utc + 1500)
    _, produced = registers(days.board.now_utc)
    assert days.shown[-1][1] == pytest.approx(produced, rel=0.02, abs=60)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 13))
async def test_a_month_of_restarts_costs_less_than_a_thousandth(days: Days, seed: int) -> None:
    await live_through(days, seed, 30 * 86_400, 90)
