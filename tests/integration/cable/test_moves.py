"""Where a cable is read from, changed by hand: another port, a board instead, and what is refused."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from core.telegram import crc16
from custom_components.digimon.cable import source
from custom_components.digimon.cable.probe import unique_id_of
from custom_components.digimon.const import DOMAIN
from simulator.house import House
from tests.integration.board import INFO, METER, Board
from tests.integration.conftest import unique_id
from tests.integration.faults import Fault

from .port import Port
from .test_entry import add, now, sending, submit, until

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "at_once")
__all__ = ["now", "sending"]

SERIAL = "1SAG3100000001"
BOARD, CABLE = "reconfigure_board", "reconfigure_cable"


@pytest.fixture
async def cable(hass: HomeAssistant, port: Port, sending: Callable[[int], None]) -> Any:
    """An entry that reads the port."""
    entry = (await add(hass, port))["result"]
    assert entry.unique_id == unique_id_of(SERIAL)
    return entry


async def choose(hass: HomeAssistant, entry: Any, step: str) -> Any:
    """Begin to reconfigure."""
    context: Any = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    flow: Any = await hass.config_entries.flow.async_init(DOMAIN, context=context)
    return await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": step})


async def to_board(hass: HomeAssistant, entry: Any, board: Board) -> Any:
    """Reconfigure to a board."""
    flow = await choose(hass, entry, BOARD)
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_HOST: f"127.0.0.1:{board.port}"})
    await hass.async_block_till_done()
    return result


def entity_ids(hass: HomeAssistant, entry: Any) -> set[str]:
    return {entity.entity_id for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}


@pytest.mark.parametrize("typed", ["{}", " {} "])
async def test_the_same_port_again_sets_it_up_anew(hass: HomeAssistant, port: Port, cable: Any, typed: str) -> None:
    """Also under another name of it."""
    before = cable.runtime_data
    result = await submit(hass, await choose(hass, cable, CABLE), typed.format(port.address))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert cable.state is ConfigEntryState.LOADED
    assert cable.runtime_data is not before
    assert await hass.config_entries.async_unload(cable.entry_id)


async def test_a_port_that_cannot_be_read_is_corrected_and_the_meter_keeps_its_entities(
    hass: HomeAssistant, cable: Any, house: House, now: int
) -> None:
    before = entity_ids(hass, cable)
    flow = await submit(hass, await choose(hass, cable, CABLE), "socket://127.0.0.1:1")
    assert (flow["type"], flow["errors"]) == (FlowResultType.FORM, {"base": "cable_lost"})
    async with Port() as other:
        other.say(house.telegram(now))
        result = await submit(hass, flow, other.address)
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
        assert cable.data == {CONF_DEVICE: other.address}
        assert cable.unique_id == unique_id_of(SERIAL)
        assert entity_ids(hass, cable) == before
        assert await hass.config_entries.async_unload(cable.entry_id)


async def test_a_cable_that_is_lost_is_replaced_by_a_board(hass: HomeAssistant, cable: Any, board: Board) -> None:
    """Which meter it read is not known then."""
    assert await hass.config_entries.async_unload(cable.entry_id)
    result = await to_board(hass, cable, board)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert cable.data == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}
    assert cable.unique_id == unique_id(board)


async def test_a_board_that_has_an_entry_is_not_read_by_another(hass: HomeAssistant, cable: Any, board: Board) -> None:
    MockConfigEntry(domain=DOMAIN, title="other", unique_id=unique_id(board)).add_to_hass(hass)
    result = await to_board(hass, cable, board)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert CONF_DEVICE in cable.data
    assert await hass.config_entries.async_unload(cable.entry_id)


async def test_the_board_of_another_meter_is_refused(hass: HomeAssistant, cable: Any, board: Board) -> None:
    result = await to_board(hass, cable, board)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_meter")
    assert cable.unique_id == unique_id_of(SERIAL)
    assert await hass.config_entries.async_unload(cable.entry_id)


@pytest.mark.parametrize(
    ("fault", "reason"), [(Fault.SERVER_ERROR, "unexpected_answer"), (Fault.HUNG_UP, "cannot_connect")]
)
async def test_a_board_that_does_not_say_which_meter_it_reads_is_refused(
    hass: HomeAssistant, cable: Any, board: Board, fault: Fault, reason: str
) -> None:
    board.faults[METER] = fault
    result = await to_board(hass, cable, board)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)
    board.faults.clear()
    board.update(METER, serial=SERIAL)
    result = await to_board(hass, cable, board)
    assert result["reason"] == "reconfigure_successful"
    assert cable.unique_id == board.read(INFO)["serial"]


async def test_the_cable_of_a_meter_that_has_an_entry_is_not_read_by_another(
    hass: HomeAssistant, cable: Any, board: Board, house: House, now: int
) -> None:
    """A board that has gone tells no more which meter it reads."""
    gone = MockConfigEntry(domain=DOMAIN, title="gone", unique_id=unique_id(board), data={CONF_HOST: "127.0.0.1"})
    gone.add_to_hass(hass)
    entity = er.async_get(hass).async_get_or_create(
        "sensor", DOMAIN, f"{unique_id(board)}_net_power", config_entry=gone
    )
    async with Port() as other:
        other.say(house.telegram(now))
        result = await submit(hass, await choose(hass, gone, CABLE), other.address)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert gone.unique_id == unique_id(board)
    assert er.async_get(hass).async_get(entity.entity_id) == entity
    assert cable.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_unload(cable.entry_id)


def is_being_tried(entry: Any) -> bool:
    return bool(entry.state is ConfigEntryState.SETUP_IN_PROGRESS)


async def test_an_entry_that_just_tries_again_can_be_changed(
    hass: HomeAssistant, port: Port, house: House, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read is tried again and again, and who mends it need not hit a moment between."""
    monkeypatch.setattr(source, "FIRST_TELEGRAM_SECONDS", 2)
    entry = MockConfigEntry(domain=DOMAIN, title="P1", unique_id="port_x", data={CONF_DEVICE: port.address})
    entry.add_to_hass(hass)
    trying = asyncio.create_task(hass.config_entries.async_setup(entry.entry_id))
    await until(lambda: port.connections == 1)
    async with Port() as other:
        other.say(house.telegram(now))
        flow = await choose(hass, entry, CABLE)
        assert is_being_tried(entry)
        result = await submit(hass, flow, other.address)
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
        await trying
        await hass.async_block_till_done()
        assert entry.unique_id == unique_id_of(SERIAL)
        assert entry.state is ConfigEntryState.LOADED
        assert await hass.config_entries.async_unload(entry.entry_id)


