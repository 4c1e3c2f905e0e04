"""The meter at one moment, whatever it was read through.

Sources (`source.py`) make snapshots; coordinator, entities and everything after them see only
these. Frozen and comparable, so that nothing is told to anyone when nothing changed. Units are in
the names; an instant (``utc``) is seconds since 1970. None is what the meter does not send.
"""

from dataclasses import dataclass
from typing import Literal

from .core.clock import QUARTER_SECONDS
from .monitor import RunningQuarter


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What stands between the meter and us."""

    manufacturer: str
    model: str
    name: str
    sw_version: str | None
    serial: str | None
    mac: str | None
    configuration_url: str | None
    identifiers: tuple[str, ...] = ()
    """What tells it from others, best first; empty when it has nothing but what its entry goes by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPeak:
    """The highest quarter of the running month."""

    power_w: int
    start_utc: int
    """When that quarter began."""

    @property
    def end_utc(self) -> int:
        """When it ended; this is what the meter stamps."""
        return self.start_utc + QUARTER_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPeak:
    """One entry of the meter's list of months that ended (0-0:98.1.0)."""

    year: int
    month: int
    power_w: int
    quarter_id: int | None
    """The quarter of the peak; None when the meter keeps no time with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """What is measured on one phase."""

    number: int
    """1 to 3."""

    consumed_power_w: int | None
    produced_power_w: int | None
    voltage_mv: int | None
    current_ma: int | None

    @property
    def net_power_w(self) -> int | None:
        """Offtake less injection."""
        return _difference(self.consumed_power_w, self.produced_power_w)


@dataclass(frozen=True, kw_only=True, slots=True)
class SubMeter:
    """A gas, water or heat meter that reports through the electricity meter (M-Bus)."""

    kind: str
    """gas, water, heat, warm_water, electricity or other."""

    channel: int
    """Order of installation; says nothing of the kind, and another meter may take it over."""

    serial: str | None
    read_utc: int | None
    """When its value was read: gas every 5 minutes to an hour, water once a day."""

    value: int
    unit: str
    """l, MJ or Wh."""

    @property
    def key(self) -> str:
        """What tells it from every other one, also after it moved to another channel."""
        return f"{self.kind}_{self.serial.lower()}" if self.serial else f"{self.kind}_channel_{self.channel}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What the meter says."""

    time_utc: int
    """By the meter's own clock; with every telegram another one."""

    quarter_id: int | None
    """The quarter that the meter is in (core.clock)."""

    consumed_power_w: int | None
    """Taken from the grid, >= 0."""

    produced_power_w: int | None
    """Put into the grid, >= 0."""

    quarter_average_w: int | None
    """Mean offtake of the running quarter so far, over the intervals that have a value."""

    average_demand_w: int | None
    """The meter's own figure (1.4.0): energy of the running quarter so far x 4, so it starts at 0."""

    month_peak: MonthPeak | None
    """None also as long as the month has no finished quarter."""

    last_quarter_average_w: int | None = None
    """Mean offtake of the last quarter that ended, over the intervals that have a value."""

    consumed_energy_t1_wh: int | None = None
    consumed_energy_t2_wh: int | None = None
    produced_energy_t1_wh: int | None = None
    produced_energy_t2_wh: int | None = None

    is_counted: bool = False
    """Whether the energy of both tariffs is counted instead of read, see `counting`."""

    counted_consumed_wh: int | None = None
    counted_produced_wh: int | None = None

    listed_peaks: tuple[ListedPeak, ...] = ()
    """Months that ended, at most 13, in the meter's order; empty when it sends no list."""

    serial: str | None = None
    """Of the electricity meter."""

    ean: str | None = None
    """Of the connection, which stays when the grid operator puts in another meter; None when the meter is not told."""

    tariff: int | None = None
    """1 day, 2 night."""

    breaker: int | None = None
    """0 off, 1 on, 2 ready to be switched on."""

    limiter_w: int | Literal["unlimited"] | None = None
    fuse_ma: int | Literal["unlimited"] | None = None
    message: str | None = None
    """Of the grid operator; empty: the meter says that there is none."""

    phases: tuple[Phase, ...] = ()
    sub_meters: tuple[SubMeter, ...] = ()

    @property
    def net_power_w(self) -> int | None:
        """Offtake less injection: above 0 the house takes, below 0 it gives."""
        return _difference(self.consumed_power_w, self.produced_power_w)

    @property
    def register_consumed_wh(self) -> int | None:
        """Both tariffs together."""
        return _total(self.consumed_energy_t1_wh, self.consumed_energy_t2_wh)

    @property
    def register_produced_wh(self) -> int | None:
        """Both tariffs together."""
        return _total(self.produced_energy_t1_wh, self.produced_energy_t2_wh)

    @property
    def consumed_energy_wh(self) -> int | None:
        """Counted, or both tariffs together."""
        return self.counted_consumed_wh if self.is_counted else self.register_consumed_wh

    @property
    def produced_energy_wh(self) -> int | None:
        """Counted, or both tariffs together."""
        return self.counted_produced_wh if self.is_counted else self.register_produced_wh

    def phase(self, number: int) -> Phase | None:
        """One phase, 1 to 3."""
        return next((phase for phase in self.phases if phase.number == number), None)

    def sub_meter(self, key: str) -> SubMeter | None:
        """One of the meters that report through this one."""
        return next((meter for meter in self.sub_meters if meter.key == key), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a board with our firmware is."""

    started_utc: int | None
    """When it last started."""

    reset_cause: str | None
    heap_free_bytes: int | None
    rssi_dbm: int | None
    """Strength of its Wi-Fi signal, below 0."""

    card_state: str | None
    """ok, missing or fault."""

    card_free_bytes: int | None
    telegrams_good: int | None
    """Since it started."""

    telegrams_rejected: int | None
    """Since it started, for all reasons together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """All that is known at one moment."""

    device: Device

    reading: Reading | None
    """None when the meter has said nothing, or nothing for too long: what it said then is no answer any more."""

    running: RunningQuarter | None = None
    """The quarter the meter is in, with its intervals; None as long as the source knows of none."""

    finished: RunningQuarter | None = None
    """The last quarter of which all that is known has been read; None until there is one."""

    health: Health | None = None
    """How the board is; None for the original firmware, which does not tell."""

    without_registers: bool = False
    """The source has no telegram to show, so energy has to be counted: the original firmware."""

    silent: bool | None = None
    """Whether the meter fell silent; None as long as that cannot be told."""


def _difference(consumed_w: int | None, produced_w: int | None) -> int | None:
    return None if consumed_w is None or produced_w is None else consumed_w - produced_w


def _total(day_wh: int | None, night_wh: int | None) -> int | None:
    """A sum of which no part is missing; a total without one tariff would be a fall of the counter."""
    if day_wh is None or night_wh is None:
        return None
    return day_wh + night_wh
