"""What a person can attach to a report without telling where they live."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .coordinator import DigimonConfigEntry

# Names and messages are free text; the others tell one house from another.
TO_REDACT = {
    CONF_HOST,
    "configuration_url",
    "ean",
    "identification",
    "identifiers",
    "mac",
    "message",
    "message_code",
    "name",
    "serial",
}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: DigimonConfigEntry) -> dict[str, Any]:
    """The entry, what the last poll gave and what it was made of."""
    coordinator = entry.runtime_data.coordinator
    error = coordinator.last_exception
    return async_redact_data(
        {
            "entry": dict(entry.data),
            "last_update_success": coordinator.last_update_success,
            "last_failure": error.translation_key if isinstance(error, HomeAssistantError) else repr(error),
            "snapshot": asdict(coordinator.data),
            "source": coordinator.source.diagnostics(),
        },
        TO_REDACT,
    )
