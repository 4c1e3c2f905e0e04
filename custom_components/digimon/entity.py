"""What all our entities have in common."""

from typing import override

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import DigimonCoordinator


class DigimonEntity(CoordinatorEntity[DigimonCoordinator]):
    """Something the meter says."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: DigimonCoordinator, description: EntityDescription) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        unique_id = str(coordinator.config_entry.unique_id)
        self._attr_unique_id = f"{unique_id}_{description.key}"
        # The coordinator registers the device itself.
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, unique_id)})

    @property
    @override
    def available(self) -> bool:
        """Nothing is shown of a meter that cannot be heard."""
        return super().available and self.coordinator.data.reading is not None
