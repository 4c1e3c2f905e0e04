"""The quarters of a simulated house, month by month, made in seconds for a year.

Only what a rule can look at is made: of a quarter in which nothing is switched on that counts as a rise, and none was
just before or is just after, there is the mean and no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise, repeat

from core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS, days_from_civil, month_length
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.offtake import SHORT_MEAN_SECONDS
from simulator.appliances import SOLAR_AND_CAR, Household
from simulator.dates import local_date
from simulator.day import Day
from simulator.profile import Profile, Ripple

# No rise (`habits.RISE_W`) fits below it, and no target: what is not made would change nothing that is told or learned.
QUIET_W = 950
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


def house_month(seed: int, month: Month, household: Household = SOLAR_AND_CAR, *, quiet_w: int = QUIET_W) -> HouseMonth:
    """A month of the house of a seed.

    :param quiet_w: up to which power a quarter is quiet; below 0 every quarter has its intervals.
    """
    ripple = Ripple(seed)
    first = days_from_civil(*month, 1)
    return HouseMonth(
        month,
        tuple(
            quarter
            for days in range(first, first + month_length(*month))
            for quarter in _of_day(Day(seed, local_date(days), ripple, household), local_date(days).start, quiet_w)
        ),
    )


def _of_day(day: Day, start: int, quiet_w: int) -> Iterator[Quarter]:
    """The quarters of a day; the first and the last one, whose neighbours are not in it, are never quiet."""
    length, profile = day.profile.length, day.profile
    loud = [profile.highest(begin, begin + QUARTER_SECONDS) > quiet_w for begin in range(0, length, QUARTER_SECONDS)]
    near = [any(three) for three in zip((True, *loud), loud, (*loud[1:], True), strict=False)]
    for number, begin in enumerate(range(0, length, QUARTER_SECONDS)):
        mean_w = day.quarters[number][0] // QUARTER_SECONDS
        yield Quarter(start + begin, mean_w, _means(profile, begin) if near[number] else ())


def _means(profile: Profile, begin: int) -> tuple[int, ...]:
    """Mean offtake of every interval of a quarter, W."""
    sums = list(accumulate(map(max, profile.powers(begin, begin + QUARTER_SECONDS), repeat(0)), initial=0))
    return tuple((after - before) // INTERVAL_SECONDS for before, after in pairwise(sums[::INTERVAL_SECONDS]))
