"""Repairs: each trouble of a board as an issue that says what to do, and goes when it is mended."""

import time
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .coordinator import DigimonConfigEntry
from .fixable import WRONG_DEVICE
from .issues import async_end, async_raise, async_withdraw, async_withdraw_all
from .trouble import TROUBLES, Finding, Trouble, Watch

# Nothing here is a matter of seconds.
LOOK_INTERVAL = timedelta(minutes=1)


@callback
def async_watch(hass: HomeAssistant, entry: DigimonConfigEntry) -> None:
    """Look after a board as long as its entry is loaded; set up anew, it goes on with the repairs that are there."""
    coordinator = entry.runtime_data.coordinator
    watch = Watch()

    @callback
    def look(_: datetime | None = None) -> None:
        monotonic = time.monotonic()
        error = coordinator.last_exception
        failure = error.translation_key if isinstance(error, HomeAssistantError) else None
        findings = watch.look(
            coordinator.data,
            failure=None if coordinator.last_update_success else failure or "unknown",
            now_utc=dt_util.utcnow().timestamp() - (monotonic - coordinator.read_at),
            monotonic=monotonic,
        )
        for trouble in TROUBLES:
            match findings[trouble.key]:
                case Finding.LASTS:
                    _raise(hass, entry, trouble)
                case Finding.UNKNOWN:
                    async_withdraw(hass, entry, trouble.key)
                case Finding.NONE:
                    async_end(hass, entry, trouble.key)
                case Finding.BEGINS:
                    # Told already before the entry was set up anew, or not long enough to be told.
                    pass

    look()
    entry.async_on_unload(async_track_time_interval(hass, look, LOOK_INTERVAL))


@callback
def async_tell_why_not(hass: HomeAssistant, entry: DigimonConfigEntry, failure: str | None) -> None:
    """Ask for a repair when an entry cannot be set up for a reason that a person can mend: another board answers.

    After a power cut a router may hand out addresses anew while Home Assistant starts. It goes when the entry can be
    set up.
    """
    for trouble in TROUBLES:
        if trouble.key == failure == WRONG_DEVICE:
            _raise(hass, entry, trouble)
    async_withdraw_all(hass, entry, but=failure)


def _raise(hass: HomeAssistant, entry: DigimonConfigEntry, trouble: Trouble) -> None:
    severity = ir.IssueSeverity.ERROR if trouble.is_error else ir.IssueSeverity.WARNING
    async_raise(hass, entry, trouble.key, severity=severity)
