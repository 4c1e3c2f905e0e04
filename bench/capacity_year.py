"""What is told, and how rightly, in a year of the simulated house.

Usage: python bench/capacity_year.py [--plain] [SEED...]
Prints one line of JSON per house and target. Nobody acts on a message. What is counted is in `bench.capacity_score`.
Beside our rule stand two others, each once per quarter:

- *two_kilowatt*: a person, too, sheds 2 kW and no more, is told of the slightest excess and waits for nothing;
- *naive*: the projection of this moment's power is above the target.

Nothing is known of the house when the year begins: how long its loads run is learned on the way. `--plain` is a house
without panels and car, with a heat pump that switches on and off.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import NamedTuple

from bench.capacity_house import HouseMonth, Quarter, house_month
from bench.capacity_score import Score, exceeded
from core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS
from custom_components.digimon.capacity.events import PeakWarning
from custom_components.digimon.capacity.forecast import default_goal, forecast, target
from custom_components.digimon.capacity.habits import KEPT_RUNS, RISE_W, Loads, Rise, Run, follow_loads
from custom_components.digimon.capacity.level import PERSON_LEAD_SECONDS, Level
from custom_components.digimon.capacity.months import YEAR_MONTHS, Month, month_at
from custom_components.digimon.capacity.offtake import LONG_MEAN_SECONDS, Intervals, Observation, Offtake
from custom_components.digimon.capacity.peaks import FLOOR_W, RunningPeak, month_peaks
from custom_components.digimon.capacity.risk import advance
from custom_components.digimon.capacity.state import Memory, Settings, State
from simulator.appliances import PLAIN, SOLAR_AND_CAR, Household

FIRST = Month(2026, 1)
# The goal to begin with has three months to stand on.
MONTHS_BEFORE = 3
_MINUTE_INTERVALS = LONG_MEAN_SECONDS // INTERVAL_SECONDS


class Ended(NamedTuple):
    """A rise that is over, to be learned from."""

    utc: int
    run: Run


@dataclass(frozen=True, slots=True)
class Watched:
    """A quarter that could be told of, and what came before it."""

    before: Quarter
    quarter: Quarter
    rises: tuple[Rise, ...]
    """What ran when it began."""

    ended: tuple[Ended, ...]
    """What had ended since the one before."""


def observations(quarter: Quarter, peak: RunningPeak | None, first: int = 0) -> Iterator[Observation]:
    """What a poll every 5 seconds sees of a quarter.

    :param first: number of the interval with which to begin.
    """
    intervals = quarter.intervals or (quarter.mean_w,) * QUARTER_INTERVALS
    sums = list(accumulate(intervals, initial=0))
    for number in range(first, QUARTER_INTERVALS):
        yield Observation(
            time_utc=quarter.start + number * INTERVAL_SECONDS,
            power_w=intervals[number],
            demand_w=sums[number] * INTERVAL_SECONDS // QUARTER_SECONDS,
            intervals=Intervals(start_utc=quarter.start, powers_w=intervals[:number]),
            month_peak=peak,
        )


def watched(quarters: Sequence[Quarter]) -> list[Watched]:
    """The quarters in which something can be told at any target; the loads are followed through the others, too."""
    rises: tuple[Rise, ...] = ()
    found: list[Watched] = []
    ended: list[Ended] = []
    for before, quarter in pairwise(quarters):
        if not quarter.intervals:
            continue
        if quarter.most_w > FLOOR_W:
            found.append(Watched(before, quarter, rises, tuple(ended)))
            ended.clear()
        rises, over = _followed(rises, before, quarter)
        ended += over
    return found


def _followed(rises: tuple[Rise, ...], before: Quarter, quarter: Quarter) -> tuple[tuple[Rise, ...], list[Ended]]:
    """What runs after a quarter, and what ended in it; nothing where nothing runs and the power is about the same."""
    powers = (before.intervals or (before.mean_w,) * _MINUTE_INTERVALS)[-_MINUTE_INTERVALS:] + quarter.intervals
    if not rises and max(powers) - min(powers) < RISE_W:
        return rises, []
    begin = quarter.start - LONG_MEAN_SECONDS
    timed = tuple((begin + number * INTERVAL_SECONDS, power) for number, power in enumerate(powers))
    ended: list[Ended] = []
    for number in range(_MINUTE_INTERVALS, len(timed)):
        now = Observation(time_utc=timed[number][0])
        recent = timed[number - _MINUTE_INTERVALS : number]
        loads = follow_loads(Loads(rises=rises), Offtake(last=now, baseline=None, recent=recent))
        rises = loads.rises
        ended += [Ended(now.time_utc, run) for run in loads.runs]
    return rises, ended


def naive(quarter: Quarter, target_w: int) -> int | None:
    """The second at which the naive rule speaks: the lower of the means of a minute and of 10 seconds goes on."""
    for seen in observations(quarter, None, 1):
        powers = quarter.intervals[: len(seen.powers_w)]
        power_w = min(sum(part) // len(part) for part in (powers[-_MINUTE_INTERVALS:], powers[-2:]))
        ahead = forecast(second=seen.second, demand_w=seen.demand_w or 0, power_w=power_w, target_w=target_w)
        if ahead.projected_w > target_w:
            return seen.second
    return None


class Family:
    """Who is told, and of what; knows nothing of the house on the first day."""

    def __init__(self, begin_utc: int) -> None:
        # What an automation is told with a person's lead is what a person would be told who can shed 2 kW only.
        self._settings = Settings(automation_lead_seconds=PERSON_LEAD_SECONDS)
        self._state = State(memory=Memory(since_utc=begin_utc))
        self.ours, self.two_kilowatt, self.naive = Score(), Score(), Score()
        self._runs: tuple[Run, ...] = ()
        self.told: list[PeakWarning] = []
        self.above = 0
        self.peak: RunningPeak | None = None

    def begin_month(self, goal_w: int | None) -> None:
        """Forget the peak of the month before."""
        self._settings = replace(self._settings, goal_w=goal_w)
        self.peak = None

    @property
    def target_w(self) -> int:
        """Of the quarter that comes."""
        return target(None if self.peak is None else self.peak.power_w, self._settings.goal_w)

    def learn(self, ended: Sequence[Ended]) -> None:
        """Take what ended since; not what a message may have ended."""
        learned = [
            over.run
            for over in ended
            if over.run.seconds == QUARTER_SECONDS
            or not any(over.utc - over.run.seconds <= warning.time_utc <= over.utc for warning in self.told)
        ]
        self._runs = (*self._runs, *learned)[-KEPT_RUNS:]

    def live(self, seen: Watched) -> None:
        """Go through a quarter, what ended before it having been learned."""
        quarter, month = seen.quarter, month_at(seen.quarter.start)
        outcome = exceeded(quarter, self.target_w)
        self.above += outcome is not None
        warnings: list[PeakWarning] = []
        high: list[int] = []
        for minute_before in observations(seen.before, self.peak, QUARTER_INTERVALS - 1):
            self._state, _ = advance(self._state, minute_before, self._settings)
        self._state = replace(self._state, loads=Loads(rises=seen.rises, runs=self._runs))
        for now in observations(quarter, self.peak):
            self._state, events = advance(self._state, now, self._settings)
            warnings += [event for event in events if isinstance(event, PeakWarning)]
            if self._state.automation_level in {Level.HIGH, Level.CERTAIN}:
                high.append(now.second)
        self.told += warnings
        if warnings:
            act_by = warnings[0].act_by_utc
            told = warnings[0].time_utc - quarter.start
            self.ours.add(month, told, outcome, None if act_by is None else act_by - quarter.start)
        else:
            self.ours.add(month, None, outcome)
        self.two_kilowatt.add(month, next(iter(high), None), outcome)
        self.naive.add(month, naive(quarter, self.target_w), outcome)

    def note(self, quarter: Quarter) -> None:
        """Take what the meter shows when a quarter has ended."""
        if self.peak is None or quarter.mean_w > self.peak.power_w:
            self.peak = RunningPeak(power_w=quarter.mean_w, start_utc=quarter.start)


def count(
    seed: int, household: Household = SOLAR_AND_CAR, *, first: Month = FIRST, months: int = YEAR_MONTHS
) -> dict[bool, Family]:
    """What all rules tell in some months of a house; whether the target includes the goal to begin with -> scores.

    Without a goal the target falls to 2.5 kW each month.
    """
    past = [house_month(seed, first.plus(number), household) for number in range(-MONTHS_BEFORE, 0)]
    year = [house_month(seed, first.plus(number), household) for number in range(months)]
    recorded = {month.month: month.peak_w for month in (*past, *year)}
    quarters = [past[-1].quarters[-1], *(quarter for month in year for quarter in month.quarters)]
    notable = {seen.quarter.start: seen for seen in watched(quarters)}
    families = {with_goal: Family(quarters[1].start) for with_goal in (True, False)}
    for with_goal, family in families.items():
        for month in year:
            live_month(family, month, notable, _goal(month.month, recorded) if with_goal else None)
    return families


def live_month(family: Family, month: HouseMonth, notable: dict[int, Watched], goal_w: int | None) -> None:
    """Let a family live through a month.

    :param notable: begin of a quarter -> what was `watched` of it.
    """
    family.begin_month(goal_w)
    for quarter in month.quarters:
        seen = notable.get(quarter.start)
        if seen is not None:
            family.learn(seen.ended)
            if quarter.most_w > family.target_w:
                family.live(seen)
        family.note(quarter)


def _goal(month: Month, recorded: dict[Month, int]) -> int | None:
    return default_goal(
        month_peaks(month, recorded={known: peak_w for known, peak_w in recorded.items() if known < month})
    )


def main() -> None:
    """Count and print."""
    arguments = sys.argv[1:]
    is_plain = "--plain" in arguments
    seeds = [int(argument) for argument in arguments if argument != "--plain"] or [1]
    for seed in seeds:
        for with_goal, family in count(seed, PLAIN if is_plain else SOLAR_AND_CAR).items():
            line = {
                "seed": seed,
                "house": "plain" if is_plain else "solar and car",
                "goal": with_goal,
                "quarters_above_target": family.above,
                "ours": family.ours.summary(),
                "two_kilowatt": family.two_kilowatt.summary(),
                "naive": family.naive.summary(),
            }
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
