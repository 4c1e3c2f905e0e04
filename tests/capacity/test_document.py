"""docs/capacity-tariff.md says what the code does."""

from datetime import date
from decimal import Decimal

from custom_components.digimon.capacity.billing import Contract, Price, bill_of, billed_kilowatt, cost_of_peak, euros
from custom_components.digimon.capacity.forecast import forecast
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.peaks import month_peaks, power_of_kw
from custom_components.digimon.capacity.rates import Area, read_rates
from tests.docs.markdown import read

from .months import window
from .test_loads import CASES

TABLES = read("docs/capacity-tariff.md").tables()
NOVEMBER = Month(2026, 11)


def table(*head: str) -> list[list[str]]:
    (found,) = (rows[1:] for rows in TABLES if tuple(rows[0][: len(head)]) == head)
    return found


def amount(text: str) -> Decimal:
    return Decimal(text.split(maxsplit=1)[0])


def test_the_example_to_check_by_hand() -> None:
    rows = table("month", "peak", "counts as")
    entered = {Month(*map(int, month.split("-"))): power_of_kw(Decimal(peak)) for month, peak, _ in rows}
    peaks = month_peaks(NOVEMBER.plus(1), entered=entered)
    bill = bill_of(peaks.completed, Contract(area=Area.ANTWERPEN), read_rates(), date(2026, 11, 23))
    assert [peak.counted_w for peak in bill.window.months] == [power_of_kw(Decimal(counts)) for *_, counts in rows]
    assert isinstance(bill.price, Price)
    assert bill.kilowatt is not None
    assert bill.year is not None
    assert bill.month is not None
    total = sum(peak.counted_w for peak in bill.window.months)
    assert [amount(text) for _, text in table("step")] == [
        Decimal(total) / 1000,
        round(bill.kilowatt, 3),
        euros(bill.price.per_kw_year),
        euros(bill.year),
        euros(bill.month),
        euros(cost_of_peak(bill.price, 6000, 4400)),
    ]
    assert euros(bill.price.per_kw_month) == Decimal("4.36")


def test_eleven_months_of_one_kilowatt_and_one_of_twenty() -> None:
    kilowatt = billed_kilowatt(window(*["1"] * 11, "20").months)
    assert kilowatt is not None
    assert euros(kilowatt) == Decimal("3.96")


def test_the_example_of_a_quarter() -> None:
    assert euros(Decimal(forecast(second=386, demand_w=4065, power_w=9260, target_w=25900).projected_w) / 1000) == (
        Decimal("9.35")
    )


def test_the_eight_loads_are_those_of_the_tests() -> None:
    documented = [tuple(row[1:4]) for row in table("load")]
    tested = [
        tuple("-" if second is None else str(second) for second in (case.person, case.automation, case.certain))
        for name, case in CASES.items()
        if name not in {"kettle, 4 minutes", "kettle, later"}
    ]
    assert documented == tested


def test_each_year_of_rates_is_told() -> None:
    assert {int(row[0]) for row in table("year", "what is known")} == {row.valid_from.year for row in read_rates().rows}


def test_the_example_of_the_readme() -> None:
    bill = bill_of(window("3.1", "4.4", "1.9"), Contract(area=Area.ANTWERPEN), read_rates(), date(2026, 6, 1))
    assert bill.kilowatt is not None
    assert bill.month is not None
    assert (round(bill.kilowatt, 3), euros(bill.month)) == (Decimal("3.333"), Decimal("14.55"))
    for name, numbers in (
        ("README.md", ("3.333 kW", "14.55 euro", "52.37 euro", "4.36 euro")),
        ("README.nl.md", ("3,333 kW", "14,55 euro", "52,37 euro", "4,36 euro")),
    ):
        text = " ".join(" ".join(read(name).prose).split())
        assert [number for number in numbers if number not in text] == []
