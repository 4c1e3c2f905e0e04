"""What people are told of the work on a board's history: lines in the log, and repairs."""

from collections.abc import Sequence
from datetime import date

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..coordinator import DigimonConfigEntry
from ..issues import async_end, async_raise
from ..wording import day_text
from .reconcile import Report
from .times import Day

_FAILED = "history_failed"
_UNREADABLE = "history_unreadable"
# A person looks at the first ones; the log has them all.
_DAYS_SHOWN = 5


class Notices:
    """Of one board."""

    def __init__(self, hass: HomeAssistant, entry: DigimonConfigEntry) -> None:
        self._hass = hass
        self._entry = entry

    def log(self, report: Report, what: str) -> None:
        """One line of what was written, when anything was."""
        written = [line for line in report.written.values() if line.hours or line.shifted]
        if not written:
            return
        starts = [line.first for line in written if line.first is not None]
        LOGGER.info(
            "History of %s: %s, %d hours of %d sensors%s",
            self._entry.title,
            what,
            sum(line.hours for line in written),
            len(written),
            f" since {iso(min(starts))}" if starts else "",
        )

    def unreadable(self, days: Sequence[Day]) -> None:
        """Tell which days the board gives no sensible answer of; without any, that has passed."""
        if not days:
            async_end(self._hass, self._entry, _UNREADABLE)
            return
        dates = [date(*day) for day in sorted(days)]
        LOGGER.warning("The card of %s cannot be read for %s", self._entry.title, ", ".join(map(str, dates)))
        shown = ", ".join(map(day_text, dates[:_DAYS_SHOWN])) + (", …" if len(dates) > _DAYS_SHOWN else "")
        async_raise(self._hass, self._entry, _UNREADABLE, {"days": shown})

    def failed(self, statistic_id: str) -> None:
        """Tell that the database does not keep what was written of a sensor."""
        LOGGER.error("The statistics of %s do not keep what the card says", statistic_id)
        async_raise(self._hass, self._entry, _FAILED, {"entity_id": statistic_id})

    def kept(self) -> None:
        """The database has kept everything."""
        async_end(self._hass, self._entry, _FAILED)


def iso(utc: int | None) -> str | None:
    """An instant on Home Assistant's clock."""
    return None if utc is None else dt_util.as_local(dt_util.utc_from_timestamp(utc)).isoformat()
