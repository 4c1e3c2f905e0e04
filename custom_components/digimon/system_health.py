"""System health: how many boards there are and how they do, and whether releases can be asked for."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .releases import RELEASES_URL


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Tell Home Assistant whom to ask."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Numbers only: names would tell whose house it is."""
    entries = hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False)
    loaded = [entry.runtime_data.coordinator for entry in entries if entry.state is ConfigEntryState.LOADED]
    reachable = [coordinator for coordinator in loaded if coordinator.last_update_success]
    return {
        "boards": len(entries),
        "reachable_boards": len(reachable),
        "silent_meters": sum(coordinator.data.silent is True for coordinator in reachable),
        "can_reach_releases": system_health.async_check_can_reach_url(hass, RELEASES_URL),
    }
