"""What the integration's tests have in common: a board on a socket, an entry for it, and time."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import async_get_device_id_by_identifier
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from core.clock import day_start, quarter_start
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor.identity import parse_description, parse_info

from .board import DESCRIPTION, INFO, METER, QUARTER, Board
from .metered import Load, Metered

type Tick = Callable[..., Awaitable[None]]
type At = Callable[[int], Awaitable[None]]

EVENING = day_start(2026, 6, 10) + 18 * 3600
"""Begin of a quarter (utc)."""

YEAR = {(2025 if month > 5 else 2026, month): 3000 + 100 * month for month in range(1, 13)}
"""Month peaks of the twelve months before it: (year, month) -> W."""

LOW_GOAL: dict[str, Any] = {"capacity": {"area": "antwerpen", "goal_w": 2500}}
"""Options of who wants to be warned from the least on that is paid for."""


def car_in_the_evening(utc: int) -> int:
    """A house, and a car that is plugged in as the evening begins, in W."""
    return 7900 if utc >= EVENING else 500


@pytest.fixture(autouse=True)
def without_breath(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test has stopped the clock, a breath between two requests would never end."""
    monkeypatch.setattr("custom_components.digimon.monitor.archive.BREATH_SECONDS", 0)


@pytest.fixture(autouse=True)
def quiet_database() -> None:
    """Of each statement there is a line otherwise, which takes longer than the statement."""
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots in the form of Home Assistant's own tests."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture(autouse=True)
def no_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here asks the internet; a test of updates has a release server of its own."""
    monkeypatch.setattr("custom_components.digimon.releases.RELEASES_URL", "http://127.0.0.1:9/")


@pytest.fixture
def variant() -> str:
    """Which board and meter; parametrise to have another."""
    return "single_phase"


@pytest.fixture
async def board(variant: str, socket_enabled: None) -> AsyncIterator[Board]:
    """A board that answers on 127.0.0.1."""
    async with Board(variant) as board:
        yield board


@pytest.fixture
def entry(hass: HomeAssistant, board: Board, enable_custom_integrations: None) -> MockConfigEntry:
    """An entry for the board, not set up yet."""
    return entry_of(hass, board)


def entry_of(hass: HomeAssistant, board: Board, title: str = "digimon") -> MockConfigEntry:
    """An entry for a board, not set up yet."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=title,
        unique_id=unique_id(board),
        data={CONF_HOST: "127.0.0.1", CONF_PORT: board.port},
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def loaded(hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None) -> MockConfigEntry:
    """The entry, set up at the time of its meter."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


@pytest.fixture
def at_meter_time(board: Board, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock at the time of the fixture's meter."""
    freezer.move_to(datetime.fromtimestamp(meter_time(board), UTC))


@pytest.fixture
def tick(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Tick:
    """Let time pass and its polls happen."""

    async def let_pass(seconds: float = 5) -> None:
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return let_pass


@pytest.fixture
def options() -> dict[str, Any]:
    """Of the entry; parametrise to have others."""
    return {"capacity": {"area": "antwerpen"}}


@pytest.fixture
def load() -> Load:
    """What the house takes; parametrise to have another."""
    return lambda _: 500


@pytest.fixture
def begin() -> int:
    """When the meter is first looked at."""
    return EVENING - 30


@pytest.fixture
def listed() -> dict[tuple[int, int], int]:
    """The months that the meter lists; parametrise to have others."""
    return dict(YEAR)


@pytest.fixture
def metered(board: Board, load: Load, begin: int, variant: str, listed: dict[tuple[int, int], int]) -> Metered:
    if variant == "without_peaks":
        return Metered(board, load, begin - 900, sends_demand=False)
    return Metered(board, load, begin - 900, peak=(EVENING - 57_600, 2000), listed=listed)


@pytest.fixture
def at(hass: HomeAssistant, metered: Metered, freezer: FrozenDateTimeFactory) -> At:
    """Come to an instant, and poll then."""

    async def come_to(utc: int) -> None:
        metered.show(utc)
        freezer.move_to(datetime.fromtimestamp(utc, UTC))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return come_to


@pytest.fixture
async def running(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    metered: Metered,
    options: dict[str, Any],
    begin: int,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """The entry with its options, set up at the begin."""
    hass.config_entries.async_update_entry(entry, options=options)
    metered.show(begin)
    freezer.move_to(datetime.fromtimestamp(begin, UTC))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def state(hass: HomeAssistant, entity_id: str = "sensor.digimon_net_power") -> str | None:
    """The state of an entity; None when there is no such entity."""
    found = hass.states.get(entity_id)
    return None if found is None else found.state


def board_device(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """The id of the device of a board."""
    return async_get_device_id_by_identifier(hass, (DOMAIN, str(entry.unique_id)), config_entry_id=entry.entry_id)


async def automate(hass: HomeAssistant, automation: dict[str, Any]) -> None:
    """Set an automation up, the first of its test, as one writes it in YAML."""
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()


def shown(hass: HomeAssistant) -> set[str]:
    """The states of all sensors, less the limit that chargers go by when nothing is heard."""
    return {
        sensor.state for sensor in hass.states.async_all("sensor") if sensor.entity_id != "sensor.digimon_steady_limit"
    }


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What we wrote in the log, since it was last cleared."""
    return [
        record.message
        for record in caplog.records
        if record.name.startswith("custom_components.digimon") and record.levelno >= logging.INFO
    ]


def unique_id(board: Board) -> str:
    """What a board is known by."""
    if INFO in board.documents:
        return parse_info(board.documents[INFO]).unique_id
    return parse_description(board.documents[DESCRIPTION]).unique_id


def meter_time(board: Board) -> int:
    """The clock of a board's meter."""
    if METER in board.documents:
        return int(board.read(METER)["time"])
    quarter = board.read(QUARTER)
    return quarter_start(quarter["quarter_id"]) + 5 * len(quarter["consumed_power_interval_avgs"])
