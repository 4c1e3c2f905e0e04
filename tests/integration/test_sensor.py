from collections.abc import Iterable
from typing import Any

import pytest
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.digimon import async_remove_config_entry_device
from custom_components.digimon.board_sensors import DESCRIPTIONS as BOARD_DESCRIPTIONS
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.meter_sensors import DESCRIPTIONS
from custom_components.digimon.sub_meter_sensors import DESCRIPTIONS as SUB_METER_DESCRIPTIONS

from .board import INFO, METER, OUR_VARIANTS, VARIANTS, Board
from .conftest import Tick, state, unique_id

GAS = "sensor.gas_meter_gas_consumption"
WATER = "sensor.water_meter_water_consumption"


def described(
    hass: HomeAssistant, entities: Iterable[er.RegistryEntry], devices: dr.DeviceRegistry
) -> dict[str, dict[str, Any]]:
    """Entities as people see them; volatile ids left out."""
    found = {}
    for entity in entities:
        state = hass.states.get(entity.entity_id)
        device = devices.async_get(str(entity.device_id))
        assert device is not None
        assert entity.has_entity_name
        found[entity.entity_id] = {
            "device": device.name,
            "unique_id": entity.unique_id,
            "state": None if state is None else state.state,
            "attributes": {}
            if state is None
            else {str(name): str(value) for name, value in sorted(state.attributes.items())},
            "category": entity.entity_category,
            "disabled": entity.disabled,
            "options": {str(name): dict(options) for name, options in entity.options.items()},
        }
    return dict(sorted(found.items()))


