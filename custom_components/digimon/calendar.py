"""A calendar of peaks: the highest quarter of each day, and the month peaks that the meter remembers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .capacity.ledger import Quarter
from .coordinator import DigimonConfigEntry
from .core.clock import QUARTER_SECONDS
from .tariff_entity import TariffEntity
from .wording import power_text

# Asks nothing of the board.
PARALLEL_UPDATES = 0

PEAKS = CalendarEntityDescription(key="peaks", translation_key="peaks")


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make the calendar."""
    async_add_entities([PeakCalendar(entry.runtime_data.coordinator, entry.runtime_data.tariff, PEAKS)])


class PeakCalendar(TariffEntity, CalendarEntity):
    """Quarters of the past that are worth looking at."""

    entity_description: CalendarEntityDescription

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The last peak of all; a quarter that runs is none yet."""
        quarters = self.tariff.notable_quarters()
        if not quarters:
            return None
        return self._event(quarters[-1], is_month_peak=quarters[-1] in self.tariff.month_peak_quarters())

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        begin, end = start_date.timestamp(), end_date.timestamp()
        peaks = self.tariff.month_peak_quarters()

        def between() -> Iterator[CalendarEvent]:
            for quarter in self.tariff.notable_quarters():
                if quarter.start_utc < end and quarter.start_utc + QUARTER_SECONDS > begin:
                    yield self._event(quarter, is_month_peak=quarter in peaks)

        return list(between())

    def _event(self, quarter: Quarter, *, is_month_peak: bool) -> CalendarEvent:
        """An entry of the calendar: numbers say it in every language, and a star marks the peak of a month."""
        start = dt_util.as_local(dt_util.utc_from_timestamp(quarter.start_utc))
        power = power_text(quarter.power_w, self.hass.config.language)
        return CalendarEvent(
            start=start,
            end=start + timedelta(seconds=QUARTER_SECONDS),
            summary=f"★ {power}" if is_month_peak else power,
            uid=str(quarter.start_utc),
        )
