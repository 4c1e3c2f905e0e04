"""Which board a command or an action is about."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .coordinator import DigimonConfigEntry


class EntryNotFoundError(ServiceValidationError):
    """What was named is no board, or it has to be named."""

    def __init__(self, key: str) -> None:
        super().__init__(translation_domain=DOMAIN, translation_key=key)


class EntryNotLoadedError(ServiceValidationError):
    """The board is known, but cannot be read at the moment."""

    def __init__(self, name: str) -> None:
        super().__init__(
            translation_domain=DOMAIN, translation_key="not_loaded", translation_placeholders={"name": name}
        )


def find_entry(hass: HomeAssistant, which: Mapping[str, Any], *, first: bool = False) -> DigimonConfigEntry:
    """The entry of a board, loaded or not.

    A board that somebody does not want, or not now, is none to choose from: one that was discovered and ignored, or
    one that is disabled beside another.

    :param which: ``config_entry_id``, or ``device_id`` of the board or of a meter behind it; with neither the only
        board there is.
    :param first: of more than one to choose from take the one that was added first.
    :raises EntryNotFoundError: there is no such one, or more than one to choose from.
    """
    entries: dict[str, DigimonConfigEntry] = {
        entry.entry_id: entry for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    }
    in_use = [entry_id for entry_id, entry in entries.items() if entry.disabled_by is None]
    if entry_id := which.get(ATTR_CONFIG_ENTRY_ID):
        candidates = [entry_id]
    elif device_id := which.get(ATTR_DEVICE_ID):
        device = dr.async_get(hass).async_get(device_id)
        candidates = [] if device is None else list(device.config_entries)
    elif len(in_use) > 1 and not first:
        raise EntryNotFoundError("which_board")
    else:
        candidates = in_use or list(entries)
    for candidate in candidates:
        if candidate in entries:
            return entries[candidate]
    raise EntryNotFoundError("no_such_board")


def loaded_entry(entry: DigimonConfigEntry) -> DigimonConfigEntry:
    """The same entry, with its runtime data.

    :raises EntryNotLoadedError: it has none at the moment.
    """
    if entry.state is not ConfigEntryState.LOADED:
        raise EntryNotLoadedError(entry.title)
    return entry
