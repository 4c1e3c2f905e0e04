"""The event entity of a board: what happens to quarters and to the month peak.

A kind of event is a name in `EVENT_TYPES` and a call of `QuarterEvents.tell`.
"""

from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .capacity.events import Event
from .capacity.figures import Figures
from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .core.clock import QUARTER_INTERVALS, QUARTER_SECONDS, quarter_start
from .entity import DigimonEntity
from .monitor import QuarterSummary
from .monitor.stored import summarise
from .tariff import Tariff
from .tariff_events import NEW_MONTH_PEAK, PEAK_WARNING, event_of

# The coordinator reads; the entity only tells.
PARALLEL_UPDATES = 0

QUARTER_FINISHED: Final = "quarter_finished"

EVENT_TYPES: Final = [QUARTER_FINISHED, NEW_MONTH_PEAK, PEAK_WARNING]

DESCRIPTION = EventEntityDescription(key="quarter", translation_key="quarter", event_types=EVENT_TYPES)

_KILO = 1000


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make the event entity of a board."""
    async_add_entities([QuarterEvents(entry.runtime_data.coordinator, entry.runtime_data.tariff)])


class QuarterEvents(DigimonEntity, EventEntity):
    """Tells that a quarter ended, once all that is known of it has been read.

    The quarter that ended before anyone here was watching is no news: it may have been told before
    Home Assistant restarted.
    """

    def __init__(self, coordinator: DigimonCoordinator, tariff: Tariff) -> None:
        super().__init__(coordinator, DESCRIPTION)
        self._tariff = tariff
        self._from_utc: int | None = None
        """What began earlier is not told any more; None until the running quarter is known."""

    @override
    async def async_added_to_hass(self) -> None:
        """Take note of the running quarter: the first one to be told."""
        await super().async_added_to_hass()
        self._take_bearings()
        self.async_on_remove(self._tariff.async_listen(self._tell_of_tariff))

    @callback
    def _take_bearings(self) -> None:
        running = self.coordinator.data.running
        if running is not None:
            self._from_utc = quarter_start(running.quarter_id)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        finished, running = self.coordinator.data.finished, self.coordinator.data.running
        if self._from_utc is None or (running is not None and quarter_start(running.quarter_id) < self._from_utc):
            # At first sight; or the meter's clock was ahead, and what it told then would hush all until then.
            self._take_bearings()
        elif finished is not None and quarter_start(finished.quarter_id) >= self._from_utc:
            self._from_utc = quarter_start(finished.quarter_id) + QUARTER_SECONDS
            summary = summarise(finished)
            if summary is not None:
                self.tell(QUARTER_FINISHED, finished_attributes(summary))
        super()._handle_coordinator_update()

    @callback
    def _tell_of_tariff(self, event: Event, figures: Figures) -> None:
        """Tell of the month peak; that a quarter ended is told with all that was measured in it, see above."""
        told = event_of(event, figures)
        if told is not None:
            self.tell(*told)

    @callback
    def tell(self, event_type: str, attributes: dict[str, Any]) -> None:
        """Tell that something happened, once every entity shows what came with it.

        An automation looks at sensors as soon as it hears of it. And none takes news from who was unavailable until
        then, as after an outage over the turn of a quarter.
        """
        self.hass.loop.call_soon(self._tell, event_type, attributes)

    @callback
    def _tell(self, event_type: str, attributes: dict[str, Any]) -> None:
        self._trigger_event(event_type, attributes)
        self.async_write_ha_state()


def finished_attributes(summary: QuarterSummary) -> dict[str, Any]:
    """What is told of a quarter: times in ISO 8601 (UTC), powers in kW and energy in kWh as a message reads them.

    ``average`` and ``energy`` are offtake, ``average_injection`` and ``energy_injection`` injection; ``coverage`` is
    how much of the quarter was measured, in percent.
    """
    start = quarter_start(summary.quarter_id)
    return {
        "quarter_start": dt_util.utc_from_timestamp(start).isoformat(),
        "quarter_end": dt_util.utc_from_timestamp(start + QUARTER_SECONDS).isoformat(),
        "average": summary.consumed_power_avg / _KILO,
        "average_injection": summary.produced_power_avg / _KILO,
        "energy": summary.consumed_energy / _KILO,
        "energy_injection": summary.produced_energy / _KILO,
        "coverage": summary.intervals * 100 // QUARTER_INTERVALS,
    }
