"""Actions that answer: a quarter with its intervals, a day in quarters, the message of the grid operator."""

from collections.abc import Callable, Coroutine
from datetime import date, datetime
from typing import Any, Final

import probatio
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .answers import day_document, quarter_document
from .const import DOMAIN
from .coordinator import DigimonConfigEntry
from .core.clock import day_of, quarter_id_at
from .fields import local_day, moment
from .lookup import find_entry, loaded_entry
from .past import async_day, async_quarter, running_quarter

GET_QUARTER: Final = "get_quarter"
GET_DAY: Final = "get_day"
GET_MESSAGE: Final = "get_message"

ATTR_TIME: Final = "time"
ATTR_DATE: Final = "date"

type Answer = Callable[[DigimonConfigEntry, dict[str, Any]], Coroutine[Any, Any, ServiceResponse]]


async def _quarter(entry: DigimonConfigEntry, data: dict[str, Any]) -> ServiceResponse:
    """The quarter that contains a time, the running one without."""
    running = running_quarter(entry)
    quarter = running
    if ATTR_TIME in data:
        quarter = await async_quarter(entry, quarter_id_at(_instant(data[ATTR_TIME])))
    return {
        "quarter": None if quarter is None else quarter_document(quarter),
        "running": quarter is not None and running is not None and quarter.quarter_id == running.quarter_id,
    }


async def _day(entry: DigimonConfigEntry, data: dict[str, Any]) -> ServiceResponse:
    """The quarters of a day, today without."""
    day: date = data.get(ATTR_DATE) or date(*day_of(quarter_id_at(_instant(dt_util.utcnow()))))
    return day_document((day.year, day.month, day.day), await async_day(entry, day))


async def _message(entry: DigimonConfigEntry, _: dict[str, Any]) -> ServiceResponse:
    """The whole text of the grid operator, which may be longer than a state; None without one."""
    coordinator = entry.runtime_data.coordinator
    reading = coordinator.data.reading if coordinator.last_update_success else None
    return {"message": (reading.message or None) if reading is not None else None}


_ACTIONS: Final[tuple[tuple[str, dict[str | probatio.Marker, Any], Answer], ...]] = (
    (GET_QUARTER, {probatio.Optional(ATTR_TIME): moment}, _quarter),
    (GET_DAY, {probatio.Optional(ATTR_DATE): local_day}, _day),
    (GET_MESSAGE, {}, _message),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, once for all boards."""
    for name, fields, answer in _ACTIONS:
        hass.services.async_register(
            DOMAIN,
            name,
            _answering(hass, answer),
            schema=probatio.Schema({probatio.Optional(ATTR_CONFIG_ENTRY_ID): cv.string, **fields}),
            supports_response=SupportsResponse.ONLY,
        )


def _answering(hass: HomeAssistant, answer: Answer) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def handle(call: ServiceCall) -> ServiceResponse:
        return await answer(loaded_entry(find_entry(hass, call.data)), call.data)

    return handle


def _instant(when: datetime) -> int:
    """Seconds since 1970; a time without a zone is one of Home Assistant's clock."""
    return int(dt_util.as_utc(when).timestamp())
