"""What happens to a quarter and to the month peak that is worth telling."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..core.clock import QUARTER_SECONDS
from .level import Level


@dataclass(frozen=True, kw_only=True, slots=True)
class PeakWarning:
    """The running quarter becomes expensive unless something is switched off, or it is already."""

    time_utc: int
    quarter_utc: int
    level: Level
    """high, or certain when it is too late to prevent it."""

    projected_w: int
    target_w: int
    power_w: int
    month_peak_w: int | None
    act_by_utc: int | None
    """Until when switching off what can be shed saves the quarter; earlier than now when it no longer does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMonthPeak:
    """The month has a new peak that costs money."""

    start_utc: int
    """When its quarter began."""

    before_w: int | None
    """The peak that a person last heard of this month."""

    after_w: int


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarterFinished:
    """A quarter is over, and its mean is known."""

    start_utc: int
    power_w: int


type Event = PeakWarning | NewMonthPeak | QuarterFinished


def still_news(untold: Iterable[Event], now_utc: int) -> list[Event]:
    """Of what nobody could hear when it happened, what is worth telling later.

    A warning as long as its quarter runs, and the last new peak: it is the month's for good.
    """
    untold = tuple(untold)
    warnings = [
        event
        for event in untold
        if isinstance(event, PeakWarning) and 0 <= now_utc - event.quarter_utc < QUARTER_SECONDS
    ]
    return [*[event for event in untold if isinstance(event, NewMonthPeak)][-1:], *warnings]
