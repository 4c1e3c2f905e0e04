"""The meter at one moment, whatever it was read through.

Sources (`source.py`) make snapshots; coordinator, entities and everything after them see only
these. Frozen and comparable, so that nothing is told to anyone when nothing changed. Units are in
the names; an instant (``utc``) is seconds since 1970. None is what the meter does not send.
"""

from dataclasses import dataclass

from .core.clock import INTERVAL_SECONDS, month_of, quarter_start
from .monitor import MeterReading, RunningQuarter
from .monitor import MonthPeak as BoardPeak


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


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPeak:
    """The highest quarter of the running month."""

    power_w: int
    start_utc: int
    """When that quarter began."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What the meter says."""

    time_utc: int
    """By the meter's own clock; with every telegram another one."""

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

    consumed_energy_t1_wh: int | None
    consumed_energy_t2_wh: int | None
    produced_energy_t1_wh: int | None
    produced_energy_t2_wh: int | None

    @property
    def net_power_w(self) -> int | None:
        """Offtake less injection: above 0 the house takes, below 0 it gives."""
        if self.consumed_power_w is None or self.produced_power_w is None:
            return None
        return self.consumed_power_w - self.produced_power_w

    @property
    def consumed_energy_wh(self) -> int | None:
        """Both tariffs together."""
        return _total(self.consumed_energy_t1_wh, self.consumed_energy_t2_wh)

    @property
    def produced_energy_wh(self) -> int | None:
        """Both tariffs together."""
        return _total(self.produced_energy_t1_wh, self.produced_energy_t2_wh)


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """All that is known at one moment."""

    device: Device

    reading: Reading | None
    """None when the meter has said nothing, or nothing for too long: what it said then is no answer any more."""


def reading_of(
    quarter: RunningQuarter | None, meter: MeterReading | None, month_peak: BoardPeak | None
) -> Reading | None:
    """Put together what was read at about the same time.

    Works with any of them missing: the original firmware has no telegram to show, and a telegram
    without powers opens no quarter.

    :param quarter: the running quarter.
    :param meter: the last telegram.
    :param month_peak: of whatever month the meter last knew one.
    :returns: None when nothing tells which moment it is about.
    """
    time_utc = meter.time if meter is not None else _end_of(quarter)
    if time_utc is None:
        return None
    latest = quarter.samples[-1] if quarter is not None and quarter.samples else None
    consumed_power_w = None if latest is None else latest.consumed_power
    produced_power_w = None if latest is None else latest.produced_power
    if meter is not None:
        consumed_power_w = meter.consumed_power
        produced_power_w = meter.produced_power
    running = meter.quarter_id if meter is not None else None
    if running is None and quarter is not None:
        running = quarter.quarter_id
    return Reading(
        time_utc=time_utc,
        consumed_power_w=consumed_power_w,
        produced_power_w=produced_power_w,
        quarter_average_w=_consumed_average(quarter),
        average_demand_w=meter.average_demand if meter else None,
        month_peak=_peak_of_this_month(month_peak, running),
        consumed_energy_t1_wh=meter.consumed_energy_t1 if meter else None,
        consumed_energy_t2_wh=meter.consumed_energy_t2 if meter else None,
        produced_energy_t1_wh=meter.produced_energy_t1 if meter else None,
        produced_energy_t2_wh=meter.produced_energy_t2 if meter else None,
    )


def _end_of(quarter: RunningQuarter | None) -> int | None:
    """The end of the last interval that has a value."""
    if quarter is None or not quarter.samples:
        return None
    return quarter_start(quarter.quarter_id) + len(quarter.samples) * INTERVAL_SECONDS


def _consumed_average(quarter: RunningQuarter | None) -> int | None:
    """Mean offtake over the intervals that have a value, truncated as the board's own page does."""
    values = [sample.consumed_power for sample in (quarter.samples if quarter else ()) if sample is not None]
    return sum(values) // len(values) if values else None


def _peak_of_this_month(peak: BoardPeak | None, running: int | None) -> MonthPeak | None:
    """The peak, unless it is of a month that ended.

    Meters go on sending the old peak for a while after midnight of the 1st, and boards keep it until
    a telegram with a new one; it belongs to the month (local time) of its quarter.
    """
    if peak is None or running is None or month_of(peak.quarter_id) != month_of(running):
        return None
    return MonthPeak(power_w=peak.power, start_utc=quarter_start(peak.quarter_id))


def _total(day_wh: int | None, night_wh: int | None) -> int | None:
    """A sum of which no part is missing; a total without one tariff would be a fall of the counter."""
    if day_wh is None or night_wh is None:
        return None
    return day_wh + night_wh
