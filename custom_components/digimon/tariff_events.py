"""What happens to the month peak, as the event entity and automations see it.

Powers are kW and money is euros, as a message reads them; instants are ISO 8601 in UTC. None is what is not known.
"""

from decimal import Decimal
from typing import Any, Final

from homeassistant.util import dt as dt_util

from .capacity.billing import euros
from .capacity.events import Event, NewMonthPeak, PeakWarning, QuarterFinished
from .capacity.figures import Figures
from .core.clock import QUARTER_SECONDS

PEAK_WARNING: Final = "peak_warning"
NEW_MONTH_PEAK: Final = "new_month_peak"

_KILO = 1000


def event_of(event: Event, figures: Figures) -> tuple[str, dict[str, Any]] | None:
    """The type of an event and what it says; None for what is told elsewhere."""
    match event:
        case PeakWarning():
            return PEAK_WARNING, _warning(event, figures)
        case NewMonthPeak():
            return NEW_MONTH_PEAK, _new_month_peak(event, figures)
        case QuarterFinished():
            return None


def _warning(event: PeakWarning, figures: Figures) -> dict[str, Any]:
    excess_w = max(0, event.projected_w - event.target_w)
    return {
        "level": event.level.value,
        "projected": _kw(event.projected_w),
        "target": _kw(event.target_w),
        "excess": _kw(excess_w),
        "power": _kw(event.power_w),
        "month_peak": _kw(event.month_peak_w),
        "cost": _euros(figures.cost_of(event.projected_w)),
        "act_by": _instant(event.act_by_utc),
        "quarter_end": _instant(event.quarter_utc + QUARTER_SECONDS),
    }


def _new_month_peak(event: NewMonthPeak, figures: Figures) -> dict[str, Any]:
    return {
        "before": _kw(event.before_w),
        "after": _kw(event.after_w),
        "quarter_start": _instant(event.start_utc),
        "quarter_end": _instant(event.start_utc + QUARTER_SECONDS),
        "cost": _euros(figures.cost_of_rise(event.before_w, event.after_w)),
        "cost_month": _euros(figures.bill.month),
    }


def _kw(power_w: int | None) -> float | None:
    return None if power_w is None else power_w / _KILO


def _euros(amount: Decimal | None) -> float | None:
    return None if amount is None else float(euros(amount))


def _instant(utc: int | None) -> str | None:
    return None if utc is None else dt_util.utc_from_timestamp(utc).isoformat()


def forecast_of(figures: Figures) -> dict[str, Any] | None:
    """What is expected of the running quarter, for the card: W, euros and seconds since 1970 (UTC)."""
    ahead = figures.forecast
    if ahead is None:
        return None
    return {
        "projected": ahead.projected_w,
        "target": ahead.target_w,
        "headroom": ahead.headroom_w,
        "steady_limit": figures.steady_w,
        "level": None if figures.level is None else figures.level.value,
        "act_by": figures.act_by_utc,
        "cost": _euros(figures.new_peak_cost),
    }
