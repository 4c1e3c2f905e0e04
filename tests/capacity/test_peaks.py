from decimal import Decimal

import pytest

from core.obis import decode
from custom_components.digimon.capacity.months import Month, month_at, months_until
from custom_components.digimon.capacity.peaks import (
    ListedPeak,
    MonthPeaks,
    PeakSource,
    RunningPeak,
    UnitError,
    listed_peaks,
    month_peaks,
    power_of_kw,
    running_peak,
)
from tests.simulator.brute_force import utc

JUNE = Month(2026, 6)


def telegram(*lines: str) -> dict[str, object]:
    """A decoded telegram of these lines."""
    return decode("\r\n".join(("/FLU5\\253769484_A", "", *lines, "!")).encode())


def listing(entries: str) -> tuple[ListedPeak, ...]:
    """The peaks of a line 98.1.0 with these entries."""
    meter = telegram(f"0-0:98.1.0({entries.count('(') // 3})(1-0:1.6.0)(1-0:1.6.0){entries}")
    return listed_peaks(meter["peaks"])  # type: ignore[arg-type] # a document of any JSON


def known(peaks: MonthPeaks) -> dict[tuple[int, int], int]:
    return {(peak.month.year, peak.month.month): peak.power_w for peak in peaks.known}


def test_a_month_is_the_one_before_the_stamp_of_its_end() -> None:
    peaks = month_peaks(Month(2023, 2), listed=listing("(230201000000W)(230114124500W)(03.332*kW)"))
    assert known(peaks) == {(2023, 1): 3332}


def test_real_meters_list_the_oldest_first_and_the_standard_the_newest_first() -> None:
    entries = (
        "(260401000000S)(260310180000W)(04.100*kW)",
        "(260501000000S)(260402191500S)(05.200*kW)",
        "(260601000000S)(260531121500S)(03.300*kW)",
    )
    forward = month_peaks(JUNE, listed=listing("".join(entries)))
    assert forward == month_peaks(JUNE, listed=listing("".join(reversed(entries))))
    assert known(forward) == {(2026, 3): 4100, (2026, 4): 5200, (2026, 5): 3300}


def test_an_empty_list_knows_nothing() -> None:
    peaks = month_peaks(JUNE, listed=listing("()"))
    assert peaks.known == ()
    assert len(peaks.completed.missing) == 12


def test_a_month_with_an_impossible_stamp_is_unknown_and_a_zero_month_is_real() -> None:
    peaks = month_peaks(
        JUNE,
        listed=listing(
            "(260401000000S)(632525252525W)(00.000*kW)"
            "(260501000000S)(260401000000S)(00.000*kW)"
            "(260601000000S)(260512181500S)(04.229*kW)"
        ),
    )
    assert known(peaks) == {(2026, 4): 0, (2026, 5): 4229}
    assert Month(2026, 3) in peaks.completed.missing


def test_a_power_without_a_time_is_a_peak() -> None:
    peaks = month_peaks(JUNE, listed=listing("(260601000000S)(632525252525W)(04.000*kW)"))
    assert known(peaks) == {(2026, 5): 4000}


def test_holes_stay_holes() -> None:
    peaks = month_peaks(
        JUNE, listed=listing("(250801000000S)(250703180000S)(04.000*kW)(260601000000S)(260512181500S)(05.000*kW)")
    )
    assert [tuple(month.month) for month in peaks.completed.months] == [(2025, 7), (2026, 5)]
    assert len(peaks.completed.missing) == 10


def test_thirteen_months_hold_two_windows() -> None:
    listed = [ListedPeak(month=JUNE.plus(-back), power_w=3000 + back, quarter_id=1) for back in range(1, 14)]
    running = RunningPeak(power_w=7000, start_utc=utc("2026-06-10T18:00"))
    peaks = month_peaks(JUNE, listed=listed, peak=running)
    assert [peak.power_w for peak in peaks.completed.months] == [3000 + back for back in range(12, 0, -1)]
    assert [peak.power_w for peak in peaks.with_running.months] == [*(3000 + back for back in range(11, 0, -1)), 7000]
    assert peaks.completed.missing == peaks.with_running.missing == ()


def test_a_month_that_is_listed_twice_was_as_high_as_its_higher_entry() -> None:
    low, high = (ListedPeak(month=Month(2026, 5), power_w=power, quarter_id=1) for power in (3000, 4000))
    assert month_peaks(JUNE, listed=(low, high)) == month_peaks(JUNE, listed=(high, low))
    assert known(month_peaks(JUNE, listed=(low, high))) == {(2026, 5): 4000}


def test_the_running_month_is_not_believed_from_the_list() -> None:
    ahead = [ListedPeak(month=JUNE.plus(number), power_w=9000, quarter_id=1) for number in (0, 1)]
    assert month_peaks(JUNE, listed=ahead).known == ()


