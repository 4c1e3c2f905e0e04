"""The quarters of a simulated house, month by month, made in seconds for a year.

Only what a rule can look at is made: of a quarter in which nothing big runs, its mean and no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS, days_from_civil, month_length
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.offtake import SHORT_MEAN_SECONDS
from simulator.appliances import SOLAR_AND_CAR, Household
from simulator.dates import local_date
from simulator.day import Day
from simulator.profile import Ripple

# Below it no quarter can come near the least target; tests/capacity/test_properties.py makes sure.
QUIET_W = 2250
_SHORT_INTERVALS = SHORT_MEAN_SECONDS // INTERVAL_SECONDS


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter as it happened, without anybody's doing."""

    start: int
    mean_w: int
    intervals: tuple[int, ...] = ()
    """Means of 5 seconds; of a quiet quarter there are none."""

    @property
    def most_w(self) -> int:
        """The highest projection that any power of 10 seconds gives."""
        return max(self.projections(), default=0)

    def projections(self) -> Iterator[int]:
        """The mean of the quarter, if the power of the last 10 seconds lasted; every 5 seconds."""
        sums = list(accumulate(self.intervals, initial=0))
        for number in range(_SHORT_INTERVALS, len(sums)):
            power = (sums[number] - sums[number - _SHORT_INTERVALS]) // _SHORT_INTERVALS
            yield (sums[number] + power * (QUARTER_INTERVALS - number)) // QUARTER_INTERVALS


@dataclass(frozen=True, slots=True)
class HouseMonth:
    """A month and its quarters."""

    month: Month
    quarters: tuple[Quarter, ...]

    @property
    def peak_w(self) -> int:
        """The month peak."""
        return max(quarter.mean_w for quarter in self.quarters)


def house_month(seed: int, month: Month, household: Household = SOLAR_AND_CAR) -> HouseMonth:
    """A month of the house of a seed."""
    ripple = Ripple(seed)
    first = days_from_civil(*month, 1)
    return HouseMonth(
        month,
        tuple(
            quarter
            for days in range(first, first + month_length(*month))
            for quarter in _of_day(Day(seed, local_date(days), ripple, household), local_date(days).start)
        ),
    )


def _of_day(day: Day, start: int) -> Iterator[Quarter]:
    for second in range(0, day.profile.length, QUARTER_SECONDS):
        mean_w = day.quarters[second // QUARTER_SECONDS][0] // QUARTER_SECONDS
        if day.profile.highest(second, second + QUARTER_SECONDS) <= QUIET_W:
            yield Quarter(start + second, mean_w)
            continue
        powers = [max(power, 0) for power in day.profile.powers(second, second + QUARTER_SECONDS)]
        means = tuple(
            sum(powers[begin : begin + INTERVAL_SECONDS]) // INTERVAL_SECONDS
            for begin in range(0, QUARTER_SECONDS, INTERVAL_SECONDS)
        )
        yield Quarter(start + second, mean_w, means)
