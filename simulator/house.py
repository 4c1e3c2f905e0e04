"""The house behind the meter: every register, power and peak of any second.

The house repeats itself by date and weekday: 23 November on a Monday is the same day in 2020 and in
2026, to the second. A year has one of 14 calendars, so there are 2,562 different days, each
simulated at most once; whatever the distance to the installation, registers are sums of those
days. No two days within 13 months are alike.

The power of an instant t holds for the second from t to t + 1, and the registers of t cover
everything before t. So the telegrams of t = 0 to 899 of a quarter hold exactly its energy.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from core.clock import (
    DAY_SECONDS,
    INTERVAL_SECONDS,
    QUARTER_SECONDS,
    civil_from_days,
    day_start,
    days_from_civil,
    local_fields,
    month_length,
)
from simulator.appliances import HOUR, HouseDay, live
from simulator.meter import Electrics, Grid
from simulator.pipes import SLOT_SECONDS, Pipes, gas_and_water
from simulator.profile import Profile, Ripple
from simulator.reading import Count, MonthPeak, Peak, Reading
from simulator.telegram import Wording

_THURSDAY = 3
_SATURDAY = 5
_WEEK_DAYS = 7
_HOUR_SECONDS = 3600
# The day tariff of the Flemish grid operators: Monday to Friday from 07:00 to 22:00 local time, holidays too.
_DAY_TARIFF = (7 * HOUR, 22 * HOUR)
_DAY, _NIGHT = 1, 2
_MOST_PEAKS = 13
# Seconds after a multiple of 5 minutes at which the meters of the pipes report.
_GAS_SECOND = 2
_WATER_SECOND = 32
_DAYS_KEPT = 48
"""Days whose steps stay in memory, about 150 KB each; their sums stay for ever."""

INSTALLED = date(2024, 3, 14)


class Registers(NamedTuple):
    """The four energy registers in Ws since the installation: day tariff (1) and night tariff (2)."""

    consumed_t1: int
    consumed_t2: int
    produced_t1: int
    produced_t2: int


class _Sums(NamedTuple):
    """What days add up to: registers in Ws, gas and water in l."""

    consumed_t1: int = 0
    consumed_t2: int = 0
    produced_t1: int = 0
    produced_t2: int = 0
    gas: int = 0
    water: int = 0

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class _DaySums(NamedTuple):
    """A whole day: its sums, its highest quarter in W and that quarter's end in seconds since midnight."""

    sums: _Sums
    peak: int
    peak_end: int


class _MonthSums(NamedTuple):
    """Days of one month: their sums and highest quarter; a peak stamped at their beginning when nothing was taken."""

    sums: _Sums
    peak: Peak


@dataclass(frozen=True, slots=True)
class _Calendar:
    """A local date and what of it matters to the house.

    :ivar days: since 1970-01-01.
    :ivar start: utc of local midnight.
    """

    days: int
    year: int
    month: int
    day: int
    start: int
    length: int

    @property
    def weekday(self) -> int:
        """0 Monday to 6 Sunday."""
        return (self.days + _THURSDAY) % _WEEK_DAYS


class _Day:
    """One simulated day."""

    def __init__(self, seed: int, calendar: _Calendar, ripple: Ripple) -> None:
        midnight = calendar.start - calendar.days * DAY_SECONDS
        day = HouseDay(seed, calendar.month, calendar.day, calendar.weekday, calendar.length, midnight)
        live(day)
        self.profile = Profile(day.phases, day.length, ripple)
        self.quarters = self.profile.quarter_energies()
        self.gas: Pipes
        self.water: Pipes
        self.gas, self.water = gas_and_water(day)
        self.day_tariff = range(0)
        if day.weekday < _SATURDAY:
            self.day_tariff = range(day.at(_DAY_TARIFF[0]), day.at(_DAY_TARIFF[1]))
        # Per quarter: the highest one before it, in W, and its end.
        self.best: list[tuple[int, int]] = [(0, 0)]
        for number, (consumed, _) in enumerate(self.quarters, 1):
            power = consumed // QUARTER_SECONDS
            best = self.best[-1]
            self.best.append((power, number * QUARTER_SECONDS) if power > best[0] else best)

    def registers(self, second: int) -> tuple[int, int, int, int]:
        """Consumed T1, T2 and produced T1, T2 in Ws from local midnight to a second of the day."""
        consumed, produced = self.profile.energy(second)
        tariff = self.day_tariff
        if second <= tariff.start or not tariff:
            return 0, consumed, 0, produced
        first = self.profile.energy(tariff.start)
        last = (consumed, produced) if second <= tariff.stop else self.profile.energy(tariff.stop)
        consumed_t1, produced_t1 = last[0] - first[0], last[1] - first[1]
        return consumed_t1, consumed - consumed_t1, produced_t1, produced - produced_t1

    def sums(self) -> _DaySums:
        """The whole day."""
        registers = self.registers(self.profile.length)
        return _DaySums(_Sums(*registers, self.gas.total, self.water.total), *self.best[-1])


