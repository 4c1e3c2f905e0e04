"""Sensors: one table of what a meter can say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .entity import MeterEntity
from .snapshot import Reading

# The coordinator reads; entities only show.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DigimonSensorDescription(SensorEntityDescription):
    """Describes a sensor; it exists once its value has been there."""

    value_fn: Callable[[Reading], datetime | int | None]


@dataclass(frozen=True, kw_only=True)
class DigimonPowerDescription(DigimonSensorDescription):
    """Describes a power in whole W."""

    device_class: SensorDeviceClass = SensorDeviceClass.POWER
    native_unit_of_measurement: str = UnitOfPower.WATT
    state_class: SensorStateClass = SensorStateClass.MEASUREMENT
    suggested_display_precision: int = 0


@dataclass(frozen=True, kw_only=True)
class DigimonEnergyDescription(DigimonSensorDescription):
    """Describes a register of the meter, which counts Wh and is shown in kWh as on its display."""

    device_class: SensorDeviceClass = SensorDeviceClass.ENERGY
    native_unit_of_measurement: str = UnitOfEnergy.WATT_HOUR
    suggested_unit_of_measurement: str = UnitOfEnergy.KILO_WATT_HOUR
    state_class: SensorStateClass = SensorStateClass.TOTAL_INCREASING
    suggested_display_precision: int = 2


DESCRIPTIONS: tuple[DigimonSensorDescription, ...] = (
    DigimonPowerDescription(
        key="net_power",
        translation_key="net_power",
        value_fn=lambda reading: reading.net_power_w,
    ),
    DigimonPowerDescription(
        key="consumed_power",
        translation_key="consumed_power",
        value_fn=lambda reading: reading.consumed_power_w,
    ),
    DigimonPowerDescription(
        key="produced_power",
        translation_key="produced_power",
        value_fn=lambda reading: reading.produced_power_w,
    ),
    DigimonPowerDescription(
        key="quarter_average",
        translation_key="quarter_average",
        value_fn=lambda reading: reading.quarter_average_w,
    ),
    DigimonPowerDescription(
        key="average_demand",
        translation_key="average_demand",
        value_fn=lambda reading: reading.average_demand_w,
    ),
    DigimonPowerDescription(
        key="month_peak",
        translation_key="month_peak",
        value_fn=lambda reading: reading.month_peak.power_w if reading.month_peak else None,
    ),
    DigimonSensorDescription(
        key="month_peak_time",
        translation_key="month_peak_time",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda reading: (
            dt_util.utc_from_timestamp(reading.month_peak.start_utc) if reading.month_peak else None
        ),
    ),
    DigimonEnergyDescription(
        key="consumed_energy",
        translation_key="consumed_energy",
        value_fn=lambda reading: reading.consumed_energy_wh,
    ),
    DigimonEnergyDescription(
        key="consumed_energy_t1",
        translation_key="consumed_energy_t1",
        value_fn=lambda reading: reading.consumed_energy_t1_wh,
    ),
    DigimonEnergyDescription(
        key="consumed_energy_t2",
        translation_key="consumed_energy_t2",
        value_fn=lambda reading: reading.consumed_energy_t2_wh,
    ),
    DigimonEnergyDescription(
        key="produced_energy",
        translation_key="produced_energy",
        value_fn=lambda reading: reading.produced_energy_wh,
    ),
    DigimonEnergyDescription(
        key="produced_energy_t1",
        translation_key="produced_energy_t1",
        value_fn=lambda reading: reading.produced_energy_t1_wh,
    ),
    DigimonEnergyDescription(
        key="produced_energy_t2",
        translation_key="produced_energy_t2",
        value_fn=lambda reading: reading.produced_energy_t2_wh,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make a sensor of everything the meter sends, also of what it begins to send later."""
    coordinator = entry.runtime_data.coordinator
    waiting = list(DESCRIPTIONS)

    @callback
    def add_what_is_sent() -> None:
        reading = coordinator.data.reading
        if reading is None:
            return
        sent = [description for description in waiting if description.value_fn(reading) is not None]
        for description in sent:
            waiting.remove(description)
        async_add_entities(DigimonSensor(coordinator, description) for description in sent)

    add_what_is_sent()
    entry.async_on_unload(coordinator.async_add_listener(add_what_is_sent))


class DigimonSensor(MeterEntity, SensorEntity):
    """A value of the meter."""

    entity_description: DigimonSensorDescription

    def __init__(self, coordinator: DigimonCoordinator, description: DigimonSensorDescription) -> None:
        super().__init__(coordinator, description)

    @property
    @override
    def native_value(self) -> datetime | int | None:
        return None if self.reading is None else self.entity_description.value_fn(self.reading)
