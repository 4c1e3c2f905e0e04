import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from .board import VARIANTS


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_sensor_for_everything_the_meter_sends(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, loaded.entry_id)
