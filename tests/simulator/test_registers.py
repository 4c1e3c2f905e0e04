"""Every register is the exact sum of every power before it."""

import random
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator import ledger
from simulator.house import House
from tests.simulator.brute_force import is_day_tariff, local, utc

INSTALLED = date(2019, 7, 1)
BEGIN = utc("2019-07-01")
END = utc("2039-01-01")

instants = st.integers(BEGIN, END - 1)


@pytest.fixture(scope="module")
def house() -> House:
    return House(5, installed=INSTALLED)


def sums(house: House, start: int, end: int) -> tuple[int, ...]:
    registers = [0, 0, 0, 0]
    for second in range(start, end):
        tariff = 0 if is_day_tariff(second) else 1
        offtake, injection = house.power(second)
        registers[tariff] += offtake
        registers[2 + tariff] += injection
    return tuple(registers)


@given(start=instants, length=st.integers(0, 4000))
@settings(max_examples=60, deadline=None)
@example(start=utc("2025-10-26T02:45+02:00"), length=4000)
@example(start=utc("2026-03-29T01:30"), length=4000)
@example(start=utc("2025-12-31T23:30"), length=4000)
@example(start=utc("2028-02-28T23:40"), length=3000)
@example(start=utc("2026-11-30T23:59:59"), length=2)
@example(start=utc("2026-11-23T06:59:58"), length=4)
@example(start=utc("2026-11-23T21:59:58"), length=4)
@example(start=utc("2019-07-01"), length=1000)
def test_registers_rise_by_the_sum_of_the_powers(house: House, start: int, length: int) -> None:
    before, after = house.energy(start), house.energy(start + length)
    assert tuple(b - a for a, b in zip(before, after, strict=True)) == sums(house, start, start + length)


@given(first=instants, second=instants)
@settings(max_examples=100, deadline=None)
def test_registers_never_fall(house: House, first: int, second: int) -> None:
    early, late = (house.reading(instant) for instant in sorted((first, second)))
    assert early.consumed_energy_t1 <= late.consumed_energy_t1
    assert early.consumed_energy_t2 <= late.consumed_energy_t2
    assert early.produced_energy_t1 <= late.produced_energy_t1
    assert early.produced_energy_t2 <= late.produced_energy_t2
    assert early.gas.litres <= late.gas.litres
    assert early.water.litres <= late.water.litres


