"""What can be asked of the past of one board, wherever it is known: in the last snapshot or on the card."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import date

from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .coordinator import DigimonConfigEntry
from .core.clock import day_of, quarter_start
from .lookup import loaded_entry
from .monitor import BoardError, DamagedQuarterError, RunningQuarter, StoredDay
from .monitor.stored import summarise
from .source import failure_of


def running_quarter(entry: DigimonConfigEntry) -> RunningQuarter | None:
    """The quarter that the meter is in; None as long as it is not heard: what it said last is no answer any more."""
    coordinator = entry.runtime_data.coordinator
    is_heard = coordinator.last_update_success and coordinator.data.reading is not None
    return coordinator.data.running if is_heard else None


async def async_quarter(entry: DigimonConfigEntry, quarter_id: int) -> RunningQuarter | None:
    """A quarter with its intervals: the running one, or one that ended; None when nothing is known of it.

    :raises HomeAssistantError: the board does not answer, or its file of that quarter is ruined.
    """
    snapshot = entry.runtime_data.coordinator.data
    for quarter in (snapshot.running, snapshot.finished):
        if quarter is not None and quarter.quarter_id == quarter_id:
            return quarter
    return await _asked(entry, entry.runtime_data.archive.quarter(quarter_id))


async def async_day(entry: DigimonConfigEntry, day: date) -> StoredDay:
    """The quarters of a local day that ended, as far as they are known.

    :raises HomeAssistantError: the board does not answer, or is not read at the moment.
    """
    # While the card is read the entry may be unloaded, and has no data any more.
    data = loaded_entry(entry).runtime_data
    stored = await _asked(entry, data.archive.day(day))
    # The board may not have written the last one yet, or have no card to write it on.
    finished = data.coordinator.data.finished
    if finished is None or day_of(finished.quarter_id) != (day.year, day.month, day.day):
        return stored
    summary = summarise(finished)
    if summary is None or any(known.quarter_id == finished.quarter_id for known in stored.quarters):
        return stored
    quarters = sorted((*stored.quarters, summary), key=lambda known: quarter_start(known.quarter_id))
    return replace(stored, quarters=tuple(quarters))


async def async_dates(entry: DigimonConfigEntry) -> tuple[date, ...]:
    """The days of which the card has something, in order.

    :raises HomeAssistantError: the board does not answer.
    """
    return await _asked(entry, entry.runtime_data.archive.dates())


async def _asked[T](entry: DigimonConfigEntry, answer: Awaitable[T]) -> T:
    try:
        return await answer
    except BoardError as error:
        key = "damaged_quarter" if isinstance(error, DamagedQuarterError) else failure_of(error)
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders={"name": entry.title}
        ) from error