@pytest.mark.parametrize("stamp", ["260531234500S", "260601000000S"])
def test_a_peak_of_the_old_month_is_none_yet(stamp: str) -> None:
    meter = telegram("0-0:1.0.0(260601000730S)", f"1-0:1.6.0({stamp})(05.000*kW)")
    peaks = month_peaks(month_at(meter["time"]), peak=running_peak(meter["peak"]))  # type: ignore[arg-type]
    assert peaks.running == JUNE
    assert peaks.running_peak is None
    assert peaks.known == ()


def test_the_first_quarter_of_the_month_counts_for_it() -> None:
    meter = telegram("1-0:1.6.0(260601001500S)(01.200*kW)")
    peaks = month_peaks(JUNE, peak=running_peak(meter["peak"]))  # type: ignore[arg-type]
    assert peaks.running_peak is not None
    assert peaks.running_peak.power_w == 1200
    assert peaks.running_peak.counted_w == 2500


def test_a_meter_without_peaks_has_none() -> None:
    assert running_peak(telegram("1-0:1.7.0(00.500*kW)").get("peak")) is None  # type: ignore[arg-type]


def test_the_meter_goes_before_the_person_and_the_person_before_our_record() -> None:
    month = Month(2026, 5)
    listed = (ListedPeak(month=month, power_w=4000, quarter_id=1),)
    entered, recorded = {month: 5000, month.plus(-1): 5100}, {month: 6000, month.plus(-1): 6100, month.plus(-2): 6200}
    peaks = month_peaks(JUNE, listed=listed, entered=entered, recorded=recorded)
    assert [(peak.power_w, peak.source) for peak in peaks.known] == [
        (6200, PeakSource.RECORDED),
        (5100, PeakSource.ENTERED),
        (4000, PeakSource.METER),
    ]


def test_our_record_stands_in_for_the_running_month_and_a_person_does_not() -> None:
    old = RunningPeak(power_w=9000, start_utc=utc("2026-05-31T23:45"))
    peaks = month_peaks(JUNE, peak=old, entered={JUNE: 8000, JUNE.plus(1): 8000}, recorded={JUNE: 1500})
    assert known(peaks) == {(2026, 6): 1500}
    assert peaks.known[0].source is PeakSource.RECORDED


def test_months_of_who_lived_here_before_are_left_out() -> None:
    entered = {Month(2026, month): 4000 + month for month in range(1, 6)}
    peaks = month_peaks(JUNE, entered=entered, since=Month(2026, 4))
    assert known(peaks) == {(2026, 4): 4004, (2026, 5): 4005}


def test_watts_taken_for_kilowatts_are_left_out_and_named() -> None:
    month = Month(2026, 5)
    peaks = month_peaks(JUNE, entered={month: 4_200_000}, recorded={month: 4200})
    assert known(peaks) == {(2026, 5): 4200}
    assert [(peak.month, peak.source) for peak in peaks.implausible] == [(month, PeakSource.ENTERED)]


def test_a_large_meter_has_no_limit() -> None:
    peaks = month_peaks(JUNE, entered={Month(2026, 5): 250_000}, most_w=None)
    assert known(peaks) == {(2026, 5): 250_000}


@pytest.mark.parametrize(("kilowatt", "watt"), [("4.64", 4640), ("0", 0), ("2.5004", 2500), ("2.5005", 2501)])
def test_kilowatts_of_an_invoice(kilowatt: str, watt: int) -> None:
    assert power_of_kw(Decimal(kilowatt)) == watt


@pytest.mark.parametrize("kilowatt", ["4640", "60.001"])
def test_more_than_the_connection_gives_is_another_unit(kilowatt: str) -> None:
    with pytest.raises(UnitError):
        power_of_kw(Decimal(kilowatt))
    assert power_of_kw(Decimal(kilowatt), most_w=None) == Decimal(kilowatt) * 1000


@pytest.mark.parametrize("kilowatt", ["-1", "NaN", "Infinity"])
def test_what_is_no_power_is_refused(kilowatt: str) -> None:
    with pytest.raises(ValueError, match="not a power"):
        power_of_kw(Decimal(kilowatt))


def test_months_count_across_years() -> None:
    assert Month(2026, 1).plus(-1) == Month(2025, 12)
    assert Month(2025, 12).plus(14) == Month(2027, 2)
    assert months_until(Month(2026, 2), 3) == [Month(2025, 12), Month(2026, 1), Month(2026, 2)]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-03-31T23:59:59", Month(2026, 3)),
        ("2026-04-01T00:00", Month(2026, 4)),
        ("2025-10-31T23:59:59", Month(2025, 10)),
        ("2025-11-01T00:00", Month(2025, 11)),
        ("2026-12-31T23:59:59", Month(2026, 12)),
    ],
)
def test_a_month_begins_at_local_midnight(text: str, month: Month) -> None:
    assert month_at(utc(text)) == month
