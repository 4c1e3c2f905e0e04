"""Sensors of the capacity tariff: the running quarter, the warning, the bill."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .arrivals import add_as_they_come, take
from .capacity.billing import WithoutEuros, euros
from .capacity.figures import TariffBasis
from .capacity.level import Level
from .capacity.steps import settle_limit, settle_projection, settle_room
from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .core.clock import day_start
from .tariff import Tariff
from .tariff_entity import QuarterEntity, TariffEntity
from .tariff_values import (
    UNRECORDED,
    act_by,
    ahead,
    billed,
    cents,
    completed_months,
    month_calculation,
    months,
    network,
    quarter_energy,
    rate,
)

type Value = Decimal | datetime | int | str | None


@dataclass(frozen=True, kw_only=True)
class TariffSensorDescription(SensorEntityDescription):
    """Describes a sensor; it exists once its value has been there."""

    value_fn: Callable[[Tariff], Value]
    attributes_fn: Callable[[Tariff], Mapping[str, Any]] | None = None
    of_quarter: bool = False
    """Whether it is about the running quarter, so that it says nothing of a meter that is not heard."""

    of_month: bool = False
    """Whether it counts from the begin of the month."""

    settle_fn: Callable[[int | None, int], int] | None = None
    """What is shown of a power, after what was shown before (`capacity.steps`); None shows it as it is."""

    outlives_silence: bool = False
    """Whether it goes on when nothing is heard, because something is steered by it."""


@dataclass(frozen=True, kw_only=True)
class QuarterPowerDescription(TariffSensorDescription):
    """Describes a power of the running quarter."""

    of_quarter: bool = True
    device_class: SensorDeviceClass = SensorDeviceClass.POWER
    native_unit_of_measurement: str = UnitOfPower.WATT
    state_class: SensorStateClass = SensorStateClass.MEASUREMENT
    suggested_display_precision: int = 0


@dataclass(frozen=True, kw_only=True)
class BilledPowerDescription(TariffSensorDescription):
    """Describes a power as bills print it."""

    device_class: SensorDeviceClass = SensorDeviceClass.POWER
    native_unit_of_measurement: str = UnitOfPower.KILO_WATT
    state_class: SensorStateClass = SensorStateClass.MEASUREMENT
    suggested_display_precision: int = 3


@dataclass(frozen=True, kw_only=True)
class MoneyDescription(TariffSensorDescription):
    """Describes an amount of euros, VAT included as chosen."""

    device_class: SensorDeviceClass = SensorDeviceClass.MONETARY
    native_unit_of_measurement: str = "EUR"
    suggested_display_precision: int = 2


DESCRIPTIONS: tuple[TariffSensorDescription, ...] = (
    TariffSensorDescription(
        key="quarter_energy",
        translation_key="quarter_energy",
        of_quarter=True,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        entity_registry_enabled_default=False,
        value_fn=quarter_energy,
    ),
    QuarterPowerDescription(
        key="projected", translation_key="projected", value_fn=ahead("projected_w"), settle_fn=settle_projection
    ),
    QuarterPowerDescription(
        key="headroom", translation_key="headroom", value_fn=ahead("headroom_w"), settle_fn=settle_room
    ),
    QuarterPowerDescription(
        key="extra_room", translation_key="extra_room", value_fn=ahead("extra_w"), settle_fn=settle_room
    ),
    QuarterPowerDescription(
        key="steady_limit",
        translation_key="steady_limit",
        of_quarter=False,
        outlives_silence=True,
        value_fn=lambda tariff: tariff.figures.steady_w,
        settle_fn=settle_limit,
    ),
    QuarterPowerDescription(
        key="peak_target",
        translation_key="peak_target",
        of_quarter=False,
        value_fn=lambda tariff: tariff.figures.target_w,
    ),
    TariffSensorDescription(
        key="act_by",
        translation_key="act_by",
        of_quarter=True,
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=act_by,
    ),
    TariffSensorDescription(
        key="peak_risk",
        translation_key="peak_risk",
        of_quarter=True,
        device_class=SensorDeviceClass.ENUM,
        options=[level.value for level in Level],
        value_fn=lambda tariff: tariff.figures.level,
    ),
    MoneyDescription(
        key="new_peak_cost",
        translation_key="new_peak_cost",
        of_quarter=True,
        value_fn=lambda tariff: cents(tariff.figures.new_peak_cost),
    ),
    BilledPowerDescription(
        key="billed_power",
        translation_key="billed_power",
        value_fn=lambda tariff: billed(tariff.figures.bill),
        attributes_fn=months,
    ),
    BilledPowerDescription(
        key="billed_power_completed",
        translation_key="billed_power_completed",
        value_fn=lambda tariff: billed(tariff.figures.completed),
        attributes_fn=completed_months,
    ),
    MoneyDescription(
        key="capacity_cost_month",
        translation_key="capacity_cost_month",
        state_class=SensorStateClass.TOTAL,
        of_month=True,
        value_fn=lambda tariff: cents(tariff.figures.bill.month),
        attributes_fn=month_calculation,
    ),
    MoneyDescription(
        key="capacity_cost_year",
        translation_key="capacity_cost_year",
        value_fn=lambda tariff: cents(tariff.figures.bill.year),
    ),
    MoneyDescription(
        key="network_cost_month",
        translation_key="network_cost_month",
        entity_registry_enabled_default=False,
        value_fn=lambda tariff: None if tariff.figures.network is None else euros(tariff.figures.network.total),
        attributes_fn=network,
    ),
    TariffSensorDescription(
        key="tariff_basis",
        translation_key="tariff_basis",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        options=[*TariffBasis, *WithoutEuros],
        value_fn=lambda tariff: tariff.figures.basis,
        attributes_fn=rate,
    ),
)


def add_tariff_sensors(
    entry: DigimonConfigEntry, known: Container[str], async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make the sensors that have a value now, and the others when they have one.

    :param known: unique ids of what was there in an earlier run. What outlives silence outlives a restart in it, too.
    """
    coordinator = entry.runtime_data.coordinator
    tariff = entry.runtime_data.tariff
    waiting = list(DESCRIPTIONS)
    stay = take(
        waiting,
        lambda description: description.outlives_silence and f"{coordinator.board_id}_{description.key}" in known,
    )
    async_add_entities(_sensor(coordinator, tariff, description) for description in stay)

    def arrivals() -> Iterator[TariffSensor]:
        if coordinator.data.reading is not None:
            for description in take(waiting, lambda description: _is_known(description, tariff)):
                yield _sensor(coordinator, tariff, description)

    add_as_they_come(entry, async_add_entities, arrivals)


