"""A board with a card, and a Home Assistant with a real recorder whose time the tests make."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_socket import socket_allow_hosts

from core.clock import HOUR_SECONDS, INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.coordinator import DigimonConfigEntry
from custom_components.digimon.history.historian import Historian
from custom_components.digimon.monitor import fields, stored
from tests.integration.conftest import entry_of

from . import databases
from .board import CardBoard, at
from .databases import Server
from .house import ModelHouse
from .twin_board import TwinCardBoard

START = at("2026-01-10T00:00")
OFFTAKE = "sensor.digimon_consumed_energy"
INJECTION = "sensor.digimon_produced_energy"
_MINUTES = 300
"""Of one row of the short-term statistics."""


@pytest.fixture
def enable_event_loop_debug() -> None:
    """Not here: asyncio would note for each callback who asked for it, which takes longer than the callback."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server that runs as long as there are tests."""
    with databases.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A server that runs as long as there are tests."""
    with databases.mariadb() as server:
        yield server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test with a recorder runs on all databases: by default those that are marked, the others among the long."""
    if "recorder_db_url" not in metafunc.fixturenames:
        return
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    names = [pytest.param("sqlite")]
    if "every_database" in marks or "long" not in marks:
        others = () if "every_database" in marks else (pytest.mark.long,)
        names += [pytest.param(name, marks=others) for name in ("postgresql", "mariadb")]
    metafunc.parametrize("database", names, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Server | None:
    """Which database the recorder has; None is SQLite."""
    return None if request.param == "sqlite" else request.getfixturevalue(request.param)


@pytest.fixture
def recorder_db_url(recorder_db_url: str, database: Server | None, socket_enabled: None) -> Iterator[str]:
    """An empty database of it."""
    if database is None:
        yield recorder_db_url
        return
    # A socket in a folder is no way to the outside world.
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with database.database() as url:
        yield url


@pytest.fixture
def house() -> ModelHouse:
    """Which house; parametrise to have another."""
    return ModelHouse(1, START, 24 * 40)


@pytest.fixture
def firmware() -> str:
    """Of the board: ours or original; parametrise to have another."""
    return "ours"


@pytest.fixture
def twin_since() -> int | None:
    """Since when (utc) the board is the firmware itself, with all of before on its card; None for a stand-in."""
    return None


@pytest.fixture
async def card_board(
    house: ModelHouse, firmware: str, twin_since: int | None, tmp_path: Path, socket_enabled: None
) -> AsyncIterator[CardBoard]:
    """A board that was there since the house has a meter."""
    if twin_since is not None:
        twin = TwinCardBoard(house, lambda: round(dt_util.utcnow().timestamp()), tmp_path / "card", twin_since)
        await twin.power_on()
        # A life takes it for one: it has all that happens to a board.
        yield cast("CardBoard", twin)
        await twin.end()
        return
    async with CardBoard(house, lambda: round(dt_util.utcnow().timestamp()), original=firmware == "original") as board:
        yield board


@pytest.fixture
async def world(
    recorder_mock: None,
    hass: HomeAssistant,
    enable_custom_integrations: None,
    card_board: CardBoard,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """Home Assistant before the board is added."""
    monkeypatch.setattr("custom_components.digimon.history.card.asyncio.sleep", _no_rest)
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    return World(hass, card_board, freezer)


@pytest.fixture
def cable_world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same where a cable is read, whose quarters that nobody heard have a share of the registers.

    No board tells of such ones, so who reads its answers does not take them.
    """
    allowed = (("intervals", fields.integer(0, QUARTER_INTERVALS)),)
    columns = tuple(dict((*stored._COLUMNS, *allowed)).items())  # noqa: SLF001 - as above
    monkeypatch.setattr(stored, "_COLUMNS", columns)
    world.board.tells_shares = True
    return world


async def _no_rest(_: float) -> None:
    """Where a test has stopped the clock, a rest would never end."""


class World:
    """A Home Assistant whose hours the tests let pass."""

    def __init__(self, hass: HomeAssistant, board: CardBoard, freezer: FrozenDateTimeFactory) -> None:
        self.hass = hass
        self.board = board
        self.freezer = freezer
        self.entry: DigimonConfigEntry = entry_of(hass, board)

    @property
    def now(self) -> int:
        """UTC."""
        return round(dt_util.utcnow().timestamp())

    @property
    def historian(self) -> Historian:
        """What is tested."""
        assert self.entry.runtime_data.history is not None
        return self.entry.runtime_data.history

    def move_to(self, utc: float) -> None:
        """Let it be another time, without anything happening meanwhile."""
        self.freezer.move_to(datetime.fromtimestamp(utc, UTC))

    async def start(self) -> None:
        """Home Assistant starts, as far as the board is concerned."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def stop(self) -> None:
        """Home Assistant stops; the states of its entities are gone."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()
        for entity_id in self.hass.states.async_entity_ids("sensor"):
            self.hass.states.async_remove(entity_id)
        await self.recorded()

    async def settled(self) -> None:
        """All that can be written is written."""
        await self.historian.settled()
        await self.recorded()

    async def recorded(self) -> None:
        """The recorder has nothing left to do."""
        await async_wait_recording_done(self.hass)

    async def poll(self) -> None:
        """The coordinator reads the board, and again where a slow machine kept it waiting too long.

        The next poll is five seconds later, and what ended in between would never have been heard here.
        """
        coordinator = self.entry.runtime_data.coordinator
        for _ in range(3):
            await coordinator.async_refresh()
            if coordinator.last_update_success or not self.board.is_serving:
                break
        await self.hass.async_block_till_done()
        # What was missed is counted between two polls, of which there are twelve in a minute.
        while counting := [task for task in asyncio.all_tasks() if task.get_name() == f"{DOMAIN} energy"]:
            await asyncio.wait(counting)
            await self.entry.runtime_data.coordinator.async_refresh()
            await self.hass.async_block_till_done()

    async def compile(self, start: int) -> None:
        """Home Assistant makes the statistics of five minutes, and at the end of an hour those of the hour."""
        await self.recorded()
        get_instance(self.hass).queue_task(StatisticsTask(datetime.fromtimestamp(start, UTC), fire_events=True))
        await self.recorded()
        await self.hass.async_block_till_done()

    async def live_until(self, utc: int) -> None:
        """Let hours pass as they do: polls, states, and statistics ten seconds after each hour.

        Of the statistics of five minutes only the next ones and the last ones of an hour are made.
        """
        while (end := self.now // HOUR_SECONDS * HOUR_SECONDS + HOUR_SECONDS) <= utc:
            await self._hear_quarters_until(end)
            minutes = self.now // _MINUTES * _MINUTES
            if minutes + _MINUTES < end - _MINUTES:
                self.move_to(minutes + _MINUTES + 10)
                await self.poll()
                await self.compile(minutes)
                await self.settled()
            if self.now < end - _MINUTES:
                self.move_to(end - _MINUTES + 10)
                await self.poll()
            # The last state of the hour is of its end, so that its row can be exact.
            self.move_to(end - 0.001)
            await self.poll()
            self.move_to(end + 10)
            await self.poll()
            await self.compile(end - _MINUTES)
            await self.settled()
        if self.now < utc:
            await self._hear_quarters_until(utc)
            self.move_to(utc)
            await self.poll()

    async def _hear_quarters_until(self, utc: int) -> None:
        """What neither card nor register keeps is heard in time or never: each quarter up to its end."""
        lost = self.board.without_card
        while self.board.original and (
            lost.covers(self.now) or lost.covers(self.now // QUARTER_SECONDS * QUARTER_SECONDS)
        ):
            start = self.now // QUARTER_SECONDS * QUARTER_SECONDS
            # The quarter before is looked for on the card for half a minute, and then what was heard of it counts.
            for late in range(start + 5, min(start + 60, utc), 5):
                if late > self.now:
                    self.move_to(late)
                    await self.poll()
            end = start + QUARTER_SECONDS
            if end >= utc:
                return
            self.move_to(end - 0.001)
            await self.poll()
            self.move_to(end + 5)
            await self.poll()

    async def rows(self, entity_id: str, *, unit: str = "Wh", kind: str = "energy") -> list[dict[str, Any]]:
        """All hours of a sensor, with what people see of each (`change`)."""
        found = await get_instance(self.hass).async_add_executor_job(
            lambda: statistics_during_period(
                self.hass,
                datetime.fromtimestamp(0, UTC),
                None,
                {entity_id},
                "hour",
                {kind: unit},
                {"change", "state", "sum", "mean", "min", "max"},
            )
        )
        return [dict(row) for row in found.get(entity_id, [])]

    async def changes(self, entity_id: str, **how: str) -> dict[int, float]:
        """What people see of each hour, by its start."""
        return {int(row["start"]): row["change"] for row in await self.rows(entity_id, **how)}

    def truth(self, start: int, kind: str = "consumed") -> int:
        """What the registers of the house counted in an hour, in Wh."""
        before, after = self.board.house.registers(start), self.board.house.registers(start + HOUR_SECONDS)
        places = (0, 1) if kind == "consumed" else (2, 3)
        return sum(after[place] - before[place] for place in places)

    def last_interval(self, start: int) -> float:
        """What may count in the hour after or before in Wh, where Home Assistant itself saw an hour without registers.

        The last interval before the hour ends is not over when it is last seen.
        """
        powers = [abs(self.board.house.power(utc - INTERVAL_SECONDS)) for utc in (start, start + HOUR_SECONDS)]
        return max(powers) * INTERVAL_SECONDS / HOUR_SECONDS

    async def assert_true(self, first: int, until: int, *, within: float = 1.01) -> None:
        """Every hour of a period is what the house took and gave, and there are no others before it."""
        for entity_id, kind in ((OFFTAKE, "consumed"), (INJECTION, "produced")):
            changes = await self.changes(entity_id)
            wrong = {
                datetime.fromtimestamp(start, UTC).isoformat(): (changes.get(start), self.truth(start, kind))
                for start in range(first, until, HOUR_SECONDS)
                if changes.get(start) is None or abs(changes[start] - self.truth(start, kind)) > within
            }
            assert wrong == {}, entity_id
            assert min(changes) >= first, entity_id
