"""Websocket commands: what a card shows, over Home Assistant's own connection.

So it works over https and from outside the house, where no browser reaches the board, and what the board was asked
once is answered from memory. Every command takes ``config_entry_id`` or ``device_id``; with neither it is about the
board that was added first, so that a card which names none goes on when a second board comes. Reading is open to every
user, as states are.

| command | takes | answers |
|---|---|---|
| ``digimon/quarter/subscribe`` | | `answers.live_document`, at once and with every change; also after a reload |
| ``digimon/quarter/get`` | ``quarter_id`` | ``quarter``: `answers.quarter_document` or null |
| ``digimon/day/get`` | ``date`` (local) | `answers.day_document` |
| ``digimon/days`` | | ``days``: those of which the card has something |
| ``digimon/month/subscribe`` | ``year``, ``month`` | `answers.month_document`, anew as more days of the month come |
| ``digimon/month_peaks`` | | `answers.month_peaks_document` |

Errors have the codes ``not_found`` (no such entry or device), ``not_loaded`` (there is one, but its board cannot be
read at the moment) and ``home_assistant_error`` (the board did not answer), each with a text.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final

import probatio
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND, WebSocketCommandHandler
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.components.websocket_api.messages import BASE_COMMAND_MESSAGE_SCHEMA
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .answers import day_document, live_document, month_document, month_peaks_document, quarter_document
from .const import DOMAIN
from .coordinator import DigimonConfigEntry
from .fields import local_day, quarter_id
from .lookup import EntryNotFoundError, EntryNotLoadedError, find_entry, loaded_entry
from .monitor import StoredDay
from .past import async_dates, async_day, async_quarter

type Answer = Callable[[DigimonConfigEntry, dict[str, Any]], Awaitable[dict[str, Any]]]

ERR_NOT_LOADED: Final = "not_loaded"

_WHICH: Final[dict[str | probatio.Marker, Any]] = {
    probatio.Optional(ATTR_CONFIG_ENTRY_ID): str,
    probatio.Optional(ATTR_DEVICE_ID): str,
}


async def _quarter(entry: DigimonConfigEntry, msg: dict[str, Any]) -> dict[str, Any]:
    quarter = await async_quarter(entry, msg["quarter_id"])
    return {"quarter": None if quarter is None else quarter_document(quarter)}


async def _day(entry: DigimonConfigEntry, msg: dict[str, Any]) -> dict[str, Any]:
    day: date = msg["date"]
    return day_document((day.year, day.month, day.day), await async_day(entry, day))


async def _days(entry: DigimonConfigEntry, _: dict[str, Any]) -> dict[str, Any]:
    return {"days": [day.isoformat() for day in await async_dates(entry)]}


async def _month_peaks(entry: DigimonConfigEntry, _: dict[str, Any]) -> dict[str, Any]:
    data = entry.runtime_data
    return month_peaks_document(data.coordinator.data.reading, data.tariff.figures)


_COMMANDS: tuple[tuple[str, dict[probatio.Marker, Any], Answer], ...] = (
    ("digimon/quarter/get", {probatio.Required("quarter_id"): quarter_id}, _quarter),
    ("digimon/day/get", {probatio.Required("date"): local_day}, _day),
    ("digimon/days", {}, _days),
    ("digimon/month_peaks", {}, _month_peaks),
)


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands, once for all boards."""
    websocket_api.async_register_command(hass, _subscribe)
    websocket_api.async_register_command(hass, _subscribe_month)
    for name, fields, answer in _COMMANDS:
        schema = BASE_COMMAND_MESSAGE_SCHEMA.extend({probatio.Required("type"): name, **_WHICH, **fields})
        websocket_api.async_register_command(hass, name, _answering(answer), schema)


