"""Buttons: what a board can be told to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .entity import DigimonEntity
from .history.entities import history_buttons
from .monitor import BoardClient
from .writing import told_to_people

# A board does one thing at a time.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class DigimonButtonDescription(ButtonEntityDescription):
    """Describes something that a board does when it is told to."""

    press_fn: Callable[[BoardClient], Awaitable[None]]


DESCRIPTIONS: tuple[DigimonButtonDescription, ...] = (
    DigimonButtonDescription(
        key="identify",
        device_class=ButtonDeviceClass.IDENTIFY,
        entity_category=EntityCategory.DIAGNOSTIC,
        press_fn=lambda client: client.blink(),
    ),
    DigimonButtonDescription(
        key="restart",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda client: client.restart(),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make the buttons of a board with our firmware, also when it gets that later."""
    coordinator = entry.runtime_data.coordinator
    waiting = list(DESCRIPTIONS)

    @callback
    def add_when_ours() -> None:
        client = entry.runtime_data.client
        if client is not None and waiting and coordinator.data.health is not None:
            async_add_entities(DigimonButton(coordinator, client, description) for description in waiting)
            waiting.clear()

    add_when_ours()
    async_add_entities(history_buttons(coordinator, entry.runtime_data.history))
    entry.async_on_unload(coordinator.async_add_listener(add_when_ours))


class DigimonButton(DigimonEntity, ButtonEntity):
    """Lets a board do something."""

    entity_description: DigimonButtonDescription

    def __init__(
        self, coordinator: DigimonCoordinator, client: BoardClient, description: DigimonButtonDescription
    ) -> None:
        super().__init__(coordinator, description)
        self._client = client

    @override
    async def async_press(self) -> None:
        with told_to_people(self.coordinator.name):
            await self.entity_description.press_fn(self._client)
