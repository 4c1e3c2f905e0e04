"""Local dates: what of a day's place in the calendar matters to a house."""

from dataclasses import dataclass

from core.clock import DAY_SECONDS, civil_from_days, day_start

HOUR = 3600
MINUTE = 60
SATURDAY = 5
_WEEK_DAYS = 7
_THURSDAY = 3
_CLOCK_CHANGE = 3 * HOUR


@dataclass(frozen=True, slots=True)
class LocalDate:
    """A local date.

    :ivar days: since 1970-01-01, a Thursday.
    :ivar weekday: 0 Monday to 6 Sunday.
    :ivar start: utc of local midnight.
    :ivar length: seconds in the day: 86,400, or 82,800 and 90,000 when the clock changes.
    """

    days: int
    year: int
    month: int
    day: int
    weekday: int
    start: int
    length: int

    @property
    def utc_midnight(self) -> int:
        """The second of the UTC day at which the local day begins: -3600, or -7200 in summer."""
        return self.start - self.days * DAY_SECONDS

    @property
    def key(self) -> tuple[int, int, int]:
        """What two days have in common that are alike: month, day and weekday.

        It settles the clock change too: the last Sunday of a month of 31 days is the one from the 25th on.
        """
        return self.month, self.day, self.weekday

    def at(self, clock: int) -> int:
        """Seconds since local midnight at which the clock shows a second of the day, the first time at least."""
        return clock + self.length - DAY_SECONDS if clock >= _CLOCK_CHANGE else clock


def local_date(days: int) -> LocalDate:
    """The local date of a number of days since 1970-01-01."""
    year, month, day = civil_from_days(days)
    start = day_start(year, month, day)
    length = day_start(*civil_from_days(days + 1)) - start
    return LocalDate(days, year, month, day, (days + _THURSDAY) % _WEEK_DAYS, start, length)
