"""A board is added by its address, corrected, moved and recognised."""

import pytest
from homeassistant.config_entries import (
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.digimon.const import DOMAIN

from .board import DESCRIPTION, INFO, VARIANTS, Board
from .conftest import Tick, state, unique_id
from .flows import TROUBLES, Trouble, announcement, choose, in_trouble, start, submit

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_board_is_added_by_its_address(hass: HomeAssistant, board: Board) -> None:
    flow = await start(hass, SOURCE_USER)
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "board"
    assert flow["data_schema"].schema[CONF_HOST] is not None
    (field,) = flow["data_schema"].schema
    assert field.description == {"suggested_value": "digimon.local"}

    result = await submit(hass, flow, host=f"http://127.0.0.1:{board.port}/")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "digimon"
    assert result["data"] == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}
    assert result["result"].unique_id == unique_id(board)
    assert result["result"].state is ConfigEntryState.LOADED


async def test_an_address_that_is_none_can_be_corrected(hass: HomeAssistant, board: Board) -> None:
    flow = await start(hass, SOURCE_USER)
    flow = await submit(hass, flow, host="digimon local")
    assert flow["errors"] == {CONF_HOST: "invalid_host"}
    (field,) = flow["data_schema"].schema
    assert field.description == {"suggested_value": "digimon local"}
    assert (await submit(hass, flow, host=f"127.0.0.1:{board.port}"))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_board_that_is_off_can_be_switched_on(hass: HomeAssistant, board: Board) -> None:
    await board.stop()
    flow = await start(hass, SOURCE_USER)
    flow = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
    assert flow["errors"] == {"base": "cannot_connect"}
    await board.start()
    assert (await submit(hass, flow, host=f"127.0.0.1:{board.port}"))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(("trouble", "error"), TROUBLES.values(), ids=TROUBLES)
async def test_every_trouble_is_named_and_can_be_got_over(
    hass: HomeAssistant, board: Board, trouble: Trouble, error: str
) -> None:
    with in_trouble(board, trouble, error):
        flow = await start(hass, SOURCE_USER)
        flow = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
        assert flow["type"] is FlowResultType.FORM
        assert flow["errors"] == {"base": error}
    assert (await submit(hass, flow, host=f"127.0.0.1:{board.port}"))["type"] is FlowResultType.CREATE_ENTRY


async def test_the_description_of_another_device_is_not_taken_for_a_board(hass: HomeAssistant, board: Board) -> None:
    del board.documents[INFO]
    board.documents[DESCRIPTION] = b"<root><device><manufacturer>Sonos</manufacturer><UDN>uuid:1</UDN></device></root>"
    flow = await start(hass, SOURCE_USER)
    flow = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
    assert flow["errors"] == {"base": "not_a_board"}


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_known_board_is_not_added_twice_but_followed(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={CONF_HOST: "192.0.2.1", CONF_PORT: 80})
    flow = await start(hass, SOURCE_USER)
    result = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}


async def test_a_board_known_before_it_had_a_serial_number_is_recognised(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, unique_id="38323636-4558-4dda-9188-cda0e6123456")
    flow = await start(hass, SOURCE_USER)
    result = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
    assert result["reason"] == "already_configured"
    assert await hass.config_entries.async_setup(entry.entry_id)


async def test_a_board_can_be_added_by_hand_while_its_discovery_waits(hass: HomeAssistant, board: Board) -> None:
    waiting = await start(hass, SOURCE_ZEROCONF, announcement(board))
    assert waiting["type"] is FlowResultType.FORM
    flow = await start(hass, SOURCE_USER)
    result = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not hass.config_entries.flow.async_progress()


async def test_a_board_that_moved_can_be_found_by_hand(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={CONF_HOST: "192.0.2.1", CONF_PORT: 8080})
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "reconfigure_board")
    assert flow["step_id"] == "reconfigure_board"
    (field,) = flow["data_schema"].schema
    assert field.description == {"suggested_value": "192.0.2.1:8080"}
    flow = await submit(hass, flow, host="a b")
    assert flow["errors"] == {CONF_HOST: "invalid_host"}
    result = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}
    assert entry.state is ConfigEntryState.LOADED


async def test_an_entry_is_never_given_another_board(hass: HomeAssistant, board: Board, entry: MockConfigEntry) -> None:
    board.become("three_phase")
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "reconfigure_board")
    result = await submit(hass, flow, host=f"127.0.0.1:{board.port}")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_device"


async def test_a_board_that_learns_its_serial_number_keeps_all_that_was_recorded(
    hass: HomeAssistant,
    board: Board,
    entry: MockConfigEntry,
    at_meter_time: None,
    device_registry: dr.DeviceRegistry,
    tick: Tick,
) -> None:
    serial, mac = unique_id(board), board.read(INFO)["mac"]
    board.update(INFO, serial="Unknown")
    udn = unique_id(board)
    assert udn.endswith(mac.replace(":", "")[-6:])
    hass.config_entries.async_update_entry(entry, unique_id=udn)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    before = {known.entity_id for known in hass.states.async_all()}
    assert before

    board.update(INFO, serial=serial)
    for _ in range(13):
        board.telegram()
        await tick()

    assert entry.unique_id == serial
    assert entry.state is ConfigEntryState.LOADED
    assert {known.entity_id for known in hass.states.async_all()} == before
    assert state(hass) == "524"
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert {identifier for device in devices for _, identifier in device.identifiers} == {
        serial,
        f"{serial}_gas_7flo2119012345",
    }


async def test_two_entries_for_one_board_stay_two(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, caplog: pytest.LogCaptureFixture
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id=unique_id(board), disabled_by=ConfigEntryDisabler.USER).add_to_hass(hass)
    udn = f"38323636-4558-4dda-9188-cda0e6{board.read(INFO)['mac'].replace(':', '')[-6:]}"
    hass.config_entries.async_update_entry(entry, unique_id=udn)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.unique_id == udn
    assert "digimon is read by another entry, too; remove one of them" in caplog.text
