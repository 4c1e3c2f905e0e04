"""Triggers with a name from the trade, for the automation editor: one table.

Names and fields for the editor are in triggers.yaml, texts under ``triggers`` in the translations.
"""

from typing import override

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.event import EventEntityStateAttribute
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import NotTriggeredReasonReporter, StatelessEntityTriggerBase, Trigger

from .event import DESCRIPTION, QUARTER_FINISHED
from .targets import entities_of_kind
from .tariff_events import NEW_MONTH_PEAK, PEAK_WARNING


def event_trigger(event_type: str) -> type[Trigger]:
    """A trigger of one kind of event of our event entity."""

    class QuarterEventTrigger(StatelessEntityTriggerBase):
        _domain_specs = {EVENT_DOMAIN: DomainSpec()}  # noqa: RUF012 - as Home Assistant declares it

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return entities_of_kind(self._hass, super().entity_filter(entities), DESCRIPTION.key)

        @override
        def is_valid_state(self, state: State, report_not_triggered: NotTriggeredReasonReporter) -> bool:
            return bool(state.attributes.get(EventEntityStateAttribute.EVENT_TYPE) == event_type)

    return QuarterEventTrigger


TRIGGERS: dict[str, type[Trigger]] = {
    "new_month_peak": event_trigger(NEW_MONTH_PEAK),
    "peak_at_risk": event_trigger(PEAK_WARNING),
    "quarter_finished": event_trigger(QUARTER_FINISHED),
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """All of them."""
    return TRIGGERS
