"""Binary sensors: what is wrong with the meter or the board, and the warnings of the capacity tariff."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .arrivals import add_as_they_come, take
from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .entity import DigimonEntity
from .snapshot import Snapshot
from .tariff_binary_sensors import add_tariff_binary_sensors

# The coordinator reads; entities only show.
PARALLEL_UPDATES = 0

# A card that is missing keeps nothing, as one that fails.
_CARD_FAULTS = {"ok": False, "missing": True, "fault": True}


@dataclass(frozen=True, kw_only=True)
class DigimonBinarySensorDescription(BinarySensorEntityDescription):
    """Describes something that is so or not; it exists once that could be told."""

    is_on_fn: Callable[[Snapshot], bool | None]


DESCRIPTIONS: tuple[DigimonBinarySensorDescription, ...] = (
    DigimonBinarySensorDescription(
        key="meter_silent",
        translation_key="meter_silent",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda snapshot: snapshot.silent,
    ),
    DigimonBinarySensorDescription(
        key="card_fault",
        translation_key="card_fault",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda snapshot: _CARD_FAULTS.get(snapshot.health.card_state or "") if snapshot.health else None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make them as soon as they can be told."""
    coordinator = entry.runtime_data.coordinator
    waiting = list(DESCRIPTIONS)

    def arrivals() -> Iterator[DigimonBinarySensor]:
        for description in take(waiting, lambda description: description.is_on_fn(coordinator.data) is not None):
            yield DigimonBinarySensor(coordinator, description)

    add_as_they_come(entry, async_add_entities, arrivals)
    add_tariff_binary_sensors(entry, async_add_entities)


class DigimonBinarySensor(DigimonEntity, BinarySensorEntity):
    """Something that is so or not."""

    entity_description: DigimonBinarySensorDescription

    def __init__(self, coordinator: DigimonCoordinator, description: DigimonBinarySensorDescription) -> None:
        super().__init__(coordinator, description)

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.is_on_fn(self.coordinator.data)
