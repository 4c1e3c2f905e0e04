"""A board whose meter goes by a load: what it answers at any second."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.clock import INTERVAL_SECONDS, QUARTER_SECONDS, day_start, quarter_id_at

from .board import METER, MONTH_PEAK, QUARTER, Board

type Load = Callable[[int], int]
"""W during the second that begins at an instant (utc)."""

REGISTER_WH = 12_000_000


@dataclass
class Metered:
    """Writes the documents of a board.

    :ivar peak: of the running month: begin of its quarter (utc) and W; None while the meter tells none.
    :ivar listed: completed months: (year, month) -> W.
    """

    board: Board
    load: Load
    begin: int
    """Since when the load runs and registers count."""

    peak: tuple[int, int] | None = None
    listed: dict[tuple[int, int], int] = field(default_factory=dict)
    sends_demand: bool = True
    follows_peak: bool = False
    """Whether each finished quarter that is higher becomes the peak, as in a meter."""

    _seconds: list[int] = field(default_factory=list)

    def show(self, utc: int) -> None:
        """Let the meter come to an instant."""
        while self.begin + len(self._seconds) < utc:
            self._seconds.append(self.load(self.begin + len(self._seconds)))
        start = utc - utc % QUARTER_SECONDS
        finished = self._energy(start - QUARTER_SECONDS, start) // QUARTER_SECONDS
        if self.follows_peak and (self.peak is None or finished > self.peak[1]):
            self.peak = (start - QUARTER_SECONDS, finished)
        # The last one still runs, as in a board.
        intervals = [
            self._energy(begin, begin + 5) // min(5, utc - begin) for begin in range(start, utc, INTERVAL_SECONDS)
        ]
        self.board.write(
            QUARTER,
            {
                "quarter_id": quarter_id_at(start),
                "consumed_power_avg": sum(intervals) // max(1, len(intervals)),
                "interval_secs": 5,
                "consumed_power_interval_avgs": intervals,
                "produced_power_interval_avgs": [0] * len(intervals),
            }
            if intervals
            else {},
        )
        peak = None
        if self.peak is not None:
            begin, power = self.peak
            peak = {"time": begin + QUARTER_SECONDS, "quarter_id": quarter_id_at(begin), "power": power}
        if METER not in self.board.documents:
            self.board.write(MONTH_PEAK, {"memory": {}} if peak is None else {"memory": {}, "peak": peak})
            return
        meter: dict[str, Any] = self.board.read(METER)
        meter.update(
            time=utc,
            quarter_id=quarter_id_at(utc),
            consumed_power=self._seconds[-1] if self._seconds else 0,
            produced_power=0,
            consumed_energy_t1=REGISTER_WH + self._energy(self.begin, utc) // 3600,
            consumed_energy_t2=0,
            average_demand=self._energy(start, utc) // QUARTER_SECONDS,
            peaks=[
                {"year": year, "month": month, "quarter_id": _quarter_of(year, month), "power": power}
                for (year, month), power in self.listed.items()
            ],
        )
        meter.pop("peak", None)
        if peak is not None:
            meter["peak"] = peak
        if not self.sends_demand:
            meter.pop("average_demand", None)
        self.board.write(METER, meter)

    def _energy(self, begin: int, end: int) -> int:
        """Ws."""
        return sum(self._seconds[max(0, begin - self.begin) : max(0, end - self.begin)])


def _quarter_of(year: int, month: int) -> int:
    """A quarter in the evening of the 15th."""
    return quarter_id_at(day_start(year, month, 15) + 18 * 3600)
