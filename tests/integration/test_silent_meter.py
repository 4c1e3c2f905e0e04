"""A board goes on answering after its meter fell silent: what it answers then is not shown."""

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .board import Board
from .conftest import Tick, said, shown, state


@pytest.mark.parametrize("variant", ["single_phase", "original"])
async def test_a_silent_meter_is_unavailable_after_thirty_seconds(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick, caplog: pytest.LogCaptureFixture
) -> None:
    before = state(hass)
    for _ in range(5):
        await tick()
        assert state(hass) == before
    for _ in range(5):
        await tick()
        assert shown(hass) == {STATE_UNAVAILABLE}
    assert said(caplog) == ["digimon answers, but its meter sends no telegrams"]
    caplog.clear()
    board.telegram(50)
    await tick()
    assert state(hass) == before
    assert said(caplog) == ["The meter of digimon sends telegrams again"]


async def test_what_a_meter_said_long_ago_is_not_shown_at_the_start(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, freezer: FrozenDateTimeFactory
) -> None:
    freezer.tick(31)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.async_all("sensor") == []


async def test_a_meter_whose_clock_is_not_ours_is_believed_once_it_moves(
    hass: HomeAssistant,
    board: Board,
    entry: MockConfigEntry,
    at_meter_time: None,
    freezer: FrozenDateTimeFactory,
    tick: Tick,
    caplog: pytest.LogCaptureFixture,
) -> None:
    freezer.tick(3600)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass) is None
    board.telegram()
    await tick()
    assert state(hass) == "524"
    assert said(caplog) == []


async def test_what_a_meter_said_during_an_outage_is_judged_by_its_age(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    await board.stop()
    await tick()
    await tick(3600)
    # It fell silent a minute after we lost the board.
    board.telegram(65)
    await board.start()
    await tick()
    assert state(hass) == STATE_UNAVAILABLE