def _answering(answer: Answer) -> WebSocketCommandHandler:
    """A command that answers once."""

    @async_response
    async def handle(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
        try:
            entry = loaded_entry(find_entry(hass, msg, first=True))
        except EntryNotFoundError as error:
            _refuse(connection, msg, ERR_NOT_FOUND, error)
        except EntryNotLoadedError as error:
            _refuse(connection, msg, ERR_NOT_LOADED, error)
        else:
            connection.send_result(msg["id"], await answer(entry, msg))

    return handle


def _refuse(connection: ActiveConnection, msg: dict[str, Any], code: str, error: ServiceValidationError) -> None:
    connection.send_error(
        msg["id"],
        code,
        str(error),
        translation_key=error.translation_key,
        translation_domain=error.translation_domain,
        translation_placeholders=error.translation_placeholders,
    )


@websocket_command({probatio.Required("type"): "digimon/quarter/subscribe", **_WHICH})
@callback
def _subscribe(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell of the running quarter until the other side has enough."""
    try:
        entry = find_entry(hass, msg, first=True)
    except EntryNotFoundError as error:
        _refuse(connection, msg, ERR_NOT_FOUND, error)
        return
    connection.send_result(msg["id"])
    subscription = _Subscription(hass, msg, entry, lambda document: connection.send_event(msg["id"], document))
    connection.subscriptions[msg["id"]] = subscription.async_start()


@websocket_command(
    {
        probatio.Required("type"): "digimon/month/subscribe",
        probatio.Required("year"): probatio.All(int, probatio.Range(min=2000, max=2127)),
        probatio.Required("month"): probatio.All(int, probatio.Range(min=1, max=12)),
        **_WHICH,
    }
)
@async_response
async def _subscribe_month(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell of the days of a month as they come from the card, until all have or the other side has enough."""
    has_enough = False

    @callback
    def end() -> None:
        nonlocal has_enough
        has_enough = True

    # A connection that is closed while the days are looked up ends what it has by then.
    connection.subscriptions[msg["id"]] = end
    try:
        entry = loaded_entry(find_entry(hass, msg, first=True))
        dates = [day for day in await async_dates(entry) if (day.year, day.month) == (msg["year"], msg["month"])]
    except EntryNotFoundError as error:
        _refuse(connection, msg, ERR_NOT_FOUND, error)
        return
    except EntryNotLoadedError as error:
        _refuse(connection, msg, ERR_NOT_LOADED, error)
        return
    connection.send_result(msg["id"])
    days: list[StoredDay] = []
    # Newest first: who looks at a month looks at its end.
    for day in reversed(dates):
        if has_enough:
            return
        connection.send_event(msg["id"], month_document(days, done=False))
        try:
            days.append(await async_day(entry, day))
        except HomeAssistantError as error:
            connection.send_event(msg["id"], month_document(days, done=True, failed=str(error)))
            return
    if not has_enough:
        connection.send_event(msg["id"], month_document(days, done=True))


class _Subscription:
    """Follows one entry, also from one of its coordinators to the next, and to another one when it is removed."""

    def __init__(
        self,
        hass: HomeAssistant,
        which: dict[str, Any],
        entry: DigimonConfigEntry,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._hass = hass
        self._which = which
        self._entry = entry
        self._tell = tell
        self._told: dict[str, Any] | None = None
        self._is_removed = False
        self._unfollow: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Begin; returns what ends it."""
        disconnect = async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed)
        self._follow()

        @callback
        def end() -> None:
            disconnect()
            self._leave()

        return end

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain != DOMAIN:
            return
        if entry.entry_id == self._entry.entry_id:
            self._leave()
            self._is_removed = change is ConfigEntryChange.REMOVED
        elif not self._is_removed:
            return
        if self._is_removed:
            # A screen on a wall goes on with the board that takes its place, as with one that is removed and added.
            try:
                self._entry = find_entry(self._hass, self._which, first=True)
            except EntryNotFoundError:
                return
            self._is_removed = False
        self._follow()

    def _follow(self) -> None:
        if self._entry.state is ConfigEntryState.LOADED:
            self._unfollow = self._entry.runtime_data.coordinator.async_add_listener(self._push)
        self._push()

    def _leave(self) -> None:
        if self._unfollow is not None:
            self._unfollow()
            self._unfollow = None

    @callback
    def _push(self) -> None:
        """Tell how it is now, unless that is known."""
        document = live_document(None, None)
        if self._unfollow is not None:
            data = self._entry.runtime_data
            if data.coordinator.last_update_success:
                document = live_document(data.coordinator.data, data.forecast())
        document = {"config_entry_id": self._entry.entry_id} | document
        if document != self._told:
            self._told = document
            self._tell(document)
