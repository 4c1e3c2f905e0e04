"""A cable as an entry of Home Assistant, and the way from a board to a cable and back."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components import usb
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PORT, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from core.clock import quarter_id_at
from custom_components.digimon.cable.entry import async_find_port
from custom_components.digimon.cable.probe import serial_of, unique_id_of
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.diagnostics import async_get_config_entry_diagnostics
from simulator.house import House
from tests.integration.board import METER, Board

from .lines import UsbLine
from .port import Port

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "at_once")


@pytest.fixture
def now() -> int:
    """The real time: what opens a lost port again waits by it."""
    return int(time.time())


@pytest.fixture
def sending(port: Port, house: House, now: int) -> Callable[[int], None]:
    """A meter that sends; call it with another instant to let time pass."""

    def at(utc: int) -> None:
        port.say(house.telegram(utc))

    at(now)
    return at


@pytest.fixture
async def loaded(hass: HomeAssistant, board: Board, entry: MockConfigEntry, now: int) -> MockConfigEntry:
    """The entry of a board, set up."""
    board.write(METER, board.read(METER) | {"time": now, "quarter_id": quarter_id_at(now)})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


@pytest.fixture
def serial(house: House) -> str:
    """Of the house's meter."""
    return "1SAG3100000001"


async def add(hass: HomeAssistant, port: Port) -> Any:
    """Add a cable as a person does."""
    flow: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["type"] is FlowResultType.MENU
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "cable"})
    assert flow["step_id"] == "cable"
    return await submit(hass, flow, port.address)


async def submit(hass: HomeAssistant, flow: Any, device: str) -> Any:
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_DEVICE: device})
    await hass.async_block_till_done()
    return result


def value(hass: HomeAssistant, entry: ConfigEntry, key: str) -> str:
    """The state of the sensor of a key."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{entry.unique_id}_{key}")
    assert entity_id is not None
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


async def test_a_cable_is_added_and_shows_the_meter(
    hass: HomeAssistant, port: Port, house: House, sending: Callable[[int], None], serial: str, now: int
) -> None:
    result = await add(hass, port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == {CONF_DEVICE: port.address}
    assert entry.unique_id == unique_id_of(serial)
    consumed, produced = house.power(now)
    assert value(hass, entry, "net_power") == str(consumed - produced)
    # What belongs to a board is not there.
    assert hass.states.async_entity_ids("button") == [
        entity_id for entity_id in hass.states.async_entity_ids("button") if "restart" not in entity_id
    ]
    (device,) = [
        device
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if (DOMAIN, entry.unique_id) in device.identifiers
    ]
    assert device.serial_number == serial
    diagnostics = str(await async_get_config_entry_diagnostics(hass, entry))
    assert serial not in diagnostics
    assert port.address not in diagnostics
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_port_that_cannot_be_read_can_be_corrected(
    hass: HomeAssistant, port: Port, sending: Callable[[int], None]
) -> None:
    flow: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "cable"})
    flow = await submit(hass, flow, "socket://127.0.0.1:1")
    assert flow["errors"] == {"base": "cable_lost"}
    flow = await submit(hass, flow, "nowhere://")
    assert flow["errors"] == {"base": "cable_lost"}
    result = await submit(hass, flow, port.address)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert await hass.config_entries.async_unload(result["result"].entry_id)


async def test_the_same_cable_is_not_added_twice(
    hass: HomeAssistant, port: Port, sending: Callable[[int], None]
) -> None:
    entry = (await add(hass, port))["result"]
    again = await add(hass, port)
    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_unplugged_it_is_unavailable_and_plugged_in_it_is_back(
    hass: HomeAssistant, port: Port, sending: Callable[[int], None], now: int
) -> None:
    entry = (await add(hass, port))["result"]
    await port.unplug()
    await until(lambda: failure_of(entry) == "cable_lost")
    await entry.runtime_data.coordinator.async_refresh()
    assert value(hass, entry, "net_power") == STATE_UNAVAILABLE
    heard = telegrams(entry)
    sending(now + 1)
    await port.plug_in()
    await until(lambda: telegrams(entry) > heard)
    await entry.runtime_data.coordinator.async_refresh()
    assert value(hass, entry, "net_power") != STATE_UNAVAILABLE
    assert await hass.config_entries.async_unload(entry.entry_id)


def failure_of(entry: Any) -> str | None:
    failure: str | None = entry.runtime_data.coordinator.source._failure  # noqa: SLF001 - the next poll would tell it
    return failure


def telegrams(entry: Any) -> int:
    number: int = entry.runtime_data.coordinator.source.diagnostics()["telegrams_good"]
    return number


async def until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - nothing else tells that bytes have come through
        await asyncio.sleep(0.005)


async def test_a_device_is_kept_by_the_name_that_lasts_and_followed_to_another_place(
    hass: HomeAssistant, house: House, now: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names and places are those that Home Assistant's usb tells; here is no udev that makes them."""
    line = UsbLine(tmp_path)
    line.plug_in()

    async def send() -> None:
        while True:
            line.offer(house.telegram(now))
            await asyncio.sleep(0.02)

    sending = asyncio.create_task(send())
    hass.config.components.add("usb")
    monkeypatch.setattr(usb, "get_serial_by_id", lambda _: line.address)
    flow: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "cable"})
    result = await submit(hass, flow, str(Path(line.address).resolve()))  # noqa: ASYNC240 - of a pty
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.data == {CONF_DEVICE: line.address}
    await until(lambda: telegrams(entry) > 0)
    assert await async_find_port(hass, line.address) == line.address
    # Home Assistant 2026.11 finds it by what it is.
    monkeypatch.setattr(usb, "async_find_moved_serial_port", lambda _, path: f"{path}-moved", raising=False)
    assert await async_find_port(hass, line.address) == f"{line.address}-moved"
    monkeypatch.setattr(usb, "async_find_moved_serial_port", lambda *_: None)
    assert await async_find_port(hass, line.address) == line.address
    assert await hass.config_entries.async_unload(entry.entry_id)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    line.unplug()


