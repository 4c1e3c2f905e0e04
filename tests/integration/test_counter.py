"""The sum of intervals, whoever looks how often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import next_quarter, quarter_id_at, quarter_start
from custom_components.digimon.counter import Count, begin, count_finished, count_running, skip
from custom_components.digimon.monitor import RunningQuarter, Sample
from simulator.house import House

from .card import house_of, quarter_of

FIRST = quarter_id_at(1_767_225_600)
SECOND = next_quarter(FIRST)

samples = st.none() | st.builds(Sample, st.integers(0, 20_000), st.integers(0, 20_000))
quarters = st.lists(samples, min_size=1, max_size=180).filter(lambda found: found[-1] is not None)


def quarter(quarter_id: int, values: list[Sample | None]) -> RunningQuarter:
    return RunningQuarter(quarter_id=quarter_id, samples=tuple(values))


def until(values: list[Sample | None], end: int) -> RunningQuarter | None:
    """The first quarter as it was when an interval was the last one."""
    if not 0 < end <= len(values) or values[end - 1] is None:
        return None
    return quarter(FIRST, values[:end])


@given(quarters, quarters, st.sets(st.integers(1, 180)))
def test_how_often_one_looks_changes_nothing(
    first: list[Sample | None], second: list[Sample | None], looks: set[int]
) -> None:
    often = once = begin(FIRST)
    for end in sorted(looks):
        seen = until(first, end)
        if seen is not None:
            counted = count_running(often, seen)
            assert (counted.consumed_ws, counted.produced_ws) >= (often.consumed_ws, often.produced_ws)
            often = counted
            assert count_running(often, seen) == often
    for last in (quarter(FIRST, first), quarter(SECOND, second)):
        often, once = count_finished(often, last), count_finished(once, last)
        assert count_finished(often, last) == often
    assert often == once


@given(quarters)
def test_without_gaps_it_is_the_sum_with_what_truncation_took(values: list[Sample | None]) -> None:
    known = [sample for sample in values if sample is not None]
    count = count_finished(begin(FIRST), quarter(FIRST, list(known)))
    assert count.consumed_ws == sum(5 * sample.consumed_power + 2 * (sample.consumed_power > 0) for sample in known)
    assert count.produced_ws == sum(5 * sample.produced_power + 2 * (sample.produced_power > 0) for sample in known)
    assert count.until_utc == quarter_start(SECOND)


@pytest.mark.parametrize(("gap", "filled"), [(0, 0), (1, 1), (12, 12), (13, 0), (100, 0)])
def test_a_short_gap_is_filled_and_a_long_one_is_not(gap: int, filled: int) -> None:
    values = [Sample(1000, 0), *[None] * gap, Sample(2000, 0)]
    count = count_finished(begin(FIRST), quarter(FIRST, values))
    assert count.consumed_ws // 10 * 10 == 5 * 1000 + 5 * 2000 + filled * 5 * 1500
    assert count.produced_ws == 0


def test_a_gap_at_the_turn_of_the_quarter_is_filled_too() -> None:
    count = count_finished(begin(FIRST), quarter(FIRST, [*[Sample(1000, 0)] * 178]))
    count = count_running(count, quarter(SECOND, [None, Sample(3000, 0), Sample(0, 0)]))
    assert count.consumed_ws == 178 * 5002 + 3 * 5 * 2000 + 15_000


def test_the_interval_that_goes_on_waits() -> None:
    count = count_running(begin(FIRST), quarter(FIRST, [Sample(1000, 0), Sample(700, 0)]))
    assert count.consumed_ws == 5002
    assert count_running(count, quarter(FIRST, [Sample(1000, 0), Sample(900, 0), Sample(1, 0)])).consumed_ws == 9504


def test_what_was_counted_stays_when_the_board_forgets_it() -> None:
    count = count_running(begin(FIRST), quarter(FIRST, [Sample(1000, 0)] * 100))
    forgotten: list[Sample | None] = [*[None] * 104, *[Sample(1000, 0)] * 76]
    count = count_finished(count, quarter(FIRST, forgotten))
    # The hundredth interval was not over when the board forgot it: with the four it was off, five are filled.
    assert count.consumed_ws == 99 * 5002 + 5 * 5000 + 5000 + 75 * 5002


def test_a_quarter_that_nobody_knows_is_passed_over() -> None:
    count = skip(begin(FIRST), FIRST)
    assert (count.consumed_ws, count.until_utc) == (0, quarter_start(SECOND))
    assert skip(count, FIRST) == count


def test_a_meter_that_sends_every_ten_seconds_is_counted_whole() -> None:
    values = [Sample(1234, 0) if number % 2 else None for number in range(180)]
    count: Count = count_finished(begin(FIRST), quarter(FIRST, values))
    assert count.consumed_wh == pytest.approx(1234 * 895 / 3600, abs=1)


@pytest.mark.parametrize("day", range(3))
def test_a_day_of_the_house_is_what_its_registers_say(day: int) -> None:
    house: House = house_of(3)
    start = quarter_start(FIRST) + day * 40 * 86_400
    count = begin(quarter_id_at(start))
    for utc in range(start, start + 86_400, 900):
        heard = quarter_of(house, quarter_id_at(utc))
        values = [None if interval is None else Sample(*interval) for interval in map(heard.interval, range(180))]
        count = count_finished(count, quarter(heard.quarter_id, values))
    before, after = house.energy(start), house.energy(start + 86_400)
    consumed = after.consumed_t1 + after.consumed_t2 - before.consumed_t1 - before.consumed_t2
    produced = after.produced_t1 + after.produced_t2 - before.produced_t1 - before.produced_t2
    assert count.consumed_ws == pytest.approx(consumed, rel=0.0005)
    assert count.produced_ws == pytest.approx(produced, rel=0.0005, abs=3600)
