"""A better name for a known board.

A board that once could not tell its serial number is known by its UDN. Once it can, entry, devices
and entities go by the number, and what was recorded goes with them.
"""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN, LOGGER


@callback
def async_upgrade(hass: HomeAssistant, entry: ConfigEntry, identifiers: tuple[str, ...]) -> bool:
    """Let an entry go by the best identifier of its board; whether that changed anything.

    Nothing of the entry may be set up meanwhile.

    :param identifiers: of the board that answers at the address of the entry, best first.
    """
    old = str(entry.unique_id)
    if old not in identifiers or old == identifiers[0]:
        return False
    best = identifiers[0]
    if hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, best) is not None:
        LOGGER.warning("%s is read by another entry, too; remove one of them", entry.title)
        return False
    async_rename(hass, entry, best)
    return True


@callback
def async_rename(hass: HomeAssistant, entry: ConfigEntry, best: str) -> None:
    """Let an entry, its devices and its entities go by another name; nothing of it may be set up meanwhile."""
    old = str(entry.unique_id)
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        devices.async_update_device(
            device.id, new_identifiers={(domain, _renamed(name, old, best)) for domain, name in device.identifiers}
        )
    entities = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        entities.async_update_entity(entity.entity_id, new_unique_id=_renamed(entity.unique_id, old, best))
    hass.config_entries.async_update_entry(entry, unique_id=best)


def _renamed(name: str, old: str, new: str) -> str:
    return new + name.removeprefix(old) if name.startswith(old) else name
