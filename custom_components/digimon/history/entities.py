"""What people see of the history and can do about it: on the page of the board."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import PERCENTAGE, EntityCategory

from ..coordinator import DigimonCoordinator
from ..entity import DigimonEntity
from .status import HistoryState, HistoryStatus

if TYPE_CHECKING:
    from .historian import Historian


@dataclass(frozen=True, kw_only=True)
class HistorySensorDescription(SensorEntityDescription):
    """Describes how the history stands."""

    value_fn: Callable[[HistoryStatus], int | str]


@dataclass(frozen=True, kw_only=True)
class HistoryButtonDescription(ButtonEntityDescription):
    """Describes what can be done about the history."""

    press_fn: Callable[[Historian], None]


SENSORS: tuple[HistorySensorDescription, ...] = (
    HistorySensorDescription(
        key="history",
        translation_key="history",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in HistoryState],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.state.value,
    ),
    HistorySensorDescription(
        key="history_progress",
        translation_key="history_progress",
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.percent,
    ),
)
BUTTONS: tuple[HistoryButtonDescription, ...] = (
    HistoryButtonDescription(
        key="import_history",
        translation_key="import_history",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda history: history.request(),
    ),
    HistoryButtonDescription(
        key="stop_history",
        translation_key="stop_history",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda history: history.stop(),
    ),
)


class _HistoryEntity(DigimonEntity):
    """There also while the board is away: waiting for it is something to tell."""

    @property
    @override
    def available(self) -> bool:
        return True


class HistorySensor(_HistoryEntity, SensorEntity):
    """How the history stands."""

    entity_description: HistorySensorDescription

    def __init__(
        self, coordinator: DigimonCoordinator, history: Historian, description: HistorySensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        self._history = history

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._history.add_listener(self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> int | str:
        return self.entity_description.value_fn(self._history.status)


class HistoryButton(_HistoryEntity, ButtonEntity):
    """Does something about the history."""

    entity_description: HistoryButtonDescription

    def __init__(
        self, coordinator: DigimonCoordinator, history: Historian, description: HistoryButtonDescription
    ) -> None:
        super().__init__(coordinator, description)
        self._history = history

    @override
    async def async_press(self) -> None:
        self.entity_description.press_fn(self._history)


def history_sensors(coordinator: DigimonCoordinator, history: Historian | None) -> list[HistorySensor]:
    """The sensors of a board's history; none without a recorder."""
    if history is None:
        return []
    return [HistorySensor(coordinator, history, description) for description in SENSORS]


def history_buttons(coordinator: DigimonCoordinator, history: Historian | None) -> list[HistoryButton]:
    """The buttons of a board's history; none without a recorder."""
    if history is None:
        return []
    return [HistoryButton(coordinator, history, description) for description in BUTTONS]
