"""Buttons: what a board can be told to do."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .arrivals import add_as_they_come, take
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
    client = entry.runtime_data.client
    waiting = list(DESCRIPTIONS)

    def arrivals() -> Iterator[DigimonButton]:
        if client is not None:
            for description in take(waiting, lambda _: coordinator.data.health is not None):
                yield DigimonButton(coordinator, client, description)

    add_as_they_come(entry, async_add_entities, arrivals)
    async_add_entities(history_buttons(coordinator, entry.runtime_data.history))


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
