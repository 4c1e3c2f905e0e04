"""Sensors: one table of what a meter can say, one of what a board tells of itself, one of the meters behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MAX_LENGTH_STATE_STATE,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfInformation,
    UnitOfPower,
    UnitOfVolume,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .entity import DigimonEntity, SubMeterEntity
from .history.entities import history_sensors
from .snapshot import Health, Phase, Reading, Snapshot, SubMeter
from .tariff_sensors import add_tariff_sensors

# The coordinator reads; entities only show.
PARALLEL_UPDATES = 0

type Value = datetime | int | str | None

PHASES = (1, 2, 3)
TARIFFS = {1: "day", 2: "night"}
BREAKER_STATES = {0: "off", 1: "on", 2: "ready"}
CARD_STATES = ["ok", "missing", "fault"]
RESET_CAUSES = ["power_on", "hard", "watchdog", "deep_sleep", "soft", "unknown"]


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


def _instant(utc: int | None) -> datetime | None:
    return None if utc is None else dt_util.utc_from_timestamp(utc)


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
        value_fn=lambda reading: _instant(reading.month_peak.start_utc) if reading.month_peak else None,
    ),
    DigimonSensorDescription(
        key="month_peak_end",
        translation_key="month_peak_end",
        device_class=SensorDeviceClass.TIMESTAMP,
        # A quarter of an hour after its start, which is enough for most.
        entity_registry_enabled_default=False,
        value_fn=lambda reading: _instant(reading.month_peak.end_utc) if reading.month_peak else None,
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
        options=list(TARIFFS.values()),
        value_fn=lambda reading: TARIFFS.get(reading.tariff or 0),
    ),
    DigimonSensorDescription(
        key="breaker",
        translation_key="breaker",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=list(BREAKER_STATES.values()),
        value_fn=lambda reading: None if reading.breaker is None else BREAKER_STATES.get(reading.breaker),
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
    *(description for number in PHASES for description in _phase_descriptions(number)),
)

BOARD_DESCRIPTIONS: tuple[DigimonBoardDescription, ...] = (
    DigimonBoardDescription(
        key="signal_strength",
        translation_key="signal_strength",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda health: health.rssi_dbm,
    ),
    DigimonBoardDescription(
        key="heap_free",
        translation_key="heap_free",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.KILOBYTES,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda health: health.heap_free_bytes,
    ),
    DigimonBoardDescription(
        key="card_state",
        translation_key="card_state",
        device_class=SensorDeviceClass.ENUM,
        options=CARD_STATES,
        value_fn=lambda health: _option(health.card_state, CARD_STATES),
    ),
    DigimonBoardDescription(
        key="card_free",
        translation_key="card_free",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIGABYTES,
        suggested_display_precision=2,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda health: health.card_free_bytes,
    ),
    DigimonBoardDescription(
        key="telegrams_rejected",
        translation_key="telegrams_rejected",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda health: health.telegrams_rejected,
    ),
    DigimonBoardDescription(
        key="last_restart",
        translation_key="last_restart",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda health: _instant(health.started_utc),
    ),
    DigimonBoardDescription(
        key="reset_cause",
        translation_key="reset_cause",
        device_class=SensorDeviceClass.ENUM,
        options=RESET_CAUSES,
        value_fn=lambda health: _option(health.reset_cause, RESET_CAUSES),
    ),
)

SUB_METER_DESCRIPTIONS: tuple[DigimonSubMeterDescription, ...] = (
    DigimonSubMeterDescription(
        key="volume",
        translation_key="gas_volume",
        kind="gas",
        unit="l",
        device_class=SensorDeviceClass.GAS,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        suggested_unit_of_measurement=UnitOfVolume.CUBIC_METERS,
        suggested_display_precision=3,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    *(
        DigimonSubMeterDescription(
            key="volume",
            translation_key="water_volume",
            kind=kind,
            unit="l",
            device_class=SensorDeviceClass.WATER,
            native_unit_of_measurement=UnitOfVolume.LITERS,
            suggested_unit_of_measurement=UnitOfVolume.CUBIC_METERS,
            suggested_display_precision=3,
            state_class=SensorStateClass.TOTAL_INCREASING,
        )
        for kind in ("water", "warm_water")
    ),
    *(
        DigimonSubMeterDescription(
            key="energy",
            translation_key="sub_meter_energy",
            unit=unit,
            device_class=SensorDeviceClass.ENERGY,
            native_unit_of_measurement=native,
            suggested_unit_of_measurement=suggested,
            suggested_display_precision=3,
            state_class=SensorStateClass.TOTAL_INCREASING,
        )
        for unit, native, suggested in (
            ("MJ", UnitOfEnergy.MEGA_JOULE, UnitOfEnergy.GIGA_JOULE),
            ("Wh", UnitOfEnergy.WATT_HOUR, UnitOfEnergy.KILO_WATT_HOUR),
        )
    ),
    DigimonSubMeterDescription(
        key="read_at",
        translation_key="read_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda meter: _instant(meter.read_utc),
    ),
)


type Described = DigimonSensorDescription | DigimonBoardDescription

_ALL: tuple[Described, ...] = (*DESCRIPTIONS, *BOARD_DESCRIPTIONS)


def _option(value: str | None, options: list[str]) -> str | None:
    """One of the values that have a text; a newer firmware may know others."""
    return value if value in options else None


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make a sensor of everything the meter sends, also of what it begins to send later."""
    coordinator = entry.runtime_data.coordinator
    # What was sent in an earlier run stays, without a value until it is sent again.
    known = {entity.unique_id for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    waiting: list[Described] = [
        description for description in _ALL if f"{coordinator.board_id}_{description.key}" not in known
    ]
    met: set[str] = set()

    @callback
    def add_what_is_sent() -> None:
        snapshot = coordinator.data
        sent = [description for description in waiting if description.value(snapshot) is not None]
        for description in sent:
            waiting.remove(description)
        meters = {meter.key: meter for meter in (snapshot.reading.sub_meters if snapshot.reading else ())}
        new = [meter for key, meter in meters.items() if key not in met]
        met.update(meters)
        if sent or new:
            async_add_entities(
                [
                    *(DigimonSensor(coordinator, description) for description in sent),
                    *(SubMeterSensor(coordinator, *pair) for meter in new for pair in _sub_meter_sensors(meter)),
                ]
            )

    async_add_entities(DigimonSensor(coordinator, description) for description in _ALL if description not in waiting)
    add_what_is_sent()
    entry.async_on_unload(coordinator.async_add_listener(add_what_is_sent))
    async_add_entities(history_sensors(coordinator, entry.runtime_data.history))
    add_tariff_sensors(entry, async_add_entities)


def _sub_meter_sensors(meter: SubMeter) -> Iterator[tuple[DigimonSubMeterDescription, SubMeter]]:
    for description in SUB_METER_DESCRIPTIONS:
        if description.kind in {None, meter.kind} and description.unit in {None, meter.unit}:
            yield description, meter


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
