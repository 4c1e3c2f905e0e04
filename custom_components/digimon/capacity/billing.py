"""The bill: billed kW, and what they cost.

    billed kW  =  mean, over the known ones of twelve months, of max(month peak, 2.5 kW)
    a year     =  billed kW x rate per kW and year
    a month    =  a year / 12

Amounts keep all their digits; only `euros` rounds, and only what is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum, StrEnum

from .months import YEAR_MONTHS
from .peaks import FLOOR_W, MonthPeak, Window
from .rates import Area, FoundRate, Rate, Rates

_KW = 1000
_PERCENT = 100
_CENT = Decimal("0.01")


class Vat(IntEnum):
    """Value-added tax in percent."""

    NONE = 0
    HOUSEHOLD = 6
    BUSINESS = 21


class Region(StrEnum):
    """Regions of Belgium; each sets its own grid tariffs."""

    FLANDERS = "flanders"
    WALLONIA = "wallonia"
    BRUSSELS = "brussels"


class WithoutEuros(StrEnum):
    """Why a peak has no price."""

    WALLONIA = "wallonia"
    """Households pay per kWh and hour of the day; no term on a measured peak (CWaPE, 2026-2029)."""

    BRUSSELS = "brussels"
    """A fixed term by the size of the connection (Sibelga)."""

    LARGE_METER = "large_meter"
    """Subscribed power and the peak of the last month, in kVA, with a price for each."""

    SOCIAL_TARIFF = "social_tariff"
    """Protected households pay one federal price for everything."""

    NO_RATE = "no_rate"
    """Neither a grid area nor an own rate was chosen."""

    NO_PEAKS = "no_peaks"
    """Not one month peak is known."""


_REGIONS_WITHOUT_EUROS = {Region.WALLONIA: WithoutEuros.WALLONIA, Region.BRUSSELS: WithoutEuros.BRUSSELS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What a person chose, once, about how the connection is billed."""

    area: Area | None = None
    region: Region = Region.FLANDERS
    vat: Vat = Vat.HOUSEHOLD
    large_meter: bool = False
    social_tariff: bool = False
    own_per_kw_year: Decimal | None = None
    """A rate of one's own, without VAT; goes before the list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a kW costs somebody."""

    net_per_kw_year: Decimal
    """Without VAT."""

    vat: Vat
    found: FoundRate | None
    """Where it comes from; None for an own rate."""

    @property
    def per_kw_year(self) -> Decimal:
        """With VAT, per kW of billed power and year."""
        return with_vat(self.net_per_kw_year, self.vat)

    @property
    def per_kw_month(self) -> Decimal:
        """With VAT, per kW of billed power and month.

        A kW more on one month's peak costs just as much in all: it raises twelve bills by a twelfth of a kW.
        """
        return self.per_kw_year / YEAR_MONTHS


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """What the capacity tariff comes to, and what it is made of. Euros with the VAT of the price."""

    window: Window
    kilowatt: Decimal | None
    """Billed kW; None when no month of the window is known."""

    price: Price | None
    without_euros: WithoutEuros | None
    """Why there are no euros; None when there are."""

    @property
    def year(self) -> Decimal | None:
        """A year at this billed power."""
        if self.kilowatt is None or self.price is None:
            return None
        return self.kilowatt * self.price.per_kw_year

    @property
    def month(self) -> Decimal | None:
        """The month with which the window ends."""
        year = self.year
        return None if year is None else year / YEAR_MONTHS


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkCost:
    """What the grid costs in a period, euros with VAT: the frame around the capacity tariff, for information.

    Sources disagree whether the maximum tariff is applied per month or per year.
    """

    capacity: Decimal
    volume: Decimal
    """Per kWh."""

    maximum: Decimal | None
    """More than this, capacity and volume together do not cost; None when the maximum tariff is not known."""

    minimum: Decimal
    """Less than this they do not cost either: the capacity tariff of 2.5 kW."""

    data_management: Decimal
    """Outside the maximum."""

    @property
    def is_capped(self) -> bool:
        """Whether the maximum makes it cheaper. A further kW costs nothing then."""
        return self.maximum is not None and self.maximum < self.capacity + self.volume

    @property
    def grid(self) -> Decimal:
        """Capacity and volume between minimum and maximum."""
        both = self.capacity + self.volume
        return max(both if self.maximum is None else min(both, self.maximum), self.minimum)

    @property
    def total(self) -> Decimal:
        """Everything."""
        return self.grid + self.data_management


