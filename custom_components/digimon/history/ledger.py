"""What is remembered from one start to the next: how far the work has come, never what was written.

What has to be written is always found by comparing the card with the database. The ledger only says where
looking is not needed again; without it everything is looked at anew, and nothing is written twice.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION = 1
_SAVE_SECONDS = 30


@dataclass(kw_only=True, slots=True)
class Month:
    """A month that was brought over from the card."""

    days: int
    """How many days the card had of it."""

    hours: dict[str, int] = field(default_factory=dict)
    """How many hours the database had of it afterwards, by the key of the series."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A month of which a part was brought over, where a day is much work: up to and with a day of it."""

    month: str
    """As "2026-11"."""

    day: int
    """Of the month."""

    keys: frozenset[str]
    """Of the series that got it."""


@dataclass(kw_only=True, slots=True)
class Progress:
    """How far the history of one board has come."""

    checked_until: int | None = None
    """Up to this hour (UTC) everything that Home Assistant saw itself is as the card has it."""

    months: dict[str, Month] = field(default_factory=dict)
    """By "2026-11"."""

    begun: Begun | None = None
    """The month that is being brought over."""

    stopped: bool = False
    """A person wants no more of the past for now."""

    def forget_missing(self, keys: set[str], since: str) -> None:
        """Note that some series get nothing at the moment, so that these months are looked at again when they do.

        :param keys: of the series that do.
        :param since: the first month in which they may have got nothing, as "2026-11".
        """
        for name, month in self.months.items():
            if name >= since:
                month.hours = {key: hours for key, hours in month.hours.items() if key in keys}


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, _VERSION, f"{DOMAIN}.history.{entry_id}")


async def forget(hass: HomeAssistant, entry_id: str) -> None:
    """Remove the progress of a board that is read no more."""
    await _store(hass, entry_id).async_remove()


class Ledger:
    """Keeps the progress of one board in Home Assistant's storage."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store = _store(hass, entry_id)
        self.progress = Progress()

    async def load(self) -> None:
        """Read what the last run left; a file that is none of ours counts as none."""
        # Of a later version, too: it only saves looking at the same again.
        with suppress(KeyError, TypeError, ValueError, UnsupportedStorageVersionError):
            stored = await self._store.async_load()
            self.progress = _progress(stored)

    def save_soon(self) -> None:
        """Write it down in a moment; a crash before that costs looking at the same once more."""
        self._store.async_delay_save(self._document, _SAVE_SECONDS)

    async def save(self) -> None:
        """Write it down now."""
        await self._store.async_save(self._document())

    def _document(self) -> dict[str, Any]:
        progress, begun = self.progress, self.progress.begun
        return {
            "checked_until": progress.checked_until,
            "months": {key: {"days": month.days, "hours": month.hours} for key, month in progress.months.items()},
            "begun": begun and {"month": begun.month, "day": begun.day, "keys": sorted(begun.keys)},
            "stopped": progress.stopped,
        }


def _progress(stored: Any) -> Progress:  # noqa: ANN401 - any JSON
    """What was stored.

    :raises KeyError: it is something else; or a TypeError or ValueError.
    """
    if not isinstance(stored, dict):
        return Progress()
    until = stored.get("checked_until")
    months = stored.get("months")
    return Progress(
        checked_until=until if isinstance(until, int) else None,
        months={
            key: Month(days=month["days"], hours=dict(month["hours"]))
            for key, month in (months.items() if isinstance(months, dict) else ())
        },
        begun=_begun(stored.get("begun")),
        stopped=stored.get("stopped") is True,
    )


def _begun(stored: Any) -> Begun | None:  # noqa: ANN401 - any JSON
    if not isinstance(stored, dict):
        return None
    return Begun(month=stored["month"], day=stored["day"], keys=frozenset(stored["keys"]))
