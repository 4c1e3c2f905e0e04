"""Boards that are found: by mDNS, SSDP, and the addresses that a router hands out."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_SSDP,
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntryState,
)
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.digimon.monitor import BoardClient

from .board import DESCRIPTION, INFO, QUARTER, VARIANTS, Board
from .conftest import Tick, entry_of, unique_id
from .faults import Fault
from .flows import TROUBLES, Trouble, announcement, in_trouble, start, submit

MANIFEST = json.loads((Path(__file__).parents[2] / "custom_components/digimon/manifest.json").read_text())

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_board_that_announces_itself_is_added_by_one_click(hass: HomeAssistant, board: Board) -> None:
    flow = await start(hass, SOURCE_ZEROCONF, announcement(board))
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "discovery_confirm"
    assert flow["description_placeholders"]["name"] == "digimon"
    assert flow["description_placeholders"]["host"] == "127.0.0.1"
    (progress,) = hass.config_entries.flow.async_progress()
    assert progress["context"]["title_placeholders"] == {"name": "digimon", "host": "127.0.0.1"}

    result = await submit(hass, flow)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "digimon"
    assert result["data"] == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}
    assert result["result"].unique_id == unique_id(board)


@pytest.mark.parametrize(("trouble", "error"), TROUBLES.values(), ids=TROUBLES)
async def test_a_discovered_board_in_trouble_is_left_alone_until_it_recovers(
    hass: HomeAssistant, board: Board, trouble: Trouble, error: str
) -> None:
    with in_trouble(board, trouble, error):
        result = await start(hass, SOURCE_ZEROCONF, announcement(board))
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == error
    assert (await start(hass, SOURCE_ZEROCONF, announcement(board)))["type"] is FlowResultType.FORM


async def test_a_discovered_board_that_is_still_busy_is_asked_again(
    hass: HomeAssistant, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BoardClient.__init__.__kwdefaults__ or {}, "timeout_seconds", 1)
    board.faults_once[INFO] = Fault.SLOW
    assert (await start(hass, SOURCE_ZEROCONF, announcement(board)))["type"] is FlowResultType.FORM
    assert board.unanswered == 1


async def test_a_known_board_at_a_new_address_is_followed(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={CONF_HOST: "192.0.2.1", CONF_PORT: 80})
    result = await start(hass, SOURCE_ZEROCONF, announcement(board))
    assert result["reason"] == "already_configured"
    assert entry.data == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}


async def test_a_board_that_announces_itself_again_is_shown_once(hass: HomeAssistant, board: Board) -> None:
    await start(hass, SOURCE_ZEROCONF, announcement(board))
    result = await start(hass, SOURCE_ZEROCONF, announcement(board, name="digimon-2"))
    assert result["reason"] == "already_in_progress"
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_a_board_that_moved_before_anybody_answered_is_added_where_it_is(
    hass: HomeAssistant, board: Board, at_meter_time: None
) -> None:
    await start(hass, SOURCE_ZEROCONF, announcement(board))
    await board.stop()
    board.port = 0
    await board.start()
    flow = await start(hass, SOURCE_ZEROCONF, announcement(board))
    assert len(hass.config_entries.flow.async_progress()) == 1
    result = await submit(hass, flow)
    assert result["data"][CONF_PORT] == board.port
    assert result["result"].state is ConfigEntryState.LOADED


async def test_a_board_that_went_off_before_anybody_answered_can_be_switched_on(
    hass: HomeAssistant, board: Board
) -> None:
    flow = await start(hass, SOURCE_ZEROCONF, announcement(board))
    await board.stop()
    flow = await submit(hass, flow)
    assert (flow["step_id"], flow["errors"]) == ("discovery_confirm", {"base": "cannot_connect"})
    await board.start()
    assert (await submit(hass, flow))["type"] is FlowResultType.CREATE_ENTRY


async def test_another_board_that_got_the_address_before_anybody_answered_is_not_added_in_its_place(
    hass: HomeAssistant, board: Board
) -> None:
    flow = await start(hass, SOURCE_ZEROCONF, announcement(board))
    board.become("three_phase")
    assert (await submit(hass, flow))["reason"] == "wrong_device"


@pytest.mark.parametrize("variant", ["original"])
async def test_a_board_that_was_added_meanwhile_by_its_serial_number_is_not_added_twice(
    hass: HomeAssistant, board: Board
) -> None:
    known = board.documents[DESCRIPTION]
    board.documents[DESCRIPTION] = re.sub(rb"(?<=<serialNumber>)[^<]*", b"Unknown", known)
    flow = await start(hass, SOURCE_ZEROCONF, announcement(board))
    board.documents[DESCRIPTION] = known
    by_hand = await submit(hass, await start(hass, SOURCE_USER), host=f"127.0.0.1:{board.port}")
    assert by_hand["type"] is FlowResultType.CREATE_ENTRY
    assert (await submit(hass, flow))["reason"] == "already_configured"


async def test_two_boards_of_the_same_name_stay_two(hass: HomeAssistant, board: Board, entry: MockConfigEntry) -> None:
    async with Board("three_phase") as other:
        result = await start(hass, SOURCE_ZEROCONF, announcement(other))
        assert result["type"] is FlowResultType.FORM
        assert entry.data[CONF_PORT] == board.port
        assert (await submit(hass, result))["result"].unique_id == unique_id(other)


async def test_the_identity_is_asked_and_no_reading(hass: HomeAssistant, board: Board) -> None:
    await start(hass, SOURCE_ZEROCONF, announcement(board))
    assert board.requests == [INFO]
    assert QUARTER not in board.requests


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("digimon", "anything"),
        ("Digimon-2", "anything"),
        ("huis", "LilyGo TTGO T8 ESP32 C3 V1.1"),
        ("huis", "LilyGo TTGO T8 ESP32 S2 V1.1"),
        ("huis", "Wemos ESP32 S2 Mini"),
    ],
)
def test_home_assistant_is_told_to_look_for_every_board_under_any_name(name: str, model: str) -> None:
    # As Home Assistant does: patterns against the lower-cased announcement, keys as they are.
    service = f"{name}._http._tcp.local.".lower()
    assert any(
        matcher["type"] == "_http._tcp.local."
        and fnmatch(service, matcher.get("name", "*"))
        and fnmatch(model.lower(), matcher.get("properties", {}).get("board", "*"))
        for matcher in MANIFEST["zeroconf"]
    )


def test_home_assistant_is_not_told_to_look_at_other_web_servers() -> None:
    for matcher in MANIFEST["zeroconf"]:
        assert not fnmatch("printer._http._tcp.local.", matcher.get("name", "*")) or not fnmatch(
            "esp32 devkit", matcher.get("properties", {}).get("board", "*")
        )


def ssdp(board: Board, location: str | None = None) -> SsdpServiceInfo:
    """What a board announces by SSDP."""
    return SsdpServiceInfo(
        ssdp_usn="uuid:38323636-4558-4dda-9188-cda0e6123458::upnp:rootdevice",
        ssdp_st="upnp:rootdevice",
        ssdp_location=location or f"http://127.0.0.1:{board.port}/description.xml",
        upnp={"manufacturer": "Ockernuts", "modelDescription": "Digitale Meter Monitor"},
    )


def lease(mac: str = "020000123458", hostname: str = "digimon") -> DhcpServiceInfo:
    """What is seen when a router hands out an address."""
    return DhcpServiceInfo(ip="127.0.0.1", hostname=hostname, macaddress=mac)


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_board_that_is_found_by_ssdp_is_added_by_one_click(hass: HomeAssistant, board: Board) -> None:
    flow = await start(hass, SOURCE_SSDP, ssdp(board))
    assert flow["step_id"] == "discovery_confirm"
    result = await submit(hass, flow)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == unique_id(board)


async def test_an_ssdp_announcement_without_a_possible_address_is_left_alone(hass: HomeAssistant, board: Board) -> None:
    result = await start(hass, SOURCE_SSDP, ssdp(board, location="http:// /description.xml"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_a_board")


async def test_a_board_that_is_found_twice_is_shown_once(hass: HomeAssistant, board: Board) -> None:
    await start(hass, SOURCE_ZEROCONF, announcement(board))
    result = await start(hass, SOURCE_SSDP, ssdp(board))
    assert result["reason"] == "already_in_progress"


async def test_a_board_that_gets_an_address_is_asked_at_the_port_of_the_api(
    hass: HomeAssistant, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.digimon.config_flow.DEFAULT_PORT", board.port)
    flow = await start(hass, SOURCE_DHCP, lease())
    assert flow["step_id"] == "discovery_confirm"
    assert (await submit(hass, flow))["result"].unique_id == unique_id(board)


async def test_another_device_of_that_name_is_left_alone(
    hass: HomeAssistant, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.digimon.config_flow.DEFAULT_PORT", board.port)
    board.faults[INFO] = Fault.NO_JSON
    result = await start(hass, SOURCE_DHCP, lease(hostname="digimon-camera"))
    assert result["reason"] == "not_a_board"


async def test_a_known_board_is_followed_by_its_mac_address_also_at_another_port(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    hass.config_entries.async_update_entry(loaded, data={CONF_HOST: "127.0.0.2", CONF_PORT: board.port})
    result = await start(hass, SOURCE_DHCP, lease(mac=board.read(INFO)["mac"].replace(":", ""), hostname="anything"))
    assert result["reason"] == "already_configured"
    assert loaded.data == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}


async def test_a_known_board_is_told_from_others_by_its_mac_address(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None
) -> None:
    async with Board("three_phase") as other:
        first = entry_of(hass, other, "first")
        assert await hass.config_entries.async_setup(first.entry_id)
        await hass.async_block_till_done()
        for known in (first, entry):
            await hass.config_entries.async_unload(known.entry_id)
            hass.config_entries.async_update_entry(known, data=known.data | {CONF_HOST: "127.0.0.2"})
        for known, answering in ((first, other), (entry, board)):
            result = await start(hass, SOURCE_DHCP, lease(mac=answering.read(INFO)["mac"].replace(":", "")))
            assert result["reason"] == "already_configured"
            assert known.data == {CONF_HOST: "127.0.0.1", CONF_PORT: answering.port}


async def test_what_a_board_announces_while_it_is_read_costs_it_no_request(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry
) -> None:
    board.requests.clear()
    result = await start(hass, SOURCE_ZEROCONF, announcement(board))
    assert result["reason"] == "already_configured"
    assert board.requests == []


async def test_two_boards_whose_addresses_were_exchanged_are_both_followed(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    async with Board("three_phase") as other:
        second = entry_of(hass, other)
        assert await hass.config_entries.async_setup(second.entry_id)
        board.become("three_phase")
        other.become("single_phase")
        await tick(60)
        assert loaded.runtime_data.coordinator.last_exception.translation_key == "wrong_device"
        for announced in (board, other):
            assert (await start(hass, SOURCE_ZEROCONF, announcement(announced)))["reason"] == "already_configured"
        await hass.async_block_till_done()
        assert loaded.data[CONF_PORT] == other.port
        assert second.data[CONF_PORT] == board.port
        assert loaded.state is second.state is ConfigEntryState.LOADED


async def test_the_matchers_are_those_of_what_boards_announce() -> None:
    assert {"manufacturer": "Ockernuts", "modelDescription": "Digitale Meter Monitor"} in MANIFEST["ssdp"]
    assert {"hostname": "digimon*"} in MANIFEST["dhcp"]
    assert {"registered_devices": True} in MANIFEST["dhcp"]
