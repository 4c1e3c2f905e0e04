import json

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.digimon.diagnostics import async_get_config_entry_diagnostics

from .board import DESCRIPTION, INFO, METER, Board
from .conftest import Tick, unique_id


@pytest.mark.parametrize("variant", ["three_phase", "original"])
async def test_diagnostics_tell_what_was_answered(
    hass: HomeAssistant, loaded: MockConfigEntry, snapshot: SnapshotAssertion
) -> None:
    assert await async_get_config_entry_diagnostics(hass, loaded) == snapshot(exclude=props("port"))


@pytest.mark.parametrize("variant", ["single_phase", "three_phase", "original"])
async def test_diagnostics_do_not_tell_whose_house_it_is(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None
) -> None:
    secrets = [unique_id(board), "127.0.0.1", "Peeters", "12345", "4711", "5414488", "FLU5", "9185"]
    hass.config_entries.async_update_entry(entry, options={"capacity": {"area": "imewo", "postcode": "9185"}})
    if INFO in board.documents:
        board.update(INFO, name="huis-peeters")
        board.update(METER, message="Beste familie Peeters", message_code="4711")
    else:
        board.documents[DESCRIPTION] = board.documents[DESCRIPTION].replace(b">digimon<", b">huis-peeters<")
    assert await hass.config_entries.async_setup(entry.entry_id)
    text = json.dumps(await async_get_config_entry_diagnostics(hass, entry)).lower()
    assert [secret for secret in secrets if secret.lower() in text] == []


async def test_diagnostics_tell_what_failed(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    await board.stop()
    await tick()
    diagnostics = await async_get_config_entry_diagnostics(hass, loaded)
    assert diagnostics["last_update_success"] is False
    assert diagnostics["last_failure"] == "cannot_connect"
    assert diagnostics["source"]["board"] is None
