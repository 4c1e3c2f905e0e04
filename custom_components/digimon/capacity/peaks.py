"""Month peaks: which are known, from whom, and which twelve the bill is made of.

Three know something of a month, and the first of them that does is believed:

1. the **meter**: 0-0:98.1.0, at most 13 completed months, and 1-0:1.6.0, the running one;
2. what a person **entered**, read from an invoice, for completed months that the meter does not list;
3. what we **recorded** ourselves, quarter by quarter, which an outage may have kept too low.

Meters list their months in any order, leave some out, and fill months they know nothing of with an impossible stamp.
A month nobody knows is unknown: it is never counted as 0 or as the floor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from ..core.clock import quarter_start
from .months import YEAR_MONTHS, Month, month_at, months_until

FLOOR_W = 2500
"""What a month counts at least (Vlaamse Nutsregulator: 2.5 kW, applied to each month before the mean)."""

RESIDENTIAL_MOST_W = 60_000
"""No connection with a small meter gives more (3 x 80 A at 400 V is 56 kVA): it is W taken for kW."""

_KW = 1000


class PeakSource(StrEnum):
    """Who knows a month peak; in order of precedence."""

    METER = "meter"
    ENTERED = "entered"
    RECORDED = "recorded"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPeak:
    """One entry of the meter's list (0-0:98.1.0)."""

    month: Month
    power_w: int
    quarter_id: int | None
    """The quarter of the peak; None when its stamp is none."""

    @property
    def is_void(self) -> bool:
        """Whether the meter knows nothing of the month: no power and no time. A 0 with a time is a real peak."""
        return self.quarter_id is None and self.power_w == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningPeak:
    """The highest finished quarter of the running month (1-0:1.6.0)."""

    power_w: int
    start_utc: int
    """When that quarter began."""

    @property
    def month(self) -> Month:
        """The month it belongs to; meters go on showing the old one for a while after midnight of the 1st."""
        return month_at(self.start_utc)


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPeak:
    """A month peak that is known."""

    month: Month
    power_w: int
    source: PeakSource

    @property
    def counted_w(self) -> int:
        """What the month counts for in the mean."""
        return max(self.power_w, FLOOR_W)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The months of one bill: at most twelve known ones, oldest first."""

    months: tuple[MonthPeak, ...]
    missing: tuple[Month, ...]
    """Months of the twelve that nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPeaks:
    """Every month peak that is known, each month once, oldest first."""

    running: Month
    """The month that it is now."""

    known: tuple[MonthPeak, ...]
    implausible: tuple[MonthPeak, ...]
    """Left out: too high for the connection, so most likely in another unit."""

    def window(self, last: Month) -> Window:
        """The twelve months that end with `last`."""
        months = months_until(last, YEAR_MONTHS)
        by_month = {peak.month: peak for peak in self.known}
        return Window(
            months=tuple(by_month[month] for month in months if month in by_month),
            missing=tuple(month for month in months if month not in by_month),
        )

    @property
    def with_running(self) -> Window:
        """The bill of the running month as it stands now: eleven completed months and this one."""
        return self.window(self.running)

    @property
    def completed(self) -> Window:
        """Twelve completed months: nothing in it changes before the month ends."""
        return self.window(self.running.plus(-1))

    @property
    def running_peak(self) -> MonthPeak | None:
        """The peak of the running month; None while it has none."""
        return next((peak for peak in self.known if peak.month == self.running), None)


class UnitError(ValueError):
    """A power that no small connection reaches: W where kW were asked for."""


def listed_peaks(peaks: Iterable[Mapping[str, Any]]) -> tuple[ListedPeak, ...]:
    """The list ``peaks`` of a decoded telegram (`core.obis`): dicts with year, month, quarter_id and power in W."""
    return tuple(
        ListedPeak(month=Month(peak["year"], peak["month"]), power_w=peak["power"], quarter_id=peak["quarter_id"])
        for peak in peaks
    )


def running_peak(peak: Mapping[str, Any] | None) -> RunningPeak | None:
    """The ``peak`` of a decoded telegram (`core.obis`): a dict with quarter_id and power in W, or nothing."""
    if peak is None:
        return None
    return RunningPeak(power_w=peak["power"], start_utc=quarter_start(peak["quarter_id"]))


def power_of_kw(kilowatt: Decimal, *, most_w: int | None = RESIDENTIAL_MOST_W) -> int:
    """A peak as an invoice prints it, in whole W.

    :param most_w: what the connection gives at most; None for large meters.
    :raises UnitError: more than that.
    :raises ValueError: below 0, or no number.
    """
    if not kilowatt.is_finite() or kilowatt < 0:
        raise ValueError("not a power")
    watt = int((kilowatt * _KW).to_integral_value(ROUND_HALF_UP))
    if most_w is not None and watt > most_w:
        raise UnitError(f"{kilowatt} kW is more than the connection gives")
    return watt


def month_peaks(  # noqa: PLR0913 - each is another party's word on the same months
    running: Month,
    *,
    listed: Iterable[ListedPeak] = (),
    peak: RunningPeak | None = None,
    entered: Mapping[Month, int] | None = None,
    recorded: Mapping[Month, int] | None = None,
    since: Month | None = None,
    most_w: int | None = RESIDENTIAL_MOST_W,
) -> MonthPeaks:
    """Put together who knows what; the order in which it comes does not matter.

    :param running: the month that it is now, by the meter's clock.
    :param listed: the meter's list; entries of the running month and later ones are not completed and not believed.
    :param peak: the meter's peak of the running month; one of another month means that this month has none yet.
    :param entered: completed month -> W, by a person.
    :param recorded: month -> W, by us, the running month included.
    :param since: ignore earlier months, such as those of who lived here before.
    :param most_w: peaks above it are left out as implausible; None for large meters.
    """
    believed: dict[Month, MonthPeak] = {}
    implausible: list[MonthPeak] = []
    for source, powers in (
        (PeakSource.METER, _of_meter(running, listed, peak)),
        (PeakSource.ENTERED, {month: power for month, power in (entered or {}).items() if month < running}),
        (PeakSource.RECORDED, recorded or {}),
    ):
        for month, power_w in powers.items():
            if month > running or (since is not None and month < since):
                continue
            known = MonthPeak(month=month, power_w=power_w, source=source)
            if most_w is not None and power_w > most_w:
                implausible.append(known)
            else:
                believed.setdefault(month, known)
    return MonthPeaks(
        running=running,
        known=tuple(believed[month] for month in sorted(believed)),
        implausible=tuple(sorted(implausible, key=lambda known: (known.month, known.source))),
    )


def _of_meter(running: Month, listed: Iterable[ListedPeak], peak: RunningPeak | None) -> dict[Month, int]:
    """What the meter itself says, month -> W."""
    powers: dict[Month, int] = {}
    for entry in listed:
        if entry.month < running and not entry.is_void:
            # A month that is listed twice, as after the exchange of a meter, was as high as its higher one.
            powers[entry.month] = max(entry.power_w, powers.get(entry.month, 0))
    if peak is not None and peak.month == running:
        powers[running] = peak.power_w
    return powers
