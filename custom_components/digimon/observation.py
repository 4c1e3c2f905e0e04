"""From a snapshot of the meter to what the capacity tariff looks at."""

from .capacity.months import Month
from .capacity.offtake import Intervals, Observation, observe_intervals
from .capacity.peaks import ListedPeak, RunningPeak
from .core.clock import QUARTER_INTERVALS, quarter_start
from .monitor import RunningQuarter
from .snapshot import Reading, Snapshot

LEAST_KNOWN_INTERVALS = QUARTER_INTERVALS * 9 // 10
"""Of a quarter, so many must be known to speak for those that are not."""

_WATT_PER_AMPERE = {1: 230, 2: 398, 3: 690}
"""Of the fuse, by how many phases the meter tells a power of. Of a net of 3 x 230 V without neutral those are two, and
its three wires carry the square root of three times 230 V."""

_MILLI = 1000


def observation_of(snapshot: Snapshot) -> Observation | None:
    """What the meter says now; None when it is not heard."""
    reading = snapshot.reading
    if reading is None:
        return None
    intervals = None if snapshot.running is None else _intervals(snapshot.running)
    peak = None
    if reading.month_peak is not None:
        peak = RunningPeak(power_w=reading.month_peak.power_w, start_utc=reading.month_peak.start_utc)
    if reading.average_demand_w is None and reading.register_consumed_wh is None and intervals is not None:
        # The original firmware tells nothing but intervals, and the time only by their number.
        return observe_intervals(intervals, peak)
    return Observation(
        time_utc=reading.time_utc,
        power_w=reading.consumed_power_w,
        register_wh=reading.register_consumed_wh,
        demand_w=reading.average_demand_w,
        intervals=intervals,
        month_peak=peak,
    )


def listed_peaks_of(reading: Reading) -> tuple[ListedPeak, ...]:
    """The meter's list of months that ended."""
    return tuple(
        ListedPeak(month=Month(peak.year, peak.month), power_w=peak.power_w, quarter_id=peak.quarter_id)
        for peak in reading.listed_peaks
    )


def finished_mean(quarter: RunningQuarter | None) -> tuple[int, int] | None:
    """Start (utc) and mean offtake in W of a quarter that ended; None when too little of it is known."""
    if quarter is None:
        return None
    known = [sample.consumed_power for sample in quarter.samples if sample is not None]
    if len(known) < LEAST_KNOWN_INTERVALS:
        return None
    return quarter_start(quarter.quarter_id), sum(known) // len(known)


def connection_of(reading: Reading) -> int | None:
    """What the connection gives at most, in W, by the limits that are set in the meter; None when none is."""
    limits = [reading.limiter_w] if isinstance(reading.limiter_w, int) else []
    if isinstance(reading.fuse_ma, int):
        phases = sum(phase.consumed_power_w is not None for phase in reading.phases)
        limits.append(reading.fuse_ma * _WATT_PER_AMPERE[min(max(1, phases), 3)] // _MILLI)
    return min((limit for limit in limits if limit > 0), default=None)


def _intervals(quarter: RunningQuarter) -> Intervals:
    return Intervals(
        start_utc=quarter_start(quarter.quarter_id),
        powers_w=tuple(None if sample is None else sample.consumed_power for sample in quarter.samples),
    )
