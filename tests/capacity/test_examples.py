"""Worked examples and rates collected from publications and real meters, where they lie beside the repository."""

import csv
import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.clock import day_quarters
from core.obis import decode
from custom_components.digimon.capacity.billing import (
    Contract,
    Price,
    Vat,
    bill_of,
    billed_kilowatt,
    network_cost,
    with_vat,
)
from custom_components.digimon.capacity.months import Month, month_at
from custom_components.digimon.capacity.offtake import Observation, follow
from custom_components.digimon.capacity.peaks import listed_peaks, month_peaks, running_peak
from custom_components.digimon.capacity.rates import Area, Rate, read_rates

from .months import window
from .replay import QUARTER, REGISTER

SHARED = Path(os.environ.get("DIGIMON_SHARED") or "missing") / "capacity"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no examples beside the repository")

Fields = dict[str, Any]


def rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def area(name: str) -> Area | None:
    """The area of a grid operator's name; None for the Flemish average."""
    key = name.removeprefix("Fluvius ").lower().replace("-", "_")
    return Area(key) if key in set(Area) else None


def price(given: Fields) -> Price:
    return Price(net_per_kw_year=given["eur_per_kw_year"], vat=Vat(int(given.get("vat_percent", 0))), found=None)


def rate(given: Fields) -> Rate:
    """A row of rates with what an example gives."""
    return Rate(
        area=Area.ANTWERPEN,
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        per_kw_year=given["eur_per_kw_year"],
        per_kwh=given.get("eur_per_kwh_normal", given.get("eur_per_kwh")),
        per_kwh_night=given.get("eur_per_kwh_exclusive_night"),
        data_management_year=given.get("data_mgmt_eur_year", Decimal(0)),
        maximum_per_kwh=given.get("max_tariff_eur_per_kwh"),
        source="an example",
        seen=date(2026, 11, 23),
    )


def billed_peak(given: Fields) -> Fields:
    return {"billed_kw": billed_kilowatt(window(*map(str, given["month_peaks_kw"])).months)}


def annual_cost(given: Fields) -> Fields:
    """A year at a billed power, or what some kW more in each month of a year cost, above the floor."""
    if "billed_kw" in given:
        return {"eur_year": given["billed_kw"] * price(given).per_kw_year}
    contract = Contract(own_per_kw_year=given["eur_per_kw_year"], vat=Vat.NONE)
    years = []
    for kilowatt in (Decimal(3), 3 + given["extra_kw_all_12_months"]):
        year = bill_of(window(*[str(kilowatt)] * 12), contract, read_rates(), date(2026, 6, 1)).year
        assert year is not None
        years.append(year)
    return {"eur_year": years[1] - years[0]}


def monthly_cost(given: Fields) -> Fields:
    return {"eur_month": given["billed_kw"] * price(given).per_kw_month}


def annual_network_cost(given: Fields) -> Fields:
    cost = network_cost(
        rate(given),
        given["billed_kw"],
        kilowatt_hours=given["kwh_normal"],
        night_kilowatt_hours=given["kwh_exclusive_night"],
        vat=Vat.NONE,
    )
    assert cost is not None
    return {"eur_year": cost.total}


def max_tariff(given: Fields) -> Fields:
    cost = network_cost(
        rate(given),
        given["billed_kw"],
        kilowatt_hours=given["kwh_offtake"],
        part_of_year={"year": Decimal(1), "month": Decimal(1) / 12}[given["period"]],
        vat=Vat.NONE,
    )
    assert cost is not None
    return {
        "uncapped_eur": cost.capacity + cost.volume,
        "cap_eur": cost.maximum,
        "minimum_eur": cost.minimum,
        "billed_eur": cost.grid,
    }


def quarter(given: Fields) -> Fields:
    begin = follow(None, Observation(time_utc=QUARTER, register_wh=REGISTER))
    energy_wh = int(given["quarter_energy_kwh"] * 1000)
    end = follow(begin, Observation(time_utc=QUARTER + 900, register_wh=REGISTER + energy_wh))
    mean = end.mean_of_quarter_before(begin)
    assert mean is not None
    return {"quarter_kw": Decimal(mean) / 1000}


