"""What Home Assistant's backup asks for: the quarters of a cable are whole in it, whenever it is made."""

from contextlib import suppress

from homeassistant.core import HomeAssistant

from .cable.archive import CableArchive
from .cable.store import StoreError
from .const import DOMAIN


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Before the files are copied, one after the other, while a cable goes on being read."""
    for archive in _archives(hass):
        # A disk that fails is told where it is written to, and no reason to have no backup at all.
        with suppress(StoreError):
            await archive.begin_copy()


async def async_post_backup(hass: HomeAssistant) -> None:
    """When they were copied."""
    for archive in _archives(hass):
        with suppress(StoreError):
            await archive.end_copy()


def _archives(hass: HomeAssistant) -> list[CableArchive]:
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    archives = [entry.runtime_data.archive for entry in entries]
    return [archive for archive in archives if isinstance(archive, CableArchive)]
