"""The goal: the month peak that a person is content with."""

from typing import override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .capacity.peaks import FLOOR_W
from .choices import CONF_CAPACITY, CONF_GOAL
from .coordinator import DigimonConfigEntry
from .tariff_entity import TariffEntity

# Setting a goal asks nothing of the board.
PARALLEL_UPDATES = 0

_KILO = 1000

GOAL = NumberEntityDescription(
    key="peak_goal",
    translation_key="peak_goal",
    device_class=NumberDeviceClass.POWER,
    entity_category=EntityCategory.CONFIG,
    mode=NumberMode.BOX,
    native_unit_of_measurement=UnitOfPower.KILO_WATT,
    native_min_value=FLOOR_W / _KILO,
    native_max_value=25,
    native_step=0.1,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make the number."""
    async_add_entities([PeakGoal(entry.runtime_data.coordinator, entry.runtime_data.tariff, GOAL)])


class PeakGoal(TariffEntity, NumberEntity):
    """What the target does not fall below; follows the last month peaks until somebody sets it.

    It is kept among the options, where it can be taken away again.
    """

    @property
    @override
    def native_value(self) -> float:
        return max(FLOOR_W, self.figures.goal_w or 0) / _KILO

    @override
    async def async_set_native_value(self, value: float) -> None:
        goal_w = round(value * _KILO)
        entry = self.coordinator.config_entry
        capacity = {**entry.options.get(CONF_CAPACITY, {}), CONF_GOAL: goal_w}
        self.hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_CAPACITY: capacity})
        self.tariff.set_goal(goal_w)
