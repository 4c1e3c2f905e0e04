"""Three years of the simulated house: its telegrams against a sheet of all its quarters."""

from datetime import date
from fractions import Fraction

import pytest

from core.obis import Decoder
from custom_components.digimon.capacity.billing import Bill, Contract, bill_of
from custom_components.digimon.capacity.months import month_at
from custom_components.digimon.capacity.peaks import MonthPeaks, listed_peaks, month_peaks, running_peak
from custom_components.digimon.capacity.rates import Area, read_rates
from simulator.house import House
from tests.simulator.brute_force import local, utc

INSTALLED = date(2024, 3, 14)
START, END = utc("2024-03-14"), utc("2027-03-01")
DAY = 86_400

# Euros per kW and year in Antwerp; there is none for 2024 and 2027, so the last and first known ones stand in.
RATES = {2024: "37.7649625", 2025: "50.2420", 2026: "49.4036563", 2027: "49.4036563"}

Sheet = dict[tuple[int, int], list[tuple[int, int]]]
"""Per month of the wall clock, end and mean W of each of its quarters."""


@pytest.fixture(scope="module")
def house() -> House:
    return House(1, installed=INSTALLED)


@pytest.fixture(scope="module")
def sheet(house: House) -> Sheet:
    quarters: Sheet = {}
    for start in range(START, END, 900):
        moment = local(start)
        row = (start + 900, house.quarter_energy(start)[0] // 900)
        quarters.setdefault((moment.year, moment.month), []).append(row)
    return quarters


def made_of(house: House, instant: int) -> tuple[MonthPeaks, Bill]:
    """What we make of the telegram of an instant."""
    meter = Decoder().decode(house.telegram(instant))
    peaks = month_peaks(
        month_at(meter["time"]), listed=listed_peaks(meter["peaks"]), peak=running_peak(meter.get("peak"))
    )
    bill = bill_of(peaks.with_running, Contract(area=Area.ANTWERPEN), read_rates(), local(instant).date())
    return peaks, bill


def cells(sheet: Sheet, instant: int) -> list[int]:
    """The peaks of the last twelve months by the sheet, those that have one, oldest first."""
    peaks = []
    moment = local(instant)
    number = moment.year * 12 + moment.month - 1
    for month in range(number - 11, number + 1):
        finished = [power for end, power in sheet.get((month // 12, month % 12 + 1), []) if end <= instant]
        # A meter has no peak before its first quarter, and one of 0 W it stamps with the month before.
        if finished and max(finished) > 0:
            peaks.append(max(finished))
    return peaks


INSTANTS = [
    *(START + day * DAY + 64_800 for day in range(0, (END - START) // DAY, 9)),
    *(
        utc(f"{year}-{month:02d}-01") + second
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
        for second in (-1, 0, 899, 900)
        if (year, month) > (2024, 3)
    ),
]


def test_every_bill_of_three_years(house: House, sheet: Sheet) -> None:
    complete = 0
    for instant in INSTANTS:
        peaks, bill = made_of(house, instant)
        expected = cells(sheet, instant)
        assert [peak.power_w for peak in peaks.with_running.months] == expected, local(instant)
        complete += not peaks.with_running.missing
        if not expected:
            assert bill.month is None
            continue
        kilowatt = Fraction(sum(max(2500, power) for power in expected), 1000 * len(expected))
        month = kilowatt * Fraction(RATES[local(instant).year]) * Fraction(106, 100) / 12
        assert bill.kilowatt is not None
        assert bill.month is not None
        assert abs(Fraction(bill.kilowatt) - kilowatt) < Fraction(1, 10**20)
        assert abs(Fraction(bill.month) - month) < Fraction(1, 10**20)
        assert bill.price is not None
        assert bill.price.found is not None
        year = local(instant).year
        assert bill.price.found.year == {2024: 2023, 2027: 2026}.get(year, year)
    assert complete > len(INSTANTS) // 2


def test_the_bill_changes_at_local_midnight_only_by_the_running_month(house: House, sheet: Sheet) -> None:
    """In the first quarter of a month its peak is none yet, and the eleven before it count."""
    for midnight in (utc("2025-04-01"), utc("2025-11-01"), utc("2026-01-01")):
        peaks, bill = made_of(house, midnight)
        assert peaks.running_peak is None
        assert [peak.power_w for peak in bill.window.months] == cells(sheet, midnight)
        assert len(bill.window.months) == 11
        for peak in peaks.completed.months:
            assert peak.power_w == max(power for _, power in sheet[peak.month])
        assert len(peaks.completed.months) == 12