def _is_known(description: TariffSensorDescription, tariff: Tariff) -> bool:
    """Whether a sensor has something to say; when to act by is silent most of the time, and there all the same."""
    return description.key == "act_by" or description.value_fn(tariff) is not None


def _sensor(coordinator: DigimonCoordinator, tariff: Tariff, description: TariffSensorDescription) -> TariffSensor:
    kind = QuarterSensor if description.of_quarter else TariffSensor
    return kind(coordinator, tariff, description)


class TariffSensor(TariffEntity, SensorEntity):
    """A figure of the capacity tariff."""

    _unrecorded_attributes = UNRECORDED

    entity_description: TariffSensorDescription
    _attr_native_value: Value = None

    @property
    @override
    def available(self) -> bool:
        if self.entity_description.outlives_silence:
            return True
        return super().available and self.coordinator.data.reading is not None

    def __init__(self, coordinator: DigimonCoordinator, tariff: Tariff, description: TariffSensorDescription) -> None:
        super().__init__(coordinator, tariff, description)
        self._settle()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._settle()
        super()._handle_coordinator_update()

    def _settle(self) -> None:
        """Take the value of this moment, or leave what is shown."""
        value = self.entity_description.value_fn(self.tariff)
        if self.entity_description.settle_fn is not None and isinstance(value, int):
            shown = self._attr_native_value
            value = self.entity_description.settle_fn(shown if isinstance(shown, int) else None, value)
        self._attr_native_value = value

    @property
    @override
    def last_reset(self) -> datetime | None:
        if not self.entity_description.of_month:
            return None
        running = self.figures.peaks.running
        return dt_util.utc_from_timestamp(day_start(running.year, running.month, 1))

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else attributes_fn(self.tariff)


class QuarterSensor(QuarterEntity, TariffSensor):
    """A figure of the running quarter."""
