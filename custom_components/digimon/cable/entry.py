"""A P1 cable as an entry of Home Assistant: its port, its files and its task."""

import asyncio

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_DEVICE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant

from ..const import DOMAIN
from .probe import serial_of
from .source import CableSource
from .store import QuarterStore, store_path

_USB = "usb"


async def async_find_port(hass: HomeAssistant, path: str) -> str:
    """Where a port is now: one that was plugged in elsewhere has another path, where Home Assistant can tell."""
    if _USB not in hass.config.components:
        return path
    # It brings packages that a Home Assistant without it need not have.
    from homeassistant.components import usb  # noqa: PLC0415

    # Home Assistant 2026.10 knows a port by its lasting path alone.
    find = getattr(usb, "async_find_moved_serial_port", None)
    return path if find is None else find(hass, path) or path


async def async_lasting_path(hass: HomeAssistant, path: str) -> str:
    """The name of a port that it keeps when it is plugged in elsewhere."""
    if "://" in path or _USB not in hass.config.components:
        return path
    from homeassistant.components import usb  # noqa: PLC0415

    return await hass.async_add_executor_job(usb.get_serial_by_id, path)


async def async_start(hass: HomeAssistant, entry: ConfigEntry) -> CableSource:
    """Begin to read the port of an entry, until that is unloaded or Home Assistant stops."""

    async def find_port(path: str) -> str:
        return await async_find_port(hass, path)

    source = CableSource(
        entry.data[CONF_DEVICE],
        QuarterStore(store_path(hass.config.path(DOMAIN), entry.entry_id)),
        serial=serial_of(entry.unique_id),
        find_port=find_port,
    )
    await source.start()
    task = entry.async_create_background_task(hass, source.run(), f"{DOMAIN} {entry.title}")

    async def stop(_: Event | None = None) -> None:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await source.stop()

    entry.async_on_unload(stop)
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    return source