async def test_removed_it_leaves_no_quarters(hass: HomeAssistant, port: Port, sending: Callable[[int], None]) -> None:
    entry = (await add(hass, port))["result"]
    path = Path(hass.config.path(DOMAIN, f"{entry.entry_id}.db"))
    assert await asyncio.to_thread(path.exists)
    await hass.config_entries.async_remove(entry.entry_id)
    assert await asyncio.to_thread(lambda: list(path.parent.glob(f"{entry.entry_id}*"))) == []


async def test_a_board_becomes_a_cable_and_a_board_again(
    hass: HomeAssistant,
    port: Port,
    board: Board,
    loaded: MockConfigEntry,
    sending: Callable[[int], None],
    serial: str,
) -> None:
    entry = loaded
    board.write(METER, board.read(METER) | {"serial": serial})
    await entry.runtime_data.coordinator.async_refresh()
    before = {
        entity.entity_id: entity.unique_id.removeprefix(f"{entry.unique_id}_")
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if entity.domain == "sensor"
    }
    board_id = entry.unique_id

    flow: Any = await entry.start_reconfigure_flow(hass)
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "reconfigure_cable"})
    result = await submit(hass, flow, port.address)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == {CONF_DEVICE: port.address}
    assert entry.unique_id == unique_id_of(serial)
    after = {
        entity.entity_id: entity.unique_id.removeprefix(f"{entry.unique_id}_")
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if entity.domain == "sensor"
    }
    assert before.items() <= after.items()
    assert value(hass, entry, "consumed_energy") != STATE_UNAVAILABLE

    flow = await entry.start_reconfigure_flow(hass)
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "reconfigure_board"})
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_HOST: f"127.0.0.1:{board.port}"})
    await hass.async_block_till_done()
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == {CONF_HOST: "127.0.0.1", CONF_PORT: board.port}
    assert entry.unique_id == board_id


async def test_the_cable_of_another_meter_is_refused(
    hass: HomeAssistant, port: Port, board: Board, loaded: MockConfigEntry, sending: Callable[[int], None]
) -> None:
    assert board.read(METER)["serial"]
    flow: Any = await loaded.start_reconfigure_flow(hass)
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "reconfigure_cable"})
    result = await submit(hass, flow, port.address)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_meter")
    assert loaded.state is ConfigEntryState.LOADED
    assert CONF_HOST in loaded.data


async def test_a_meter_that_a_board_reads_is_not_added_beside_it(
    hass: HomeAssistant,
    port: Port,
    board: Board,
    loaded: MockConfigEntry,
    sending: Callable[[int], None],
    serial: str,
) -> None:
    board.write(METER, board.read(METER) | {"serial": serial})
    await loaded.runtime_data.coordinator.async_refresh()
    result = await add(hass, port)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "same_meter")


def test_an_entry_of_a_board_names_no_meter() -> None:
    assert serial_of("000000000000") is None
    assert serial_of(unique_id_of("1SAG1")) == "1sag1"
