"""What a person can attach to a report without telling where they live."""

from dataclasses import asdict, is_dataclass
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .choices import CONF_POSTCODE
from .coordinator import DigimonConfigEntry
from .monitor import RunningQuarter
from .snapshot import Snapshot

# Names and messages are free text; the others tell one house from another.
TO_REDACT = {
    CONF_HOST,
    CONF_PASSWORD,
    CONF_POSTCODE,
    "configuration_url",
    "ean",
    "identification",
    "identifiers",
    "mac",
    "message",
    "message_code",
    "name",
    "port",
    "serial",
}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: DigimonConfigEntry) -> dict[str, Any]:
    """The entry, what the last poll gave and what it was made of."""
    coordinator = entry.runtime_data.coordinator
    error = coordinator.last_exception
    failure = error.translation_key if isinstance(error, HomeAssistantError) else type(error).__name__
    return async_redact_data(
        {
            # The port of a cable; what is called a device below is another thing.
            "entry": async_redact_data(dict(entry.data), {CONF_DEVICE}),
            "options": dict(entry.options),
            "last_update_success": coordinator.last_update_success,
            "last_failure": failure if error else None,
            "snapshot": _snapshot(coordinator.data),
            "source": {name: _plain(part) for name, part in coordinator.source.diagnostics().items()},
        },
        TO_REDACT,
    )


def _snapshot(snapshot: Snapshot) -> object:
    """The snapshot; of quarters how much is known, for the powers themselves stand with the source."""
    return {
        name: _intervals(part) if isinstance(part, RunningQuarter) else _plain(part)
        for name in Snapshot.__slots__
        for part in [getattr(snapshot, name)]
    }


def _intervals(quarter: RunningQuarter) -> object:
    known = sum(sample is not None for sample in quarter.samples)
    return {"quarter_id": quarter.quarter_id, "intervals": len(quarter.samples), "known": known}


def _plain(value: object) -> object:
    """Dicts and lists only: redaction looks into nothing else."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
