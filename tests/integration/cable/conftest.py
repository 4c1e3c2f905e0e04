"""A port and a house for the tests of a cable."""

from collections.abc import AsyncIterator

import pytest

from custom_components.digimon.cable import reader
from custom_components.digimon.cable import source as cable
from simulator.house import House
from tests.integration.card import house_of

from .port import Port


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open a lost port again without a pause, and do not wait for a meter that says nothing."""
    monkeypatch.setattr(reader, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(reader, "LONGEST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(cable, "FIRST_TELEGRAM_SECONDS", 0.5)


@pytest.fixture
def house() -> House:
    return house_of(1)


@pytest.fixture
async def port(socket_enabled: None) -> AsyncIterator[Port]:
    async with Port() as port:
        yield port
