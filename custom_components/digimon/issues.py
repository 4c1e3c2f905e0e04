"""The repairs of an entry in the registry of Home Assistant, and what becomes of one that somebody ignored.

A registry knows of an ignored repair as long as it is there. So what nobody can judge now, as after a restart or while
a board is away, stays if it was ignored, and goes for good only when its cause is known to be gone.
"""

from collections.abc import Mapping

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .const import DOMAIN
from .fixable import FIXABLE
from .help_page import help_url


@callback
def async_raise(
    hass: HomeAssistant,
    entry: ConfigEntry,
    key: str,
    placeholders: Mapping[str, str] | None = None,
    *,
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
) -> None:
    """Ask for a repair; one that somebody ignored stays so.

    :param key: of its text.
    """
    ir.async_create_issue(
        hass,
        DOMAIN,
        _id(entry, key),
        data={"entry_id": entry.entry_id},
        is_fixable=key in FIXABLE,
        severity=severity,
        learn_more_url=help_url(key),
        translation_key=key,
        translation_placeholders={"name": entry.title, **(placeholders or {})},
    )


@callback
def async_end(hass: HomeAssistant, entry: ConfigEntry, key: str) -> None:
    """Take a repair away whose cause is gone."""
    ir.async_delete_issue(hass, DOMAIN, _id(entry, key))


@callback
def async_withdraw(hass: HomeAssistant, entry: ConfigEntry, key: str) -> None:
    """Show a repair no more of which nobody knows whether its cause is still there."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, _id(entry, key))
    if issue is not None and issue.dismissed_version is None:
        async_end(hass, entry, key)


@callback
def async_withdraw_all(hass: HomeAssistant, entry: ConfigEntry, *, but: str | None = None) -> None:
    """The same of every repair of an entry.

    :param but: the key of one that holds.
    """
    for issue_id in _all_of(hass, entry):
        key = issue_id.removesuffix(f"_{entry.entry_id}")
        if key != but:
            async_withdraw(hass, entry, key)


@callback
def async_forget_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take away every repair of an entry that is read no more."""
    for issue_id in _all_of(hass, entry):
        ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def async_follow_entries(hass: HomeAssistant) -> None:
    """Ask for nothing of an entry that a person disables, whether it was loaded or just tried again."""

    @callback
    def changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if (
            entry.domain == DOMAIN
            and change is ConfigEntryChange.UPDATED
            and entry.disabled_by is not None
            and entry.state is ConfigEntryState.NOT_LOADED
        ):
            async_forget_issues(hass, entry)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)


def _id(entry: ConfigEntry, key: str) -> str:
    return f"{key}_{entry.entry_id}"


def _all_of(hass: HomeAssistant, entry: ConfigEntry) -> list[str]:
    return [
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.endswith(f"_{entry.entry_id}")
    ]
