"""From what a board answered to what the meter says."""

from .core.clock import INTERVAL_SECONDS, month_of, quarter_start
from .monitor import MeterDevice, MeterReading, RunningQuarter
from .monitor import MonthPeak as BoardPeak
from .monitor import Phase as BoardPhase
from .monitor.stored import consumed_average
from .snapshot import ListedPeak, MonthPeak, Phase, Reading, SubMeter

# Volts of a grid without a neutral, and the phase that its meters measure against the two others.
_DELTA_VOLTS = 230
_DELTA_REFERENCE = 2
_ALL_PHASES = 3


def reading_of(
    quarter: RunningQuarter | None,
    meter: MeterReading | None,
    month_peak: BoardPeak | None,
    finished: RunningQuarter | None = None,
) -> Reading | None:
    """Put together what was read at about the same time.

    Works with any of them missing: the original firmware has no telegram to show, and a telegram
    without powers opens no quarter.

    :param quarter: the running quarter.
    :param meter: the last telegram.
    :param month_peak: of whatever month the meter last knew one.
    :param finished: the last quarter that ended.
    :returns: None when nothing tells which moment it is about.
    """
    if meter is None:
        return _of_quarter(quarter, month_peak, finished)
    if meter.time is None:
        return None
    running = meter.quarter_id
    if running is None and quarter is not None:
        running = quarter.quarter_id
    return Reading(
        time_utc=meter.time,
        quarter_id=running,
        consumed_power_w=meter.consumed_power,
        produced_power_w=meter.produced_power,
        quarter_average_w=_average(quarter),
        average_demand_w=meter.average_demand,
        last_quarter_average_w=_average(finished),
        month_peak=_peak_of_this_month(month_peak, running),
        consumed_energy_t1_wh=meter.consumed_energy_t1,
        consumed_energy_t2_wh=meter.consumed_energy_t2,
        produced_energy_t1_wh=meter.produced_energy_t1,
        produced_energy_t2_wh=meter.produced_energy_t2,
        listed_peaks=tuple(
            ListedPeak(year=peak.year, month=peak.month, power_w=peak.power, quarter_id=peak.quarter_id)
            for peak in meter.peaks
        ),
        serial=meter.serial,
        ean=meter.ean,
        tariff=meter.tariff,
        breaker=meter.breaker,
        limiter_w=meter.limiter,
        fuse_ma=meter.fuse,
        message=meter.message,
        phases=_phases(meter),
        sub_meters=tuple(filter(None, map(_sub_meter, meter.devices))),
    )


def _of_quarter(
    quarter: RunningQuarter | None, month_peak: BoardPeak | None, finished: RunningQuarter | None
) -> Reading | None:
    """What the running quarter alone tells: its last interval is the power, and the end of that the time."""
    if quarter is None or not quarter.samples:
        return None
    latest = quarter.samples[-1]
    return Reading(
        time_utc=quarter_start(quarter.quarter_id) + len(quarter.samples) * INTERVAL_SECONDS,
        quarter_id=quarter.quarter_id,
        consumed_power_w=None if latest is None else latest.consumed_power,
        produced_power_w=None if latest is None else latest.produced_power,
        quarter_average_w=_average(quarter),
        average_demand_w=None,
        last_quarter_average_w=_average(finished),
        month_peak=_peak_of_this_month(month_peak, quarter.quarter_id),
    )


def _average(quarter: RunningQuarter | None) -> int | None:
    """Mean offtake of a quarter, if there is one."""
    return None if quarter is None else consumed_average(quarter.samples)


def _peak_of_this_month(peak: BoardPeak | None, running: int | None) -> MonthPeak | None:
    """The peak, unless it is of a month that ended.

    Meters go on sending the old peak for a while after midnight of the 1st, and boards keep it until
    a telegram with a new one; it belongs to the month (local time) of its quarter.
    """
    if peak is None or running is None or month_of(peak.quarter_id) != month_of(running):
        return None
    return MonthPeak(power_w=peak.power, start_utc=quarter_start(peak.quarter_id))


def _phases(meter: MeterReading) -> tuple[Phase, ...]:
    delta = _is_delta(meter)
    return tuple(_phase(phase, reference=delta and phase.phase == _DELTA_REFERENCE) for phase in meter.phases)


def _phase(phase: BoardPhase, *, reference: bool) -> Phase:
    """:param reference: the phase against which the two others are measured: its 0 V and 0 W are no measurement."""
    return Phase(
        number=phase.phase,
        consumed_power_w=None if reference else phase.consumed_power,
        produced_power_w=None if reference else phase.produced_power,
        voltage_mv=None if reference else phase.voltage,
        current_ma=phase.current,
    )


def _is_delta(meter: MeterReading) -> bool:
    """Whether the meter hangs on 3 x 230 V without a neutral, where phase 2 has neither voltage nor power of its own.

    Newer meters send the voltage of the grid (1-0:94.32.1); of an older one it shows in the phases.
    """
    volts = {phase.phase: phase.voltage for phase in meter.phases}
    if len(volts) < _ALL_PHASES or volts[_DELTA_REFERENCE] != 0:
        return False
    return meter.grid == _DELTA_VOLTS or (meter.grid is None and bool(volts[1] and volts[3]))


def _sub_meter(device: MeterDevice) -> SubMeter | None:
    """A meter that says something; a channel whose meter is gone has a type and no value."""
    if device.value is None or device.unit is None:
        return None
    return SubMeter(
        kind=device.type,
        channel=device.channel,
        serial=device.serial,
        read_utc=device.time,
        value=device.value,
        unit=device.unit,
    )