def with_vat(amount: Decimal, vat: Vat) -> Decimal:
    """An amount with its VAT."""
    return amount * (_PERCENT + vat) / _PERCENT


def euros(amount: Decimal) -> Decimal:
    """An amount as it is shown: cents, halves upward."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def billed_kilowatt(months: Iterable[MonthPeak]) -> Decimal | None:
    """The mean of what the months count for; None of no months. The order does not matter."""
    counted = [month.counted_w for month in months]
    if not counted:
        return None
    return Decimal(sum(counted)) / (_KW * len(counted))


def price_of(contract: Contract, rates: Rates, on: date) -> Price | WithoutEuros:
    """What a kW costs on a date, or why it costs nothing that we know."""
    if contract.region in _REGIONS_WITHOUT_EUROS:
        return _REGIONS_WITHOUT_EUROS[contract.region]
    if contract.large_meter:
        return WithoutEuros.LARGE_METER
    if contract.social_tariff:
        return WithoutEuros.SOCIAL_TARIFF
    if contract.own_per_kw_year is not None:
        return Price(net_per_kw_year=contract.own_per_kw_year, vat=contract.vat, found=None)
    if contract.area is None:
        return WithoutEuros.NO_RATE
    found = rates.find(contract.area, on)
    return Price(net_per_kw_year=found.rate.per_kw_year, vat=contract.vat, found=found)


def bill_of(window: Window, contract: Contract, rates: Rates, on: date) -> Bill:
    """The bill of a window of months.

    :param on: a day of the month that is billed; its year's rate is used.
    """
    kilowatt = billed_kilowatt(window.months)
    price = price_of(contract, rates, on)
    if isinstance(price, WithoutEuros):
        return Bill(window=window, kilowatt=kilowatt, price=None, without_euros=price)
    reason = WithoutEuros.NO_PEAKS if kilowatt is None else None
    return Bill(window=window, kilowatt=kilowatt, price=price, without_euros=reason)


def cost_of_peak(price: Price, power_w: int, month_peak_w: int | None) -> Decimal:
    """What it costs that a quarter becomes the month peak, in euros over the twelve bills that follow.

    Nothing up to the peak that the month has already, and nothing up to 2.5 kW. Exact for who has a full year of
    months; with fewer known ones each weighs more at first.

    :param power_w: mean offtake of the quarter.
    :param month_peak_w: of the same month; None while it has none.
    """
    paid_w = max(FLOOR_W, month_peak_w or 0)
    return Decimal(max(0, power_w - paid_w)) / _KW * price.per_kw_month


def network_cost(  # noqa: PLR0913 - the terms of the tariff
    rate: Rate,
    kilowatt: Decimal,
    *,
    kilowatt_hours: Decimal,
    night_kilowatt_hours: Decimal = Decimal(0),
    part_of_year: Decimal = Decimal(1),
    vat: Vat = Vat.HOUSEHOLD,
) -> NetworkCost | None:
    """What the grid costs in a period; None when the rate does not tell all of it.

    :param kilowatt: billed kW.
    :param kilowatt_hours: offtake of the period.
    :param night_kilowatt_hours: offtake of a meter that is on at night only, besides.
    :param part_of_year: 1 for a year, a twelfth for a month.
    """
    if rate.per_kwh is None or rate.data_management_year is None:
        return None
    volume = kilowatt_hours * rate.per_kwh
    if night_kilowatt_hours:
        if rate.per_kwh_night is None:
            return None
        volume += night_kilowatt_hours * rate.per_kwh_night
    maximum = None
    if rate.maximum_per_kwh is not None:
        maximum = with_vat((kilowatt_hours + night_kilowatt_hours) * rate.maximum_per_kwh, vat)
    floor = Decimal(FLOOR_W) / _KW
    return NetworkCost(
        capacity=with_vat(kilowatt * rate.per_kw_year * part_of_year, vat),
        volume=with_vat(volume, vat),
        maximum=maximum,
        minimum=with_vat(floor * rate.per_kw_year * part_of_year, vat),
        data_management=with_vat(rate.data_management_year * part_of_year, vat),
    )
