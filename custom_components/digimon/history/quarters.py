"""A stored quarter, whichever way the card told of it."""

from dataclasses import dataclass

from ..core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS, quarter_start
from ..core.records import REGISTERS
from ..monitor import QuarterSummary, RunningQuarter

_HOUR_SECONDS = 3600

# A quarter of which the half is there tells what the rest was like. Less than that tells only of itself:
# one interval of an oven is no quarter of an hour of an oven.
REPRESENTATIVE_INTERVALS = QUARTER_INTERVALS // 2

NO_REGISTERS: tuple[int | None, ...] = (None,) * len(REGISTERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class CardQuarter:
    """What the card knows of one quarter; offtake is consumed, injection produced, both >= 0."""

    start: int
    """UTC."""

    intervals: int
    """How many of the 180 have a value; 0 when only the registers tell of the quarter."""

    consumed_ws: int
    produced_ws: int
    """Energy of the intervals that have a value, in Ws."""

    consumed_max_w: int
    produced_max_w: int
    """The highest interval."""

    consumed_min_w: int | None = None
    produced_min_w: int | None = None
    """The lowest interval; None where the card tells of no single intervals."""

    registers: tuple[int | None, ...] = NO_REGISTERS
    """At the quarter's end, in the order of `core.records.REGISTERS`; Wh and l."""

    @property
    def end(self) -> int:
        """UTC."""
        return self.start + QUARTER_SECONDS

    @property
    def is_representative(self) -> bool:
        """Whether the intervals that are there tell what those that are missing were like."""
        return self.intervals >= REPRESENTATIVE_INTERVALS

    @property
    def consumed_w(self) -> float:
        """Mean offtake of the intervals that have a value."""
        return self.consumed_ws / self._seconds

    @property
    def produced_w(self) -> float:
        """Mean injection of the intervals that have a value."""
        return self.produced_ws / self._seconds

    @property
    def _seconds(self) -> int:
        """What the energy is of."""
        return (self.intervals or QUARTER_INTERVALS) * INTERVAL_SECONDS

    def whole_ws(self, ws: int) -> float:
        """Energy of the quarter, by the mean of the intervals that have a value.

        :param ws: of those intervals.
        """
        return ws * QUARTER_INTERVALS / self.intervals if self.is_representative else ws


def of_summary(summary: QuarterSummary) -> CardQuarter:
    """A quarter of a day's overview."""
    return CardQuarter(
        start=quarter_start(summary.quarter_id),
        intervals=summary.intervals,
        consumed_ws=summary.consumed_energy * _HOUR_SECONDS,
        produced_ws=summary.produced_energy * _HOUR_SECONDS,
        consumed_max_w=summary.consumed_power_max,
        produced_max_w=summary.produced_power_max,
        registers=summary.registers or NO_REGISTERS,
    )


def of_samples(quarter: RunningQuarter) -> CardQuarter | None:
    """A quarter from its file; None when it has no interval with a value."""
    samples = [sample for sample in quarter.samples if sample is not None]
    if not samples:
        return None
    consumed = [sample.consumed_power for sample in samples]
    produced = [sample.produced_power for sample in samples]
    return CardQuarter(
        start=quarter_start(quarter.quarter_id),
        intervals=len(samples),
        consumed_ws=sum(consumed) * INTERVAL_SECONDS,
        produced_ws=sum(produced) * INTERVAL_SECONDS,
        consumed_max_w=max(consumed),
        produced_max_w=max(produced),
        consumed_min_w=min(consumed),
        produced_min_w=min(produced),
    )
