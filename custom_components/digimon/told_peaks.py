"""What the meters of one connection told of month peaks: a month's peak never falls, whatever meter tells it.

A meter that the grid operator puts in the place of another knows nothing of what came before, while a month is billed
by its highest quarter under either. That both are of one connection, their EAN says: a board that moves to another
house takes no peak along.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .capacity.ledger import KEPT_MONTHS
from .capacity.months import Month, month_at
from .capacity.peaks import RESIDENTIAL_MOST_W
from .core.clock import quarter_id_at, quarter_start
from .snapshot import ListedPeak, MonthPeak, Reading


class ToldPeak(NamedTuple):
    """The peak of a month, as a meter told it."""

    power_w: int
    quarter_id: int | None
    """None when the meter kept no time with it."""


_NOTHING = ToldPeak(-1, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldPeaks:
    """Of one connection."""

    ean: str | None = None
    months: Mapping[Month, ToldPeak] = field(default_factory=dict)

    def with_reading(self, reading: Reading) -> ToldPeaks:
        """Note what a meter tells; one that does not say whose connection it is on is left alone."""
        if reading.ean is None:
            return self
        known = dict(self.months) if reading.ean == self.ean else {}
        for month, peak in _told(reading):
            if peak.power_w > known.get(month, _NOTHING).power_w:
                known[month] = peak
        oldest = month_at(reading.time_utc).plus(-KEPT_MONTHS)
        noted = ToldPeaks(ean=reading.ean, months={month: known[month] for month in sorted(known) if month >= oldest})
        return self if noted == self else noted

    def complete(self, reading: Reading) -> Reading:
        """What a meter says, and no month lower than the one before it on the same connection told."""
        if reading.ean is None or reading.ean != self.ean:
            return reading
        running = month_at(reading.time_utc)
        peak, known = reading.month_peak, self.months.get(running, _NOTHING)
        if peak is not None and known.power_w > peak.power_w and known.quarter_id is not None:
            peak = MonthPeak(power_w=known.power_w, start_utc=quarter_start(known.quarter_id))
        listed_peaks = tuple(self._raised(listed) for listed in reading.listed_peaks)
        if peak == reading.month_peak and listed_peaks == reading.listed_peaks:
            return reading
        return replace(reading, month_peak=peak, listed_peaks=listed_peaks)

    def _raised(self, listed: ListedPeak) -> ListedPeak:
        """As high as it was told before; a month of which the meter knows nothing is not its to tell."""
        power_w, quarter_id = self.months.get(Month(listed.year, listed.month), _NOTHING)
        if _is_void(listed) or power_w <= listed.power_w:
            return listed
        return replace(listed, power_w=power_w, quarter_id=quarter_id)

    def stored(self) -> dict[str, Any]:
        """As it is kept over a restart."""
        return {"ean": self.ean, "months": [[*month, *peak] for month, peak in self.months.items()]}


def told_peaks_of(data: object) -> ToldPeaks:
    """What was kept; nothing of what cannot be read."""
    with suppress(KeyError, TypeError, ValueError):
        if isinstance(data, Mapping):
            months = {
                Month(int(year), int(month)): ToldPeak(int(power_w), None if quarter_id is None else int(quarter_id))
                for year, month, power_w, quarter_id in data["months"]
            }
            return ToldPeaks(ean=None if data["ean"] is None else str(data["ean"]), months=months)
    return ToldPeaks()


def _told(reading: Reading) -> Iterator[tuple[Month, ToldPeak]]:
    """Month -> peak; what no small connection gives is most likely in another unit."""
    running = month_at(reading.time_utc)
    for listed in reading.listed_peaks:
        month = Month(listed.year, listed.month)
        if month < running and not _is_void(listed) and listed.power_w <= RESIDENTIAL_MOST_W:
            yield month, ToldPeak(listed.power_w, listed.quarter_id)
    peak = reading.month_peak
    if peak is not None and month_at(peak.start_utc) == running and peak.power_w <= RESIDENTIAL_MOST_W:
        yield running, ToldPeak(peak.power_w, quarter_id_at(peak.start_utc))


def _is_void(listed: ListedPeak) -> bool:
    """Whether the meter knows nothing of a month that it lists."""
    return listed.power_w == 0 and listed.quarter_id is None
