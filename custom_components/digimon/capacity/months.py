"""Calendar months, as the capacity tariff counts them: local time, from midnight of the 1st."""

from typing import NamedTuple

from ..core.clock import month_of, quarter_id_at

YEAR_MONTHS = 12


class Month(NamedTuple):
    """A month of a year; compares in order of time."""

    year: int
    month: int
    """1 to 12."""

    @property
    def number(self) -> int:
        """Months since the year 0: for storage and for differences."""
        return self.year * YEAR_MONTHS + self.month - 1

    def plus(self, months: int) -> Month:
        """The month that comes so many months later; earlier when negative."""
        year, month = divmod(self.number + months, YEAR_MONTHS)
        return Month(year, month + 1)


def month_at(utc: int) -> Month:
    """The month on the wall clock of Brussels at an instant."""
    return Month(*month_of(quarter_id_at(utc)))


def months_until(last: Month, count: int = YEAR_MONTHS) -> list[Month]:
    """So many consecutive months, oldest first, that end with `last`."""
    return [last.plus(-back) for back in range(count - 1, -1, -1)]
