"""What a kW costs: the rates of the grid areas, as dated rows of rates.csv.

The Vlaamse Nutsregulator publishes a list per calendar year. Amounts are without VAT, for a digital meter at low
voltage. A date without a row gets the last one before it, else the first one, and is told so: no rate is carried on
silently.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

RATES_FILE = Path(__file__).with_name("rates.csv")


class Area(StrEnum):
    """The grid areas of Flanders since 1 January 2025, by the names of their grid operators."""

    ANTWERPEN = "antwerpen"
    HALLE_VILVOORDE = "halle_vilvoorde"
    IMEWO = "imewo"
    KEMPEN = "kempen"
    LIMBURG = "limburg"
    MIDDEN_VLAANDEREN = "midden_vlaanderen"
    WEST = "west"
    ZENNE_DIJLE = "zenne_dijle"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """One row: an area and the period that it holds for. Euros without VAT; None where no source tells."""

    area: Area
    valid_from: date
    valid_until: date
    """The last day."""

    per_kw_year: Decimal
    """Capacity tariff, per kW of billed power and year."""

    per_kwh: Decimal | None
    """The part of the grid tariff that is paid per kWh."""

    per_kwh_night: Decimal | None
    """The same for a meter that is on at night only ("exclusief nacht")."""

    data_management_year: Decimal | None
    maximum_per_kwh: Decimal | None
    """Maximum tariff: more than this per kWh, capacity and kWh together never cost; see `billing.network_cost`."""

    source: str
    """Where the amounts were found, and how they were made of what is printed there."""

    seen: date
    """When they were read there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRate:
    """The rate for a date, or the best there is."""

    rate: Rate
    asked: date

    @property
    def is_of_date(self) -> bool:
        """Whether the rate is the one of the date that was asked for, and not another year's."""
        return self.rate.valid_from <= self.asked <= self.rate.valid_until

    @property
    def year(self) -> int:
        """The year whose rate it is."""
        return self.rate.valid_from.year


@dataclass(frozen=True, slots=True)
class Rates:
    """All rows, of every area at least one."""

    rows: tuple[Rate, ...]

    def find(self, area: Area, on: date) -> FoundRate:
        """The rate of an area on a date; else its last one before, else its first one."""
        rows = [row for row in self.rows if row.area is area]
        begun = [row for row in rows if row.valid_from <= on]
        return FoundRate(rate=begun[-1] if begun else rows[0], asked=on)


def parse_rates(lines: Iterable[str]) -> Rates:
    """Read rows of rates.csv, with its header.

    :raises ValueError: a row that is none, an area without a row, or two rows of an area for one day.
    """
    rows = sorted((_row(fields) for fields in csv.DictReader(lines)), key=lambda row: (row.area, row.valid_from))
    for area in Area:
        of_area = [row for row in rows if row.area is area]
        if not of_area:
            raise ValueError(f"no rate for {area}")
        for before, after in pairwise(of_area):
            if after.valid_from <= before.valid_until:
                raise ValueError(f"two rates for {area} on {after.valid_from}")
    return Rates(tuple(rows))


def read_rates() -> Rates:
    """Read the rates that come with this version; reads a file."""
    return parse_rates(RATES_FILE.read_text(encoding="utf-8").splitlines())


def _row(fields: dict[str, str]) -> Rate:
    try:
        rate = Rate(
            area=Area(fields["area"]),
            valid_from=date.fromisoformat(fields["valid_from"]),
            valid_until=date.fromisoformat(fields["valid_until"]),
            per_kw_year=Decimal(fields["per_kw_year"]),
            per_kwh=_optional(fields["per_kwh"]),
            per_kwh_night=_optional(fields["per_kwh_night"]),
            data_management_year=_optional(fields["data_management_year"]),
            maximum_per_kwh=_optional(fields["maximum_per_kwh"]),
            source=fields["source"],
            seen=date.fromisoformat(fields["seen"]),
        )
    except (KeyError, TypeError, InvalidOperation) as error:
        raise ValueError(f"not a rate: {fields}") from error
    amounts = (rate.per_kwh, rate.per_kwh_night, rate.data_management_year, rate.maximum_per_kwh)
    if not all(_is_positive(amount) for amount in (rate.per_kw_year, *amounts) if amount is not None):
        raise ValueError(f"not an amount: {fields}")
    if rate.valid_until < rate.valid_from or not rate.source:
        raise ValueError(f"no period or no source: {fields}")
    return rate


def _is_positive(amount: Decimal) -> bool:
    return amount.is_finite() and amount > 0


def _optional(text: str) -> Decimal | None:
    return Decimal(text) if text else None
