"""A year of simulated houses in which nobody acts: few messages, rightly given, and none missing."""

import pytest

from bench.capacity_house import Quarter, house_month
from bench.capacity_year import FIRST, Family, Score, certain_at, count, observations
from custom_components.digimon.capacity.months import Month
from simulator.appliances import PLAIN
from simulator.house import House

SEPTEMBER = FIRST.plus(8)


def misses_that_need_not_be(family: Family) -> int:
    """The naive rule speaks at the first sign: what it misses rose too late for anybody."""
    return max(0, family.ours.misses - family.naive.misses)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 31))
def test_a_year(seed: int) -> None:
    families = count(seed)
    told = families[True]
    assert told.above > 12
    assert misses_that_need_not_be(told) <= 1
    assert told.ours.false_alarms <= 12
    assert told.naive.false_alarms > 5 * told.ours.false_alarms
    without_goal = families[False]
    assert without_goal.naive.false_alarms > 5 * without_goal.ours.false_alarms


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_year_of_loads_that_switch_by_themselves(seed: int) -> None:
    told = count(seed, PLAIN)[True]
    assert misses_that_need_not_be(told) == 0
    assert told.naive.false_alarms > 3 * told.ours.false_alarms


def test_a_month() -> None:
    family = count(1, first=SEPTEMBER, months=1)[True]
    assert family.above > 0
    assert family.ours.misses == 0
    assert family.ours.messages < family.naive.messages


def test_the_quarters_are_those_of_the_house() -> None:
    quarters = house_month(3, SEPTEMBER).quarters
    house = House(3)
    for quarter in (*quarters[::37], *[loud for loud in quarters if loud.intervals][::11]):
        intervals = tuple(consumed for consumed, _ in house.intervals(quarter.start))
        assert quarter.mean_w == house.quarter_energy(quarter.start)[0] // 900
        assert quarter.intervals in {(), intervals}
        assert quarter.intervals or max(intervals) < 2300


def test_what_the_poll_sees() -> None:
    *_, last = observations(Quarter(0, 3500, (3500,) * 180), None)
    assert (last.second, last.power_w, last.demand_w, len(last.powers_w)) == (895, 3500, 3480, 179)


def test_when_it_was_certain() -> None:
    assert certain_at(Quarter(0, 3500, (3500,) * 180), 2500) == 645
    assert certain_at(Quarter(0, 2500, (2500,) * 180), 2500) is None
    # A watt above, which only the second after the last interval tells.
    assert certain_at(Quarter(0, 2501, (2500,) * 180), 2500) == 900


def test_what_counts_as_a_miss_and_as_a_false_alarm() -> None:
    score = Score()
    for told, certain in ((None, None), (100, 160), (101, 160), (None, 900), (100, None)):
        score.add(Month(2026, 1), told, certain)
    assert score.summary() == {
        "messages": 3,
        "false_alarms": 1,
        "worst_month": 1,
        "misses": 2,
        "seconds_before_certain": 59,
    }