@pytest.mark.parametrize("variant", VARIANTS)
async def test_an_entity_for_everything_the_meter_sends_and_the_board_tells(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    entities = er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
    assert described(hass, entities, device_registry) == snapshot


@pytest.mark.parametrize("variant", OUR_VARIANTS)
async def test_what_is_off_by_default_shows_its_value_when_it_is_switched_on(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    off = [
        entity.entity_id
        for entity in er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
        if entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    ]
    assert off
    for entity_id in off:
        entity_registry.async_update_entity(entity_id, disabled_by=None)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    entities = [entity for entity_id in off if (entity := entity_registry.async_get(entity_id))]
    assert described(hass, entities, device_registry) == snapshot


def test_keys_are_for_ever() -> None:
    # Unique ids are made of them: another key is another entity, without the history of the first.
    assert [description.key for description in DESCRIPTIONS] == [
        "net_power",
        "consumed_power",
        "produced_power",
        "quarter_average",
        "average_demand",
        "last_quarter_average",
        "month_peak",
        "month_peak_time",
        "month_peak_end",
        "consumed_energy",
        "consumed_energy_t1",
        "consumed_energy_t2",
        "produced_energy",
        "produced_energy_t1",
        "produced_energy_t2",
        "tariff",
        "breaker",
        "limiter",
        "fuse",
        "message",
        *(f"phase_{number}_{what}" for number in (1, 2, 3) for what in ("power", "voltage", "current")),
    ]
    assert [description.key for description in BOARD_DESCRIPTIONS] == [
        "signal_strength",
        "heap_free",
        "card_state",
        "card_free",
        "telegrams_rejected",
        "last_restart",
        "reset_cause",
    ]
    assert {description.key for description in SUB_METER_DESCRIPTIONS} == {"volume", "energy", "read_at"}


def gas(channel: int, **values: Any) -> dict[str, Any]:
    """A gas meter as a board tells of it."""
    return {
        "channel": channel,
        "type": "gas",
        "type_code": 3,
        "serial": "7FLO2119012345",
        "time": 1671565198,
        "value": 4761307,
        "unit": "l",
    } | values


def water(channel: int, **values: Any) -> dict[str, Any]:
    """A water meter as a board tells of it."""
    return gas(channel, type="water", type_code=7, serial="8ELS8300123456", value=872234) | values


@pytest.mark.parametrize("channels", [(1, 2), (2, 1), (3, 4)])
async def test_gas_and_water_are_told_apart_on_whatever_channel(
    hass: HomeAssistant,
    board: Board,
    entry: MockConfigEntry,
    at_meter_time: None,
    device_registry: dr.DeviceRegistry,
    channels: tuple[int, int],
) -> None:
    board.update(METER, devices=[gas(channels[0]), water(channels[1])])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert (state(hass, GAS), state(hass, WATER)) == ("4761.307", "872.234")
    devices = {device.name: device for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)}
    assert set(devices) == {"digimon", "Gas meter", "Water meter"}
    assert devices["Gas meter"].serial_number == "7FLO2119012345"
    assert devices["Gas meter"].via_device_id == devices["digimon"].id


async def test_a_meter_that_moves_to_another_channel_is_the_same(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    board.telegram()
    board.update(METER, devices=[gas(2, value=4761400), water(1)])
    await tick()
    assert (state(hass, GAS), state(hass, WATER)) == ("4761.4", "872.234")


async def test_a_meter_that_was_replaced_is_another_one_and_the_old_can_be_removed(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    tick: Tick,
) -> None:
    board.telegram()
    # The channel of the old one goes on with its type and no value.
    board.update(
        METER,
        devices=[{"channel": 1, "type": "gas", "type_code": 3}, gas(2, serial="7FLO2126000001", value=12)],
    )
    await tick()
    assert state(hass, GAS) == STATE_UNAVAILABLE
    assert state(hass, f"{GAS}_2") == "0.012"
    devices = {
        device.serial_number: device for device in dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    }
    old, new = devices["7FLO2119012345"], devices["7FLO2126000001"]
    assert await async_remove_config_entry_device(hass, loaded, old)
    assert not await async_remove_config_entry_device(hass, loaded, new)
    assert not await async_remove_config_entry_device(hass, loaded, devices[unique_id(board)])


async def test_a_channel_without_a_meter_is_nothing(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, device_registry: dr.DeviceRegistry
) -> None:
    board.update(METER, devices=[{"channel": 1, "type": "gas", "type_code": 3}, gas(2, serial=None, value=None)])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.name == "digimon"


@pytest.mark.parametrize(
    ("meter", "entity_id", "shown", "unit"),
    [
        (gas(1, type="heat", type_code=4, value=12345, unit="MJ"), "sensor.heat_meter_metered_energy", "12.345", "GJ"),
        (
            gas(1, type="electricity", type_code=2, value=98765, unit="Wh"),
            "sensor.second_electricity_meter_metered_energy",
            "98.765",
            "kWh",
        ),
        (water(1, type="warm_water", type_code=6, value=500), "sensor.warm_water_meter_water_consumption", "0.5", "m³"),
        (gas(1, serial=None), GAS, "4761.307", "m³"),
    ],
)
async def test_every_kind_of_meter_counts_in_its_own_unit(
    hass: HomeAssistant,
    board: Board,
    entry: MockConfigEntry,
    at_meter_time: None,
    meter: dict[str, Any],
    entity_id: str,
    shown: str,
    unit: str,
) -> None:
    board.update(METER, devices=[meter])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, entity_id) == shown
    assert hass.states.get(entity_id).attributes["unit_of_measurement"] == unit  # type: ignore[union-attr]


async def test_what_the_meter_begins_to_send_appears_and_what_it_ends_to_send_is_unknown(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    limits = ("sensor.digimon_power_limit", "sensor.digimon_current_limit", "sensor.digimon_message")
    assert [state(hass, entity_id) for entity_id in limits] == [None, None, None]
    board.telegram()
    board.update(METER, limiter=2300, fuse=10_000, message="Fluvius werkt dinsdag aan het net")
    await tick()
    assert [state(hass, entity_id) for entity_id in limits] == ["2300", "10.0", "Fluvius werkt dinsdag aan het net"]
    board.telegram()
    board.update(METER, limiter=None, fuse=None, message="")
    await tick()
    assert [state(hass, entity_id) for entity_id in limits] == [STATE_UNKNOWN] * 3
    # Also after a restart they are not gone, and nothing is told of them that nobody knows.
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    assert [state(hass, entity_id) for entity_id in limits] == [STATE_UNKNOWN] * 3


async def test_a_message_is_as_long_as_a_state_can_be(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    board.telegram()
    board.update(METER, message="x" * 300)
    await tick()
    assert state(hass, "sensor.digimon_message") == "x" * 254 + "…"


@pytest.mark.parametrize("variant", ["three_phase_230"])
async def test_on_three_times_230_volts_the_reference_phase_has_no_voltage_and_no_power(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    keys = {
        entity.unique_id.removeprefix(f"{unique_id(board)}_")
        for entity in er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
    }
    assert {"phase_1_voltage", "phase_3_voltage", "phase_2_current", "phase_1_power", "phase_3_power"} <= keys
    assert not {"phase_2_voltage", "phase_2_power"} & keys
    assert board.read(METER)["phases"][1]["voltage"] == 0


async def test_a_new_state_of_the_card_that_we_have_no_text_for_is_unknown(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, entity_registry: er.EntityRegistry
) -> None:
    for key in ("card_state", "reset_cause"):
        entity_registry.async_get_or_create(
            "sensor", DOMAIN, f"{unique_id(board)}_{key}", config_entry=entry, suggested_object_id=key
        )
    board.update(INFO, reset_cause="brownout", card={"state": "sulking"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "sensor.card_state") == STATE_UNKNOWN
    assert state(hass, "sensor.reset_cause") == STATE_UNKNOWN
