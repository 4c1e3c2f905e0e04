"""What registers tell of quarters that nobody heard."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.clock import QUARTER_SECONDS, quarter_id_at, quarter_start
from custom_components.digimon.cable.gap import (
    LONGEST_SECONDS,
    Standing,
    is_gap,
    missed_quarters,
    registers_at_end,
)

START = 1_773_500_000

instants = st.integers(START, START + 30 * 86_400)
registers = st.integers(0, 90_000_000)


def standing(utc: int, *values: int | None, serial: str | None = "1SAG1") -> Standing:
    return Standing(utc=utc, registers=(*values, *(None,) * (6 - len(values))), serial=serial)


@given(instants, st.integers(1, 20 * 86_400), st.tuples(*[registers] * 4), st.tuples(*[st.integers(0, 200_000)] * 4))
def test_nothing_is_lost_and_nothing_is_invented(
    utc: int, seconds: int, first: tuple[int, ...], counted: tuple[int, ...]
) -> None:
    before = standing(utc, *first)
    after = standing(utc + seconds, *(a + b for a, b in zip(first, counted, strict=True)))
    missed = missed_quarters(before, after)
    known = [before.registers, *(quarter.registers for quarter in missed), after.registers]
    for earlier, later in pairwise(known):
        assert all(low <= high for low, high in zip(earlier[:4], later[:4], strict=True))  # type: ignore[operator]
    assert sum(quarter.consumed_energy_wh for quarter in missed) <= counted[0] + counted[1]
    for one, following in pairwise(missed):
        consumed = [following.registers[number] - one.registers[number] for number in (0, 1)]  # type: ignore[operator]
        assert following.consumed_energy_wh == sum(consumed)


@given(instants, st.integers(1, 20 * 86_400))
def test_every_quarter_that_lies_wholly_between_is_there_once(utc: int, seconds: int) -> None:
    missed = missed_quarters(standing(utc, 1, 1, 1, 1), standing(utc + seconds, 9, 9, 9, 9))
    starts = [quarter_start(quarter.quarter_id) for quarter in missed]
    inside = range(-(-utc // QUARTER_SECONDS) * QUARTER_SECONDS, utc + seconds - QUARTER_SECONDS + 1, QUARTER_SECONDS)
    assert starts == list(inside)


def test_energy_is_spread_evenly() -> None:
    start = START // QUARTER_SECONDS * QUARTER_SECONDS
    missed = missed_quarters(standing(start, 1000, 0, 0, 0), standing(start + 4 * QUARTER_SECONDS, 1400, 0, 0, 40))
    assert [(quarter.consumed_energy_wh, quarter.produced_energy_wh) for quarter in missed] == [(100, 10)] * 4
    assert [quarter.registers[0] for quarter in missed] == [1100, 1200, 1300, 1400]


def test_a_register_that_the_meter_does_not_send_stays_unknown() -> None:
    before, after = standing(START, 5, None, 0, 0), standing(START + 7200, 15, 3, 0, 0)
    assert {quarter.registers[1] for quarter in missed_quarters(before, after)} == {None}


def test_another_meter_tells_nothing_of_the_gap() -> None:
    before, after = standing(START, 5, 5, 0, 0), standing(START + 7200, 15, 15, 0, 0, serial="1SAG2")
    assert missed_quarters(before, after) == []
    assert registers_at_end(before, after, quarter_id_at(before.utc)) == before.registers


def test_a_register_that_fell_tells_nothing_of_the_gap() -> None:
    assert missed_quarters(standing(START, 50, 5, 0, 0), standing(START + 7200, 1, 15, 0, 0)) == []


def test_a_clock_that_was_put_back_or_far_ahead_is_no_gap() -> None:
    assert not is_gap(standing(START, 1), standing(START - 7200, 2))
    assert not is_gap(standing(START, 1), standing(START + LONGEST_SECONDS + 1, 2))


def test_the_quarter_in_which_a_gap_began_ends_where_the_registers_passed_it() -> None:
    start = START // QUARTER_SECONDS * QUARTER_SECONDS
    before = standing(start + 300, 1000, 0, 0, 0)
    after = standing(start + 300 + 1200, 1400, 0, 0, 0)
    assert registers_at_end(before, after, quarter_id_at(start))[0] == 1200