@given(start=instants)
@settings(max_examples=40, deadline=None)
def test_a_quarter_holds_the_energy_of_its_telegrams(house: House, start: int) -> None:
    start -= start % 900
    powers = [house.power(second) for second in range(start, start + 900)]
    assert house.quarter_energy(start) == tuple(sum(column) for column in zip(*powers, strict=True))
    assert house.intervals(start) == [
        tuple(sum(column) // 5 for column in zip(*powers[first : first + 5], strict=True)) for first in range(0, 900, 5)
    ]


@given(instant=instants)
@settings(max_examples=60, deadline=None)
def test_the_meter_shows_whole_watt_hours_that_have_passed(house: House, instant: int) -> None:
    reading = house.reading(instant)
    shown = (
        reading.consumed_energy_t1,
        reading.consumed_energy_t2,
        reading.produced_energy_t1,
        reading.produced_energy_t2,
    )
    assert shown == tuple(energy // 3600 for energy in house.energy(instant))
    assert (reading.consumed_power, reading.produced_power) == house.power(instant)
    assert reading.tariff == (1 if is_day_tariff(instant) else 2)


@pytest.mark.parametrize(
    ("start", "hours"),
    [("2025-10-26", 25), ("2026-03-29", 23), ("2025-12-31", 24), ("2024-02-29", 24), ("2026-06-21", 24)],
)
def test_whole_days_add_up(house: House, start: str, hours: int) -> None:
    begin = utc(start)
    end = begin + hours * 3600
    before, after = house.energy(begin), house.energy(end)
    assert tuple(b - a for a, b in zip(before, after, strict=True)) == sums(house, begin, end)


def test_any_second_needs_no_more_than_the_days_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    lived = 0
    real = ledger.Day

    def counted(*arguments: object) -> ledger.Day:
        nonlocal lived
        lived += 1
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "Day", counted)
    house = House(1, installed=date(2001, 1, 1))
    house.reading(utc("2090-05-05T12:00"))
    # 365 dates x 7 weekdays and 29 February x 7, plus the day itself.
    assert lived <= 366 * 7 + 1
    before = house.energy(utc("2089-12-31T23:00"))
    after = house.energy(utc("2090-01-01T01:00"))
    assert tuple(b - a for a, b in zip(before, after, strict=True)) == sums(
        house, utc("2089-12-31T23:00"), utc("2090-01-01T01:00")
    )


def test_registers_begin_at_zero(house: House) -> None:
    assert house.energy(BEGIN) == (0, 0, 0, 0)
    reading = house.reading(BEGIN)
    assert (reading.gas.litres, reading.gas.time) == (0, BEGIN)
    with pytest.raises(ValueError, match="installed on 2019-07-01"):
        house.reading(BEGIN - 1)


@given(installed=st.dates(date(2010, 1, 1), date(2060, 1, 1)), length=st.integers(0, 3000))
@settings(max_examples=40, deadline=None)
@example(installed=date(2025, 10, 26), length=12_000)
@example(installed=date(2026, 3, 29), length=12_000)
@example(installed=date(2028, 2, 29), length=100_000)
@example(installed=date(2025, 12, 31), length=100_000)
def test_a_meter_may_be_installed_on_any_day(installed: date, length: int) -> None:
    house = House(3, installed=installed)
    begin = utc(installed.isoformat())
    assert house.energy(begin) == (0, 0, 0, 0)
    assert house.energy(begin + length) == sums(house, begin, begin + length)
    with pytest.raises(ValueError, match="installed on"):
        house.energy(begin - 1)


@pytest.mark.long
@pytest.mark.parametrize("year", [2025, 2028])
def test_a_whole_year_second_by_second(year: int) -> None:
    house = House(4, installed=date(year - 1, 12, 1))
    begin, end = utc(f"{year}-01-01"), utc(f"{year + 1}-01-01")
    registers = [0, 0, 0, 0]
    peaks = dict.fromkeys(range(1, 13), 0)
    for quarter in range(begin, end, 900):
        powers = [house.power(second) for second in range(quarter, quarter + 900)]
        offtake, injection = (sum(column) for column in zip(*powers, strict=True))
        tariff = 0 if is_day_tariff(quarter) else 1
        registers[tariff] += offtake
        registers[2 + tariff] += injection
        month = local(quarter).month
        peaks[month] = max(peaks[month], offtake // 900)
    before, after = house.energy(begin), house.energy(end)
    assert [b - a for a, b in zip(before, after, strict=True)] == registers
    assert [month.peak.power for month in house.reading(end).peaks[-12:]] == list(peaks.values())


def test_the_same_in_every_order_of_asking() -> None:
    dice = random.Random(3)
    asked = [dice.randrange(utc("2024-03-14"), utc("2027-01-01")) for _ in range(100)]
    forward = House(9)
    telegrams = {instant: forward.telegram(instant) for instant in sorted(asked)}
    shuffled = House(9)
    assert telegrams == {instant: shuffled.telegram(instant) for instant in asked}


def test_another_seed_is_another_house() -> None:
    instant = utc("2026-11-23T18:00")
    registers = {House(seed, installed=date(2026, 11, 1)).energy(instant) for seed in range(4)}
    assert len(registers) == 4


def test_the_same_on_every_machine() -> None:
    # Written down on Debian's x86-64; who changes the house on purpose writes it down again.
    house = House(1)
    assert house.energy(utc("2026-11-23T18:00:03")) == (27245965483, 29761072450, 20455422732, 7163941973)
