"""Energy of a meter whose registers are not told: the sum of its intervals.

Pure: takes quarters in order of time and gives sums. An interval is 5 s of mean power, so W x 5 are Ws; sums are whole
Ws, never fall, and hold every interval once, whoever asks how often.
"""

from dataclasses import dataclass, replace

from .core.clock import INTERVAL_SECONDS, QUARTER_SECONDS, quarter_start
from .monitor import RunningQuarter, Sample

FILLED_SECONDS = 60
"""A gap of up to a minute, as a board leaves it that restarts, is filled with the mean of both its sides. A longer one
is not: the power may have been off."""

# The mean of an interval is truncated to whole W. Of the sum of five telegrams, 0 to 4 are lost, 2 on average.
_LOST_WS = 2

_HOUR_SECONDS = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class HourStart:
    """What had been counted when an hour began."""

    utc: int
    consumed_ws: int
    produced_ws: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How far the energy of a meter has been counted."""

    consumed_ws: int
    produced_ws: int

    until_utc: int
    """Everything before it has been looked at."""

    known_utc: int
    """The end of the last interval that had a value; not after ``until_utc``."""

    last: Sample | None
    """That interval; None before the first."""

    hour: HourStart | None = None
    """The hour of the last quarter that was counted; None where nobody counted that it began."""

    ahead_utc: int = 0
    """How far it had come before the meter's clock was set back; 0 if that never happened."""

    @property
    def consumed_wh(self) -> int:
        """Offtake."""
        return self.consumed_ws // _HOUR_SECONDS

    @property
    def produced_wh(self) -> int:
        """Injection."""
        return self.produced_ws // _HOUR_SECONDS


def begin(quarter_id: int) -> Count:
    """Nothing counted yet, from the beginning of a quarter."""
    start = quarter_start(quarter_id)
    return Count(consumed_ws=0, produced_ws=0, until_utc=start, known_utc=start, last=None)


def count_running(count: Count, quarter: RunningQuarter) -> Count:
    """Add what is new in the running quarter, except its last interval, which is not over."""
    return _add(count, quarter, len(quarter.samples) - 1)


def count_finished(count: Count, quarter: RunningQuarter) -> Count:
    """Add what is new in a quarter that is over, and be done with it."""
    return skip(_add(count, quarter, len(quarter.samples)), quarter.quarter_id)


def skip(count: Count, quarter_id: int) -> Count:
    """Be done with a quarter of which no more can be known."""
    return replace(count, until_utc=max(count.until_utc, quarter_start(quarter_id) + QUARTER_SECONDS))


def set_back(count: Count, utc: int) -> Count:
    """Go on from an earlier instant: the clock was wrong before, or is now, or another meter hangs there."""
    return replace(count, until_utc=utc, known_utc=utc, last=None, ahead_utc=max(count.ahead_utc, count.until_utc))


def set_forward(count: Count, utc: int) -> Count:
    """Be done with what was counted before the clock was set back, when it is right again.

    :param utc: when the running quarter begins; if it ends before what was counted, the clock before was wrong.
    """
    if not count.until_utc < count.ahead_utc < utc + QUARTER_SECONDS:
        return count
    return replace(count, until_utc=count.ahead_utc, known_utc=count.ahead_utc, last=None)


def enter_hour(count: Count, utc: int) -> Count:
    """Note what has been counted when a quarter of another hour comes, before anything of it is added.

    :param utc: when that quarter begins.
    """
    hour = utc // _HOUR_SECONDS * _HOUR_SECONDS
    if count.hour is not None and count.hour.utc == hour:
        return count
    return replace(count, hour=HourStart(utc=hour, consumed_ws=count.consumed_ws, produced_ws=count.produced_ws))


def _add(count: Count, quarter: RunningQuarter, end: int) -> Count:
    """Add the intervals before the one of a number."""
    start = quarter_start(quarter.quarter_id)
    if count.until_utc < start + QUARTER_SECONDS:
        count = enter_hour(count, start)
    consumed_ws, produced_ws, known_utc, last = count.consumed_ws, count.produced_ws, count.known_utc, count.last
    first = max(0, (count.until_utc - start) // INTERVAL_SECONDS)
    for number in range(first, end):
        sample = quarter.samples[number]
        if sample is None:
            continue
        utc = start + number * INTERVAL_SECONDS
        gap = utc - known_utc
        if last is not None and 0 < gap <= FILLED_SECONDS:
            consumed_ws += (last.consumed_power + sample.consumed_power) * gap // 2
            produced_ws += (last.produced_power + sample.produced_power) * gap // 2
        # Only a meter that sends every second leaves no interval out, and has several telegrams in each.
        lost_ws = _LOST_WS if gap == 0 else 0
        consumed_ws += _energy(sample.consumed_power, lost_ws)
        produced_ws += _energy(sample.produced_power, lost_ws)
        known_utc, last = utc + INTERVAL_SECONDS, sample
    return Count(
        consumed_ws=consumed_ws,
        produced_ws=produced_ws,
        until_utc=max(count.until_utc, start + end * INTERVAL_SECONDS),
        known_utc=known_utc,
        last=last,
        hour=count.hour,
        ahead_utc=count.ahead_utc,
    )


def _energy(power_w: int, lost_ws: int) -> int:
    """Ws of one interval; of a power of 0 nothing was truncated that counts."""
    return power_w * INTERVAL_SECONDS + lost_ws if power_w else 0
