"""What a digital meter shows at one instant, in integers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest quarter of a month.

    :ivar time: utc of the quarter's end; the beginning of the month while no quarter took anything.
    :ivar power: its mean offtake in W.
    """

    time: int
    power: int


@dataclass(frozen=True, slots=True)
class MonthPeak:
    """The peak of a completed month.

    :ivar month_end: utc of local midnight at which the month ended.
    """

    month_end: int
    peak: Peak


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: powers in W, voltage in 0.1 V, current in 0.01 A."""

    consumed_power: int
    produced_power: int
    voltage: int
    current: int


@dataclass(frozen=True, slots=True)
class Count:
    """The last report of a gas or water meter.

    :ivar time: utc at which it reported.
    :ivar litres: since the installation.
    """

    time: int
    litres: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the meter shows at an instant.

    :ivar time: utc.
    :ivar consumed_energy_t1: register 1.8.1 in Wh, offtake at the day tariff; 1.8.2, 2.8.1 and 2.8.2 likewise.
    :ivar tariff: 1 day, 2 night.
    :ivar average_demand: 1.4.0 in W: the offtake of the running quarter so far times 4.
    :ivar peak: 1.6.0, the highest completed quarter of the running month.
    :ivar peaks: 98.1.0, oldest first.
    :ivar consumed_power: 1.7.0 in W, net of the phases and of the solar panels.
    :ivar produced_power: 2.7.0 in W.
    """

    time: int
    consumed_energy_t1: int
    consumed_energy_t2: int
    produced_energy_t1: int
    produced_energy_t2: int
    tariff: int
    average_demand: int
    peak: Peak
    peaks: tuple[MonthPeak, ...]
    consumed_power: int
    produced_power: int
    phases: tuple[Phase, ...]
    message: str
    gas: Count
    water: Count
