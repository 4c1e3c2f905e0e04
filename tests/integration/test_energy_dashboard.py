"""The energy dashboard takes what we have, and gets it when a person asks for it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.digimon.const import DOMAIN

from .board import Board
from .conftest import Tick, meter_time

# Before everything else, or Home Assistant would be there without it.
pytestmark = pytest.mark.usefixtures("recorder_mock")

OTHER: dict[str, Any] = {
    "type": "solar",
    "stat_energy_from": "sensor.roof",
    # Something that this version of the schema would put otherwise.
    "config_entry_solar_forecast": None,
}


@pytest.fixture
async def ready(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """An entry in a Home Assistant with recorder and energy dashboard."""
    freezer.move_to(datetime.fromtimestamp(meter_time(board), UTC))
    assert await async_setup_component(hass, "energy", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def sources(hass: HomeAssistant) -> list[Any]:
    manager = await async_get_manager(hass)
    return list(manager.data["energy_sources"]) if manager.data else []


async def update(hass: HomeAssistant, **preferences: Any) -> None:
    """What a person has set up already."""
    await (await async_get_manager(hass)).async_update(preferences)  # type: ignore[arg-type]


async def choose(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the step of the options; its form, or why there is none."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    return await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "energy_dashboard"})


async def add(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Choose the step and confirm; the reason with which it ends."""
    form = await choose(hass, entry)
    if form["type"] is FlowResultType.FORM:
        form = await hass.config_entries.options.async_configure(form["flow_id"], {})
    assert form["type"] is FlowResultType.ABORT
    return str(form["reason"])


def by_type(found: list[Any]) -> dict[str, Any]:
    return {source["type"]: source for source in found}


@pytest.mark.parametrize("variant", ["three_phase", "original"])
async def test_home_assistant_finds_nothing_wrong_with_what_is_added(
    hass: HomeAssistant,
    board: Board,
    ready: MockConfigEntry,
    variant: str,
    tick: Tick,
    hass_ws_client: WebSocketGenerator,
) -> None:
    assert await add(hass, ready) == "energy_dashboard_done"
    found = by_type(await sources(hass))
    assert found["grid"]["stat_energy_from"] == "sensor.digimon_consumed_energy"
    assert found["grid"]["stat_energy_to"] == "sensor.digimon_produced_energy"
    assert found["grid"]["stat_rate"] == "sensor.digimon_net_power"
    assert set(found) == ({"grid", "gas", "water"} if variant == "three_phase" else {"grid"})
    # What the dashboard's own dialog looks for when a person sets a price afterwards.
    assert all({"stat_cost", "entity_energy_price", "number_energy_price"} <= set(source) for source in found.values())

    await async_wait_recording_done(hass)
    start = datetime.fromtimestamp(meter_time(board) // 300 * 300, UTC)
    do_adhoc_statistics(hass, start=start)
    await async_wait_recording_done(hass)
    connection = await hass_ws_client(hass)
    await connection.send_json_auto_id({"type": "energy/validate"})
    answer = (await connection.receive_json())["result"]
    assert len(answer["energy_sources"]) == len(found)
    assert all(issues == [] for issues in answer["energy_sources"])


async def test_a_person_is_told_what_will_be_added(hass: HomeAssistant, ready: MockConfigEntry) -> None:
    form = await choose(hass, ready)
    assert form["type"] is FlowResultType.FORM
    names = form["description_placeholders"]["sources"].splitlines()
    assert names[:3] == ["- digimon Consumed energy", "- digimon Produced energy", "- digimon Net power"]
    assert await sources(hass) == []


async def test_nothing_that_is_there_is_touched(hass: HomeAssistant, ready: MockConfigEntry) -> None:
    manager = await async_get_manager(hass)
    grid: Any = {
        "type": "grid",
        "stat_energy_from": "sensor.neighbour",
        "stat_energy_to": None,
        "cost_adjustment_day": 1.5,
    }
    devices: Any = [{"stat_consumption": "sensor.fridge"}]
    await update(hass, energy_sources=[OTHER, grid], device_consumption=devices)
    before = await sources(hass)
    assert await add(hass, ready) == "energy_dashboard_done"
    after = await sources(hass)
    assert after[: len(before)] == before
    assert by_type(after[len(before) :])["grid"]["stat_energy_from"] == "sensor.digimon_consumed_energy"
    assert manager.data is not None
    assert manager.data["device_consumption"] == devices


async def test_what_is_there_is_not_added_again(hass: HomeAssistant, ready: MockConfigEntry) -> None:
    assert await add(hass, ready) == "energy_dashboard_done"
    before = await sources(hass)
    assert await add(hass, ready) == "energy_dashboard_has_all"
    assert await sources(hass) == before


async def test_a_grid_that_a_person_made_stays_as_it_is(hass: HomeAssistant, ready: MockConfigEntry) -> None:
    mine: Any = {
        "type": "grid",
        "stat_energy_from": "sensor.digimon_consumed_energy",
        "stat_energy_to": None,
        "number_energy_price": 0.31,
        "cost_adjustment_day": 0,
    }
    await update(hass, energy_sources=[mine])
    await add(hass, ready)
    assert [source for source in await sources(hass) if source["type"] == "grid"] == [mine]


async def test_renamed_and_disabled_sensors_are_followed(
    hass: HomeAssistant, ready: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entity_registry.async_update_entity("sensor.digimon_consumed_energy", new_entity_id="sensor.from_the_grid")
    entity_registry.async_update_entity("sensor.digimon_produced_energy", disabled_by=er.RegistryEntryDisabler.USER)
    await add(hass, ready)
    grid = by_type(await sources(hass))["grid"]
    assert (grid["stat_energy_from"], grid["stat_energy_to"]) == ("sensor.from_the_grid", None)


async def test_what_home_assistant_refuses_is_said(hass: HomeAssistant, ready: MockConfigEntry) -> None:
    # Older than this schema, or written by somebody else.
    await update(hass, energy_sources=[{"type": "wind"}])
    assert await add(hass, ready) == "energy_dashboard_refuses"
    assert await sources(hass) == [{"type": "wind"}]


async def test_without_an_energy_dashboard_nothing_is_offered(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert DOMAIN in hass.config.components
    assert (await choose(hass, loaded))["reason"] == "no_energy_dashboard"
