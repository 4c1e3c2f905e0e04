"""Sums of days and months since the installation, and the peaks of months.

The house repeats itself by date and weekday: 23 November on a Monday is the same day in 2020 and in
2026, to the second. A year has one of 14 calendars, so there are 2,562 different days, each summed
up at most once, and whatever the distance to the installation, a register is a sum of those. No two
days within 13 months are alike.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from core.clock import day_start, days_from_civil, month_length
from simulator.dates import LocalDate, local_date
from simulator.day import Day, Highest, Sums
from simulator.profile import Ripple
from simulator.reading import MonthPeak, Peak

_MOST_PEAKS = 13
_YEAR_MONTHS = 12
# Days whose curve stays in memory, about 150 KB each; their sums stay for ever.
_CURVES_KEPT = 40


class Span(NamedTuple):
    """Days of one month: their sums and their highest quarter.

    Where no quarter took anything, the peak is 0 W at the beginning of the span: so meters show a
    month without offtake, and their running month during its first quarter.
    """

    sums: Sums
    peak: Peak


class Ledger:
    """The days of one house, and what they add up to.

    :ivar start: utc of the installation.
    """

    def __init__(self, seed: int, installed: date) -> None:
        """:param installed: registers were 0 at local midnight of this date."""
        self.start = day_start(installed.year, installed.month, installed.day)
        self._seed = seed
        self._installed = installed
        self._ripple = Ripple(seed)
        self._days: dict[tuple[int, int, int], tuple[Sums, Highest]] = {}
        self._months: dict[tuple[int, int], Span] = {}
        self._before: dict[tuple[int, int], Sums] = {(installed.year, installed.month): Sums()}
        self.curve = lru_cache(_CURVES_KEPT)(self._curve)

    def _curve(self, days: int) -> Day:
        """A day with its curve, by the days since 1970-01-01."""
        return Day(self._seed, local_date(days), self._ripple)

    def before_month(self, year: int, month: int) -> Sums:
        """From the installation to the beginning of a month."""
        known = (year, month)
        missing = []
        while known not in self._before:
            known = _month_number(*known, -1)
            missing.append(known)
        for passed in reversed(missing):
            self._before[_month_number(*passed, 1)] = self._before[passed].plus(self._month(*passed).sums)
        return self._before[year, month]

    def month_so_far(self, today: LocalDate) -> Span:
        """The days of a month, from the installation on, before a day of it."""
        return self._span(today.year, today.month, today.day)

    def peaks(self, year: int, month: int) -> tuple[MonthPeak, ...]:
        """The last 13 months that were completed before a month, from the installation on, oldest first."""
        number = (year - self._installed.year) * _YEAR_MONTHS + month - self._installed.month
        months = [_month_number(year, month, -back) for back in range(min(number, _MOST_PEAKS), 0, -1)]
        return tuple(
            MonthPeak(day_start(*_month_number(*completed, 1), 1), self._month(*completed).peak) for completed in months
        )

    def _month(self, year: int, month: int) -> Span:
        if (year, month) not in self._months:
            self._months[year, month] = self._span(year, month, month_length(year, month) + 1)
        return self._months[year, month]

    def _span(self, year: int, month: int, end: int) -> Span:
        """The days of a month before one of them."""
        installed = self._installed
        first = installed.day if (year, month) == (installed.year, installed.month) else 1
        days = days_from_civil(year, month, 1) - 1
        sums, peak = Sums(), Peak(day_start(year, month, first), 0)
        for day in range(first, end):
            today = local_date(days + day)
            of_day, highest = self._of_day(today)
            sums = sums.plus(of_day)
            if highest.power > peak.power:
                peak = Peak(today.start + highest.end, highest.power)
        return Span(sums, peak)

    def _of_day(self, today: LocalDate) -> tuple[Sums, Highest]:
        key = today.key
        if key not in self._days:
            day = Day(self._seed, today, self._ripple)
            self._days[key] = (day.sums(), day.highest[-1])
        return self._days[key]


def _month_number(year: int, month: int, further: int) -> tuple[int, int]:
    """The month that comes so many months after another."""
    number = year * _YEAR_MONTHS + month - 1 + further
    return number // _YEAR_MONTHS, number % _YEAR_MONTHS + 1
