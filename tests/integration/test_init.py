import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.digimon.const import DOMAIN

from .board import INFO, METER, QUARTER, VARIANTS, Board
from .conftest import Tick, entry_of, state, unique_id


@pytest.mark.parametrize("variant", VARIANTS)
async def test_the_board_is_a_device(
    board: Board, loaded: MockConfigEntry, device_registry: dr.DeviceRegistry, snapshot: SnapshotAssertion
) -> None:
    (device,) = (
        device
        for device in dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
        if device.via_device_id is None
    )
    assert device.identifiers == {(DOMAIN, unique_id(board))}
    assert device.configuration_url == f"http://127.0.0.1:{board.port}"
    assert {
        "manufacturer": device.manufacturer,
        "model": device.model,
        "name": device.name,
        "sw_version": device.sw_version,
        "serial_number": device.serial_number,
        "connections": device.connections,
    } == snapshot


async def test_unloading_leaves_nothing_running(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await hass.async_block_till_done()
    assert loaded.state is ConfigEntryState.NOT_LOADED
    assert {sensor.state for sensor in hass.states.async_all("sensor")} == {STATE_UNAVAILABLE}
    board.requests.clear()
    await tick(60)
    assert board.requests == []


async def test_reloading_keeps_entities_and_values(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    before = {sensor.entity_id: sensor.state for sensor in hass.states.async_all("sensor")}
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    assert {sensor.entity_id: sensor.state for sensor in hass.states.async_all("sensor")} == before


async def test_a_board_that_is_off_at_the_start_is_tried_again(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, tick: Tick
) -> None:
    await board.stop()
    await hass.config_entries.async_setup(entry.entry_id)
    assert [entry.state, entry.reason] == [ConfigEntryState.SETUP_RETRY, "digimon does not answer"]
    await board.start()
    await tick(60)
    assert entry.state is ConfigEntryState.LOADED


async def test_no_value_is_taken_from_another_board(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None
) -> None:
    board.become("three_phase")
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason == "Another board answers at the address of digimon"
    assert QUARTER not in board.requests


@pytest.mark.parametrize(("variant", "power"), [("single_phase", "524"), ("original", "1900")])
async def test_a_board_before_its_first_telegram_waits_for_it(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, tick: Tick, power: str
) -> None:
    answers = {path: board.read(path) for path in (QUARTER, METER) if path in board.documents}
    for path in answers:
        board.write(path, {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.async_all("sensor") == []
    for path, answer in answers.items():
        board.write(path, answer)
    await tick()
    assert state(hass) == power


async def test_what_a_meter_begins_to_send_later_is_added_then(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, tick: Tick
) -> None:
    peak = board.read(METER)["peak"]
    board.remove(METER, "peak", "average_demand")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "sensor.digimon_month_peak") is None
    board.update(METER, peak=peak, average_demand=16)
    await tick()
    assert state(hass, "sensor.digimon_month_peak") == "3716"
    assert state(hass, "sensor.digimon_average_demand") == "16"


async def test_two_boards_are_two_devices(
    hass: HomeAssistant, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory, tick: Tick
) -> None:
    async with Board("three_phase") as other:
        second = entry_of(hass, other, "schuur")
        assert await hass.config_entries.async_setup(second.entry_id)
        other.telegram()
        await tick()
        assert state(hass) == "524"
        assert state(hass, "sensor.digimon_net_power_2") == "-135"
        assert await hass.config_entries.async_unload(second.entry_id)
        await hass.async_block_till_done()
    assert INFO in other.requests