async def reads_another_meter(hass: HomeAssistant, entry: Any, port: Port, telegram: bytes) -> None:
    """Let the grid operator put another meter in the place of that of an entry."""
    await port.unplug()
    port.say(telegram)
    await port.plug_in()
    await until(lambda: entry.runtime_data.coordinator.source._failure == "wrong_meter")  # noqa: SLF001 - as a poll tells
    await entry.runtime_data.coordinator.async_refresh()
    assert not entry.runtime_data.coordinator.last_update_success


def of_another_meter(telegram: bytes) -> bytes:
    ours, theirs = (serial.encode().hex().encode() for serial in (SERIAL, "1SAG3109999999"))
    body = telegram[: telegram.rindex(b"!") + 1].replace(ours, theirs)
    return body + f"{crc16(body):04X}\r\n".encode()


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_meter_that_was_replaced_goes_on_in_the_same_sensors(
    hass: HomeAssistant, port: Port, cable: Any, house: House, now: int, *, restarted: bool
) -> None:
    before = entity_ids(hass, cable)
    await reads_another_meter(hass, cable, port, of_another_meter(house.telegram(now + 1)))
    if restarted:
        await hass.config_entries.async_reload(cable.entry_id)
        assert cable.state is ConfigEntryState.SETUP_RETRY
    asked = await submit(hass, await choose(hass, cable, CABLE), port.address)
    assert (asked["type"], asked["step_id"]) == (FlowResultType.FORM, "reconfigure_replaced")
    # Who thinks again has changed nothing.
    assert cable.unique_id == unique_id_of(SERIAL)
    result = await hass.config_entries.flow.async_configure(asked["flow_id"], {})
    await hass.async_block_till_done()
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert cable.state is ConfigEntryState.LOADED
    assert cable.unique_id == unique_id_of("1SAG3109999999")
    assert before <= entity_ids(hass, cable)
    assert cable.runtime_data.coordinator.last_update_success
    assert await hass.config_entries.async_unload(cable.entry_id)


async def test_another_meter_is_not_taken_for_that_of_a_cable_that_cannot_be_read(
    hass: HomeAssistant, cable: Any, house: House, now: int
) -> None:
    assert await hass.config_entries.async_unload(cable.entry_id)
    async with Port() as other:
        other.say(of_another_meter(house.telegram(now)))
        asked = await submit(hass, await choose(hass, cable, CABLE), other.address)
        assert (asked["type"], asked["step_id"]) == (FlowResultType.FORM, "reconfigure_replaced")
        assert cable.unique_id == unique_id_of(SERIAL)
        assert cable.data != {CONF_DEVICE: other.address}
