"""Sensors of the capacity tariff: the running quarter, the warning, the bill."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .arrivals import add_as_they_come, take
from .capacity.billing import WithoutEuros, euros, with_vat
from .capacity.explanation import calculation, month_lines, month_sources
from .capacity.figures import Figures, TariffBasis
from .capacity.level import Level
from .choices import format_month
from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .core.clock import day_start
from .tariff import Tariff
from .tariff_entity import QuarterEntity, TariffEntity

type Value = Decimal | datetime | int | str | None

# A forecast is not as exact as a W, and what did not change is not written.
_POWER_STEP_W = 10
_ACT_BY_STEP_SECONDS = 15
_WH_OF_DEMAND = 4
_KILO = 1000


@dataclass(frozen=True, kw_only=True)
class TariffSensorDescription(SensorEntityDescription):
    """Describes a sensor; it exists once its value has been there."""

    value_fn: Callable[[Tariff], Value]
    attributes_fn: Callable[[Tariff], Mapping[str, Any]] | None = None
    of_quarter: bool = False
    """Whether it is about the running quarter, so that it says nothing of a meter that is not heard."""

    of_month: bool = False
    """Whether it counts from the begin of the month."""

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


def _of_forecast(value: Callable[[Figures], int]) -> Callable[[Tariff], int | None]:
    """A power of the forecast, in steps and to the safe side: rather too little room than too much."""

    def value_fn(tariff: Tariff) -> int | None:
        figures = tariff.figures
        return None if figures.forecast is None else value(figures) // _POWER_STEP_W * _POWER_STEP_W

    return value_fn


def _ahead(name: str) -> Callable[[Tariff], int | None]:
    return _of_forecast(lambda figures: int(getattr(figures.forecast, name)))


def _energy(tariff: Tariff) -> int | None:
    ahead = tariff.figures.forecast
    return None if ahead is None else ahead.demand_w // _WH_OF_DEMAND


def _act_by(tariff: Tariff) -> datetime | None:
    act_by = tariff.figures.act_by_utc
    return None if act_by is None else dt_util.utc_from_timestamp(act_by - act_by % _ACT_BY_STEP_SECONDS)


def _billed(kilowatt: Decimal | None) -> Decimal | None:
    return None if kilowatt is None else round(kilowatt, 3)


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else euros(amount)


def _months(tariff: Tariff) -> Mapping[str, Any]:
    """Which months the mean is made of, and who knows them."""
    bill = tariff.figures.bill
    return {
        "months": {month: float(kilowatt) for month, kilowatt in month_lines(bill).items()},
        "sources": month_sources(bill),
        "missing_months": [format_month(month) for month in bill.window.missing],
    }


def _completed_months(tariff: Tariff) -> Mapping[str, Any]:
    bill = tariff.figures.completed
    return {
        "months": {month: float(kilowatt) for month, kilowatt in month_lines(bill).items()},
        "missing_months": [format_month(month) for month in bill.window.missing],
    }


def _month_calculation(tariff: Tariff) -> Mapping[str, Any]:
    return {"calculation": calculation(tariff.figures.bill)}


def _rate(tariff: Tariff) -> Mapping[str, Any]:
    """What a kW costs, and where that comes from."""
    price = tariff.figures.bill.price
    if price is None:
        return {}
    rate = None if price.found is None else price.found.rate
    return {
        "rate_per_kw_year": float(euros(price.per_kw_year)),
        "vat": int(price.vat),
        "rate_year": None if rate is None else rate.valid_from.year,
        "area": None if rate is None else rate.area.value,
        "source": None if rate is None else rate.source,
    }


def _network(tariff: Tariff) -> Mapping[str, Any]:
    """The lines of what the grid costs this month."""
    cost = tariff.figures.network
    price = tariff.figures.bill.price
    if cost is None or price is None or price.found is None:
        return {}
    maximum = price.found.rate.maximum_per_kwh
    return {
        "capacity": float(euros(cost.capacity)),
        "per_kwh": float(euros(cost.volume)),
        "data_management": float(euros(cost.data_management)),
        "at_most": None if cost.maximum is None else float(euros(max(cost.maximum, cost.minimum))),
        "at_least": float(euros(cost.minimum)),
        "is_capped": cost.is_capped,
        "maximum_tariff_per_kwh": None if maximum is None else float(round(with_vat(maximum, price.vat), 4)),
    }


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
        value_fn=_energy,
    ),
    QuarterPowerDescription(key="projected", translation_key="projected", value_fn=_ahead("projected_w")),
    QuarterPowerDescription(key="headroom", translation_key="headroom", value_fn=_ahead("headroom_w")),
    QuarterPowerDescription(key="extra_room", translation_key="extra_room", value_fn=_ahead("extra_w")),
    QuarterPowerDescription(
        key="steady_limit",
        translation_key="steady_limit",
        of_quarter=False,
        outlives_silence=True,
        value_fn=lambda tariff: tariff.figures.steady_w // _POWER_STEP_W * _POWER_STEP_W,
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
        value_fn=_act_by,
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
        value_fn=lambda tariff: _cents(tariff.figures.new_peak_cost),
    ),
    BilledPowerDescription(
        key="billed_power",
        translation_key="billed_power",
        value_fn=lambda tariff: _billed(tariff.figures.bill.kilowatt),
        attributes_fn=_months,
    ),
    BilledPowerDescription(
        key="billed_power_completed",
        translation_key="billed_power_completed",
        value_fn=lambda tariff: _billed(tariff.figures.completed.kilowatt),
        attributes_fn=_completed_months,
    ),
    MoneyDescription(
        key="capacity_cost_month",
        translation_key="capacity_cost_month",
        state_class=SensorStateClass.TOTAL,
        of_month=True,
        value_fn=lambda tariff: _cents(tariff.figures.bill.month),
        attributes_fn=_month_calculation,
    ),
    MoneyDescription(
        key="capacity_cost_year",
        translation_key="capacity_cost_year",
        value_fn=lambda tariff: _cents(tariff.figures.bill.year),
    ),
    MoneyDescription(
        key="network_cost_month",
        translation_key="network_cost_month",
        entity_registry_enabled_default=False,
        value_fn=lambda tariff: None if tariff.figures.network is None else euros(tariff.figures.network.total),
        attributes_fn=_network,
    ),
    TariffSensorDescription(
        key="tariff_basis",
        translation_key="tariff_basis",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        options=[*TariffBasis, *WithoutEuros],
        value_fn=lambda tariff: tariff.figures.basis,
        attributes_fn=_rate,
    ),
)


def add_tariff_sensors(entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Make the sensors that have a value now, and the others when they have one."""
    coordinator = entry.runtime_data.coordinator
    tariff = entry.runtime_data.tariff
    waiting = list(DESCRIPTIONS)

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

    # They change with every peak and are there to be read, not to be kept.
    _unrecorded_attributes = frozenset(
        {
            "area",
            "at_least",
            "at_most",
            "calculation",
            "capacity",
            "data_management",
            "is_capped",
            "maximum_tariff_per_kwh",
            "missing_months",
            "months",
            "per_kwh",
            "rate_per_kw_year",
            "rate_year",
            "source",
            "sources",
            "vat",
        }
    )

    entity_description: TariffSensorDescription

    @property
    @override
    def available(self) -> bool:
        if self.entity_description.outlives_silence:
            return True
        return super().available and self.coordinator.data.reading is not None

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value_fn(self.tariff)

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
