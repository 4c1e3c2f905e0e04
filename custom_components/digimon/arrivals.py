"""Entities that come when there is something to show: at set-up, or with any later poll."""

from collections.abc import Callable, Iterable

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DigimonConfigEntry


@callback
def add_as_they_come(
    entry: DigimonConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    arrivals: Callable[[], Iterable[Entity]],
) -> None:
    """Add what comes now and after each poll, as long as the entry is loaded.

    :param arrivals: makes the entities that have something to show for the first time; each of them once.
    """

    @callback
    def add() -> None:
        if entities := list(arrivals()):
            async_add_entities(entities)

    add()
    entry.async_on_unload(entry.runtime_data.coordinator.async_add_listener(add))


def take[T](waiting: list[T], has_come: Callable[[T], bool]) -> list[T]:
    """Take out of a list what has come, in order."""
    come = [one for one in waiting if has_come(one)]
    for one in come:
        waiting.remove(one)
    return come
