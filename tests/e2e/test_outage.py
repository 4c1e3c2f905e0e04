"""A board that goes away and comes back."""

import asyncio
import os
import signal
import time

import pytest

from develop.api import Api
from develop.dashboard import SENSORS
from develop.home import sensors_of
from simulator.house import House

from .command import PATIENCE_SECONDS, Command
from .expected import second_of, values_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_board_that_hangs_is_unavailable_and_recovers_by_itself(
    dutch: Command, dutch_api: Api, house: House
) -> None:
    sensors = await sensors_of(dutch_api, dutch.board(), SENSORS)
    board = dutch.micropython()
    async with dutch_api.subscription("subscribe_events", event_type="state_changed") as changes:

        async def next_state(*, available: bool) -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    change = (await changes.get())["data"]
                    is_available = change["new_state"]["state"] != "unavailable"
                    if change["entity_id"] == sensors["net_power"] and is_available == available:
                        return

        os.kill(board.pid, signal.SIGSTOP)
        try:
            await next_state(available=False)
            states = {state["entity_id"]: state["state"] for state in await dutch_api.command("get_states")}
            # What is billed and what may be drawn is known without the board.
            assert {states[sensors[key]] for key in SENSORS} == {"unavailable"}
        finally:
            os.kill(board.pid, signal.SIGCONT)
        await next_state(available=True)
        # The board first hears what the meter sent meanwhile.
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                shown = values_of(await dutch_api.command("get_states"), sensors)
                if second_of(house, shown, time.time()) is not None:
                    return
                await changes.get()
