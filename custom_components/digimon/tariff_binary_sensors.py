"""Binary sensors of the capacity tariff: a peak is at risk, for people and for automations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .capacity.figures import Figures
from .capacity.level import Level
from .coordinator import DigimonConfigEntry
from .tariff_entity import QuarterEntity


@dataclass(frozen=True, kw_only=True)
class RiskDescription(BinarySensorEntityDescription):
    """Describes who is told of the risk."""

    level_fn: Callable[[Figures], Level | None]
    at: frozenset[Level]
    """On at these levels."""


DESCRIPTIONS = (
    RiskDescription(
        key="peak_at_risk",
        translation_key="peak_at_risk",
        device_class=BinarySensorDeviceClass.PROBLEM,
        level_fn=lambda figures: figures.level,
        at=frozenset({Level.HIGH, Level.CERTAIN}),
    ),
    RiskDescription(
        key="shed_loads",
        translation_key="shed_loads",
        level_fn=lambda figures: figures.automation_level,
        at=frozenset({Level.HIGH, Level.CERTAIN}),
    ),
)


def add_tariff_binary_sensors(entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Make them."""
    runtime = entry.runtime_data
    async_add_entities(RiskSensor(runtime.coordinator, runtime.tariff, description) for description in DESCRIPTIONS)


class RiskSensor(QuarterEntity, BinarySensorEntity):
    """Whether the running quarter becomes an expensive peak."""

    entity_description: RiskDescription

    @property
    @override
    def available(self) -> bool:
        return super().available and self.entity_description.level_fn(self.figures) is not None

    @property
    @override
    def is_on(self) -> bool:
        return self.entity_description.level_fn(self.figures) in self.entity_description.at
