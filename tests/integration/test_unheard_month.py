"""A month that begins while nothing is heard: what the old one had reached is no licence for the new one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from core.clock import day_start

from .board import METER, Board
from .conftest import LOW_GOAL, At, state
from .metered import Metered

LIMIT = "sensor.digimon_steady_limit"
JULY = day_start(2026, 7, 1)
REACHED = 6000


@pytest.fixture
def options() -> dict[str, Any]:
    return LOW_GOAL


@pytest.fixture
def begin() -> int:
    return JULY - 600


@pytest.fixture
def metered(metered: Metered) -> Metered:
    """Of a house that took 6 kW for a quarter of an hour in June."""
    metered.peak = (JULY - 86_400, REACHED)
    return metered


async def wait_until(hass: HomeAssistant, freezer: FrozenDateTimeFactory, utc: int) -> None:
    """Let time pass in which the meter says nothing new."""
    freezer.move_to(datetime.fromtimestamp(utc, UTC))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_board_that_is_gone_over_midnight_leaves_chargers_the_limit_of_the_new_month(
    hass: HomeAssistant, running: MockConfigEntry, board: Board, at: At, freezer: FrozenDateTimeFactory
) -> None:
    await board.stop()
    await at(JULY - 300)
    assert state(hass, LIMIT) == "5850"
    await at(JULY + 5)
    assert state(hass, LIMIT) == "2350"


async def test_a_meter_that_is_silent_over_midnight_leaves_them_the_same(
    hass: HomeAssistant, running: MockConfigEntry, board: Board, freezer: FrozenDateTimeFactory
) -> None:
    for seconds in range(5, 60, 5):
        await wait_until(hass, freezer, JULY - 600 + seconds)
    assert state(hass, LIMIT) == "5850"
    await wait_until(hass, freezer, JULY + 5)
    assert state(hass, LIMIT) == "2350"


async def test_a_restart_in_the_new_month_does_not_bring_the_old_peak_back(
    hass: HomeAssistant, running: MockConfigEntry, board: Board, freezer: FrozenDateTimeFactory
) -> None:
    assert await hass.config_entries.async_unload(running.entry_id)
    freezer.move_to(datetime.fromtimestamp(JULY + 60, UTC))
    # A board that has heard no telegram since it started.
    board.write(METER, {})
    assert await hass.config_entries.async_setup(running.entry_id)
    await hass.async_block_till_done()
    assert state(hass, LIMIT) == "2350"
    assert running.runtime_data.tariff.figures.steady_w == 2350
    assert running.runtime_data.tariff.figures.target_w == 2500


async def test_the_months_of_a_board_that_is_gone_have_one_that_runs(
    hass: HomeAssistant,
    running: MockConfigEntry,
    board: Board,
    at: At,
    hass_ws_client: WebSocketGenerator,
) -> None:
    await board.stop()
    await at(JULY - 300)
    await at(JULY + 5)
    connection = await hass_ws_client(hass)
    await connection.send_json_auto_id({"type": "digimon/month_peaks"})
    peaks = (await connection.receive_json())["result"]["peaks"]
    assert [peak["month"] for peak in peaks if peak["running"]] in ([], ["2026-07"])
    assert peaks[-1]["month"] == "2026-06"
    assert peaks[-1]["power"] == REACHED
