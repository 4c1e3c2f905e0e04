"""What one poll costs Home Assistant and the board, while every telegram brings new values.

Usage: pytest -s bench/poll.py, with the Python of the tests (its fixtures are a Home Assistant)
Prints one line of JSON: CPU milliseconds of this process per poll, beside those of fetching and
parsing the same two documents and nothing else; and CPU milliseconds of the board per poll.
"""

import asyncio
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from bench.board import ROOT, wait_for
from custom_components.digimon.const import DOMAIN

POLLS = 400
WARM_UP = 20
TICKS = os.sysconf("SC_CLK_TCK")


def stat(process: int) -> list[str]:
    """The fields of a process behind its name: state, parent, … (proc(5))."""
    return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()


def descends_from(process: int, ancestor: int) -> bool:
    """Whether a process was started by another, or by one that that one started."""
    while process > 1:
        process = int(stat(process)[1])
        if process == ancestor:
            return True
    return False


def processes_of(twin: int) -> Iterator[int]:
    """The MicroPython processes of a twin."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"micropython" in (folder / "cmdline").read_bytes() and descends_from(int(folder.name), twin):
                yield int(folder.name)
        except FileNotFoundError:
            # It ended while we looked.
            continue


def micropython_of(twin: int) -> int:
    """The MicroPython process of a twin, of which there is one while it does not restart."""
    (process,) = processes_of(twin)
    return process


def board_seconds(twin: int) -> float:
    """CPU seconds that the MicroPython process of a twin has used."""
    ticks = 0
    for process in processes_of(twin):
        fields = stat(process)
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


async def milliseconds(step: Callable[[], Awaitable[Any]]) -> float:
    """CPU milliseconds of this process for one step, averaged."""
    for _ in range(WARM_UP):
        await step()
    start = time.process_time()
    for _ in range(POLLS):
        await step()
    return (time.process_time() - start) * 1000 / POLLS


@pytest.fixture
def board() -> Iterator[tuple[int, int]]:
    """A simulated house and its board, at the pace of a real meter: port and process."""
    with tempfile.TemporaryDirectory() as card:
        command: list[str | Path] = [ROOT / "scripts/twin", "--sd", card, "--p1", "sim", "--no-discovery"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            yield int(wait_for(process, r"listening on http://127\.0\.0\.1:(\d+)")), process.pid
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()


@pytest.mark.usefixtures("enable_custom_integrations", "socket_enabled")
async def test_one_poll(hass: HomeAssistant, board: tuple[int, int]) -> None:
    """Poll by hand and through Home Assistant, and print what it cost."""
    port, twin = board
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:

        async def document(path: str) -> Any:  # noqa: ANN401 - any JSON
            async with session.get(url + path) as answer:
                return json.loads(await answer.read())

        async def by_hand() -> None:
            for path in ("/current/quarter", "/current/meter"):
                await document(path)

        while not await document("/current/meter"):  # noqa: ASYNC110 - nothing tells of the first telegram
            await asyncio.sleep(0.1)
        hand = await milliseconds(by_hand)
        serial = (await document("/info"))["serial"]
    entry = MockConfigEntry(
        domain=DOMAIN, title="digimon", unique_id=serial, data={CONF_HOST: "127.0.0.1", CONF_PORT: port}
    )
    entry.add_to_hass(hass)
    if not await hass.config_entries.async_setup(entry.entry_id):
        pytest.fail("the integration was not set up")
    await hass.async_block_till_done()
    coordinator = entry.runtime_data.coordinator
    # Polls follow one another much faster than telegrams: every one is made to bring news all the same.
    coordinator.always_update = True
    before = board_seconds(twin)
    poll = await milliseconds(coordinator.async_refresh)
    board_milliseconds = (board_seconds(twin) - before) * 1000 / (POLLS + WARM_UP)
    print(
        json.dumps(
            {
                "sensors": len(hass.states.async_all("sensor")),
                "home assistant ms per poll": poll,
                "by hand ms per poll": hand,
                "ratio": poll / hand,
                "board ms per poll": board_milliseconds,
            }
        )
    )
