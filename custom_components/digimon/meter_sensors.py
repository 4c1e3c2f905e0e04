"""The table of what an electricity meter can say, a sensor for each."""

from collections.abc import Callable, Iterator
from typing import Literal

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    MAX_LENGTH_STATE_STATE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
)

from .sensor_values import DigimonEnergyDescription, DigimonPowerDescription, DigimonSensorDescription, instant_of
from .snapshot import Phase, Reading

_PHASES = (1, 2, 3)
_TARIFFS = {1: "day", 2: "night"}
_BREAKER_STATES = {0: "off", 1: "on", 2: "ready"}


def _limit(limit: int | Literal["unlimited"] | None) -> int | None:
    """A limit that is set; without one there is nothing to show."""
    return limit if isinstance(limit, int) else None


def _message(reading: Reading) -> str | None:
    """The text of the grid operator, as much of it as a state holds."""
    text = reading.message
    if not text:
        return None
    return text if len(text) <= MAX_LENGTH_STATE_STATE else f"{text[: MAX_LENGTH_STATE_STATE - 1]}…"


def _of_phase(number: int, value_fn: Callable[[Phase], int | None]) -> Callable[[Reading], int | None]:
    def value(reading: Reading) -> int | None:
        phase = reading.phase(number)
        return None if phase is None else value_fn(phase)

    return value


def _phase_descriptions(number: int) -> Iterator[DigimonSensorDescription]:
    placeholders = (("phase", str(number)),)
    yield DigimonPowerDescription(
        key=f"phase_{number}_power",
        translation_key="phase_power",
        placeholders=placeholders,
        value_fn=_of_phase(number, lambda phase: phase.net_power_w),
        # With a single phase it says what the net power says.
        wanted_fn=lambda reading: len(reading.phases) > 1,
    )
    yield DigimonSensorDescription(
        key=f"phase_{number}_voltage",
        translation_key="phase_voltage",
        placeholders=placeholders,
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.MILLIVOLT,
        suggested_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        # It is another one with every telegram.
        entity_registry_enabled_default=False,
        value_fn=_of_phase(number, lambda phase: phase.voltage_mv),
    )
    yield DigimonSensorDescription(
        key=f"phase_{number}_current",
        translation_key="phase_current",
        placeholders=placeholders,
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.MILLIAMPERE,
        suggested_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=2,
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value_fn=_of_phase(number, lambda phase: phase.current_ma),
    )


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
        key="last_quarter_average",
        translation_key="last_quarter_average",
        value_fn=lambda reading: reading.last_quarter_average_w,
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
        value_fn=lambda reading: instant_of(reading.month_peak.start_utc) if reading.month_peak else None,
    ),
    DigimonSensorDescription(
        key="month_peak_end",
        translation_key="month_peak_end",
        device_class=SensorDeviceClass.TIMESTAMP,
        # A quarter of an hour after its start, which is enough for most.
        entity_registry_enabled_default=False,
        value_fn=lambda reading: instant_of(reading.month_peak.end_utc) if reading.month_peak else None,
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
    DigimonSensorDescription(
        key="tariff",
        translation_key="tariff",
        device_class=SensorDeviceClass.ENUM,
        options=list(_TARIFFS.values()),
        value_fn=lambda reading: _TARIFFS.get(reading.tariff or 0),
    ),
    DigimonSensorDescription(
        key="breaker",
        translation_key="breaker",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=list(_BREAKER_STATES.values()),
        value_fn=lambda reading: None if reading.breaker is None else _BREAKER_STATES.get(reading.breaker),
    ),
    DigimonPowerDescription(
        key="limiter",
        translation_key="limiter",
        entity_category=EntityCategory.DIAGNOSTIC,
        # Set by the grid operator, not measured.
        state_class=None,
        value_fn=lambda reading: _limit(reading.limiter_w),
    ),
    DigimonSensorDescription(
        key="fuse",
        translation_key="fuse",
        device_class=SensorDeviceClass.CURRENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfElectricCurrent.MILLIAMPERE,
        suggested_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=0,
        value_fn=lambda reading: _limit(reading.fuse_ma),
    ),
    DigimonSensorDescription(
        key="message",
        translation_key="message",
        value_fn=_message,
    ),
    *(description for number in _PHASES for description in _phase_descriptions(number)),
)
