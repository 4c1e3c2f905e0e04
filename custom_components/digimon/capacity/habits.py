"""How long the loads of this house run: what a message waits for, and what it does not wait for.

A kettle beside the charging car lifts the projection above the target and ends by itself a few minutes later. A car
does not. Both are a *rise*: the power goes up by a kilowatt or more and later comes down again. How long each rise
lasted is remembered. When the running quarter is too high, the rises of the size of each one that runs, and that lasted
as long already, tell how likely it is that enough of them ends in time.

Only powers and times are kept; what was switched on is not known and need not be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from ..core.clock import QUARTER_SECONDS
from .forecast import Forecast
from .offtake import SHORT_MEAN_SECONDS, Offtake

RISE_W = 1000
"""A smaller one is no reason to wait, and would be lost in what the house does all the time."""

KEPT_RUNS = 200
"""What a family did in the last week or two; habits change with the season."""

SHORT_SECONDS = 30
"""What is over so soon is never told, so there is nothing to learn from it."""

_BEFORE_SECONDS = 30
# While a rise is as young as this, the power still climbs to its full height.
_CLIMBS_SECONDS = 30
_ALIKE_PERCENT = 15
_LEAST_ALIKE = 5
# Of the rises alike, those nearest in size say most: an oven and a heat pump differ by less than all that is alike.
_NEAREST = 20
# For three rises that makes a thousand cases to look at, not more.
_CASES_PER_RISE = 10
_RISES_IN_VIEW = 3
_PERCENT = 100


class Run(NamedTuple):
    """A rise that is over, or has lasted a quarter."""

    size_w: int
    seconds: int
    """30 to 900; 900 is a quarter or more."""


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


def follow_loads(loads: Loads, offtake: Offtake, told_utc: int | None = None) -> Loads:
    """Take a later moment; what was switched on and off since is seen in the powers of the last half minute.

    :param told_utc: when a person was last told to switch something off. A rise that was there then and ended within
        a quarter may be their doing: it says nothing of how long such loads run by themselves.
    """
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
        if _is_by_itself(rise, now, told_utc)
    ]
    return Loads(rises=tuple(rises), runs=(*loads.runs, *runs)[-KEPT_RUNS:])


def _is_by_itself(rise: Rise, end_utc: int, told_utc: int | None) -> bool:
    """Whether there is something to learn from a rise that ended."""
    lasted = end_utc - rise.begin_utc
    if lasted >= QUARTER_SECONDS:
        return True
    was_told = told_utc is not None and rise.begin_utc <= told_utc <= end_utc
    return lasted >= SHORT_SECONDS and not was_told


def chance_to_end(loads: Loads, now: Forecast, now_utc: int) -> int:
    """How likely it is, in percent, that loads end by themselves in time for the quarter to stay within its target.

    Each of the newest three rises goes on as long as one of those alike that had lasted as long did, independently of
    the others. A rise of which too little is known goes on; what else may be switched on is not looked at.

    :returns: 0 when nothing is known of any rise, or when none need end.
    """
    left = QUARTER_SECONDS - now.second
    excess = now.power_w * left - (now.target_w - now.demand_w) * QUARTER_SECONDS
    if excess <= 0:
        return 0
    # Per rise, the Ws that are not taken in this quarter when it ends as each of its cases did.
    spared = [
        [rise.size_w * max(0, left - seconds) for seconds in cases]
        for rise in loads.rises[-_RISES_IN_VIEW:]
        if (cases := _seconds_to_go(loads.runs, rise.size_w, now_utc - rise.begin_utc))
    ]
    if not spared:
        return 0
    together = [sum(case) for case in product(*spared)]
    return sum(ws >= excess for ws in together) * _PERCENT // len(together)


def _seconds_to_go(runs: Sequence[Run], size_w: int, age: int) -> list[int]:
    """How much longer rises alike went on that had lasted as long, shortest first; empty when there were too few."""
    alike = [run for run in runs if abs(run.size_w - size_w) * _PERCENT <= _ALIKE_PERCENT * size_w]
    lasted = [run for run in alike if run.seconds > age]
    if len(alike) < _LEAST_ALIKE:
        return []
    nearest = sorted(lasted, key=lambda run: abs(run.size_w - size_w))[:_NEAREST]
    # One that lasted a quarter goes on: nobody knows how long.
    seconds = sorted(QUARTER_SECONDS if run.seconds == QUARTER_SECONDS else run.seconds - age for run in nearest)
    count = len(seconds)
    if count <= _CASES_PER_RISE:
        return seconds
    return [seconds[(2 * case + 1) * count // (2 * _CASES_PER_RISE)] for case in range(_CASES_PER_RISE)]
