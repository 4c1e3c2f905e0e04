"""What it costs to bring a year of a card into Home Assistant, beside the naive way for a month.

Usage: [DIGIMON_BENCH_DAYS=365] [DIGIMON_BENCH_SLOWER=66] pytest -s bench/history.py, with the Python of the tests (its
fixtures are a Home Assistant)
Prints one line of JSON per way: requests, seconds, CPU seconds of the board (the twin, on 32-bit MicroPython with a
heap of 112 KB) and of this process, each per month and less what the polls of the live values take in the same time,
which Home Assistant makes every five seconds; and how late those polls were meanwhile.

Both ways do the same job on the same board, whose index is there: the hours of the card come into the long-term
statistics. The naive way asks for one quarter file after the other, without leaving the board alone for a moment, and
hands each hour of each sensor to the recorder when its four quarters are read. It can do so for ten sensors, as the
files know no gas and water; ours are twelve.

The twin's processor is many times faster than that of a board, which flatters who asks for much. So the same is
measured a second time on a twin that gets one part in `DIGIMON_BENCH_SLOWER` of a processor (`bench.slow`; where the
number comes from stands in docs/performance.md): three days the naive way and 30 days ours. Of that run only the wall
time says anything.

What making the index of a card costs that has none, as those of the original firmware, is measured apart.
"""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from bench import card
from bench.board import ROOT, wait_for
from bench.naive import MONTH_DAYS, Naive, rows_alone
from bench.poll import board_seconds, micropython_of
from core.clock import DAY_SECONDS, HOUR_SECONDS
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.history.status import HistoryState
from custom_components.digimon.monitor import BoardClient
from simulator.house import House

YEAR_DAYS = int(os.environ.get("DIGIMON_BENCH_DAYS", "365"))
SLOWER = float(os.environ.get("DIGIMON_BENCH_SLOWER", "66"))
SLOW_NAIVE_DAYS = 3
WEEK_DAYS = 7
POLL_SECONDS = 5
IDLE_SECONDS = 20


@pytest.fixture
def enable_event_loop_debug() -> None:
    """Not here: who notes for each callback who asked for it measures that."""


@pytest.fixture(autouse=True)
def quiet_database() -> None:
    """Of each statement there is a line otherwise, which takes longer than the statement."""
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


