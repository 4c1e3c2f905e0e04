"""Quarters, days and the live values as plain data, for cards, actions and whoever else reads JSON.

Keys and units are those of the board's API (docs/board-api.md): W, Wh and quarter ids; ``start`` and ``time`` are
seconds since 1970 (UTC), dates are local. None is what is not known.
"""

from collections.abc import Sequence
from typing import Any

from .capacity.billing import euros
from .capacity.figures import Figures
from .core.clock import INTERVAL_SECONDS, day_quarters, month_of, quarter_id_at, quarter_start
from .core.records import REGISTERS
from .monitor import QuarterSummary, RunningQuarter, StoredDay
from .monitor.stored import consumed_average
from .observation import listed_peaks_of
from .snapshot import MonthPeak, Reading, Snapshot

_KILO = 1000


def quarter_document(quarter: RunningQuarter) -> dict[str, Any]:
    """A quarter as the board's own document has it: offtake >= 0, injection <= 0, None for a gap."""
    return {
        "quarter_id": quarter.quarter_id,
        "start": quarter_start(quarter.quarter_id),
        "consumed_power_avg": consumed_average(quarter.samples),
        "interval_secs": INTERVAL_SECONDS,
        "consumed_power_interval_avgs": [sample and sample.consumed_power for sample in quarter.samples],
        "produced_power_interval_avgs": [sample and -sample.produced_power for sample in quarter.samples],
    }


def day_document(day: tuple[int, int, int], stored: StoredDay) -> dict[str, Any]:
    """A local day; ``quarter_ids`` are all of its 96, 92 or 100, ``quarters`` those that are known."""
    year, month, number = day
    return {
        "date": f"{year:04d}-{month:02d}-{number:02d}",
        "complete": stored.complete,
        "quarter_ids": day_quarters(year, month, number),
        "quarters": [summary_document(summary) for summary in stored.quarters],
    }


def summary_document(summary: QuarterSummary) -> dict[str, Any]:
    """A quarter of a day: powers in W, energy in Wh and l, all >= 0."""
    registers = summary.registers
    return {
        "quarter_id": summary.quarter_id,
        "start": quarter_start(summary.quarter_id),
        "intervals": summary.intervals,
        "consumed_power_avg": summary.consumed_power_avg,
        "consumed_power_max": summary.consumed_power_max,
        "produced_power_avg": summary.produced_power_avg,
        "produced_power_max": summary.produced_power_max,
        "consumed_energy": summary.consumed_energy,
        "produced_energy": summary.produced_energy,
        "registers": None if registers is None else dict(zip(REGISTERS, registers, strict=True)),
    }


def live_document(snapshot: Snapshot | None, forecast: dict[str, Any] | None) -> dict[str, Any]:
    """The running quarter and what is measured now.

    :param snapshot: None when nothing can be read at the moment.
    :param forecast: what is expected of the running quarter, None when nothing is.
    """
    reading = None if snapshot is None else snapshot.reading
    if snapshot is None or reading is None:
        return {"available": False, "time": None, "quarter": None, "live": None, "month_peak": None, "forecast": None}
    return {
        "available": True,
        "time": reading.time_utc,
        "quarter": None if snapshot.running is None else quarter_document(snapshot.running),
        "live": _live(reading),
        "month_peak": None if reading.month_peak is None else _peak(reading.month_peak),
        "forecast": forecast,
    }


def month_document(days: Sequence[StoredDay], *, done: bool, failed: str | None = None) -> dict[str, Any]:
    """The highest quarter of each of some days: its id and mean offtake in W.

    :param done: whether no more will come; ``complete`` tells then whether the board has read its card to the end.
    :param failed: why the rest does not come.
    """
    # A quarter that only the registers tell of has a share of them, and was no peak.
    heard = [[quarter for quarter in day.quarters if quarter.intervals] for day in days]
    highest = [max(quarters, key=lambda quarter: quarter.consumed_power_avg) for quarters in heard if quarters]
    return {
        "peaks": [{"quarter_id": quarter.quarter_id, "power": quarter.consumed_power_avg} for quarter in highest],
        "complete": all(day.complete for day in days),
        "done": done,
        "failed": failed,
    }


def month_peaks_document(reading: Reading | None, figures: Figures) -> dict[str, Any]:
    """The peaks of months that anybody knows, oldest first, and what is paid on those that count.

    ``peaks``: the meter's own, and those that it does not list from invoices or from what was read; the running month
    is the last. ``counts`` is whether the running month is billed by it. ``billed``: ``power`` (W), ``months`` (their
    number) and ``cost_month`` (euros, None without a price); None when no month counts.
    """
    if reading is None:
        return {"peaks": [], "billed": None}
    implausible = {(peak.month, peak.power_w) for peak in figures.peaks.implausible}
    peaks = {
        tuple(peak.month): {
            "power": peak.power_w,
            "quarter_id": peak.quarter_id,
            "start": None if peak.quarter_id is None else quarter_start(peak.quarter_id),
            "running": False,
        }
        # Of a month that is listed twice the higher one counts.
        for peak in sorted(listed_peaks_of(reading), key=lambda peak: peak.power_w)
        if not peak.is_void and (peak.month, peak.power_w) not in implausible
    }
    if reading.month_peak is not None and reading.quarter_id is not None:
        # Of a board that is gone another month may have begun since.
        month = month_of(reading.quarter_id)
        peaks[month] = _peak(reading.month_peak) | {"running": month == figures.peaks.running}
    for known in figures.peaks.known:
        running = known.month == figures.peaks.running
        peak = {"power": known.power_w, "quarter_id": None, "start": None, "running": running}
        peaks.setdefault((known.month.year, known.month.month), peak)
    bill = figures.bill
    counted = {(month.month.year, month.month.month) for month in bill.window.months}
    return {
        "peaks": [
            {"month": f"{year:04d}-{month:02d}", **peak, "counts": (year, month) in counted}
            for (year, month), peak in sorted(peaks.items())
        ],
        "billed": None
        if bill.kilowatt is None
        else {
            "power": round(bill.kilowatt * _KILO),
            "months": len(counted),
            "cost_month": None if bill.month is None else float(euros(bill.month)),
        },
    }


def _live(reading: Reading) -> dict[str, Any]:
    return {
        "consumed_power": reading.consumed_power_w,
        "produced_power": reading.produced_power_w,
        "net_power": reading.net_power_w,
        "quarter_average": reading.quarter_average_w,
        "average_demand": reading.average_demand_w,
    }


def _peak(peak: MonthPeak) -> dict[str, Any]:
    return {"power": peak.power_w, "quarter_id": quarter_id_at(peak.start_utc), "start": peak.start_utc}
