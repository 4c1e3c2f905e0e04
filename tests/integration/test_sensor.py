import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.digimon.sensor import DESCRIPTIONS

from .board import VARIANTS, Board
from .conftest import unique_id


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_sensor_for_everything_the_meter_sends(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    sensors = {}
    for entry in er.async_entries_for_config_entry(entity_registry, loaded.entry_id):
        state = hass.states.get(entry.entity_id)
        assert state is not None
        assert entry.unique_id == f"{unique_id(board)}_{entry.translation_key}"
        assert entry.has_entity_name
        sensors[entry.entity_id] = {
            "state": state.state,
            "attributes": {str(name): str(value) for name, value in sorted(state.attributes.items())},
            "category": entry.entity_category,
            "disabled": entry.disabled,
            "options": {str(name): dict(options) for name, options in entry.options.items()},
        }
    assert dict(sorted(sensors.items())) == snapshot


def test_keys_are_for_ever() -> None:
    # Unique ids are made of them: another key is another entity, without the history of the first.
    assert [description.key for description in DESCRIPTIONS] == [
        "net_power",
        "consumed_power",
        "produced_power",
        "quarter_average",
        "average_demand",
        "month_peak",
        "month_peak_time",
        "consumed_energy",
        "consumed_energy_t1",
        "consumed_energy_t2",
        "produced_energy",
        "produced_energy_t1",
        "produced_energy_t2",
    ]