@contextmanager
def twin(days: int, *, index: bool) -> Iterator[tuple[int, int, int]]:
    """A board with so many days on its card: port, process, and when the card begins."""
    with tempfile.TemporaryDirectory() as folder:
        now = int(time.time())
        first = (now - days * DAY_SECONDS) // HOUR_SECONDS * HOUR_SECONDS
        card.write(Path(folder), House(1), first, now, index=index)
        command: list[str | Path] = [ROOT / "scripts/twin", "--sd", folder, "--p1", "sim", "--no-discovery"]
        command += ["--heap", "112k"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            yield int(wait_for(process, r"listening on http://127\.0\.0\.1:(\d+)")), process.pid, first
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()


async def index_is_ready(port: int) -> None:
    """Wait until the board has looked at every day of its card; while it is asked often, it does not."""
    while True:
        # Each time anew: as long as a client is there, the board has no time for its index.
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/info") as answer:
            if answer.ok and json.loads(await answer.read())["index"]["state"] == "ready":
                return
        await asyncio.sleep(2)


class Meter:
    """Measures work beside what is going on anyway."""

    def __init__(self, process: int) -> None:
        """:param process: of the twin."""
        self._process = process
        self._idle = [0.0, 0.0, 0.0]

    async def idle(self) -> None:
        """Measure what is going on anyway."""
        self._idle = [cost / IDLE_SECONDS for cost in await self._costs(asyncio.sleep(IDLE_SECONDS))]

    async def measure(self, months: float, work: Callable[[], Awaitable[int]]) -> dict[str, float]:
        """What some work costs per month of the card.

        :param work: returns how many requests it made.
        """
        requests = 0

        async def counted() -> None:
            nonlocal requests
            requests = await work()

        seconds, board, own = await self._costs(counted())
        return {
            "requests per month": requests / months,
            "seconds per month": seconds / months,
            "board CPU s per month": (board - self._idle[1] * seconds) / months,
            "home assistant CPU s per month": (own - self._idle[2] * seconds) / months,
        }

    async def _costs(self, work: Awaitable[None]) -> list[float]:
        before = self._now()
        await work
        return [later - earlier for earlier, later in zip(before, self._now(), strict=True)]

    def _now(self) -> list[float]:
        return [time.monotonic(), board_seconds(self._process), time.process_time()]


class Home:
    """A Home Assistant with a board, whose card it has left alone so far.

    :ivar asked: what it asked of the card since `begin`.
    """

    def __init__(self, hass: HomeAssistant, storage: dict[str, Any], port: int) -> None:
        self.asked: list[str] = []
        self._polled: list[float] = []
        self._answered: list[float] = []
        self._hass = hass
        self._entry = MockConfigEntry(domain=DOMAIN, title="digimon", data={CONF_HOST: "127.0.0.1", CONF_PORT: port})
        key = f"{DOMAIN}.history.{self._entry.entry_id}"
        storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {"stopped": True}}

    async def start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set the board up, and wait until its meter was heard."""
        request = BoardClient._request  # noqa: SLF001 - the one door to a board

        async def noting(client: BoardClient, method: str, path: str, *args: object, **named: object) -> object:
            if path.startswith("/historic/"):
                self.asked.append(path)
            if path != "/current/quarter":
                return await request(client, method, path, *args, **named)  # type: ignore[arg-type]
            began = time.monotonic()
            self._polled.append(began)
            answer = await request(client, method, path, *args, **named)  # type: ignore[arg-type]
            self._answered.append(time.monotonic() - began)
            return answer

        monkeypatch.setattr(BoardClient, "_request", noting)
        self._entry.add_to_hass(self._hass)
        if not await self._hass.config_entries.async_setup(self._entry.entry_id):
            pytest.fail("the integration was not set up")
        coordinator = self._entry.runtime_data.coordinator
        while coordinator.data.reading is None:
            await asyncio.sleep(0.1)
            await coordinator.async_refresh()
        await self._hass.async_block_till_done()
        if self._entry.runtime_data.history is None:
            pytest.fail("there is no recorder")
        await self._entry.runtime_data.history.settled()

    def begin(self) -> None:
        """Note anew what goes on."""
        for noted in (self.asked, self._polled, self._answered):
            noted.clear()

    async def bring_over(self) -> int:
        """Bring over the card.

        :returns: how many requests that took.
        """
        self.begin()
        history = self._entry.runtime_data.history
        history.request()
        await history.settled()
        if history.status.state is not HistoryState.UP_TO_DATE:
            pytest.fail(f"the card was not brought over: {history.status.state}")
        return len(self.asked)

    def polls(self) -> dict[str, float]:
        """How the polls of the live values went meanwhile."""
        late = [max(later - earlier - POLL_SECONDS, 0) for earlier, later in pairwise(self._polled)]
        return {
            "polls meanwhile": len(self._polled),
            "answered": len(self._answered),
            "latest s": max(late, default=0),
            "sum s": sum(late),
            "slowest answer s": max(self._answered, default=0),
        }

    async def stop(self) -> None:
        """Leave the board."""
        await self._hass.config_entries.async_unload(self._entry.entry_id)


type HomeOf = Callable[[int], Awaitable[Home]]


@pytest.fixture
async def home_of(  # noqa: PLR0913, PLR0917 - in the order in which they have to be made
    recorder_mock: None,  # noqa: ARG001 - a recorder
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    enable_custom_integrations: None,  # noqa: ARG001 - ours
    socket_enabled: None,  # noqa: ARG001 - and a way to the board
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[HomeOf]:
    """Makes the home of a board at a port."""
    homes = []

    async def make(port: int) -> Home:
        await index_is_ready(port)
        homes.append(home := Home(hass, hass_storage, port))
        await home.start(monkeypatch)
        return home

    yield make
    for home in homes:
        await home.stop()


async def test_a_year(home_of: HomeOf, hass: HomeAssistant) -> None:
    """Bring over a month the naive way, and a year."""
    with twin(YEAR_DAYS, index=True) as (port, process, first):
        home = await home_of(port)
        meter = Meter(process)
        await meter.idle()
        naive = Naive(hass, port)
        days = min(MONTH_DAYS, YEAR_DAYS)
        of_month = await meter.measure(days / 30, lambda: naive.bring_over(first, first + days * DAY_SECONDS))
        of_year = await meter.measure(YEAR_DAYS / 30, home.bring_over)
        print(json.dumps({"way": "one file after the other"} | of_month))
        print(json.dumps({"way": "by days", "requests in all": len(home.asked)} | of_year | home.polls()))
        of_rows = await meter.measure(1, partial(rows_alone, hass, first))
        print(json.dumps({"way": "the rows of twelve sensors alone"} | of_rows))
        print(json.dumps({f"ratio of {key}": of_month[key] / of_year[key] for key in of_month}))


async def test_a_month_of_a_slow_board(home_of: HomeOf, hass: HomeAssistant) -> None:
    """Bring over some days the naive way and a month, of a board that is as slow as one."""
    with twin(MONTH_DAYS, index=True) as (port, process, first):
        home = await home_of(port)
        meter = Meter(process)
        command = [sys.executable, "-m", "bench.slow", str(micropython_of(process)), str(SLOWER)]
        with subprocess.Popen(command, cwd=ROOT) as slow:  # noqa: ASYNC220 - it is not waited for
            try:
                naive = Naive(hass, port)
                until = first + SLOW_NAIVE_DAYS * DAY_SECONDS
                home.begin()
                of_days = await meter.measure(SLOW_NAIVE_DAYS / 30, lambda: naive.bring_over(first, until))
                polls = home.polls()
                of_month = await meter.measure(MONTH_DAYS / 30, home.bring_over)
            finally:
                slow.terminate()
        seconds, ours = of_days["seconds per month"], of_month["seconds per month"]
        of_rows = await meter.measure(1, partial(rows_alone, hass, first))
        told: dict[str, object] = {"way": "one file after the other", "slower": SLOWER, "seconds per month": seconds}
        print(json.dumps(told | polls))
        print(json.dumps(told | {"way": "by days", "seconds per month": ours} | home.polls()))
        print(json.dumps({"way": "the rows alone", "seconds per month": of_rows["seconds per month"]}))
        print(json.dumps({"ratio of seconds per month": seconds / ours}))


async def test_an_index(socket_enabled: None) -> None:  # noqa: ARG001 - a way to the board
    """Let a board make the index of a card that has none."""
    with twin(WEEK_DAYS, index=False) as (port, process, _):
        meter = Meter(process)

        async def made() -> int:
            await index_is_ready(port)
            return 0

        print(json.dumps({"way": "making the index"} | await meter.measure(WEEK_DAYS / 30, made)))
