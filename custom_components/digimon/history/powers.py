"""Hours of a sensor that goes up and down: mean, lowest and highest power, and the month peak so far."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from ..core.clock import HOUR_SECONDS, INTERVAL_SECONDS, month_of, quarter_id_at
from .quarters import CardQuarter
from .series import MONTH_PEAK, Measured

# A telegram is lost now and then.
_WHOLE_INTERVALS = HOUR_SECONDS // INTERVAL_SECONDS * 95 // 100


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredHour:
    """What is known of one hour, in W."""

    start: int
    """UTC."""

    mean: float
    lowest: float
    highest: float

    is_whole: bool = True
    """Whether nearly all of the hour is known."""


class _Power(NamedTuple):
    """One quarter of one sensor, in W."""

    mean: float
    lowest: float
    highest: float


def measured_hours(
    series: Measured, quarters: Sequence[CardQuarter], peak: float | None = None
) -> tuple[MeasuredHour, ...]:
    """The hours that the quarters tell of, in order of time; an hour without a quarter is none.

    :param quarters: in order of time; one that only the registers tell of has an energy and no power.
    :param peak: the highest quarter in W of the month so far, for the month peak only.
    """
    quarters = [quarter for quarter in quarters if quarter.intervals]
    if series == MONTH_PEAK:
        return tuple(_peak_hours(quarters, peak))
    power = _POWERS[series.key]
    return tuple(
        _hour(start, [(quarter.intervals, power(quarter)) for quarter in hour]) for start, hour in _by_hour(quarters)
    )


def _by_hour(quarters: Iterable[CardQuarter]) -> Iterable[tuple[int, Iterable[CardQuarter]]]:
    return groupby(quarters, key=lambda quarter: quarter.start // HOUR_SECONDS * HOUR_SECONDS)


def _hour(start: int, powers: Sequence[tuple[int, _Power]]) -> MeasuredHour:
    intervals = sum(number for number, _ in powers)
    return MeasuredHour(
        start=start,
        mean=sum(number * power.mean for number, power in powers) / intervals,
        lowest=min(power.lowest for _, power in powers),
        highest=max(power.highest for _, power in powers),
        is_whole=intervals >= _WHOLE_INTERVALS,
    )


def _consumed(quarter: CardQuarter) -> _Power:
    lowest = _lowest(quarter.consumed_min_w, quarter.consumed_w, quarter.produced_max_w)
    return _Power(quarter.consumed_w, lowest, quarter.consumed_max_w)


def _produced(quarter: CardQuarter) -> _Power:
    lowest = _lowest(quarter.produced_min_w, quarter.produced_w, quarter.consumed_max_w)
    return _Power(quarter.produced_w, lowest, quarter.produced_max_w)


def _net(quarter: CardQuarter) -> _Power:
    # An interval that gave anything is below every one that only took.
    consumed, produced = _consumed(quarter), _produced(quarter)
    return _Power(
        consumed.mean - produced.mean,
        -produced.highest if produced.highest else consumed.lowest,
        consumed.highest or -produced.lowest,
    )


def _lowest(known: int | None, mean: float, opposite_max: float) -> float:
    """The lowest interval of a quarter, of which the card may tell only mean and maximum.

    Then it is nothing, when the other direction had its turn. Otherwise the mean: the day's overview has no lowest
    interval, so the lowest of an hour is that of its quarters' means.
    """
    if known is not None:
        return known
    return 0 if opposite_max else mean


_POWERS: dict[str, Callable[[CardQuarter], _Power]] = {
    "net_power": _net,
    "consumed_power": _consumed,
    "produced_power": _produced,
}


def _peak_hours(quarters: Iterable[CardQuarter], peak: float | None) -> Iterable[MeasuredHour]:
    """The highest quarter of the month so far; a month begins without one."""
    month: tuple[int, int] | None = None
    for start, hour in _by_hour(quarters):
        stands = []
        for quarter in hour:
            running = month_of(quarter_id_at(quarter.start))
            if month is not None and running != month:
                peak = None
            month = running
            if quarter.is_representative:
                peak = quarter.consumed_w if peak is None else max(peak, quarter.consumed_w)
            if peak is not None:
                stands.append(peak)
        if stands:
            yield MeasuredHour(start=start, mean=sum(stands) / len(stands), lowest=min(stands), highest=max(stands))
