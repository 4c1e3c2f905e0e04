"""Which hours may be written, and in which order."""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from ..core.clock import HOUR_SECONDS, civil_from_days, day_of, day_start, days_from_civil, quarter_id_at

type Day = tuple[int, int, int]
"""Year, month and day of a local day."""

# Home Assistant makes the statistics of an hour ten seconds after it. Two minutes later they stand in its
# queue before anything of ours, also on a slow machine.
SETTLING_SECONDS = 120


def closed_until(now: float, compiled: int | None) -> int:
    """The end of the last hour that Home Assistant has made the statistics of.

    A row that is there before Home Assistant makes its own for the same hour costs all of its sensors that
    hour: its transaction fails as a whole.

    :param now: UTC.
    :param compiled: the end of the last hour of which Home Assistant said that it is made, as UTC.
    """
    settled = int(now - SETTLING_SECONDS) // HOUR_SECONDS * HOUR_SECONDS
    running = int(now) // HOUR_SECONDS * HOUR_SECONDS
    return running if compiled is not None and compiled >= running else settled


def months_newest_first(days: Iterable[Day]) -> list[tuple[Day, ...]]:
    """Days by month, the newest month first, and in it the oldest day first, because month peaks only rise."""
    months = [tuple(month) for _, month in groupby(sorted(set(days)), key=lambda day: day[:2])]
    return months[::-1]


def days_between(days: Sequence[Day], first: int, until: int) -> tuple[Day, ...]:
    """Those of the days, in order, that have a moment in a period (UTC)."""
    ends = {day: _end(day) for day in days}
    return tuple(sorted(day for day in days if day_start(*day) < until and ends[day] > first))


def _end(day: Day) -> int:
    # The longest day has 25 hours; the next midnight is found from its noon.
    return day_start(*civil_from_days(days_from_civil(*day) + 1))


def local_days(first: int, until: int) -> tuple[Day, ...]:
    """The local days that have a moment in a period (UTC)."""
    days = []
    at = first
    while at < until:
        day = day_of(quarter_id_at(at))
        days.append(day)
        at = _end(day)
    return tuple(days)


def parts(first: int, until: int, *, by_day: bool) -> list[tuple[int, int]]:
    """A period (UTC) cut at the midnights with which local days begin, or months.

    :param by_day: cut at each of them.
    """
    starts = [day_start(*day) for day in local_days(first, until) if by_day or day[2] == 1]
    cuts = [first, *(start for start in starts if start > first), until]
    return list(pairwise(cuts))


def month_name(day: Day) -> str:
    """The month of a day, as ``2026-11``."""
    return f"{day[0]:04d}-{day[1]:02d}"


def span_of(days: Sequence[Day]) -> tuple[int, int]:
    """From the beginning of the first of some days to the end of the last, as UTC."""
    return day_start(*days[0]), _end(days[-1])
