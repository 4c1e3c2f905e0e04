"""One local day of the house: its power curve, its gas and water, and what they add up to."""

from typing import NamedTuple

from core.clock import QUARTER_SECONDS
from simulator.appliances import SOLAR_AND_CAR, Household, live
from simulator.dates import HOUR, SATURDAY, LocalDate
from simulator.pipes import gas_and_water
from simulator.profile import Profile, Ripple

# The day tariff of the Flemish grid operators: Monday to Friday from 07:00 to 22:00 local time, holidays too.
_DAY_TARIFF = (7 * HOUR, 22 * HOUR)


class Registers(NamedTuple):
    """The four energy registers in Ws: day tariff (1) and night tariff (2)."""

    consumed_t1: int = 0
    consumed_t2: int = 0
    produced_t1: int = 0
    produced_t2: int = 0

    def plus(self, other: Registers) -> Registers:
        """Both added up."""
        return Registers(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Sums(NamedTuple):
    """What time adds up to.

    :ivar gas: l.
    :ivar water: l.
    """

    registers: Registers = Registers()
    gas: int = 0
    water: int = 0

    def plus(self, other: Sums) -> Sums:
        """Both added up."""
        return Sums(self.registers.plus(other.registers), self.gas + other.gas, self.water + other.water)


class Highest(NamedTuple):
    """The highest quarter of a part of a day.

    :ivar power: mean offtake in W.
    :ivar end: its end in seconds since local midnight.
    """

    power: int = 0
    end: int = 0


class Day:
    """One simulated day.

    :ivar quarters: offtake and injection in Ws of every quarter.
    :ivar highest: per quarter the highest one before it, and at last that of the day.
    :ivar day_tariff: the seconds since local midnight at which the day tariff holds.
    """

    def __init__(self, seed: int, date: LocalDate, ripple: Ripple, household: Household = SOLAR_AND_CAR) -> None:
        lived = live(seed, date, household)
        self.profile = Profile(lived.phases, date.length, ripple)
        self.gas, self.water = gas_and_water(lived)
        self.day_tariff = range(0)
        if date.weekday < SATURDAY:
            self.day_tariff = range(date.at(_DAY_TARIFF[0]), date.at(_DAY_TARIFF[1]))
        self.quarters = self.profile.quarter_energies()
        self.highest = [Highest()]
        for number, (consumed, _) in enumerate(self.quarters, 1):
            power = consumed // QUARTER_SECONDS
            highest = self.highest[-1]
            self.highest.append(Highest(power, number * QUARTER_SECONDS) if power > highest.power else highest)

    def registers(self, second: int) -> Registers:
        """What the registers rose from local midnight to a second of the day, 0 to its length."""
        consumed, produced = self.profile.energy(second)
        tariff = self.day_tariff
        if not tariff or second <= tariff.start:
            return Registers(0, consumed, 0, produced)
        before = self.profile.energy(tariff.start)
        until = (consumed, produced) if second <= tariff.stop else self.profile.energy(tariff.stop)
        consumed_t1, produced_t1 = until[0] - before[0], until[1] - before[1]
        return Registers(consumed_t1, consumed - consumed_t1, produced_t1, produced - produced_t1)

    def sums(self) -> Sums:
        """The whole day."""
        return Sums(self.registers(self.profile.length), self.gas.total, self.water.total)
