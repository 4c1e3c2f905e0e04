"""What is told, and how rightly, in a year of the simulated house with solar panels, car and heat pump.

Usage: python bench/capacity_year.py [SEED...]
Prints one line of JSON per house and target. Nobody acts on a message. A *false alarm* is one in a quarter that ended
at or below its target all the same. A *miss* is a quarter above its target of which nothing was said a minute before
it was certain. Beside our rule stand two others, each once per quarter:

- *two_kilowatt*: a person, too, sheds 2 kW and no more, and is told of the slightest excess;
- *naive*: the projection of this moment's power is above the target.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import accumulate

from core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS, day_start
from custom_components.digimon.capacity.events import PeakWarning
from custom_components.digimon.capacity.forecast import default_goal, forecast, target
from custom_components.digimon.capacity.level import PERSON_LEAD_SECONDS, Level
from custom_components.digimon.capacity.months import YEAR_MONTHS, Month, month_at
from custom_components.digimon.capacity.offtake import Intervals, Observation
from custom_components.digimon.capacity.peaks import RunningPeak, month_peaks
from custom_components.digimon.capacity.risk import advance
from custom_components.digimon.capacity.state import Memory, Settings, State
from simulator.house import House

YEAR = 2026
# Before the first month of the year, so that the goal to begin with has three months to stand on.
INSTALLED = date(YEAR - 2, 12, 1)
FIRST = Month(YEAR, 1)
ENOUGH_SECONDS = 60
# Below it no quarter can come near the least target; tests/capacity/test_properties.py makes sure.
QUIET_W = 2250
# Of such a quarter only its begin and its end matter.
EDGES = (0, 1, 178, 179)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter as it happened, without anybody's doing."""

    start: int
    intervals: tuple[int, ...]
    mean_w: int

    @property
    def is_quiet(self) -> bool:
        """Whether nothing can be told of it."""
        return max(self.intervals) <= QUIET_W


@dataclass(slots=True)
class Score:
    """What a rule told in a year."""

    messages: int = 0
    false_alarms: int = 0
    misses: int = 0

    def add(self, told: int | None, certain: int | None) -> None:
        """Add a quarter.

        :param told: second of the message, None without one.
        :param certain: second at which the target was passed, 900 at the latest; None when it never was.
        """
        self.messages += told is not None
        self.false_alarms += told is not None and certain is None
        self.misses += certain is not None and (told is None or told > certain - ENOUGH_SECONDS)


def quarters(house: House, first: Month, months: int) -> Iterator[Quarter]:
    """The quarters of some months."""
    end = first.plus(months)
    for start in range(day_start(*first, 1), day_start(*end, 1), QUARTER_SECONDS):
        means = tuple(consumed for consumed, _ in house.intervals(start))
        yield Quarter(start, means, house.quarter_energy(start)[0] // QUARTER_SECONDS)


def observations(quarter: Quarter, peak: RunningPeak | None) -> Iterator[Observation]:
    """What a poll every 5 seconds sees of a quarter."""
    sums = list(accumulate(quarter.intervals, initial=0))
    for number in EDGES if quarter.is_quiet else range(QUARTER_INTERVALS):
        yield Observation(
            time_utc=quarter.start + number * INTERVAL_SECONDS,
            power_w=quarter.intervals[number],
            demand_w=sums[number] * INTERVAL_SECONDS // QUARTER_SECONDS,
            intervals=Intervals(start_utc=quarter.start, powers_w=quarter.intervals[:number]),
            month_peak=peak,
        )


def naive(seen: Iterator[Observation], target_w: int) -> int | None:
    """The second at which the naive rule speaks."""
    for now in seen:
        ahead = forecast(second=now.second, demand_w=now.demand_w or 0, power_w=now.power_w or 0, target_w=target_w)
        if ahead.projected_w > target_w:
            return now.second
    return None


def certain_at(quarter: Quarter, target_w: int) -> int | None:
    """The second at which the energy of the quarter passes the target."""
    if quarter.mean_w <= target_w:
        return None
    energy = 0
    for number, power in enumerate(quarter.intervals):
        energy += power * INTERVAL_SECONDS
        if energy > target_w * QUARTER_SECONDS:
            return (number + 1) * INTERVAL_SECONDS
    return QUARTER_SECONDS


def count(seed: int, *, with_goal: bool, first: Month = FIRST, months: int = YEAR_MONTHS) -> dict[str, object]:
    """What both rules tell in some months of a house.

    :param with_goal: the target includes the goal to begin with; else it falls to 2.5 kW each month.
    """
    house = House(seed, installed=INSTALLED)
    state = State(memory=Memory(since_utc=day_start(*first, 1)))
    ours, two_kilowatt, simple, above = Score(), Score(), Score(), 0
    month, peak = first.plus(-1), None
    # What an automation is told with a person's lead is what a person would be told who can shed 2 kW only.
    settings = Settings(automation_lead_seconds=PERSON_LEAD_SECONDS)
    for quarter in quarters(house, first, months):
        if month_at(quarter.start) != month:
            month, peak = month_at(quarter.start), None
            recorded = {month_at(past.month_end - 1): past.peak.power for past in house.reading(quarter.start).peaks}
            goal_w = default_goal(month_peaks(month, recorded=recorded)) if with_goal else None
            settings = replace(settings, goal_w=goal_w)
        target_w = target(None if peak is None else peak.power_w, settings.goal_w)
        certain = certain_at(quarter, target_w)
        above += certain is not None
        told: list[int] = []
        high: list[int] = []
        for seen in observations(quarter, peak):
            state, events = advance(state, seen, settings)
            if any(isinstance(event, PeakWarning) for event in events):
                told.append(seen.second)
            if state.automation_level in {Level.HIGH, Level.CERTAIN}:
                high.append(seen.second)
        ours.add(next(iter(told), None), certain)
        two_kilowatt.add(next(iter(high), None), certain)
        simple.add(naive(observations(quarter, peak), target_w), certain)
        if peak is None or quarter.mean_w > peak.power_w:
            peak = RunningPeak(power_w=quarter.mean_w, start_utc=quarter.start)
    return {
        "seed": seed,
        "goal": with_goal,
        "months": months,
        "quarters_above_target": above,
        "ours": asdict(ours),
        "two_kilowatt": asdict(two_kilowatt),
        "naive": asdict(simple),
    }


def main() -> None:
    """Count and print."""
    for seed in [int(argument) for argument in sys.argv[1:]] or [1]:
        for with_goal in (True, False):
            print(json.dumps(count(seed, with_goal=with_goal)), flush=True)


if __name__ == "__main__":
    main()
