"""Tells a meter that speaks from one that fell silent, by the progress of its own time.

A board goes on answering the last telegram after the cable came loose or the operator closed the
P1 port. The answers look fresh; only the time in them stands still.
"""

from dataclasses import dataclass

# A Flemish meter sends every second, older ones every ten; after this its last word is no longer news.
SILENT_SECONDS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a meter's time has been seen to come."""

    time_utc: int
    """The last time it stated."""

    moved_at: float
    """Monotonic seconds when it came to be; earlier than its first sight when it was old by then."""


def follow(progress: Progress | None, time_utc: int, *, monotonic: float, wall_utc: float) -> Progress:
    """Take the time of another answer.

    At first sight nothing can be said about progress, so our own clock judges how old the time is.
    When the two clocks differ, ours may be the wrong one: the next step of the meter's time
    settles it.

    :param progress: None at first sight, and after answers were missed.
    :param monotonic: now, in seconds of a clock that nobody sets.
    :param wall_utc: now, in seconds since 1970.
    """
    if progress is None:
        return Progress(time_utc=time_utc, moved_at=monotonic - abs(wall_utc - time_utc))
    if progress.time_utc != time_utc:
        return Progress(time_utc=time_utc, moved_at=monotonic)
    return progress


def is_silent(progress: Progress, *, monotonic: float) -> bool:
    """Whether the meter has said nothing for too long."""
    return monotonic - progress.moved_at >= SILENT_SECONDS
