"""A year of the simulated house in which nobody acts: few messages, rightly given, and none missing."""

from typing import Any

import pytest

from bench.capacity_year import YEAR, Quarter, Score, certain_at, count
from custom_components.digimon.capacity.months import Month


def counted(with_goal: bool, month: int = 1, months: int = 12) -> Any:  # noqa: FBT001 - a parameter
    return count(1, with_goal=with_goal, first=Month(YEAR, month), months=months)


@pytest.mark.long
def test_a_year_with_the_goal_to_begin_with() -> None:
    year = counted(with_goal=True)
    assert year["quarters_above_target"] > 12
    assert year["ours"]["misses"] == 0
    assert year["ours"]["false_alarms"] <= 12
    assert year["naive"]["false_alarms"] > 5 * year["ours"]["false_alarms"]


@pytest.mark.long
def test_a_year_without_a_goal() -> None:
    """The target falls to 2.5 kW each month; what rises in the last two minutes cannot be told a minute ahead."""
    year = counted(with_goal=False)
    assert year["ours"]["misses"] <= 2
    assert year["naive"]["false_alarms"] > 5 * year["ours"]["false_alarms"]


def test_a_month() -> None:
    month = counted(with_goal=True, month=9, months=1)
    assert month["quarters_above_target"] > 0
    assert month["ours"]["misses"] == 0
    assert month["ours"]["messages"] < month["naive"]["messages"]


def test_when_it_was_certain() -> None:
    assert certain_at(Quarter(0, (3500,) * 180, 3500), 2500) == 645
    assert certain_at(Quarter(0, (2500,) * 180, 2500), 2500) is None
    # A watt above, which only the second after the last interval tells.
    assert certain_at(Quarter(0, (2500,) * 180, 2501), 2500) == 900


def test_what_counts_as_a_miss_and_as_a_false_alarm() -> None:
    score = Score()
    for told, certain in ((None, None), (100, 160), (101, 160), (None, 900), (100, None)):
        score.add(told, certain)
    assert (score.messages, score.misses, score.false_alarms) == (3, 2, 1)
