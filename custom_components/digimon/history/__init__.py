"""History: from the card into the long-term statistics of the sensors themselves.

`series` says what is kept, `quarters`, `hours`, `powers` and `plan` decide with pure functions what has to be
written, `card` reads the board, `statistics` the recorder, and `historian` brings them together in the background.
"""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from .card import Card

if TYPE_CHECKING:
    from ..coordinator import DigimonConfigEntry
    from .historian import Historian

_RECORDER = "recorder"
# None: a board that says nothing of its card.
_IN = ("ok", None)


def make_historian(hass: HomeAssistant, entry: DigimonConfigEntry) -> Historian | None:
    """What keeps the statistics of a board; None in a Home Assistant without a recorder."""
    if _RECORDER not in hass.config.components:
        return None
    # The recorder brings packages that a Home Assistant without it need not have.
    from .historian import Historian  # noqa: PLC0415

    coordinator, tariff = entry.runtime_data.coordinator, entry.runtime_data.tariff
    card = Card(
        entry.runtime_data.archive,
        # Only our own firmware tells how it is doing.
        is_original=lambda: coordinator.data.health is None,
        is_in=lambda: coordinator.data.health is None or coordinator.data.health.card_state in _IN,
        # What is read for the statistics is not read a second time for the month peaks.
        on_read=tariff.note_past,
    )
    return Historian(hass, entry, coordinator, card)
