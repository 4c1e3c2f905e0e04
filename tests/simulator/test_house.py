"""The house lives like a Flemish one."""

from datetime import date
from itertools import pairwise

import pytest

from simulator.appliances import HouseDay, live
from simulator.dates import local_date
from simulator.house import House
from tests.simulator.brute_force import utc

SEEDS = (1, 2, 3, 42)
YEAR = (utc("2025-01-01"), utc("2026-01-01"))
DAYS = range((date(2025, 1, 1) - date(1970, 1, 1)).days, (date(2026, 1, 1) - date(1970, 1, 1)).days)
KWH = 3_600_000


@pytest.fixture(scope="module", params=SEEDS)
def house(request: pytest.FixtureRequest) -> House:
    return House(request.param, installed=date(2024, 12, 1))


@pytest.fixture(scope="module")
def year() -> list[HouseDay]:
    return [live(1, local_date(days)) for days in DAYS]


def test_a_year_of_energy(house: House) -> None:
    before, after = house.energy(YEAR[0]), house.energy(YEAR[1])
    taken = sum(after[:2]) - sum(before[:2])
    given = sum(after[2:]) - sum(before[2:])
    assert 5500 * KWH < taken < 9000 * KWH
    assert 2000 * KWH < given < 3500 * KWH


def test_month_peaks(house: House) -> None:
    peaks = [month.peak.power for month in house.reading(YEAR[1]).peaks[-12:]]
    assert len(peaks) == 12
    assert all(3000 < peak < 10_500 for peak in peaks)
    assert max(peaks) > 7360
    assert min(peaks) < 5500


def test_a_year_of_gas_and_water(house: House) -> None:
    before, after = house.reading(YEAR[0]), house.reading(YEAR[1])
    assert 200_000 < after.gas.litres - before.gas.litres < 600_000
    assert 70_000 < after.water.litres - before.water.litres < 150_000


def test_summer_nights_are_quiet(house: House) -> None:
    nights = [utc(f"2025-07-{day:02d}T02:00") for day in range(1, 31)]
    powers = [house.power(night + 60 * minute)[0] for night in nights for minute in range(120)]
    assert sum(powers) // len(powers) < 350
    assert max(powers) < 900


def test_the_heat_pump_needs_more_in_winter(house: House) -> None:
    def nights(month: int) -> int:
        starts = [utc(f"2025-{month:02d}-{day:02d}T01:00") for day in range(1, 29)]
        return sum(house.energy(start + 14_400).consumed_t2 - house.energy(start).consumed_t2 for start in starts)

    assert nights(1) > 2 * nights(7)


def test_the_sun_shines_by_day(house: House) -> None:
    for month in range(1, 13):
        night = utc(f"2025-{month:02d}-15T00:00")
        assert all(house.power(night + minute * 60)[1] == 0 for minute in range(240))
    noons = [house.power(utc(f"2025-06-{day:02d}T13:40"))[1] for day in range(1, 31)]
    assert sum(noon > 1000 for noon in noons) > 8
    assert max(noons) > 2200


def _highest(day: HouseDay, phase: int) -> int:
    power = highest = 0
    for _, change in sorted(day.phases[phase].items()):
        power += change
        highest = max(highest, power)
    return highest


def test_every_day_ends_as_it_began(year: list[HouseDay]) -> None:
    """Nothing runs past midnight into a day that knows nothing of it."""
    for day in year:
        for phase in day.phases:
            assert all(0 <= second < day.date.length for second in phase)


def test_the_family_goes_on_holiday(year: list[HouseDay]) -> None:
    away = [day for day in year if day.away]
    assert len(away) == 14
    assert all(_highest(day, 1) < 2000 for day in away)
    assert all(_highest(day, 2) == 0 for day in away)


def test_the_same_sky_for_panels_and_heat_pump(year: list[HouseDay]) -> None:
    assert {day.weather.cover < 25 for day in year} == {True, False}
    january = [day.weather.temperature for day in year if day.date.month == 1]
    july = [day.weather.temperature for day in year if day.date.month == 7]
    assert sum(july) // 31 - sum(january) // 31 > 100
    assert min(january) > -150
    assert max(july) < 350


def test_weather_changes_over_days(year: list[HouseDay]) -> None:
    temperatures = [day.weather.temperature for day in year]
    steps = [abs(after - before) for before, after in pairwise(temperatures)]
    # The years turn one into the other at new year and at the end of February only.
    assert sorted(steps)[-3] < 80
    assert sum(steps) // len(steps) > 5
