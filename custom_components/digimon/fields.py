"""Validators of what commands and actions are given."""

from datetime import date, datetime

import probatio
from homeassistant.helpers import config_validation as cv

from .core.clock import FIRST_YEAR, LAST_YEAR, quarter_exists


def quarter_id(value: object) -> int:
    """The id of a quarter that a clock of this country shows some day."""
    if isinstance(value, int) and not isinstance(value, bool) and quarter_exists(value):
        return value
    raise probatio.Invalid("not the id of a quarter")


def local_day(value: object) -> date:
    """A day of the century that a meter's clock can tell."""
    return _told(cv.date(value))


def moment(value: object) -> datetime:
    """A time of that century."""
    return _told(cv.datetime(value))


def _told[T: date](when: T) -> T:
    # The first and the last day have no neighbour to look at.
    if FIRST_YEAR < when.year < LAST_YEAR:
        return when
    raise probatio.Invalid(f"not between {FIRST_YEAR + 1} and {LAST_YEAR - 1}")
