"""Digimon: a Flemish digital meter, live in Home Assistant."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .care import async_tell_why_not, async_watch
from .connection import async_connect, async_forget
from .const import DOMAIN
from .coordinator import DigimonConfigEntry, DigimonCoordinator, DigimonRuntimeData
from .counting import EnergyCounter, store_of
from .history import make_historian
from .history.actions import async_setup_actions
from .history.ledger import forget
from .identity import async_upgrade
from .issues import async_follow_entries, async_forget_issues
from .newer import told_to_be_newer
from .peak_keeper import PeakKeeper
from .quarter_card import async_offer_card, async_serve_card, async_withdraw_card
from .services import async_setup_services
from .tariff import async_follow_tariff
from .tariff_events import forecast_of
from .tariff_issues import async_watch_issues
from .tariff_store import TariffStore
from .websocket import async_setup_websocket

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.UPDATE,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what all boards share."""
    async_setup_services(hass)
    async_setup_websocket(hass)
    async_setup_actions(hass)
    async_follow_entries(hass)
    await async_serve_card(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: DigimonConfigEntry) -> bool:
    """Start reading a meter."""
    await async_offer_card(hass)
    connection = await async_connect(hass, entry)
    counter = EnergyCounter(hass, entry, connection.archive)
    peaks = PeakKeeper(hass, entry.entry_id)
    with told_to_be_newer(entry.title):
        await counter.async_load()
        await peaks.async_load()
    coordinator = DigimonCoordinator(hass, entry, connection.source, peaks, counter)
    try:
        await coordinator.async_config_entry_first_refresh()
    except ConfigEntryNotReady as error:
        async_tell_why_not(hass, entry, error.translation_key)
        raise
    async_upgrade(hass, entry, coordinator.data.device.identifiers)
    with told_to_be_newer(entry.title):
        tariff = await async_follow_tariff(hass, entry, coordinator)
    entry.runtime_data = DigimonRuntimeData(
        coordinator=coordinator,
        client=connection.client,
        archive=connection.archive,
        tariff=tariff,
        forecast=lambda: forecast_of(tariff.figures),
        counter=counter,
    )
    async_watch_issues(hass, entry, tariff)
    async_watch(hass, entry)
    entry.runtime_data.history = history = make_historian(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    if history is not None:
        await history.start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: DigimonConfigEntry) -> bool:
    """Stop reading a meter."""
    if entry.runtime_data.history is not None:
        await entry.runtime_data.history.save()
    if entry.runtime_data.counter is not None:
        await entry.runtime_data.counter.async_save()
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.tariff.async_stop()
        await entry.runtime_data.coordinator.peaks.async_save()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: DigimonConfigEntry) -> None:
    """Forget how far history and count have come, and what was kept for the tariff; the statistics stay.

    Without any board, the quarter card goes from the dashboards' resources, too.
    """
    async_forget_issues(hass, entry)
    await store_of(hass, entry.entry_id).async_remove()
    await forget(hass, entry.entry_id)
    await async_forget(hass, entry)
    await TariffStore(hass, entry.entry_id).remove()
    await PeakKeeper(hass, entry.entry_id).async_remove()
    others = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    if not [other for other in others if other.entry_id != entry.entry_id]:
        await async_withdraw_card(hass)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: DigimonConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Let a person remove a meter that was taken away; what is there would only come back.

    Of a board that is not read nobody knows which meters are there; it itself goes with its entry.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return (DOMAIN, str(entry.unique_id)) not in device.identifiers
    return not device.identifiers & entry.runtime_data.coordinator.identifiers
