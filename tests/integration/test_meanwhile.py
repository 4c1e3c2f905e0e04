"""What is asked of a board whose entry is unloaded before the card has answered."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from .board import DAY, Board
from .card import house_of, put_day, put_folders
from .reply import Reply
from .test_automation import ask

DAYS = [date(2022, 7, day) for day in range(1, 5)]


class SlowBoard(Board):
    """Takes until it is told for the days of its card."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()
        put_folders(self, *DAYS)
        for day in DAYS:
            put_day(self, house_of(3), day, quarters=range(1))

    async def reply(self, path: str, *, known: str | None, in_records: bool) -> Reply:
        if path.startswith(DAY):
            self.asked.set()
            await self.may_answer.wait()
        return await super().reply(path, known=known, in_records=in_records)


@pytest.fixture
async def board(socket_enabled: None) -> AsyncIterator[SlowBoard]:
    async with SlowBoard() as board:
        yield board


@pytest.fixture
async def connection(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    return await hass_ws_client(hass)


async def unload_meanwhile(hass: HomeAssistant, board: SlowBoard, entry: MockConfigEntry) -> None:
    """Let the entry go while the board looks for the day, and the board find it afterwards."""
    await board.asked.wait()
    assert await hass.config_entries.async_unload(entry.entry_id)
    board.may_answer.set()


async def test_a_day_is_answered_all_the_same(
    hass: HomeAssistant, board: SlowBoard, loaded: MockConfigEntry, connection: MockHAClientWebSocket
) -> None:
    await connection.send_json_auto_id({"type": "digimon/day/get", "date": "2022-07-01"})
    await unload_meanwhile(hass, board, loaded)
    answer: dict[str, Any] = await connection.receive_json()
    assert answer["success"], answer
    assert len(answer["result"]["quarters"]) == 1


async def test_an_action_is_answered_all_the_same(
    hass: HomeAssistant, board: SlowBoard, loaded: MockConfigEntry
) -> None:
    asked = hass.async_create_task(ask(hass, "get_day", date="2022-07-01"))
    await unload_meanwhile(hass, board, loaded)
    assert len((await asked)["quarters"]) == 1


async def test_a_month_says_why_the_rest_of_it_does_not_come(
    hass: HomeAssistant, board: SlowBoard, loaded: MockConfigEntry, connection: MockHAClientWebSocket
) -> None:
    await connection.send_json_auto_id({"type": "digimon/month/subscribe", "year": 2022, "month": 7})
    await unload_meanwhile(hass, board, loaded)
    assert (await connection.receive_json())["success"]
    while not (told := (await connection.receive_json())["event"])["done"]:
        pass
    assert len(told["peaks"]) == 1
    assert "cannot be read at the moment" in told["failed"]
