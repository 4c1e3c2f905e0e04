"""Quarter, month peak and history as a real meter shows them, against a count of every second of two months."""

from datetime import date, timedelta

import pytest

from simulator.house import House
from simulator.reading import Peak
from tests.simulator.brute_force import Tally, local, stamp, utc

# A month with a 25-hour day, a month with a 23-hour day, each with the first hours of the next one.
OCTOBER = (utc("2025-10-01"), utc("2025-11-01T03:00"))
MARCH = (utc("2026-03-01"), utc("2026-04-01T03:00"))


@pytest.fixture(scope="module")
def house() -> House:
    return House(11, installed=date(2025, 1, 20))


@pytest.fixture(scope="module", params=[OCTOBER, MARCH], ids=["october", "march"])
def counted(house: House, request: pytest.FixtureRequest) -> tuple[int, int, Tally]:
    start, end = request.param
    tally = Tally()
    tally.count(house.power, start, end)
    return start, end, tally


def test_number_of_quarters(counted: tuple[int, int, Tally]) -> None:
    start, _, tally = counted
    per_day: dict[date, int] = {}
    for quarter in tally.quarters:
        day = local(quarter).date()
        per_day[day] = per_day.get(day, 0) + 1
    odd = {92, 96, 100} - set(per_day.values())
    assert odd == ({92} if local(start).month == 10 else {100})


def test_month_of_registers(house: House, counted: tuple[int, int, Tally]) -> None:
    start, end, tally = counted
    before, after = house.energy(start), house.energy(end)
    assert [b - a for a, b in zip(before, after, strict=True)] == tally.registers


def test_average_demand_is_energy_so_far_times_four(house: House, counted: tuple[int, int, Tally]) -> None:
    start, end, tally = counted
    for instant in range(start, end, 457):
        quarter = instant - instant % 900
        energy = tally.quarters[quarter][instant - quarter]
        assert house.reading(instant).average_demand == energy * 4 // 3600


def test_average_demand_begins_at_zero(house: House) -> None:
    quarter = utc("2025-11-20T18:15")
    assert house.reading(quarter - 1).average_demand > 0
    assert house.reading(quarter).average_demand == 0


def test_average_demand_stays_zero_while_injecting(house: House) -> None:
    noon = utc("2025-06-20T13:00")
    quarters = [noon + 900 * number for number in range(-96 * 10, 96 * 10)]
    sunny = [quarter for quarter in quarters if house.quarter_energy(quarter)[0] == 0]
    assert sunny
    assert all(house.reading(quarter + 899).average_demand == 0 for quarter in sunny)


def test_month_peak(house: House, counted: tuple[int, int, Tally]) -> None:
    start, end, tally = counted
    for quarter in range(start, end, 900):
        expected = Peak(*tally.month_peak(quarter))
        assert house.reading(quarter).peak == expected
        assert house.reading(quarter + 899).peak == expected


def test_month_peak_is_known_when_its_quarter_ends(house: House) -> None:
    end = house.reading(utc("2025-11-30T23:00")).peak.time
    assert house.reading(end - 1).peak.time != end
    assert house.reading(end).peak.time == end
    assert end % 900 == 0
    assert house.reading(end).peak.power == house.quarter_energy(end - 900)[0] // 900


def test_month_peak_starts_again_at_local_midnight_of_the_first(house: House) -> None:
    midnight = utc("2025-11-01")
    assert house.reading(midnight - 1).peak.power > 1000
    for second in (0, 1, 899):
        assert house.reading(midnight + second).peak == Peak(midnight, 0)
    assert b"1-0:1.6.0(251101000000W)(00.000*kW)\r\n" in house.telegram(midnight)
    first = house.reading(midnight + 900).peak
    assert first == Peak(midnight + 900, house.quarter_energy(midnight)[0] // 900)


def test_last_quarter_of_a_month_belongs_to_it(house: House, counted: tuple[int, int, Tally]) -> None:
    _, end, tally = counted
    midnight = int(local(end).replace(hour=0).timestamp())
    completed = house.reading(midnight).peaks[-1]
    begin = int((local(midnight) - timedelta(days=1)).replace(day=1).timestamp())
    quarters = [
        (consumed[-1] // 900, -quarter) for quarter, consumed in tally.quarters.items() if begin <= quarter < midnight
    ]
    power, quarter = max(quarters)
    assert (completed.month_end, completed.peak) == (midnight, Peak(900 - quarter, power))


def test_history_is_the_last_thirteen_completed_months() -> None:
    house = House(2, installed=date(2024, 6, 17))
    for months, text in (
        (0, "2024-06-30T23:59:59"),
        (1, "2024-07-01"),
        (12, "2025-06-15"),
        (13, "2025-07-01"),
        (13, "2026-11-23"),
    ):
        instant = utc(text)
        peaks = house.reading(instant).peaks
        assert len(peaks) == months
        assert [peak.month_end for peak in peaks] == sorted(peak.month_end for peak in peaks)
        for peak in peaks:
            end = local(peak.month_end)
            assert (end.day, end.hour, end.minute, end.second) == (1, 0, 0, 0)
            last = house.reading(peak.month_end - 1)
            quarter = house.quarter_energy(peak.month_end - 900)[0] // 900
            assert peak.peak.power == max(last.peak.power, quarter)
        if peaks:
            assert local(peaks[-1].month_end).month == local(instant).month


def test_a_meter_in_its_first_month_has_an_empty_history() -> None:
    house = House(2, installed=date(2026, 11, 3))
    telegram = house.telegram(utc("2026-11-23T12:00"))
    assert b"0-0:98.1.0(0)(1-0:1.6.0)(1-0:1.6.0)()\r\n" in telegram
    assert house.reading(utc("2026-11-03")).peak == Peak(utc("2026-11-03"), 0)


def test_history_carries_the_letter_of_each_stamp() -> None:
    house = House(4)
    reading = house.reading(utc("2026-11-23T12:00"))
    telegram = house.telegram(reading.time).decode()
    line = next(line for line in telegram.splitlines() if line.startswith("0-0:98.1.0"))
    entries = "".join(
        f"({stamp(month.month_end)})({stamp(month.peak.time)})({month.peak.power / 1000:06.3f}*kW)"
        for month in reading.peaks
    )
    assert line == f"0-0:98.1.0(13)(1-0:1.6.0)(1-0:1.6.0){entries}"
    assert "S)" in line
    assert "W)" in line


@pytest.mark.parametrize("midnight", [False, True])
def test_some_meters_show_the_final_value_a_moment_longer(midnight: bool) -> None:  # noqa: FBT001 - a parameter
    quick, slow = (House(3, installed=date(2025, 11, 3), demand_lag=lag) for lag in (0, 10))
    quarter = utc("2025-11-21" if midnight else "2025-11-20T18:15")
    final = quick.quarter_energy(quarter - 900)[0] // 900
    assert final > 0
    assert [slow.reading(quarter + second).average_demand for second in (0, 9)] == [final, final]
    for second in (10, 11, 899):
        assert slow.reading(quarter + second).average_demand == quick.reading(quarter + second).average_demand


def test_a_slow_meter_has_nothing_to_show_at_its_installation() -> None:
    house = House(3, installed=date(2026, 5, 4), demand_lag=10)
    assert house.reading(utc("2026-05-04T00:00:05")).average_demand < 100
