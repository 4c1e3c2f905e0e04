"""How rightly a rule told of the quarters of a simulated house in which nobody acted.

- A *false alarm* is a message in a quarter that ended at or below its target all the same.
- A *miss* is a quarter above its target of which nothing was said a minute before it was certain, though it could be
  seen half a minute before that: so long a load has to last to be told from a burst.
- A quarter was *too sudden* when it could not: at some moment of the half minute that ends a minute before it was
  certain, the power of the last 10 seconds, going on to the end, led to no more than the target.
- A message was *in time* when its quarter ended above the target and there was a minute or more to switch off what
  a person can, and stay within it.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from statistics import median

from bench.capacity_house import Quarter
from core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.offtake import SHORT_MEAN_SECONDS, SUDDEN_MEAN_SECONDS

ENOUGH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Exceeded:
    """How a quarter passed its target."""

    certain: int
    """Second at which the energy of the quarter passed it, 900 at the latest."""

    was_foreseeable: bool
    """Whether it could be seen for half a minute, a minute before."""


@dataclass(slots=True)
class Score:
    """What a rule told in a year."""

    messages: int = 0
    misses: int = 0
    too_sudden: int = 0
    in_time: int = 0
    false_by_month: Counter[Month] = field(default_factory=Counter)
    seconds_before_certain: list[int] = field(default_factory=list)

    def add(self, month: Month, told: int | None, exceeded: Exceeded | None, act_by: int | None = None) -> None:
        """Add a quarter.

        :param told: second of the message, None without one.
        :param exceeded: None for a quarter that ended within its target.
        :param act_by: until which second something could be done, as the message said.
        """
        self.messages += told is not None
        if exceeded is None:
            if told is not None:
                self.false_by_month[month] += 1
            return
        if told is not None:
            self.seconds_before_certain.append(exceeded.certain - told)
            self.in_time += act_by is not None and act_by - told >= ENOUGH_SECONDS
        if told is None or told > exceeded.certain - ENOUGH_SECONDS:
            self.misses += exceeded.was_foreseeable
            self.too_sudden += not exceeded.was_foreseeable

    @property
    def false_alarms(self) -> int:
        """Of the year."""
        return self.false_by_month.total()

    def summary(self) -> dict[str, int]:
        """As it is printed."""
        return {
            "messages": self.messages,
            "false_alarms": self.false_alarms,
            "worst_month": max(self.false_by_month.values(), default=0),
            "misses": self.misses,
            "too_sudden": self.too_sudden,
            "in_time": self.in_time,
            "seconds_before_certain": int(median(self.seconds_before_certain or [0])),
        }


def exceeded(quarter: Quarter, target_w: int) -> Exceeded | None:
    """How a quarter passed its target; None when it did not."""
    if quarter.mean_w <= target_w:
        return None
    energies = accumulate(power * INTERVAL_SECONDS for power in quarter.intervals)
    passed = (number for number, energy in enumerate(energies, 1) if energy > target_w * QUARTER_SECONDS)
    certain = next(passed, QUARTER_INTERVALS) * INTERVAL_SECONDS
    seen = dict(enumerate(quarter.projections(), SHORT_MEAN_SECONDS // INTERVAL_SECONDS))
    last = (certain - ENOUGH_SECONDS) // INTERVAL_SECONDS
    return Exceeded(
        certain=certain,
        was_foreseeable=all(
            seen.get(number, 0) > target_w for number in range(last - SUDDEN_MEAN_SECONDS // INTERVAL_SECONDS, last + 1)
        ),
    )
