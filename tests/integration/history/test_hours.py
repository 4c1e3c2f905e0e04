"""Hours as pure functions of stored quarters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import HOUR_SECONDS, QUARTER_SECONDS, day_quarters, quarter_start
from custom_components.digimon.history.hours import CountedHour, Stand, counted_hours
from custom_components.digimon.history.quarters import NO_REGISTERS, CardQuarter
from custom_components.digimon.history.series import COUNTED, Counted

from .board import at
from .house import ModelHouse

OFFTAKE = next(series for series in COUNTED if series.key == "consumed_energy")
NIGHT = next(series for series in COUNTED if series.key == "consumed_energy_t2")
GAS = next(series for series in COUNTED if series.key == "gas")
NOON = at("2026-01-15T12:00")


def quarter(
    start: int, register: int | None = None, *, watts: int = 0, intervals: int = 180, night: int = 0
) -> CardQuarter:
    """A quarter of steady offtake."""
    return CardQuarter(
        start=start,
        intervals=intervals,
        consumed_ws=watts * intervals * 5,
        produced_ws=0,
        consumed_max_w=watts,
        produced_max_w=0,
        registers=NO_REGISTERS if register is None else (register, night, 0, 0, None, None),
    )


def quarters(start: int, *registers: int | None, watts: int = 0) -> list[CardQuarter]:
    """Quarters one after the other."""
    return [
        quarter(start + number * QUARTER_SECONDS, register, watts=watts) for number, register in enumerate(registers)
    ]


def changes(hours: tuple[CountedHour, ...]) -> dict[int, float]:
    """By hours since noon."""
    return {(hour.start - NOON) // HOUR_SECONDS: round(hour.change, 6) for hour in hours}


def hours_of(stored: list[CardQuarter], *seen: Stand, series: Counted = OFFTAKE) -> tuple[CountedHour, ...]:
    return counted_hours(series, stored, seen)


def test_an_hour_is_what_the_register_rose_from_its_beginning_to_its_end() -> None:
    hours = hours_of(quarters(NOON, 1100, 1300, 1600, 2000), Stand(NOON, 1000))
    assert hours == (CountedHour(start=NOON, seconds=3600, change=1000, state=2000),)


def test_the_first_quarter_of_a_card_is_told_by_its_intervals() -> None:
    (hour,) = hours_of(quarters(NOON, 1100, 1300, 1600, 2000, watts=400))
    assert hour.change == 100 + 900
    assert hour.state == 2000


def test_the_first_quarter_of_a_tariff_is_not_known() -> None:
    stored = [quarter(NOON, 1100, night=50), quarter(NOON + QUARTER_SECONDS, 1100, night=80)]
    (hour,) = hours_of(stored, series=NIGHT)
    assert hour.change == 30
    assert hour.seconds == QUARTER_SECONDS


def test_without_registers_the_mean_of_the_valid_intervals_counts() -> None:
    stored = [quarter(NOON + number * QUARTER_SECONDS, watts=2000, intervals=120) for number in range(4)]
    (hour,) = hours_of(stored)
    assert hour.change == pytest.approx(2000)
    assert hour.state is None


def test_what_was_not_heard_makes_way_for_what_was() -> None:
    """A counter that knows of no more than the board heard."""
    stored = [quarter(NOON + number * QUARTER_SECONDS, watts=2000) for number in range(8)]
    stored[6] = quarter(NOON + 6 * QUARTER_SECONDS, watts=2000, intervals=120)
    heard = 7 * 500 + 500 * 120 / 180
    later = quarter(NOON + 3 * HOUR_SECONDS, watts=2000)
    hours = hours_of([*stored, later], Stand(NOON, 1000), Stand(NOON + 2 * HOUR_SECONDS + 60, 1000 + heard))
    assert changes(hours) == {0: pytest.approx(2000), 1: pytest.approx(heard - 2000), 2: 0, 3: 500}


def test_a_few_intervals_tell_only_of_themselves() -> None:
    (hour,) = hours_of([quarter(NOON, watts=9000, intervals=2)])
    assert hour.change == pytest.approx(9000 * 10 / 3600)


def test_a_gap_on_a_card_without_registers_stays_a_gap() -> None:
    stored = [*quarters(NOON, None, None, watts=1000), *quarters(NOON + 3 * HOUR_SECONDS, None, watts=1000)]
    assert changes(hours_of(stored)) == {0: 500, 3: 250}


def test_a_gap_between_registers_gets_what_they_counted_evenly() -> None:
    stored = [
        *quarters(NOON, 1000, 1000, 1000, 1000),
        *quarters(NOON + 3 * HOUR_SECONDS, 3300, 3300, 3300, 3300, watts=1200),
    ]
    # The quarter after the gap knows its own 300 Wh.
    assert changes(hours_of(stored, Stand(NOON, 1000))) == {0: 0, 1: 1000, 2: 1000, 3: 300}


def test_what_home_assistant_saw_in_a_gap_of_the_card_is_the_truth_of_that_hour() -> None:
    stored = [*quarters(NOON, 1000, 1000, 1000, 1000), *quarters(NOON + 3 * HOUR_SECONDS, 3300, watts=1200)]
    seen = (Stand(NOON, 1000), Stand(NOON + 2 * HOUR_SECONDS, 2900))
    assert changes(hours_of(stored, *seen)) == {0: 0, 1: 1900, 2: 100, 3: 300}


def test_a_register_that_stood_still_is_that_of_one_meter_also_after_a_change_of_unit() -> None:
    """What Home Assistant tells in MWh comes back as a little more than it was."""
    before, after = quarters(NOON, *[1000] * 4), quarters(NOON + 2 * HOUR_SECONDS + QUARTER_SECONDS, *[1000] * 3)
    hours = hours_of([*before, *after], Stand(NOON + 2 * HOUR_SECONDS, 1000.000000002))
    assert [hour.seconds for hour in hours[1:]] == [3600, 3600]
    assert changes(hours) == {0: 0, 1: 0, 2: 0}


def test_what_home_assistant_saw_behind_the_card_is_the_truth_of_the_hour_in_which_it_ends() -> None:
    stored = quarters(NOON, 1000, 1300)
    seen = (Stand(NOON, 900), Stand(NOON + HOUR_SECONDS, 1900), Stand(NOON + 2 * HOUR_SECONDS, 2500))
    assert changes(hours_of(stored, *seen)) == {0: 1000}


def test_a_quarter_in_which_the_card_ends_has_the_register_of_its_last_telegram() -> None:
    """The card was pulled a minute before the hour; what passed in that minute belongs to this hour."""
    stored = [*quarters(NOON, 1000, 1100, 1200), quarter(NOON + 2700, 1300, intervals=168)]
    seen = (Stand(NOON, 900), Stand(NOON + 2 * HOUR_SECONDS, 1300 + 61))
    assert changes(hours_of(stored, *seen)) == {0: 401, 1: 60}


def test_what_home_assistant_saw_as_the_hour_ended_is_more_than_a_card_that_was_pulled_before() -> None:
    stored = [*quarters(NOON, 1000, 1100, 1200), quarter(NOON + 2700, 1300, intervals=168)]
    seen = (Stand(NOON, 900), Stand(NOON + HOUR_SECONDS, 1350), Stand(NOON + 2 * HOUR_SECONDS, 2000))
    assert changes(hours_of(stored, *seen)) == {0: 450}


def test_what_home_assistant_did_not_hear_any_more_as_the_hour_ended_the_card_knows_better() -> None:
    stored = [*quarters(NOON, 1000, 1100, 1200), quarter(NOON + 2700, 1300, intervals=168)]
    assert changes(hours_of(stored, Stand(NOON, 900), Stand(NOON + HOUR_SECONDS, 1250))) == {0: 400}


def test_what_another_meter_showed_behind_the_card_says_nothing_of_the_hour_in_which_it_ends() -> None:
    stored = quarters(NOON, 1000, 1300)
    assert changes(hours_of(stored, Stand(NOON, 900), Stand(NOON + HOUR_SECONDS, 12))) == {0: 400}


def test_quarters_without_registers_between_others_keep_their_shape_and_the_sum_of_the_registers() -> None:
    stored = [
        quarter(NOON, 1000),
        quarter(NOON + 900, watts=400),
        quarter(NOON + 1800, watts=800),
        quarter(NOON + 2700, 1390, watts=400),
    ]
    spans = counted_hours(OFFTAKE, stored, (Stand(NOON, 1000),))
    assert changes(spans) == {0: 390}


def test_a_replaced_meter_adds_what_its_quarter_measured_and_not_the_fall() -> None:
    stored = quarters(NOON, 20_000_000, 20_000_100, 12, 112, watts=400)
    assert changes(hours_of(stored, Stand(NOON, 19_999_900))) == {0: 100 + 100 + 100 + 100}


def test_a_register_that_rises_faster_than_any_house_is_that_of_another_meter() -> None:
    stored = quarters(NOON, 1000, 1100, 9_000_000, 9_000_100, watts=400)
    assert changes(hours_of(stored, Stand(NOON, 900))) == {0: 400}


def test_of_gas_only_the_present_meter_counts() -> None:
    def gas(start: int, litres: int | None) -> CardQuarter:
        return CardQuarter(
            start=start,
            intervals=180,
            consumed_ws=0,
            produced_ws=0,
            consumed_max_w=0,
            produced_max_w=0,
            registers=(0, 0, 0, 0, litres, None),
        )

    stored = [gas(NOON + number * QUARTER_SECONDS, value) for number, value in enumerate([500, 700, 0, 30, 50])]
    hours = counted_hours(GAS, stored)
    assert sum(hour.change for hour in hours) == 50


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)], ids=["spring", "autumn"])
def test_the_days_of_the_clock_changes_have_their_hours(day: tuple[int, int, int], hours: int) -> None:
    ids = day_quarters(*day)
    first = quarter_start(ids[0])
    stored = [quarter(quarter_start(number), 1000 + 100 * index) for index, number in enumerate(ids, 1)]
    found = hours_of(stored, Stand(first, 1000))
    assert [hour.start for hour in found] == [first + number * HOUR_SECONDS for number in range(hours)]
    assert {hour.change for hour in found} == {400}


@given(st.integers(0, 2**32), st.data())
def test_whatever_is_missing_what_registers_counted_is_all_there_and_nothing_is_negative(
    seed: int, data: st.DataObject
) -> None:
    house = ModelHouse(seed, NOON, 24)
    starts = range(NOON, NOON + 24 * HOUR_SECONDS, QUARTER_SECONDS)
    kept = sorted(data.draw(st.sets(st.sampled_from(starts), min_size=2)))
    bare = data.draw(st.sets(st.sampled_from(kept[1:-1]))) if len(kept) > 2 else set()
    stored = []
    for start in kept:
        consumed = sum(power * 5 for power, _ in house.intervals(start))
        registers = None if start in bare else house.registers(start + QUARTER_SECONDS)
        stored.append(
            CardQuarter(
                start=start,
                intervals=180,
                consumed_ws=consumed,
                produced_ws=0,
                consumed_max_w=0,
                produced_max_w=0,
                registers=NO_REGISTERS if registers is None else tuple(registers),
            )
        )
    begin = house.registers(kept[0])
    hours = hours_of(stored, Stand(kept[0], begin.consumed_energy_t1 + begin.consumed_energy_t2))
    end = house.registers(kept[-1] + QUARTER_SECONDS)
    total = end.consumed_energy_t1 + end.consumed_energy_t2 - begin.consumed_energy_t1 - begin.consumed_energy_t2
    assert sum(hour.change for hour in hours) == pytest.approx(total, abs=1e-3)
    assert min(hour.change for hour in hours) >= 0
    assert hours[-1].state == pytest.approx(end.consumed_energy_t1 + end.consumed_energy_t2)
    for hour in hours:
        whole = all(start in kept for start in range(hour.start, hour.start + HOUR_SECONDS, QUARTER_SECONDS))
        bounded = hour.start == kept[0] or hour.start - QUARTER_SECONDS in kept
        if whole and bounded and not bare & set(range(hour.start - QUARTER_SECONDS, hour.start + HOUR_SECONDS, 900)):
            flow = house.between(hour.start, hour.start + HOUR_SECONDS)
            assert hour.change == pytest.approx(flow[0] + flow[1], abs=2)


def test_what_home_assistant_saw_is_better_than_a_share_of_the_registers() -> None:
    """A cable that was away for a while, when a board took its place, spreads evenly what the registers counted."""
    shares = [quarter(NOON + number * QUARTER_SECONDS, 1000 + 100 * (number + 1), intervals=0) for number in range(8)]
    seen = (Stand(NOON, 1000), Stand(NOON + HOUR_SECONDS, 1700), Stand(NOON + 2 * HOUR_SECONDS, 1800))
    later = quarters(NOON + 2 * HOUR_SECONDS, 1800, 1800, 1800, 1800)
    assert changes(hours_of([*shares, *later], *seen)) == {0: 700, 1: 100, 2: 0}
    # Where nobody saw anything they are all there is.
    assert changes(hours_of(shares, seen[0], seen[2])) == {0: 400, 1: 400}
