"""The sources of the energy dashboard that a board has, added when a person asks for it.

Home Assistant has no way to propose a grid connection. So its preferences are read, sources are put behind those that
are there, and all of it goes through Home Assistant's own schema; nothing that is there is touched.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import probatio
from homeassistant.components.energy.data import (
    ENERGY_SOURCE_SCHEMA,
    SourceType,
    async_get_manager,
)
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .coordinator import DigimonConfigEntry

# Keys of the sensors, see sensor.py.
_FROM: Final = "consumed_energy"
_TO: Final = "produced_energy"
_RATE: Final = "net_power"

# The meters behind the electricity meter that have a place in the dashboard, by the class of their sensor.
_OTHERS: Final = (SensorDeviceClass.GAS, SensorDeviceClass.WATER)

# The dashboard's own dialogs write these too, and look for them when a source is changed.
_WITHOUT_PRICE: Final[dict[str, Any]] = {"stat_cost": None, "entity_energy_price": None, "number_energy_price": None}


class EnergyDashboardError(Exception):
    """Home Assistant does not take the sources."""


async def async_missing_sources(hass: HomeAssistant, entry: DigimonConfigEntry) -> list[dict[str, Any]]:
    """The sources of a board that the dashboard does not have yet."""
    manager = await async_get_manager(hass)
    known = set(statistics_of(manager.data["energy_sources"] if manager.data else ()))
    return [source for source in sources_of(hass, entry) if source["stat_energy_from"] not in known]


async def async_add(hass: HomeAssistant, sources: list[dict[str, Any]]) -> None:
    """Put sources behind those that are there.

    :raises EnergyDashboardError: Home Assistant's schema refuses them, or what is there together with them.
    """
    manager = await async_get_manager(hass)
    there: list[SourceType] = list(manager.data["energy_sources"]) if manager.data else []
    try:
        checked = ENERGY_SOURCE_SCHEMA([*there, *sources])
    except probatio.Invalid as error:
        raise EnergyDashboardError(str(error)) from error
    # Whatever is left out stays as it is; the type does not know that.
    update: Any = {"energy_sources": [*there, *checked[len(there) :]]}
    await manager.async_update(update)


def sources_of(hass: HomeAssistant, entry: DigimonConfigEntry) -> Iterator[dict[str, Any]]:
    """What a board has for the dashboard: the grid with both directions and the signed power, gas, water."""
    registry = er.async_get(hass)

    def sensor(key: str) -> str | None:
        entity_id = registry.async_get_entity_id(SENSOR_DOMAIN, DOMAIN, f"{entry.unique_id}_{key}")
        return entity_id if entity_id is not None and registry.entities[entity_id].disabled_by is None else None

    if (taken := sensor(_FROM)) is not None:
        grid = {"type": "grid", "stat_energy_from": taken, "stat_energy_to": sensor(_TO), "cost_adjustment_day": 0}
        if (rate := sensor(_RATE)) is not None:
            # One sensor for both directions, above 0 what is taken.
            grid["stat_rate"] = rate
        yield grid
    for kind in _OTHERS:
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
            if entity.disabled_by is None and entity.original_device_class == kind:
                yield {"type": kind.value, "stat_energy_from": entity.entity_id} | _WITHOUT_PRICE


def statistics_of(sources: Iterable[Any]) -> Iterator[str]:
    """Every statistic that sources are made of."""
    for source in sources:
        for key, value in source.items():
            if key.startswith("stat_") and isinstance(value, str):
                yield value
