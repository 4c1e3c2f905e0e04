"""Much of the past at once, from the real firmware on 32-bit MicroPython."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from bench import card
from core.clock import DAY_SECONDS, HOUR_SECONDS, QUARTER_SECONDS, is_summer
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.history.times import closed_until
from custom_components.digimon.monitor import BoardClient
from simulator.house import House

ROOT = Path(__file__).parents[3]
_WS_PER_WH = 3600

type Add = Callable[[int], Any]


class Requests:
    """What was asked of a board, and when."""

    def __init__(self) -> None:
        self.card: list[str] = []
        self.live: list[float] = []

    def note(self, path: str) -> None:
        """Note one request."""
        if path.startswith(("/historic/", "/meter/")):
            self.card.append(path)
        elif path == "/current/quarter":
            self.live.append(time.monotonic())


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    """All requests to boards."""
    noted = Requests()
    request = BoardClient._request  # noqa: SLF001 - the one door to a board

    async def noting(self: BoardClient, method: str, path: str, *args: Any, **named: Any) -> Any:
        noted.note(path)
        return await request(self, method, path, *args, **named)

    monkeypatch.setattr(BoardClient, "_request", noting)
    return noted


@pytest.fixture
async def added(
    recorder_mock: None, hass: HomeAssistant, enable_custom_integrations: None, socket_enabled: None
) -> AsyncIterator[Add]:
    """Adds a board with so many days on its card to Home Assistant, at the pace of real time."""
    processes: list[asyncio.subprocess.Process] = []
    with tempfile.TemporaryDirectory() as folder:

        async def add(days: int) -> tuple[House, int, int, MockConfigEntry]:
            house = House(1)
            now = int(time.time())
            first = (now - days * DAY_SECONDS) // HOUR_SECONDS * HOUR_SECONDS
            number = await hass.async_add_executor_job(card.write, Path(folder), house, first, now)
            assert number >= days * 96
            process = await asyncio.create_subprocess_exec(
                *(ROOT / "scripts/twin", "--sd", folder, "--p1", "sim", "--no-discovery"),
                stdout=asyncio.subprocess.PIPE,
            )
            processes.append(process)
            assert process.stdout is not None
            while not (line := (await process.stdout.readline()).decode()).startswith("listening on "):
                assert line
            entry = MockConfigEntry(
                domain=DOMAIN, title="digimon", data={CONF_HOST: "127.0.0.1", CONF_PORT: int(line.rsplit(":", 1)[1])}
            )
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            # Until the meter has spoken there are no sensors.
            coordinator = entry.runtime_data.coordinator
            while coordinator.data.reading is None:
                await asyncio.sleep(0)
                await coordinator.async_refresh()
            await hass.async_block_till_done()
            entry.runtime_data.history.request()
            # An hour that is hardly over waits for Home Assistant's own row of it.
            return house, first, closed_until(now, None), entry

        yield add
        for entry in hass.config_entries.async_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        for process in processes:
            process.terminate()
            await process.communicate()


async def _changes(hass: HomeAssistant, entity_id: str) -> dict[int, float]:
    rows = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, dt_util.utc_from_timestamp(0), None, {entity_id}, "hour", {"energy": "Wh"}, {"change"}
        )
    )
    return {int(row["start"]): row["change"] or 0.0 for row in rows[entity_id]}


async def _assert_complete(hass: HomeAssistant, house: House, first: int, until: int) -> dict[int, float]:
    """Every hour is what the registers of the house counted; one may have ended since, and may be there as well."""
    sums: dict[int, float] = {}
    for entity_id, places in (
        ("sensor.mock_title_consumed_energy", (0, 1)),
        ("sensor.digimon_consumed_energy", (0, 1)),
    ):
        if hass.states.get(entity_id) is None:
            continue
        changes = {start: change for start, change in (await _changes(hass, entity_id)).items() if start < until}
        assert list(changes) == list(range(first, until, HOUR_SECONDS))

        def register(utc: int, places: tuple[int, ...] = places) -> int:
            return sum(house.energy(utc)[place] // _WS_PER_WH for place in places)

        wrong = {
            start: (change, register(start + HOUR_SECONDS) - register(start))
            for start, change in changes.items()
            if abs(change - register(start + HOUR_SECONDS) + register(start)) > 1.01
        }
        assert wrong == {}
        sums = changes
    assert sums
    return sums


async def test_a_month_comes_in_with_a_request_a_day(added: Add, hass: HomeAssistant, requests: Requests) -> None:
    house, first, until, entry = await added(31)
    await entry.runtime_data.history.settled()
    assert len(requests.card) <= 31 + 10
    assert not [path for path in requests.card if path.startswith("/meter/") and "historic" in path]
    await _assert_complete(hass, house, first, until)


@pytest.mark.long
async def test_a_year_comes_in_with_at_most_400_requests_and_no_poll_is_late(
    added: Add, hass: HomeAssistant, requests: Requests
) -> None:
    house, first, until, entry = await added(365)
    history = entry.runtime_data.history
    failures = []
    coordinator = entry.runtime_data.coordinator
    coordinator.async_add_listener(lambda: failures.append(coordinator.last_update_success))
    requests.live.clear()
    started = time.monotonic()
    await history.settled()
    seconds = time.monotonic() - started
    asked = [path for path in requests.card if path.startswith("/historic/")]
    print(f"{len(asked)} requests, {len(requests.live)} polls in {seconds:.0f} s")  # noqa: T201 - what a campaign found
    assert len(asked) <= 400
    # None was left out, and none failed.
    assert len(requests.live) >= seconds // 5 - 1
    assert all(failures)
    changes = await _assert_complete(hass, house, first, until)
    # Both changes of the clock are in it.
    assert len({is_summer(start) for start in changes}) == 2
    assert len(changes) * 4 == (until - first) // QUARTER_SECONDS
