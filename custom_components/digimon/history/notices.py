"""What people are told of the work on a board's history: lines in the log, and repairs."""

from collections.abc import Sequence

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..coordinator import DigimonConfigEntry
from ..help_page import help_url
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
            ir.async_delete_issue(self._hass, DOMAIN, self._issue(_UNREADABLE))
            return
        texts = [f"{year:04d}-{month:02d}-{day:02d}" for year, month, day in sorted(days)]
        LOGGER.warning("The card of %s cannot be read for %s", self._entry.title, ", ".join(texts))
        shown = ", ".join(texts[:_DAYS_SHOWN]) + (", …" if len(texts) > _DAYS_SHOWN else "")
        self._raise_issue(_UNREADABLE, {"name": self._entry.title, "days": shown})

    def failed(self, statistic_id: str) -> None:
        """Tell that the database does not keep what was written of a sensor."""
        LOGGER.error("The statistics of %s do not keep what the card says", statistic_id)
        self._raise_issue(_FAILED, {"name": self._entry.title, "entity_id": statistic_id})

    def kept(self) -> None:
        """The database has kept everything."""
        ir.async_delete_issue(self._hass, DOMAIN, self._issue(_FAILED))

    def _raise_issue(self, key: str, placeholders: dict[str, str]) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue(key),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            learn_more_url=help_url(key),
            translation_key=key,
            translation_placeholders=placeholders,
        )

    def _issue(self, key: str) -> str:
        return f"{key}_{self._entry.entry_id}"


def iso(utc: int | None) -> str | None:
    """An instant on Home Assistant's clock."""
    return None if utc is None else dt_util.as_local(dt_util.utc_from_timestamp(utc)).isoformat()
