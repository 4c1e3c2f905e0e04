"""What it costs to bring a year of a card into Home Assistant, beside the naive way for a month.

Usage: pytest -s bench/history.py, with the Python of the tests (its fixtures are a Home Assistant)
Prints one line of JSON per way: requests, seconds, CPU seconds of the board (the twin, on 32-bit MicroPython with a
heap of 112 KB) and of this process, each per month; and how late the polls of the live values were meanwhile, which
Home Assistant makes every five seconds. The naive way asks for one quarter file after the other and adds it up; it
writes nothing, and it does not leave the board alone for a moment.
"""

import asyncio
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from bench import card
from bench.board import ROOT, wait_for
from bench.poll import board_seconds
from core.clock import DAY_SECONDS, HOUR_SECONDS, QUARTER_SECONDS, quarter_id_at, quarter_path
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor import BoardClient
from simulator.house import House

YEAR_DAYS = 31
MONTH_DAYS = 3
POLL_SECONDS = 5


@pytest.fixture
def enable_event_loop_debug() -> None:
    """Not here: who notes for each callback who asked for it measures that."""


@pytest.fixture
def board() -> Iterator[tuple[int, int, int]]:
    """A board with a year on its card: port, process, and when the card begins."""
    with tempfile.TemporaryDirectory() as folder:
        now = int(time.time())
        first = (now - YEAR_DAYS * DAY_SECONDS) // HOUR_SECONDS * HOUR_SECONDS
        card.write(Path(folder), House(1), first, now)
        command: list[str | Path] = [ROOT / "scripts/twin", "--sd", folder, "--p1", "sim", "--no-discovery"]
        command += ["--heap", "112k"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            yield int(wait_for(process, r"listening on http://127\.0\.0\.1:(\d+)")), process.pid, first
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()


async def measured(twin: int, months: float, work: Callable[[], Awaitable[int]]) -> dict[str, float]:
    """What some work costs per month of the card."""
    board, own, wall = board_seconds(twin), time.process_time(), time.monotonic()
    requests = await work()
    return {
        "requests per month": requests / months,
        "seconds per month": (time.monotonic() - wall) / months,
        "board CPU s per month": (board_seconds(twin) - board) / months,
        "home assistant CPU s per month": (time.process_time() - own) / months,
    }


async def test_a_year(  # noqa: PLR0913, PLR0917 - the fixtures, in the order in which they have to be made
    recorder_mock: None,  # noqa: ARG001 - a recorder
    hass: HomeAssistant,
    enable_custom_integrations: None,  # noqa: ARG001 - ours
    socket_enabled: None,  # noqa: ARG001 - and a way to the board
    board: tuple[int, int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bring over a year, and read a month the naive way."""
    port, twin, first = board
    asked: list[str] = []
    polled: list[float] = []
    request = BoardClient._request  # noqa: SLF001 - the one door to a board

    async def noting(self: BoardClient, method: str, path: str, *args: object, **named: object) -> object:
        if path.startswith("/historic/"):
            asked.append(path)
        elif path == "/current/quarter":
            polled.append(time.monotonic())
        return await request(self, method, path, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(BoardClient, "_request", noting)

    async def naive() -> int:
        number = 0
        async with aiohttp.ClientSession() as session:
            for start in range(first, first + MONTH_DAYS * DAY_SECONDS, QUARTER_SECONDS):
                path = quarter_path(quarter_id_at(start))
                async with session.get(f"http://127.0.0.1:{port}{path}") as answer:
                    document = json.loads(await answer.read())
                sum(document["consumed_power_interval_avgs"])
                sum(document["produced_power_interval_avgs"])
                number += 1
        return number

    entry = MockConfigEntry(domain=DOMAIN, title="digimon", data={CONF_HOST: "127.0.0.1", CONF_PORT: port})
    entry.add_to_hass(hass)

    async def ours() -> int:
        if not await hass.config_entries.async_setup(entry.entry_id):
            pytest.fail("the integration was not set up")
        coordinator = entry.runtime_data.coordinator
        while coordinator.data.reading is None:
            await asyncio.sleep(0.1)
            await coordinator.async_refresh()
        await hass.async_block_till_done()
        entry.runtime_data.history.request()
        polled.clear()
        await entry.runtime_data.history.settled()
        return len(asked)

    of_month = await measured(twin, MONTH_DAYS / 30, naive)
    of_year = await measured(twin, YEAR_DAYS / 30, ours)
    print(json.dumps({"way": "one file after the other"} | of_month))
    print(json.dumps({"way": "by days", "requests in all": len(asked)} | of_year))
    between = [later - earlier for earlier, later in pairwise(polled)]
    late = [max(seconds - POLL_SECONDS, 0) for seconds in between]
    print(json.dumps({"polls meanwhile": len(polled), "latest s": max(late, default=0), "sum s": sum(late)}))
    print(json.dumps({f"ratio of {key}": of_month[key] / of_year[key] for key in of_month}))
    await hass.config_entries.async_unload(entry.entry_id)