def running_quarter(given: Fields) -> Fields:
    second = int(given["seconds_into_quarter"])
    now = Observation(
        time_utc=QUARTER + second,
        power_w=int(given["power_now_kw"] * 1000),
        demand_w=int(given["obis_1_4_0_kw"] * 1000),
    )
    energy = follow(None, now).energy()
    assert energy is not None
    demand = Decimal(energy.demand_w) / 1000
    return {"energy_so_far_kwh": demand / 4, "mean_so_far_kw": demand * 900 / second}


def month_reset(given: Fields) -> Fields:
    telegram = (
        f"/FLU5\\253769484_A\r\n\r\n0-0:1.0.0({given['telegram_time']})\r\n"
        f"1-0:1.6.0{given['obis_1_6_0']}\r\n0-0:98.1.0{given['obis_98_1_0']}\r\n!"
    )
    meter: Fields = decode(telegram.encode())
    peaks = month_peaks(month_at(meter["time"]), listed=listed_peaks(meter["peaks"]), peak=running_peak(meter["peak"]))
    assert peaks.running_peak is not None

    def name(month: Month) -> str:
        return f"{month.year}-{month.month:02d}"

    return {
        "current_month": name(peaks.running),
        "current_peak_kw": Decimal(peaks.running_peak.power_w) / 1000,
        "history": {name(peak.month): Decimal(peak.power_w) / 1000 for peak in peaks.completed.months},
    }


def quarters_in_day(given: Fields) -> Fields:
    day = date.fromisoformat(given["local_date"])
    return {"quarters_in_day": Decimal(len(day_quarters(day.year, day.month, day.day)))}


CATEGORIES: dict[str, Callable[[Fields], Fields]] = {
    "billed_peak": billed_peak,
    "annual_cost": annual_cost,
    "monthly_cost": monthly_cost,
    "fixed_term_analogue": annual_cost,
    "fixed_term_analogue_month": monthly_cost,
    "annual_network_cost": annual_network_cost,
    "max_tariff": max_tariff,
    "quarter": quarter,
    "running_quarter_semantics": running_quarter,
    "month_reset": month_reset,
    "dst": quarters_in_day,
}


def numbers(text: str) -> Fields:
    parsed: Fields = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return parsed


@pytest.mark.parametrize("row", rows("examples.csv"), ids=lambda row: f"{row['id']}-{row['category']}")
def test_example(row: dict[str, str]) -> None:
    given = numbers(row["inputs_json"])
    found, expected = CATEGORIES[row["category"]](given), numbers(row["expected_json"])
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        if isinstance(value, Decimal):
            assert abs(found[key] - value) <= Decimal(row["tolerance"]), key
        else:
            assert found[key] == value, key
    of_area = area(row["dso"])
    if of_area is not None and row["year"]:
        found_rate = read_rates().find(of_area, date(int(row["year"]), 6, 1))
        assert found_rate.is_of_date
        assert found_rate.rate.per_kw_year == given["eur_per_kw_year"]


def test_there_are_examples_of_each_category() -> None:
    assert {row["category"] for row in rows("examples.csv")} == CATEGORIES.keys()


@pytest.mark.parametrize("row", rows("tariffs.csv"), ids=lambda row: f"{row['year']}-{row['dso']}")
def test_rate(row: dict[str, str]) -> None:
    of_area = area(row["dso"])
    assert of_area is not None
    found = read_rates().find(of_area, date(int(row["year"]), 7, 1))
    assert found.is_of_date
    assert found.rate.per_kw_year == Decimal(row["eur_per_kw_year_excl_vat"])
    maximum = row["max_tariff_eur_per_kwh_excl_vat"]
    assert found.rate.maximum_per_kwh == (Decimal(maximum) if maximum else None)
    assert with_vat(Decimal(1), Vat.HOUSEHOLD) == 1 + Decimal(row["vat_percent"]) / 100


def test_every_rate_that_was_found_is_in_the_file() -> None:
    found = {(int(row["year"]), area(row["dso"])) for row in rows("tariffs.csv")}
    assert found == {(row.valid_from.year, row.area) for row in read_rates().rows}
