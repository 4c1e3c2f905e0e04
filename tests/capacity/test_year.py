"""A year of simulated houses in which nobody acts: few messages, rightly given, and none missing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bench.capacity_house import Quarter, house_month
from bench.capacity_score import Exceeded, Score, exceeded
from bench.capacity_year import FIRST, Family, count, live_month, observations, watched
from custom_components.digimon.capacity.events import PeakWarning
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.peaks import RunningPeak
from custom_components.digimon.capacity.risk import advance
from custom_components.digimon.capacity.state import Memory, Settings, State
from simulator.appliances import PLAIN, SOLAR_AND_CAR, Household
from simulator.house import House

SEPTEMBER = FIRST.plus(8)

# What is promised of the house with panels, a car and a heat pump, with and without a goal; and what was measured in
# the worst month, because a message that cannot be avoided may follow one that was in vain.
FALSE_ALARMS_A_YEAR = 12
WITH_GOAL_A_MONTH = 2
WITHOUT_GOAL_A_MONTH = 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(21, 41))
def test_a_year(seed: int) -> None:
    """At most one false alarm a month on average, and no miss, with the goal to begin with and without."""
    with_goal, without_goal = count(seed).values()
    assert with_goal.above > 12
    assert max(with_goal.ours.false_by_month.values(), default=0) <= WITH_GOAL_A_MONTH
    assert max(without_goal.ours.false_by_month.values(), default=0) <= WITHOUT_GOAL_A_MONTH
    for family in (with_goal, without_goal):
        assert family.ours.false_alarms <= FALSE_ALARMS_A_YEAR
        assert family.ours.misses == 0
        assert family.naive.false_alarms > 5 * family.ours.false_alarms


@pytest.mark.long
@pytest.mark.parametrize("seed", range(21, 26))
def test_a_year_of_loads_that_switch_by_themselves(seed: int) -> None:
    """Of a house without panels and car no number of false alarms is promised, but no miss is."""
    for family in count(seed, PLAIN).values():
        assert family.ours.misses == 0
        assert family.naive.false_alarms > 3 * family.ours.false_alarms


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
        assert quarter.intervals or max(intervals) < 1000


def test_what_the_poll_sees() -> None:
    *_, last = observations(Quarter(0, 3500, (3500,) * 180), None)
    assert (last.second, last.power_w, last.demand_w, len(last.powers_w)) == (895, 3500, 3480, 179)


def told(quarters: Sequence[Quarter], goal_w: int | None) -> list[PeakWarning]:
    """Every message when nothing is left out: each poll of each quarter, through our rule alone."""
    state, messages = State(memory=Memory(since_utc=quarters[0].start)), []
    peak: RunningPeak | None = None
    for quarter in quarters:
        for now in observations(quarter, peak):
            state, events = advance(state, now, Settings(goal_w=goal_w))
            messages += [event for event in events if isinstance(event, PeakWarning)]
        if peak is None or quarter.mean_w > peak.power_w:
            peak = RunningPeak(power_w=quarter.mean_w, start_utc=quarter.start)
    return messages


@pytest.mark.parametrize(
    ("household", "goal_w", "days"),
    [
        (PLAIN, 3500, 2),
        *(
            pytest.param(household, goal_w, 14, marks=pytest.mark.long)
            for household in (SOLAR_AND_CAR, PLAIN)
            for goal_w in (None, 3500)
        ),
    ],
)
def test_what_is_skipped_would_change_nothing(household: Household, goal_w: int | None, days: int) -> None:
    """Quarters are left out, and loads are followed beside: the messages are those of all polls all the same."""
    month = house_month(7, FIRST, household)
    month = replace(month, quarters=month.quarters[: days * 96])
    whole = house_month(7, FIRST, household, quiet_w=-1).quarters[: days * 96]
    means = [[(quarter.start, quarter.mean_w) for quarter in quarters] for quarters in (whole, month.quarters)]
    assert means[0] == means[1]
    notable = {seen.quarter.start: seen for seen in watched(month.quarters)}
    family = Family(month.quarters[0].start)
    live_month(family, month, notable, goal_w)
    assert family.told == told(whole, goal_w)
    assert family.told


def quarter_of(*parts: tuple[int, int]) -> Quarter:
    """Of parts of so many seconds at so many W."""
    intervals = tuple(power for seconds, power in parts for _ in range(seconds // 5))
    return Quarter(0, sum(intervals) // 180, intervals)


def test_when_it_was_certain() -> None:
    assert exceeded(quarter_of((900, 3500)), 2500) == Exceeded(certain=645, was_foreseeable=True)
    assert exceeded(quarter_of((900, 2500)), 2500) is None
    # A watt above, which only the second after the last interval tells, and no power of 10 seconds told before.
    assert exceeded(Quarter(0, 2501, (2500,) * 180), 2500) == Exceeded(certain=900, was_foreseeable=False)


def test_what_began_too_suddenly() -> None:
    """A minute before it was certain, the one load had been there for half a minute and the other for less."""
    seen = exceeded(quarter_of((800, 1800), (100, 8300)), 2500)
    assert seen == Exceeded(certain=900, was_foreseeable=True)
    sudden = exceeded(quarter_of((805, 1800), (95, 8500)), 2500)
    assert sudden == Exceeded(certain=900, was_foreseeable=False)


def test_what_counts_as_a_miss_and_as_a_false_alarm() -> None:
    score = Score()
    foreseeable, sudden = Exceeded(certain=160, was_foreseeable=True), Exceeded(certain=160, was_foreseeable=False)
    month = Month(2026, 1)
    score.add(month, None, None)
    score.add(month, 100, foreseeable, act_by=160)
    score.add(month, 101, foreseeable, act_by=160)
    score.add(month, None, foreseeable)
    score.add(month, None, sudden)
    score.add(month, 60, sudden)
    score.add(month, 100, None)
    assert score.summary() == {
        "messages": 4,
        "false_alarms": 1,
        "worst_month": 1,
        "misses": 2,
        "too_sudden": 1,
        "in_time": 1,
        "seconds_before_certain": 60,
    }
