"""Actions about the past: bring a period of the card into the statistics, and take its quarters out as CSV."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import probatio
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..coordinator import DigimonConfigEntry
from ..core.clock import DAY_SECONDS, format_stamp, quarter_start
from ..core.records import REGISTERS
from ..fields import moment
from ..lookup import find_entry, loaded_entry
from ..monitor import BoardError, QuarterSummary
from ..past import async_dates, async_day
from ..source import failure_of
from .times import days_between

IMPORT_HISTORY: Final = "import_history"
EXPORT_QUARTERS: Final = "export_quarters"

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_DRY_RUN: Final = "dry_run"

# An answer of two months is half a megabyte; more is for several questions.
MOST_EXPORTED_SECONDS: Final = 62 * DAY_SECONDS

_PERIOD: Final[dict[str | probatio.Marker, Any]] = {
    probatio.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
    probatio.Optional(ATTR_DEVICE_ID): cv.string,
    probatio.Required(ATTR_START): moment,
    probatio.Required(ATTR_END): moment,
}
_COLUMNS: Final = (
    "start",
    "meter_time",
    "intervals",
    "consumed_power_avg",
    "consumed_power_max",
    "produced_power_avg",
    "produced_power_max",
    "consumed_energy",
    "produced_energy",
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions, once for all boards."""

    def register(
        name: str,
        schema: dict[str | probatio.Marker, Any],
        action: Callable[[DigimonConfigEntry, dict[str, Any]], Awaitable[ServiceResponse]],
        response: SupportsResponse,
    ) -> None:
        async def handle(call: ServiceCall) -> ServiceResponse:
            return await action(loaded_entry(find_entry(hass, call.data)), call.data)

        hass.services.async_register(DOMAIN, name, handle, schema=probatio.Schema(schema), supports_response=response)

    register(
        IMPORT_HISTORY,
        {**_PERIOD, probatio.Optional(ATTR_DRY_RUN, default=False): cv.boolean},
        _import_history,
        SupportsResponse.OPTIONAL,
    )
    register(EXPORT_QUARTERS, _PERIOD, _export_quarters, SupportsResponse.ONLY)


async def _import_history(entry: DigimonConfigEntry, data: dict[str, Any]) -> ServiceResponse:
    """Bring a period of the card into the statistics, or tell what that would write."""
    first, until = _period(data)
    if (history := entry.runtime_data.history) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_recorder")
    # They come with the recorder, which there is now.
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from .reconcile import UnsettledError  # noqa: PLC0415

    try:
        return await history.import_range(first, until, dry_run=data[ATTR_DRY_RUN])
    except BoardError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=failure_of(error),
            translation_placeholders={"name": entry.title},
        ) from error
    except UnsettledError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="history_unsettled",
            translation_placeholders={"entity_id": error.statistic_id},
        ) from error
    except SQLAlchemyError as error:
        LOGGER.warning("The history of %s cannot be compared with the database: %s", entry.title, error)
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="history_database") from error


async def _export_quarters(entry: DigimonConfigEntry, data: dict[str, Any]) -> ServiceResponse:
    """The stored quarters of a period as a table: W, Wh, l and times in UTC and on the meter's clock."""
    first, until = _period(data)
    if until - first > MOST_EXPORTED_SECONDS:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="period_too_long",
            translation_placeholders={"days": str(MOST_EXPORTED_SECONDS // DAY_SECONDS)},
        )
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow((*_COLUMNS, *REGISTERS))
    number = 0
    dates = {(day.year, day.month, day.day): day for day in await async_dates(entry)}
    for day in days_between(list(dates), first, until):
        for quarter in (await async_day(entry, dates[day])).quarters:
            if first <= quarter_start(quarter.quarter_id) < until:
                writer.writerow(_row(quarter))
                number += 1
    return {"quarters": number, "csv": table.getvalue()}


def _row(quarter: QuarterSummary) -> list[Any]:
    """A line of the table; what is not known stays empty."""
    start = quarter_start(quarter.quarter_id)
    return [
        dt_util.utc_from_timestamp(start).isoformat(),
        format_stamp(start),
        *(getattr(quarter, column) for column in _COLUMNS[2:]),
        *(quarter.registers or [None] * len(REGISTERS)),
    ]


def _period(data: dict[str, Any]) -> tuple[int, int]:
    """UTC; a time without a zone is one of Home Assistant's clock."""
    first, until = _instant(data[ATTR_START]), _instant(data[ATTR_END])
    if first >= until:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_period")
    return first, until


def _instant(when: datetime) -> int:
    return int(dt_util.as_utc(when).timestamp())
