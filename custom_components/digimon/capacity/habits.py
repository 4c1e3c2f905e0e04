"""How long the loads of this house run: what a message waits for, and what it does not wait for.

A kettle beside the charging car lifts the projection above the target and ends by itself a few minutes later. An oven
does not. Both are a *rise*: the power goes up by a kilowatt or more and later comes down again. How long each rise
lasted is remembered, and when the running quarter is too high because of a rise only, the rises of that size that
lasted as long already tell how often they ended in time.

Only powers and times are kept; what was switched on is not known and need not be.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..core.clock import QUARTER_SECONDS
from .forecast import Forecast
from .offtake import SHORT_MEAN_SECONDS, Offtake

RISE_W = 1000
"""A smaller one is no reason to wait, and would be lost in what the house does all the time."""

KEPT_RUNS = 100
"""What a family did in the last week or two; habits change with the season."""

SHORT_SECONDS = 60
"""What is over so soon is never told, so there is nothing to learn from it."""

_BEFORE_SECONDS = 30
# While a rise is as young as this, the power still climbs to its full height.
_CLIMBS_SECONDS = 30
_ALIKE_PERCENT = 15
_LEAST_ALIKE = 5
_ENOUGH_PERCENT = 10
_PERCENT = 100


class Run(NamedTuple):
    """A rise that is over, or has lasted a quarter."""

    size_w: int
    seconds: int
    """60 to 900; 900 is a quarter or more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rise:
    """The power went up, and has not come down yet."""

    begin_utc: int
    base_w: int
    """What it would be without it."""

    size_w: int

    def is_over(self, power_w: int) -> bool:
        """Whether more than half of it has gone."""
        return power_w < self.base_w + self.size_w // 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Loads:
    """What was switched on, and how long such loads ran before."""

    rises: tuple[Rise, ...] = ()
    """Those of less than a quarter ago, each on top of the one before."""

    runs: tuple[Run, ...] = ()
    """The last ones, oldest first; the part to be stored."""

    def without_rises(self) -> Loads:
        """After a time of which nothing is known."""
        return Loads(runs=self.runs)


def follow_loads(loads: Loads, offtake: Offtake) -> Loads:
    """Take a later moment; what was switched on and off since is seen in the powers of the last half minute."""
    now = offtake.last.time_utc
    power_w = offtake.mean_between(now - SHORT_MEAN_SECONDS, now)
    before_w = offtake.mean_between(now - _BEFORE_SECONDS, now - SHORT_MEAN_SECONDS)
    if power_w is None or before_w is None:
        return loads
    rises, ended = list(loads.rises), []
    while rises and rises[-1].is_over(power_w):
        ended.append(rises.pop())
    while rises and now - rises[0].begin_utc >= QUARTER_SECONDS:
        ended.append(rises.pop(0))
    if rises and now - rises[-1].begin_utc <= _CLIMBS_SECONDS:
        top = rises[-1]
        rises[-1] = replace(top, size_w=max(top.size_w, power_w - top.base_w))
    elif power_w - before_w >= RISE_W:
        rises.append(Rise(begin_utc=now - SHORT_MEAN_SECONDS // 2, base_w=before_w, size_w=power_w - before_w))
    if not ended and tuple(rises) == loads.rises:
        return loads
    runs = [
        Run(rise.size_w, min(now - rise.begin_utc, QUARTER_SECONDS))
        for rise in ended
        if now - rise.begin_utc >= SHORT_SECONDS
    ]
    return Loads(rises=tuple(rises), runs=(*loads.runs, *runs)[-KEPT_RUNS:])


def ends_in_time(loads: Loads, now: Forecast, now_utc: int) -> bool:
    """Whether the quarter is too high because of a rise that may well end before it does harm.

    That is when one in ten or more of the rises alike that lasted as long as this one ended in time, and there were
    enough of them to tell. Waiting costs little: there are still 90 s to act in when it did not help.
    """
    left = QUARTER_SECONDS - now.second
    for rise in reversed(loads.rises):
        room = (now.target_w - now.demand_w) * QUARTER_SECONDS - rise.base_w * left
        if room >= 0:
            # Without this one, and those on top of it, the quarter stays within the target.
            age = now_utc - rise.begin_utc
            harmless_seconds = room // max(1, now.power_w - rise.base_w)
            return _often_ends(loads.runs, rise.size_w, age, age + harmless_seconds)
    return False


def _often_ends(runs: Iterable[Run], size_w: int, age: int, end: int) -> bool:
    alike = [run.seconds for run in runs if abs(run.size_w - size_w) * _PERCENT <= _ALIKE_PERCENT * size_w]
    lasted = [seconds for seconds in alike if seconds > age]
    in_time = sum(seconds <= end for seconds in lasted)
    return len(alike) >= _LEAST_ALIKE and in_time > 0 and in_time * _PERCENT >= _ENOUGH_PERCENT * len(lasted)
