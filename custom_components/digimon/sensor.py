"""Sensors: of the meter, of the board, of the meters behind it, of the history and of the capacity tariff."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import board_sensors, meter_sensors
from .arrivals import add_as_they_come, take
from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .entity import DigimonEntity, SubMeterEntity
from .history.entities import history_sensors
from .sensor_values import DigimonBoardDescription, DigimonSensorDescription, DigimonSubMeterDescription, Value
from .snapshot import SubMeter
from .sub_meter_sensors import descriptions_of
from .tariff_sensors import add_tariff_sensors

# The coordinator reads; entities only show.
PARALLEL_UPDATES = 0

type Described = DigimonSensorDescription | DigimonBoardDescription

_ALL: tuple[Described, ...] = (*meter_sensors.DESCRIPTIONS, *board_sensors.DESCRIPTIONS)


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make a sensor of everything the meter sends, also of what it begins to send later."""
    coordinator = entry.runtime_data.coordinator
    # What was sent in an earlier run stays, without a value until it is sent again.
    known = {entity.unique_id for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    waiting = list(_ALL)
    stay = take(waiting, lambda description: f"{coordinator.board_id}_{description.key}" in known)
    async_add_entities(DigimonSensor(coordinator, description) for description in stay)
    met: set[str] = set()

    def arrivals() -> Iterator[Entity]:
        snapshot = coordinator.data
        for description in take(waiting, lambda description: description.value(snapshot) is not None):
            yield DigimonSensor(coordinator, description)
        for meter in snapshot.reading.sub_meters if snapshot.reading else ():
            if meter.key not in met:
                met.add(meter.key)
                yield from (SubMeterSensor(coordinator, shown, meter) for shown in descriptions_of(meter))

    add_as_they_come(entry, async_add_entities, arrivals)
    async_add_entities(history_sensors(coordinator, entry.runtime_data.history))
    add_tariff_sensors(entry, known, async_add_entities)


class DigimonSensor(DigimonEntity, SensorEntity):
    """A value of the meter or of the board."""

    entity_description: Described

    def __init__(self, coordinator: DigimonCoordinator, description: Described) -> None:
        super().__init__(coordinator, description)
        self._attr_translation_placeholders = dict(description.placeholders)
        if not description.wanted(coordinator.data):
            self._attr_entity_registry_enabled_default = False

    @property
    @override
    def available(self) -> bool:
        """Nothing is shown of a meter that cannot be heard; the board itself may be as well as ever."""
        return super().available and self.entity_description.can_be_told(self.coordinator.data)

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value(self.coordinator.data)


class SubMeterSensor(SubMeterEntity, SensorEntity):
    """A value of a gas, water or heat meter."""

    entity_description: DigimonSubMeterDescription

    def __init__(
        self, coordinator: DigimonCoordinator, description: DigimonSubMeterDescription, meter: SubMeter
    ) -> None:
        super().__init__(coordinator, description, meter)

    @property
    @override
    def native_value(self) -> Value:
        return None if self.sub_meter is None else self.entity_description.value_fn(self.sub_meter)
