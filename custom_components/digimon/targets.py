"""Which entities of a target a trigger or a condition of ours is about.

People choose a board, an area or a whole floor; what is meant is one kind of entity of ours among all that is there.
"""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


def entities_of_kind(hass: HomeAssistant, entity_ids: set[str], kind: str) -> set[str]:
    """Those of our entities whose translation key is ``kind``."""
    registry = er.async_get(hass)
    found = set()
    for entity_id in entity_ids:
        entity = registry.async_get(entity_id)
        if entity is not None and entity.platform == DOMAIN and entity.translation_key == kind:
            found.add(entity_id)
    return found