@dataclass(frozen=True, slots=True)
class _Today:
    """The day that is being read: what came before it and its own curve."""

    calendar: _Calendar
    day: _Day
    before: _Sums
    month_peak: Peak
    peaks: tuple[MonthPeak, ...]


class House:
    """A house with a meter.

    Instants (utc) are seconds since 1970 in UTC, from the installation on.
    """

    def __init__(  # noqa: PLR0913 - each is an independent property of the installation
        self,
        seed: int = 1,
        *,
        grid: Grid | str = Grid.THREE,
        installed: date = INSTALLED,
        version: str = "50217",
        message: str = "",
        demand_lag: int = 0,
    ) -> None:
        """Install a meter in the house of a seed.

        :param grid: ``single``, ``three`` or ``three_230``; the house draws the same on each.
        :param installed: the meter counts from local midnight of this date, with registers at 0.
        :param version: e-MUCS version: 50217, or 50216 and 50213 of meters that know no quarter peaks.
        :param message: text message of the grid operator.
        :param demand_lag: seconds of a quarter during which 1.4.0 still shows the final value of the
            quarter before, as some meters do.
        :raises ValueError: unknown grid or version.
        """
        self.seed = seed
        self.grid = Grid(grid)
        self.installed = installed
        self.message = message
        self._demand_lag = demand_lag
        self._electrics = Electrics(seed, self.grid)
        self._wording = Wording(seed, self.grid, version)
        self._ripple = Ripple(seed)
        self._first = self._calendar(days_from_civil(installed.year, installed.month, installed.day))
        self._simulate = lru_cache(_DAYS_KEPT)(self._simulate_day)
        self._day_sums: dict[tuple[int, int, int], _DaySums] = {}
        self._months: dict[tuple[int, int], _MonthSums] = {}
        self._before: dict[tuple[int, int], _Sums] = {(installed.year, installed.month): _Sums()}
        self._today: _Today | None = None
        self._quarter_lists = lru_cache(4)(self._quarter_powers)

    # What the house draws and gives.

    def power(self, utc: int) -> tuple[int, int]:
        """Offtake and injection in W during the second that begins at an instant; one of them is 0."""
        today = self._at(utc)
        net = today.day.profile.power(utc - today.calendar.start)
        return (net, 0) if net >= 0 else (0, -net)

    def energy(self, utc: int) -> Registers:
        """The registers at an instant, in Ws since the installation: the exact sum of `power` of every second before."""
        today = self._at(utc)
        return Registers(
            *(
                before + since
                for before, since in zip(today.before, today.day.registers(utc - today.calendar.start), strict=False)
            )
        )

    def quarter_energy(self, start: int) -> tuple[int, int]:
        """Offtake and injection in Ws of the quarter that begins at an instant."""
        today = self._at(start)
        return today.day.quarters[(start - today.calendar.start) // QUARTER_SECONDS]

    def intervals(self, start: int) -> list[tuple[int, int]]:
        """Mean offtake and injection in W of the 180 intervals of the quarter that begins at an instant.

        The means that the board makes of one telegram per second: truncated, both >= 0.
        """
        powers = self._quarter_lists(start)
        consumed = [max(0, power) for power in powers]
        produced = [-power if power < 0 else 0 for power in powers]
        return [
            (
                sum(consumed[first : first + INTERVAL_SECONDS]) // INTERVAL_SECONDS,
                sum(produced[first : first + INTERVAL_SECONDS]) // INTERVAL_SECONDS,
            )
            for first in range(0, QUARTER_SECONDS, INTERVAL_SECONDS)
        ]

    # What the meter shows.

    def reading(self, utc: int) -> Reading:
        """Everything the meter shows at an instant."""
        today = self._at(utc)
        calendar, day = today.calendar, today.day
        second = utc - calendar.start
        registers = tuple(
            (before + since) // _HOUR_SECONDS
            for before, since in zip(today.before, day.registers(second), strict=False)
        )
        phases = day.profile.phase_powers(second)
        net = sum(phases)
        best, best_end = day.best[second // QUARTER_SECONDS]
        peak = today.month_peak
        if best > peak.power:
            peak = Peak(calendar.start + best_end, best)
        return Reading(
            time=utc,
            consumed_energy_t1=registers[0],
            consumed_energy_t2=registers[1],
            produced_energy_t1=registers[2],
            produced_energy_t2=registers[3],
            tariff=_DAY if second in day.day_tariff else _NIGHT,
            average_demand=self._average_demand(today, second),
            peak=peak,
            peaks=today.peaks,
            consumed_power=max(net, 0),
            produced_power=max(-net, 0),
            phases=self._electrics.phases(phases, utc),
            message=self.message,
            gas=self._count(utc, _GAS_SECOND, water=False),
            water=self._count(utc, _WATER_SECOND, water=True),
        )

    def telegram(self, utc: int) -> bytes:
        """The telegram of an instant, from ``/`` up to and including the CRC and its line end."""
        return self._wording.telegram(self.reading(utc))

    def _average_demand(self, today: _Today, second: int) -> int:
        """1.4.0 in W: the offtake of the running quarter so far times 4, which only rises."""
        number, into = divmod(second, QUARTER_SECONDS)
        start = second - into
        if into < self._demand_lag and today.calendar.start + start > self._first.start:
            return (
                self.quarter_energy(today.calendar.start + start - QUARTER_SECONDS)[0] // QUARTER_SECONDS
                if number == 0
                else today.day.quarters[number - 1][0] // QUARTER_SECONDS
            )
        profile = today.day.profile
        return (profile.energy(second)[0] - profile.energy(start)[0]) // QUARTER_SECONDS

    def _count(self, utc: int, report_second: int, *, water: bool) -> Count:
        """The last report of the gas or the water meter; the first one is made when the meter is installed."""
        time = utc - (utc - report_second) % SLOT_SECONDS
        if time < self._first.start:
            return Count(self._first.start, 0)
        today = self._at(time)
        pipes, before = (today.day.water, today.before.water) if water else (today.day.gas, today.before.gas)
        return Count(time, before + pipes.until(time - today.calendar.start))

    # Days and months.

    def _quarter_powers(self, start: int) -> list[int]:
        today = self._at(start)
        second = start - today.calendar.start
        return today.day.profile.powers(second, second + QUARTER_SECONDS)

    @staticmethod
    def _calendar(days: int) -> _Calendar:
        year, month, day = civil_from_days(days)
        start = day_start(year, month, day)
        return _Calendar(days, year, month, day, start, day_start(*civil_from_days(days + 1)) - start)

    def _simulate_day(self, days: int) -> _Day:
        return _Day(self.seed, self._calendar(days), self._ripple)

    def _at(self, utc: int) -> _Today:
        """The day of an instant.

        :raises ValueError: before the installation.
        """
        today = self._today
        if today is None or not 0 <= utc - today.calendar.start < today.calendar.length:
            if utc < self._first.start:
                message = f"the meter was installed on {self.installed.isoformat()}"
                raise ValueError(message)
            today = self._today = self._enter(utc)
        return today

    def _enter(self, utc: int) -> _Today:
        year, month, day = local_fields(utc)[:3]
        calendar = self._calendar(days_from_civil(year, month, day))
        first = self._first_day(year, month)
        before, peak = self._sum_days(year, month, first, day)
        return _Today(
            calendar,
            self._simulate(calendar.days),
            self._until(year, month).plus(before),
            peak,
            self._peaks(year, month),
        )

    def _first_day(self, year: int, month: int) -> int:
        """The first day of a month on which the meter was there."""
        return self.installed.day if (year, month) == (self.installed.year, self.installed.month) else 1

    def _sums_of_day(self, days: int, year: int, month: int, day: int) -> _DaySums:
        key = (month, day, (days + _THURSDAY) % _WEEK_DAYS)
        if key not in self._day_sums:
            self._day_sums[key] = _Day(self.seed, self._calendar(days), self._ripple).sums()
        return self._day_sums[key]

    def _sum_days(self, year: int, month: int, first: int, end: int) -> _MonthSums:
        """Days of a month from one up to, not including, another."""
        days = days_from_civil(year, month, first)
        sums, peak = _Sums(), Peak(day_start(year, month, first), 0)
        for day in range(first, end):
            of_day = self._sums_of_day(days + day - first, year, month, day)
            sums = sums.plus(of_day.sums)
            if of_day.peak > peak.power:
                peak = Peak(day_start(year, month, day) + of_day.peak_end, of_day.peak)
        return _MonthSums(sums, peak)

    def _month(self, year: int, month: int) -> _MonthSums:
        if (year, month) not in self._months:
            first = self._first_day(year, month)
            self._months[year, month] = self._sum_days(year, month, first, month_length(year, month) + 1)
        return self._months[year, month]

    def _until(self, year: int, month: int) -> _Sums:
        """The sums from the installation to the beginning of a month."""
        previous = (self.installed.year, self.installed.month)
        while (year, month) not in self._before:
            following = _next_month(*previous)
            if following not in self._before:
                self._before[following] = self._before[previous].plus(self._month(*previous).sums)
            previous = following
        return self._before[year, month]

    def _peaks(self, year: int, month: int) -> tuple[MonthPeak, ...]:
        """98.1.0: the last 13 completed months, oldest first."""
        number = (year - self.installed.year) * 12 + month - self.installed.month
        peaks = []
        for back in range(min(number, _MOST_PEAKS), 0, -1):
            index = year * 12 + month - 1 - back
            completed = (index // 12, index % 12 + 1)
            peaks.append(MonthPeak(day_start(*_next_month(*completed), 1), self._month(*completed).peak))
        return tuple(peaks)


def _next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - the last month of a year
