"""Conditions with a name from the trade, for the automation editor: one table.

Names and fields for the editor are in conditions.yaml, texts under ``conditions`` in the translations.
"""

from collections.abc import Callable
from typing import override

from homeassistant.components.binary_sensor.const import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import Condition, EntityConditionBase

from .targets import entities_of_kind


def state_condition(domain: str, kind: str, holds: Callable[[str], bool]) -> type[Condition]:
    """A condition on the state of one kind of entity of ours.

    :param kind: its translation key.
    :param holds: of the state, which is neither unavailable nor unknown.
    """

    class KindCondition(EntityConditionBase):
        _domain_specs = {domain: DomainSpec()}  # noqa: RUF012 - as Home Assistant declares it

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return entities_of_kind(self._hass, super().entity_filter(entities), kind)

        @override
        def is_valid_state(self, entity_state: State) -> bool:
            return holds(entity_state.state)

    return KindCondition


def _is_below_zero(state: str) -> bool:
    try:
        return float(state) < 0
    except ValueError:
        return False


CONDITIONS: dict[str, type[Condition]] = {
    "is_injecting": state_condition(SENSOR_DOMAIN, "net_power", _is_below_zero),
    "is_peak_at_risk": state_condition(BINARY_SENSOR_DOMAIN, "peak_at_risk", lambda state: state == STATE_ON),
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """All of them."""
    return CONDITIONS
