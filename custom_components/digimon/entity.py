"""What our entities have in common: a board, the meter it reads, and the meters that report through that one."""

from typing import override

from homeassistant.helpers.device_registry import DeviceInfo, async_get_device_id_by_identifier
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import DigimonCoordinator
from .snapshot import Reading, SubMeter


class DigimonEntity(CoordinatorEntity[DigimonCoordinator]):
    """Something of the board itself: there as long as the board answers."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: DigimonCoordinator, description: EntityDescription) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        board = coordinator.board_id
        self._attr_unique_id = f"{board}_{description.key}"
        # The coordinator registers the device itself.
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, board)})


class MeterEntity(DigimonEntity):
    """Something the electricity meter says."""

    @property
    def reading(self) -> Reading | None:
        """What the meter says now."""
        return self.coordinator.data.reading

    @property
    @override
    def available(self) -> bool:
        """Nothing is shown of a meter that cannot be heard."""
        return super().available and self.reading is not None


class SubMeterEntity(MeterEntity):
    """Something a gas, water or heat meter says; a device of its own, known by its serial number."""

    def __init__(self, coordinator: DigimonCoordinator, description: EntityDescription, meter: SubMeter) -> None:
        super().__init__(coordinator, description)
        self.meter_key = meter.key
        identifier = f"{coordinator.board_id}_{meter.key}"
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, identifier)},
            translation_key=meter.kind,
            serial_number=meter.serial,
            via_device_id=async_get_device_id_by_identifier(
                coordinator.hass,
                (DOMAIN, coordinator.board_id),
                config_entry_id=coordinator.config_entry.entry_id,
            ),
        )

    @property
    def sub_meter(self) -> SubMeter | None:
        """What it says now."""
        return None if self.reading is None else self.reading.sub_meter(self.meter_key)

    @property
    @override
    def available(self) -> bool:
        """A meter that was taken away says nothing any more."""
        return super().available and self.sub_meter is not None
