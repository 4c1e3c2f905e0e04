"""What the sensors of the capacity tariff show, and the attributes with which a person can check it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from homeassistant.util import dt as dt_util

from .capacity.billing import Bill, euros, with_vat
from .capacity.explanation import calculation, month_lines, month_sources
from .choices import format_month
from .tariff import Tariff

_ACT_BY_STEP_SECONDS = 15
_WH_OF_DEMAND = 4
_MONEY_DIGITS = 4

UNRECORDED = frozenset(
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
"""Attributes that change with every peak and are there to be read, not to be kept."""


def ahead(name: str) -> Callable[[Tariff], int | None]:
    """A power of the forecast, W; None without one."""

    def value(tariff: Tariff) -> int | None:
        forecast = tariff.figures.forecast
        return None if forecast is None else int(getattr(forecast, name))

    return value


def quarter_energy(tariff: Tariff) -> int | None:
    """Offtake of the running quarter so far, Wh."""
    forecast = tariff.figures.forecast
    return None if forecast is None else forecast.demand_w // _WH_OF_DEMAND


def act_by(tariff: Tariff) -> datetime | None:
    """Until when something has to be switched off, a little early rather than late."""
    utc = tariff.figures.act_by_utc
    return None if utc is None else dt_util.utc_from_timestamp(utc - utc % _ACT_BY_STEP_SECONDS)


def billed(bill: Bill) -> Decimal | None:
    """Mean of the months of a bill, kW as invoices print it."""
    return None if bill.kilowatt is None else round(bill.kilowatt, 3)


def cents(amount: Decimal | None) -> Decimal | None:
    """Euros, to the cent."""
    return None if amount is None else euros(amount)


def months(tariff: Tariff) -> Mapping[str, Any]:
    """Which months the bill of this month is made of, and who knows them."""
    bill = tariff.figures.bill
    return _months_of(bill) | {"sources": month_sources(bill)}


def completed_months(tariff: Tariff) -> Mapping[str, Any]:
    """Which months the mean of completed months is made of, and who knows them."""
    bill = tariff.figures.completed
    return _months_of(bill) | {"sources": month_sources(bill)}


def _months_of(bill: Bill) -> dict[str, Any]:
    return {
        "months": {month: float(kilowatt) for month, kilowatt in month_lines(bill).items()},
        "missing_months": [format_month(month) for month in bill.window.missing],
    }


def month_calculation(tariff: Tariff) -> Mapping[str, Any]:
    """How the euros of this month are made."""
    return {"calculation": calculation(tariff.figures.bill)}


def rate(tariff: Tariff) -> Mapping[str, Any]:
    """What a kW costs, and where that comes from."""
    price = tariff.figures.bill.price
    if price is None:
        return {}
    listed = None if price.found is None else price.found.rate
    return {
        "rate_per_kw_year": float(euros(price.per_kw_year)),
        "vat": int(price.vat),
        "rate_year": None if listed is None else listed.valid_from.year,
        "area": None if listed is None else listed.area.value,
        "source": None if listed is None else listed.source,
    }


def network(tariff: Tariff) -> Mapping[str, Any]:
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
        "maximum_tariff_per_kwh": None
        if maximum is None
        else float(round(with_vat(maximum, price.vat), _MONEY_DIGITS)),
    }
