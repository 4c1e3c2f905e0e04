"""The house behind the meter: every register, power and peak of any second.

The power of an instant t holds for the second from t to t + 1, and the registers of t cover
everything before t. So the telegrams of t = 0 to 899 of a quarter hold exactly its energy.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from core.clock import INTERVAL_SECONDS, QUARTER_SECONDS, days_from_civil, local_fields
from simulator.dates import LocalDate, local_date
from simulator.day import Day, Registers, Sums
from simulator.ledger import Ledger
from simulator.meter import Electrics, Grid
from simulator.pipes import SLOT_SECONDS
from simulator.reading import Count, MonthPeak, Peak, Reading
from simulator.telegram import WITH_PEAKS, Wording

INSTALLED = date(2024, 3, 14)
"""When the meter of a house began to count that is not told otherwise."""

_HOUR_SECONDS = 3600
_DAY_TARIFF, _NIGHT_TARIFF = 1, 2
# Seconds after a multiple of 5 minutes at which the meters of the pipes report.
_GAS_REPORT = 2
_WATER_REPORT = 32


@dataclass(frozen=True, slots=True)
class _Today:
    """The day that is being read, and what came before it.

    :ivar before: from the installation to local midnight.
    :ivar peak: of the month up to local midnight.
    :ivar peaks: of the months before.
    """

    date: LocalDate
    day: Day
    before: Sums
    peak: Peak
    peaks: tuple[MonthPeak, ...]


class House:
    """A house with a meter.

    Instants (utc) are seconds since 1970 in UTC, from the installation on; before it, every method
    raises ValueError.
    """

    def __init__(  # noqa: PLR0913 - each one is a property of the installation by itself
        self,
        seed: int = 1,
        *,
        grid: Grid | str = Grid.THREE,
        installed: date = INSTALLED,
        version: str = WITH_PEAKS,
        message: str = "",
        demand_lag: int = 0,
    ) -> None:
        """Install a meter in the house of a seed.

        :param grid: ``single``, ``three`` or ``three_230``; the house draws the same on each.
        :param installed: the registers were 0 at local midnight of this date.
        :param version: e-MUCS version: 50217, or 50216 and 50213 of meters that know no quarter peaks.
        :param message: text message of the grid operator.
        :param demand_lag: seconds of a quarter during which 1.4.0 still shows the final value of the
            quarter before, as some meters do.
        :raises ValueError: unknown grid or version.
        """
        self.seed = seed
        self.grid = Grid(grid)
        self.installed = installed
        self._message = message
        self._demand_lag = demand_lag
        self._electrics = Electrics(seed, self.grid)
        self._wording = Wording(seed, self.grid, version)
        self._ledger = Ledger(seed, installed)
        self._last: _Today | None = None
        self._enter = lru_cache(4)(self._enter_day)

    def power(self, utc: int) -> tuple[int, int]:
        """Offtake and injection in W during the second that begins at an instant; one of them is 0."""
        today = self._at(utc)
        net = today.day.profile.power(utc - today.date.start)
        return max(net, 0), max(-net, 0)

    def energy(self, utc: int) -> Registers:
        """The registers in Ws: the exact sum of `power` over every second from the installation to an instant."""
        today = self._at(utc)
        return today.before.registers.plus(today.day.registers(utc - today.date.start))

    def quarter_energy(self, start: int) -> tuple[int, int]:
        """Offtake and injection in Ws of the quarter that begins at an instant."""
        today = self._at(start)
        return today.day.quarters[(start - today.date.start) // QUARTER_SECONDS]

    def intervals(self, start: int) -> list[tuple[int, int]]:
        """Mean offtake and injection in W of the 180 intervals of the quarter that begins at an instant.

        The means that a board makes of one telegram per second: truncated, both >= 0.
        """
        today = self._at(start)
        second = start - today.date.start
        powers = today.day.profile.powers(second, second + QUARTER_SECONDS)
        means = []
        for first in range(0, QUARTER_SECONDS, INTERVAL_SECONDS):
            interval = powers[first : first + INTERVAL_SECONDS]
            net = sum(interval)
            lowest = min(interval)
            consumed = net if lowest >= 0 else sum(power for power in interval if power > 0)
            means.append((consumed // INTERVAL_SECONDS, (consumed - net) // INTERVAL_SECONDS))
        return means

    def reading(self, utc: int) -> Reading:
        """Everything the meter shows at an instant."""
        today = self._at(utc)
        day = today.day
        second = utc - today.date.start
        registers = today.before.registers.plus(day.registers(second))
        circuits = day.profile.phase_powers(second)
        net = sum(circuits)
        highest = day.highest[second // QUARTER_SECONDS]
        peak = today.peak
        if highest.power > peak.power:
            peak = Peak(today.date.start + highest.end, highest.power)
        return Reading(
            time=utc,
            consumed_energy_t1=registers.consumed_t1 // _HOUR_SECONDS,
            consumed_energy_t2=registers.consumed_t2 // _HOUR_SECONDS,
            produced_energy_t1=registers.produced_t1 // _HOUR_SECONDS,
            produced_energy_t2=registers.produced_t2 // _HOUR_SECONDS,
            tariff=_DAY_TARIFF if second in day.day_tariff else _NIGHT_TARIFF,
            average_demand=self._average_demand(today, second),
            peak=peak,
            peaks=today.peaks,
            consumed_power=max(net, 0),
            produced_power=max(-net, 0),
            phases=self._electrics.phases(circuits, utc),
            message=self._message,
            gas=self._gas(utc),
            water=self._water(utc),
        )

    def telegram(self, utc: int) -> bytes:
        """The telegram of an instant, from ``/`` up to and including the CRC and its line end."""
        return self._wording.telegram(self.reading(utc))

    def _average_demand(self, today: _Today, second: int) -> int:
        """1.4.0 in W: the offtake of the running quarter so far times 4. It only rises."""
        number, into = divmod(second, QUARTER_SECONDS)
        if into < self._demand_lag and today.date.start + second - into > self._ledger.start:
            day = today.day if number else self._ledger.curve(today.date.days - 1)
            return day.quarters[number - 1][0] // QUARTER_SECONDS
        profile = today.day.profile
        # Ws of a quarter are W: 4 x Ws / 3600.
        return (profile.energy(second)[0] - profile.energy(second - into)[0]) // QUARTER_SECONDS

    def _gas(self, utc: int) -> Count:
        """The last report of the gas meter."""
        time = self._report(utc, _GAS_REPORT)
        today = self._at(time)
        return Count(time, today.before.gas + today.day.gas.until(time - today.date.start))

    def _water(self, utc: int) -> Count:
        """The last report of the water meter."""
        time = self._report(utc, _WATER_REPORT)
        today = self._at(time)
        return Count(time, today.before.water + today.day.water.until(time - today.date.start))

    def _report(self, utc: int, second: int) -> int:
        """When a pipe's meter last reported: every 5 minutes, and once when it was installed."""
        return max(utc - (utc - second) % SLOT_SECONDS, self._ledger.start)

    def _at(self, utc: int) -> _Today:
        """The day of an instant."""
        today = self._last
        if today is None or not 0 <= utc - today.date.start < today.date.length:
            if utc < self._ledger.start:
                raise ValueError(f"the meter was installed on {self.installed.isoformat()}, after the time asked for")
            year, month, day, *_ = local_fields(utc)
            today = self._last = self._enter(days_from_civil(year, month, day))
        return today

    def _enter_day(self, days: int) -> _Today:
        today = local_date(days)
        so_far = self._ledger.month_so_far(today)
        before = self._ledger.before_month(today.year, today.month).plus(so_far.sums)
        peaks = self._ledger.peaks(today.year, today.month)
        return _Today(today, self._ledger.curve(days), before, so_far.peak, peaks)
