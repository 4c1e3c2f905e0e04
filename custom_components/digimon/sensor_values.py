"""What a sensor shows, and the kinds of sensors: of the meter, of the board, of the meters behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower
from homeassistant.util import dt as dt_util

from .snapshot import Health, Reading, Snapshot, SubMeter

type Value = datetime | int | str | None


@dataclass(frozen=True, kw_only=True)
class DigimonSensorDescription(SensorEntityDescription):
    """Describes a value of the meter; its sensor exists once it has been there."""

    value_fn: Callable[[Reading], Value]
    wanted_fn: Callable[[Reading], bool] = lambda _: True
    """Whether most people with such a meter want it."""

    placeholders: tuple[tuple[str, str], ...] = ()
    """Of its name."""

    def value(self, snapshot: Snapshot) -> Value:
        """What to show."""
        return None if snapshot.reading is None else self.value_fn(snapshot.reading)

    def wanted(self, snapshot: Snapshot) -> bool:
        """Whether to show it unasked."""
        return snapshot.reading is None or self.wanted_fn(snapshot.reading)

    def can_be_told(self, snapshot: Snapshot) -> bool:
        """Whether the meter speaks."""
        return snapshot.reading is not None


@dataclass(frozen=True, kw_only=True)
class DigimonPowerDescription(DigimonSensorDescription):
    """Describes a power in whole W."""

    device_class: SensorDeviceClass = SensorDeviceClass.POWER
    native_unit_of_measurement: str = UnitOfPower.WATT
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    suggested_display_precision: int = 0


@dataclass(frozen=True, kw_only=True)
class DigimonEnergyDescription(DigimonSensorDescription):
    """Describes a register of the meter, which counts Wh and is shown in kWh as on its display."""

    device_class: SensorDeviceClass = SensorDeviceClass.ENERGY
    native_unit_of_measurement: str = UnitOfEnergy.WATT_HOUR
    suggested_unit_of_measurement: str = UnitOfEnergy.KILO_WATT_HOUR
    state_class: SensorStateClass = SensorStateClass.TOTAL_INCREASING
    suggested_display_precision: int = 2


@dataclass(frozen=True, kw_only=True)
class DigimonBoardDescription(SensorEntityDescription):
    """Describes what a board with our firmware tells of itself; for who looks for a fault."""

    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC
    entity_registry_enabled_default: bool = False
    value_fn: Callable[[Health], Value]
    placeholders: tuple[tuple[str, str], ...] = ()

    def value(self, snapshot: Snapshot) -> Value:
        """What to show."""
        return None if snapshot.health is None else self.value_fn(snapshot.health)

    def wanted(self, snapshot: Snapshot) -> bool:  # noqa: ARG002 - as its counterpart above
        """Whether to show it unasked."""
        return self.entity_registry_enabled_default

    def can_be_told(self, snapshot: Snapshot) -> bool:
        """Whether the board tells how it is."""
        return snapshot.health is not None


@dataclass(frozen=True, kw_only=True)
class DigimonSubMeterDescription(SensorEntityDescription):
    """Describes what a gas, water or heat meter says."""

    kind: str | None = None
    """None for every kind."""

    unit: str | None = None
    """What the meter has to count in; None for any."""

    value_fn: Callable[[SubMeter], Value] = lambda meter: meter.value


def instant_of(utc: int | None) -> datetime | None:
    """Seconds since 1970 as a state of a time."""
    return None if utc is None else dt_util.utc_from_timestamp(utc)
