"""What is remembered of a history: a file that somebody spoilt costs looking at everything once more."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.digimon.const import DOMAIN
from custom_components.digimon.history.ledger import Ledger, Progress

KEY = f"{DOMAIN}.history.board"
WHOLE: dict[str, Any] = {
    "checked_until": 1_700_000_000,
    "months": {"2026-01": {"days": 3, "hours": {"gas": 72}}},
    "begun": {"month": "2026-02", "day": 4, "keys": ["gas"]},
    "stopped": True,
}


async def read(hass: HomeAssistant, hass_storage: dict[str, Any], stored: Any) -> Progress:
    hass_storage[KEY] = {"version": 1, "data": stored}
    ledger = Ledger(hass, "board")
    await ledger.load()
    return ledger.progress


async def test_what_was_stored_is_read(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    progress = await read(hass, hass_storage, WHOLE)
    assert progress.checked_until == 1_700_000_000
    assert progress.months["2026-01"].hours == {"gas": 72}
    assert progress.begun is not None
    assert progress.begun.day == 4
    assert progress.stopped


@pytest.mark.parametrize(
    "stored",
    [
        [],
        WHOLE | {"months": {"2026-01": {"days": 3}}},
        WHOLE | {"months": {"2026-01": 3}},
        WHOLE | {"months": {"2026-01": {"days": 3, "hours": ["gas"]}}},
        WHOLE | {"begun": {"month": "2026-02"}},
        WHOLE | {"begun": {"month": "2026-02", "day": 4, "keys": 5}},
    ],
)
async def test_a_file_that_is_none_of_ours_counts_as_none(
    hass: HomeAssistant, hass_storage: dict[str, Any], stored: Any
) -> None:
    assert await read(hass, hass_storage, stored) == Progress()
