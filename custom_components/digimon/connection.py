"""What an entry is read through: a board, or a P1 cable. Nothing behind this knows which."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .cable.store import remove, store_path
from .const import DOMAIN
from .history.card import Archive as ReadableArchive
from .monitor import Address, Archive, BoardClient
from .source import BoardSource, Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """The way to one meter."""

    source: Source
    archive: ReadableArchive
    """The stored quarters."""

    client: BoardClient | None
    """Of the board, for everything that is not the live poll; None without one."""


async def async_connect(hass: HomeAssistant, entry: ConfigEntry) -> Connection:
    """Make the connection of an entry; what runs for it ends with the entry."""
    if CONF_DEVICE in entry.data:
        # What opens serial ports comes with Home Assistant's usb, which not every house has.
        from .cable.entry import async_start  # noqa: PLC0415

        source = await async_start(hass, entry)
        return Connection(source=source, archive=source.archive, client=None)
    client = BoardClient(
        Address(host=entry.data[CONF_HOST], port=entry.data[CONF_PORT]),
        async_get_clientsession(hass),
        password=entry.options.get(CONF_PASSWORD),
    )
    return Connection(source=BoardSource(client, unique_id=entry.unique_id), archive=Archive(client), client=client)


async def async_forget(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the quarters that were kept for a cable, also for one that became a board."""
    await hass.async_add_executor_job(remove, store_path(hass.config.path(DOMAIN), entry.entry_id))
