import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import month_of, next_quarter, quarter_start
from custom_components.digimon.monitor import MeterReading, MonthPeak, RunningQuarter, Sample
from custom_components.digimon.monitor.documents import parse_meter, parse_running_quarter
from custom_components.digimon.reading import reading_of

from .board import METER, OUR_VARIANTS, QUARTER, Board

NEW_YEARS_EVE = (22 << 24) | (12 << 16) | (31 << 8) | 95

samples = st.lists(st.none() | st.builds(Sample, st.integers(0, 30_000), st.integers(0, 30_000)), max_size=179)
last_sample = st.builds(Sample, st.integers(0, 30_000), st.integers(0, 30_000))
quarter_ids = st.sampled_from([NEW_YEARS_EVE, next_quarter(NEW_YEARS_EVE), 419503967])


def read(variant: str) -> tuple[RunningQuarter, MeterReading]:
    board = Board(variant)
    quarter, meter = parse_running_quarter(board.documents[QUARTER]), parse_meter(board.documents[METER])
    assert quarter is not None
    assert meter is not None
    return quarter, meter


def test_nothing_read_is_no_reading() -> None:
    assert reading_of(None, None, None) is None
    assert reading_of(RunningQuarter(quarter_id=NEW_YEARS_EVE, samples=()), None, None) is None


def test_without_a_telegram_the_last_interval_is_the_power_and_its_end_the_time() -> None:
    quarter = RunningQuarter(quarter_id=NEW_YEARS_EVE, samples=(Sample(100, 0), None, Sample(0, 250)))
    reading = reading_of(quarter, None, None)
    assert reading is not None
    assert reading.time_utc == quarter_start(NEW_YEARS_EVE) + 15
    assert (reading.consumed_power_w, reading.produced_power_w, reading.net_power_w) == (0, 250, -250)
    assert reading.quarter_average_w == 50
    assert reading.consumed_energy_wh is None
    assert reading.produced_energy_wh is None


@pytest.mark.parametrize("variant", OUR_VARIANTS)
def test_the_telegram_is_fresher_than_the_last_interval(variant: str) -> None:
    quarter, meter = read(variant)
    reading = reading_of(quarter, meter, meter.peak)
    assert reading is not None
    assert reading.time_utc == meter.time
    assert reading.consumed_power_w == meter.consumed_power
    assert reading.produced_power_w == meter.produced_power


def test_a_telegram_that_opens_no_quarter_is_a_reading_without_powers() -> None:
    _, meter = read("single_phase")
    board = Board("single_phase")
    board.remove(METER, "consumed_power", "produced_power")
    reading = reading_of(None, parse_meter(board.documents[METER]), meter.peak)
    assert reading is not None
    assert (reading.net_power_w, reading.quarter_average_w) == (None, None)
    assert reading.consumed_energy_wh == 7740047
    assert reading.month_peak is not None


def test_a_telegram_without_a_time_is_no_reading() -> None:
    quarter, _ = read("single_phase")
    board = Board("single_phase")
    board.remove(METER, "time", "summer", "quarter_id")
    assert reading_of(quarter, parse_meter(board.documents[METER]), None) is None


def test_a_telegram_without_a_quarter_takes_that_of_the_document() -> None:
    quarter, meter = read("single_phase")
    board = Board("single_phase")
    board.remove(METER, "quarter_id")
    reading = reading_of(quarter, parse_meter(board.documents[METER]), meter.peak)
    assert reading is not None
    assert reading.month_peak is not None


@given(quarter_ids, samples, last_sample)
def test_the_average_is_within_the_samples_and_ignores_gaps(
    quarter_id: int, before: list[Sample | None], last: Sample
) -> None:
    reading = reading_of(RunningQuarter(quarter_id=quarter_id, samples=(*before, last)), None, None)
    assert reading is not None
    consumed = [sample.consumed_power for sample in (*before, last) if sample is not None]
    assert reading.quarter_average_w is not None
    assert min(consumed) <= reading.quarter_average_w <= max(consumed)
    assert 0 <= sum(consumed) - reading.quarter_average_w * len(consumed) < len(consumed)


@given(quarter_ids, quarter_ids, st.integers(0, 30_000))
def test_a_month_peak_is_of_the_month_that_runs(running: int, peak: int, power: int) -> None:
    quarter = RunningQuarter(quarter_id=running, samples=(Sample(1, 0),))
    reading = reading_of(quarter, None, MonthPeak(quarter_id=peak, power=power))
    assert reading is not None
    if month_of(running) != month_of(peak):
        assert reading.month_peak is None
    else:
        assert reading.month_peak is not None
        assert reading.month_peak.power_w == power
        assert reading.month_peak.start_utc == quarter_start(peak)


def test_equal_answers_make_equal_readings() -> None:
    assert reading_of(*read("three_phase"), None) == reading_of(*read("three_phase"), None)
