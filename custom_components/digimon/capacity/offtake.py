"""The offtake of the running quarter: the energy so far, and the power that lasts.

Energy is told as the meter does in 1-0:1.4.0: in W, the energy of the quarter times four. It is taken from the best
of what there is:

1. the registers (1.8.1 + 1.8.2), when they were read at the very second in which the quarter began;
2. the meter's own 1.4.0, from second 15 on: some meters show the final value of the quarter before for 10 seconds;
3. the registers, when they were read shortly before and after the quarter began, with a line drawn between;
4. the means of the 5-second intervals, which is all that the original firmware shows.

1 and 2 are as good after a restart in the middle of a quarter as without one.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..core.clock import INTERVAL_SECONDS, QUARTER_SECONDS
from .peaks import RunningPeak

STALE_SECONDS = 30
"""After this without a word from the meter, what it said is no answer any more."""

DEMAND_SETTLES_SECONDS = 15
LONG_MEAN_SECONDS = 60
SUDDEN_MEAN_SECONDS = 30
SHORT_MEAN_SECONDS = 10

# 1 Wh in a quarter is 4 W of its mean.
_WH_AS_DEMAND_W = 3600 // QUARTER_SECONDS
# Both ends of a difference of registers are cut off to whole Wh.
_REGISTER_STEP_WH = 1
# Of the intervals so far, how many must be known to speak for those that are not.
_LEAST_KNOWN_PERCENT = 90
_PERCENT = 100


class EnergySource(StrEnum):
    """What the energy so far was taken from."""

    REGISTERS = "registers"
    DEMAND = "demand"
    INTERVALS = "intervals"


@dataclass(frozen=True, kw_only=True, slots=True)
class Intervals:
    """The 5-second means of one quarter, as boards answer them."""

    start_utc: int
    """When the quarter began."""

    powers_w: tuple[int | None, ...]
    """Mean offtake per interval since then; None for a gap. The last one may still be running."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What the meter says at one moment; None is what it does not say."""

    time_utc: int
    """By the meter's own clock."""

    power_w: int | None = None
    """1.7.0, offtake now, >= 0."""

    register_wh: int | None = None
    """1.8.1 + 1.8.2."""

    demand_w: int | None = None
    """1.4.0."""

    intervals: Intervals | None = None
    """Of the running quarter; those of another one are not looked at."""

    month_peak: RunningPeak | None = None
    """Of the running month; None while it has none."""

    @property
    def quarter_utc(self) -> int:
        """When the running quarter began."""
        return self.time_utc - self.second

    @property
    def second(self) -> int:
        """Of the running quarter, 0 to 899."""
        return self.time_utc % QUARTER_SECONDS

    @property
    def powers_w(self) -> tuple[int | None, ...]:
        """Means of the intervals of the running quarter."""
        if self.intervals is None or self.intervals.start_utc != self.quarter_utc:
            return ()
        return self.intervals.powers_w


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """The registers as they stood when the quarter began."""

    register_wh: int
    uncertain_wh: int
    """By how much it may be wrong; 0 when it was read in that very second."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Energy:
    """The energy of the quarter so far, x 4."""

    demand_w: int
    least_w: int
    """What it is at least."""

    source: EnergySource


@dataclass(frozen=True, kw_only=True, slots=True)
class Offtake:
    """What is known of the running quarter after an observation."""

    last: Observation
    baseline: Baseline | None
    """None when the registers are not known for the quarter's begin."""

    recent: tuple[tuple[int, int], ...]
    """Powers of the last minute: when each began to hold (utc), and W."""

    @property
    def power_w(self) -> int | None:
        """The power that lasts: a rise has to last a minute, a fall counts after 10 seconds."""
        return self._lasting(LONG_MEAN_SECONDS)

    @property
    def sudden_w(self) -> int | None:
        """The same for who cannot wait a minute: a rise has to last half a minute."""
        return self._lasting(SUDDEN_MEAN_SECONDS)

    def _lasting(self, seconds: int) -> int | None:
        now = self.last.time_utc
        long = self.mean_between(now - seconds, now)
        short = self.mean_between(now - SHORT_MEAN_SECONDS, now)
        return long if long is None or short is None else min(long, short)

    def mean_between(self, begin_utc: int, end_utc: int) -> int | None:
        """Mean power of a part of the last minute; None when nothing is known of it."""
        return _mean([power for begin, power in self.recent if begin_utc <= begin < end_utc])

    def energy(self, *, trust_demand: bool = True) -> Energy | None:
        """The energy so far.

        :param trust_demand: whether 1.4.0 has proven to be what it should be.
        """
        registers = self.by_registers()
        if self.baseline is not None and self.baseline.uncertain_wh == 0 and registers is not None:
            return registers
        demand_w = self.last.demand_w
        if trust_demand and demand_w is not None and self.last.second >= DEMAND_SETTLES_SECONDS:
            return Energy(demand_w=demand_w, least_w=demand_w, source=EnergySource.DEMAND)
        return registers or _by_intervals(self.last.powers_w[: self.last.second // INTERVAL_SECONDS])

    def by_registers(self) -> Energy | None:
        """The energy so far by the registers alone."""
        if self.baseline is None or self.last.register_wh is None:
            return None
        demand_w = max(0, self.last.register_wh - self.baseline.register_wh) * _WH_AS_DEMAND_W
        doubt_w = (self.baseline.uncertain_wh + _REGISTER_STEP_WH) * _WH_AS_DEMAND_W
        return Energy(demand_w=demand_w, least_w=max(0, demand_w - doubt_w), source=EnergySource.REGISTERS)

    def mean_of_quarter_before(self, before: Offtake) -> int | None:
        """Mean of the quarter before in W, when the registers were read in the very second of both its ends."""
        first, second = before.baseline, self.baseline
        if first is None or second is None or first.uncertain_wh or second.uncertain_wh:
            return None
        if before.last.quarter_utc + QUARTER_SECONDS != self.last.quarter_utc:
            return None
        return max(0, second.register_wh - first.register_wh) * _WH_AS_DEMAND_W


def observe_intervals(intervals: Intervals, month_peak: RunningPeak | None = None) -> Observation:
    """What is known where nothing but intervals is shown: it is as late as the last one is over.

    After the last interval of a quarter it is the quarter's last second, not yet the next quarter.
    """
    second = min(len(intervals.powers_w) * INTERVAL_SECONDS, QUARTER_SECONDS - 1)
    return Observation(time_utc=intervals.start_utc + second, intervals=intervals, month_peak=month_peak)


def follow(before: Offtake | None, now: Observation) -> Offtake:
    """Take a later observation.

    :param before: None at first sight.
    """
    same_quarter = before is not None and before.last.quarter_utc == now.quarter_utc
    baseline = before.baseline if before is not None and same_quarter else None
    if baseline is None:
        baseline = _baseline(before, now)
    return Offtake(last=now, baseline=baseline, recent=_recent(before, now))


def _baseline(before: Offtake | None, now: Observation) -> Baseline | None:
    """The registers at the begin of the quarter, between the last observation before it and the first in it."""
    if now.register_wh is None:
        return None
    if now.second == 0:
        return Baseline(register_wh=now.register_wh, uncertain_wh=0)
    if before is None or before.last.register_wh is None:
        return None
    last = before.last
    seconds = now.time_utc - last.time_utc
    rise_wh = now.register_wh - before.last.register_wh
    if last.time_utc >= now.quarter_utc or seconds > STALE_SECONDS or rise_wh < 0:
        return None
    passed_wh = rise_wh * (now.quarter_utc - last.time_utc) // seconds
    return Baseline(register_wh=before.last.register_wh + passed_wh, uncertain_wh=rise_wh)


def _recent(before: Offtake | None, now: Observation) -> tuple[tuple[int, int], ...]:
    """The powers of the last minute, of the intervals where there are any, else of the telegrams."""
    oldest = now.time_utc - LONG_MEAN_SECONDS
    begin = now.quarter_utc if now.powers_w else now.time_utc
    recent = [power for power in (before.recent if before is not None else ()) if oldest <= power[0] < begin]
    if now.powers_w:
        first = max(0, -((LONG_MEAN_SECONDS - now.second) // INTERVAL_SECONDS))
        for number, power_w in enumerate(now.powers_w[first:], first):
            if power_w is not None:
                recent.append((now.quarter_utc + number * INTERVAL_SECONDS, power_w))
    elif now.power_w is not None:
        # What a telegram tells held for the second before it.
        recent.append((now.time_utc - 1, now.power_w))
    return tuple(recent)


def _by_intervals(intervals: tuple[int | None, ...]) -> Energy | None:
    """The energy of the intervals; those that are missing are taken to be like the others."""
    known = [power for power in intervals if power is not None]
    if not known or len(known) * _PERCENT < len(intervals) * _LEAST_KNOWN_PERCENT:
        return None
    # W x 5 s / 900 s: the interval's share of the quarter's mean.
    least_w = sum(known) * INTERVAL_SECONDS // QUARTER_SECONDS
    demand_w = sum(known) * len(intervals) * INTERVAL_SECONDS // (len(known) * QUARTER_SECONDS)
    return Energy(demand_w=demand_w, least_w=least_w, source=EnergySource.INTERVALS)


def _mean(powers: list[int]) -> int | None:
    return sum(powers) // len(powers) if powers else None
