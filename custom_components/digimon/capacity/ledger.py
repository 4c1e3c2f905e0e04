"""What we note of quarters that ended, for months that the meter does not list and for who wants to look back.

A ledger holds the highest quarter of each day of about thirteen months: enough for every month peak, small enough to
be stored whole. Besides, what the meter's register showed when the month began, and whether the meter tells peaks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..core.clock import QUARTER_SECONDS, day_of, day_start, quarter_id_at
from .months import YEAR_MONTHS, Month, month_at
from .offtake import Offtake

KEPT_MONTHS = YEAR_MONTHS + 1

VANISHED_SECONDS = 2 * 3600
"""A meter shows a new peak within a minute of its quarter; after so long it does not come any more."""

# Less than this is no offtake that a meter must have noticed.
_NOTICED_W = 100


class Quarter(NamedTuple):
    """A quarter that ended."""

    start_utc: int
    power_w: int
    """Mean offtake."""


class MonthStart(NamedTuple):
    """The register of offtake at the begin of a month."""

    month: Month
    register_wh: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """See above."""

    days: Mapping[int, Quarter] = field(default_factory=dict)
    """Begin of a local day (utc) -> its highest quarter; of equal ones the first."""

    month_start: MonthStart | None = None
    """None until we have seen a month begin."""

    tells_peaks: bool = False
    """Whether the meter has ever told a month peak."""

    @property
    def recorded(self) -> dict[Month, int]:
        """Month -> highest quarter that we saw, W."""
        recorded: dict[Month, int] = {}
        for quarter in self.days.values():
            month = month_at(quarter.start_utc)
            recorded[month] = max(quarter.power_w, recorded.get(month, 0))
        return recorded

    def with_quarter(self, quarter: Quarter) -> Ledger:
        """Note a quarter; days that are too old are left out then."""
        day = day_begin(quarter.start_utc)
        known = self.days.get(day)
        if known is not None and known.power_w >= quarter.power_w:
            return self
        oldest = month_at(quarter.start_utc).plus(-KEPT_MONTHS)
        kept = {begin: noted for begin, noted in self.days.items() if month_at(begin) >= oldest}
        return replace(self, days={**kept, day: quarter})

    def with_past(self, quarters: Iterable[Quarter], now_utc: int) -> Ledger:
        """Note quarters from before we watched, in any order; what we saw ourselves is believed before it."""
        oldest = month_at(now_utc).plus(-KEPT_MONTHS)
        days = dict(self.days)
        for quarter in quarters:
            day = day_begin(quarter.start_utc)
            known = days.get(day)
            if (known is None or (quarter.start_utc != known.start_utc and quarter.power_w > known.power_w)) and (
                oldest <= month_at(quarter.start_utc) and quarter.start_utc + QUARTER_SECONDS <= now_utc
            ):
                days[day] = quarter
        return self if days == self.days else replace(self, days=dict(sorted(days.items())))

    def with_offtake(self, offtake: Offtake | None) -> Ledger:
        """Note the register when a month begins, from the first observations of its first quarter."""
        if offtake is None or offtake.baseline is None:
            return self
        month = month_at(offtake.last.quarter_utc)
        if month_at(offtake.last.quarter_utc - 1) == month:
            return self
        begun = MonthStart(month, offtake.baseline.register_wh)
        return self if begun == self.month_start else replace(self, month_start=begun)

    def month_energy(self, month: Month, register_wh: int | None) -> int | None:
        """Offtake of a month up to what the register shows now, Wh; None when its begin was not seen."""
        if self.month_start is None or self.month_start.month != month or register_wh is None:
            return None
        energy_wh = register_wh - self.month_start.register_wh
        return energy_wh if energy_wh >= 0 else None

    def has_lost_peak(self, now_utc: int, *, peak_is_told: bool) -> bool | None:
        """Whether a meter that used to tell its month peak does not any more.

        Operators close the customer port again, as when a yearly consent ended; then only the peaks vanish. It is
        certain when this month had a finished quarter with offtake some time ago and the meter tells no peak.

        :returns: None while this month has had none of a meter that tells no peak.
        """
        if peak_is_told or not self.tells_peaks:
            return False
        month = month_at(now_utc)
        is_certain = any(
            month_at(quarter.start_utc) == month
            and quarter.power_w >= _NOTICED_W
            and now_utc - quarter.start_utc - QUARTER_SECONDS >= VANISHED_SECONDS
            for quarter in self.days.values()
        )
        return is_certain or None


def day_begin(utc: int) -> int:
    """The local midnight before an instant."""
    return day_start(*day_of(quarter_id_at(utc)))


def ledger_of(quarters: Iterable[Quarter]) -> Ledger:
    """A ledger of quarters in any order."""
    ledger = Ledger()
    for quarter in sorted(quarters):
        ledger = ledger.with_quarter(quarter)
    return ledger
