"""Repairs: each trouble of a board as an issue that says what to do, and goes when it is mended."""

import time
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import DigimonConfigEntry
from .fixable import FIXABLE, WRONG_DEVICE
from .help_page import help_url
from .trouble import TROUBLES, Trouble, Watch

# Nothing here is a matter of seconds.
LOOK_INTERVAL = timedelta(minutes=1)


@callback
def async_watch(hass: HomeAssistant, entry: DigimonConfigEntry) -> None:
    """Look after a board as long as its entry is loaded."""
    coordinator = entry.runtime_data.coordinator
    watch = Watch()

    @callback
    def look(_: datetime | None = None) -> None:
        monotonic = time.monotonic()
        error = coordinator.last_exception
        failure = error.translation_key if isinstance(error, HomeAssistantError) else None
        found = watch.look(
            coordinator.data,
            failure=None if coordinator.last_update_success else failure or "unknown",
            now_utc=dt_util.utcnow().timestamp() - (monotonic - coordinator.read_at),
            monotonic=monotonic,
        )
        for trouble in TROUBLES:
            issue_id = f"{trouble.key}_{entry.entry_id}"
            if trouble.key not in found:
                ir.async_delete_issue(hass, DOMAIN, issue_id)
                continue
            _raise_issue(hass, entry, trouble, issue_id)

    @callback
    def forget() -> None:
        async_forget_troubles(hass, entry.entry_id)

    look()
    entry.async_on_unload(async_track_time_interval(hass, look, LOOK_INTERVAL))
    entry.async_on_unload(forget)


@callback
def async_tell_why_not(hass: HomeAssistant, entry: DigimonConfigEntry, failure: str | None) -> None:
    """Ask for a repair when an entry cannot be set up for a reason that a person can mend: another board answers.

    After a power cut a router may hand out addresses anew while Home Assistant starts. It goes when the entry can be
    set up.
    """
    for trouble in TROUBLES:
        issue_id = f"{trouble.key}_{entry.entry_id}"
        if trouble.key == failure == WRONG_DEVICE:
            # Taken away and asked for anew, it would come back to who has ignored it.
            _raise_issue(hass, entry, trouble, issue_id)
        else:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def async_forget_troubles(hass: HomeAssistant, entry_id: str) -> None:
    """Take all repairs of a board away."""
    for trouble in TROUBLES:
        ir.async_delete_issue(hass, DOMAIN, f"{trouble.key}_{entry_id}")


def _raise_issue(hass: HomeAssistant, entry: DigimonConfigEntry, trouble: Trouble, issue_id: str) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data={"entry_id": entry.entry_id},
        is_fixable=trouble.key in FIXABLE,
        severity=ir.IssueSeverity.ERROR if trouble.is_error else ir.IssueSeverity.WARNING,
        learn_more_url=help_url(trouble.key),
        translation_key=trouble.key,
        translation_placeholders={"name": entry.title},
    )
