"""The eight loads on which the rules for warnings were settled, through meter, board and Home Assistant.

The simulator words the telegrams of a load, the real firmware reads them as a process on MicroPython, and the
integration polls it every 5 seconds. By default one load until it is certain; all of them with `scripts/test long`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from core.clock import QUARTER_SECONDS, day_start
from custom_components.digimon.capacity.events import Event, PeakWarning
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor import Address, BoardClient, BoardError
from simulator.house import House
from simulator.meter import Grid
from simulator.reading import Peak
from simulator.telegram import WITH_PEAKS, Wording
from tests.capacity.replay import Load
from tests.capacity.test_loads import CASES, WITHIN_SECONDS, WITHIN_W

ROOT = Path(__file__).parents[2]
SEED = 7
QUARTER = day_start(2026, 6, 10) + 18 * 3600
LEAD_IN_SECONDS = 60
POLL_SECONDS = 5

# Telegrams that the buffer of the board's UART holds.
AT_ONCE = 2


@dataclass
class Meter:
    """A P1 port on a socket that shows a load; below 2.5 kW so far this month."""

    load: Load
    wording: Wording = field(default_factory=lambda: Wording(SEED, Grid.SINGLE, WITH_PEAKS))
    house: House = field(default_factory=lambda: House(SEED))
    energy_ws: int = 0
    quarter_ws: int = 0
    connected: asyncio.Future[asyncio.StreamWriter] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    async def accept(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected.set_result(writer)

    async def send(self, begin: int, end: int) -> None:
        """The telegrams of some seconds, each at the end of the second that it tells of."""
        writer = await self.connected
        for utc in range(begin, end):
            watt = self.load(utc - QUARTER)
            now = utc + 1
            self.energy_ws += watt
            self.quarter_ws = watt if utc % QUARTER_SECONDS == 0 else self.quarter_ws + watt
            shown = replace(
                self.house.reading(QUARTER),
                time=now,
                consumed_energy_t1=12_000_000 + self.energy_ws // 3600,
                average_demand=0 if now % QUARTER_SECONDS == 0 else self.quarter_ws // QUARTER_SECONDS,
                consumed_power=watt,
                produced_power=0,
                phases=(),
                peak=Peak(QUARTER - 40_000 + (-QUARTER + 40_000) % QUARTER_SECONDS, 2000),
            )
            writer.write(self.wording.telegram(shown))
        await writer.drain()


@dataclass
class Told:
    """What was seen at the polls of a quarter: the first second of each."""

    person: int | None = None
    automation: int | None = None
    certain: int | None = None
    projected_w: float = 0

    def look(self, hass: HomeAssistant, second: int) -> None:
        risk = hass.states.get("sensor.digimon_peak_risk")
        shed = hass.states.get("binary_sensor.digimon_switch_loads_off")
        projected = hass.states.get("sensor.digimon_projected_quarter")
        if risk is None or shed is None or projected is None:
            return
        if self.person is None and risk.state in ("high", "certain"):
            self.person = second
        if self.automation is None and shed.state == "on":
            self.automation = second
        if self.certain is None and risk.state == "certain":
            self.certain = second
        self.projected_w = float(projected.state)


@pytest.fixture
async def meter(name: str, socket_enabled: None) -> AsyncIterator[tuple[Meter, int]]:
    """The meter of a load, and the port it sends at."""
    meter = Meter(CASES[name].load)
    server = await asyncio.start_server(meter.accept, "127.0.0.1", 0)
    yield meter, server.sockets[0].getsockname()[1]
    if meter.connected.done():
        meter.connected.result().close()
    server.close()


@pytest.fixture
async def board(meter: tuple[Meter, int], tmp_path: Path) -> AsyncIterator[int]:
    """The board that reads it; its port."""
    process = await asyncio.create_subprocess_exec(
        ROOT / "scripts/twin",
        "--sd",
        tmp_path / "card",
        "--p1",
        f"tcp://127.0.0.1:{meter[1]}",
        "--no-discovery",
        # It is polled as no house does it; whether it lives in the memory of a board is tested elsewhere.
        "--heap",
        "512k",
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = b""
        while not line.startswith(b"listening on "):
            line = await process.stdout.readline()
            assert line, "the board ended"
        yield int(line.rsplit(b":", 1)[1])
    finally:
        process.terminate()
        await process.communicate()


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        # Until it is certain.
        ("car", 300),
        *(pytest.param(name, QUARTER_SECONDS - POLL_SECONDS, marks=pytest.mark.long) for name in CASES),
    ],
)
async def test_a_load_is_told_when_it_should_be_and_not_when_it_should_not(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    name: str,
    seconds: int,
    meter: tuple[Meter, int],
    board: int,
    freezer: FrozenDateTimeFactory,
) -> None:
    case = CASES[name]
    client = BoardClient(Address(host="127.0.0.1", port=board), async_get_clientsession(hass))
    identity = await client.identify()
    options = {"capacity": {"area": "antwerpen", "goal_w": 2500}}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="digimon",
        unique_id=identity.unique_id,
        data={CONF_HOST: "127.0.0.1", CONF_PORT: board},
        options=options,
    )
    entry.add_to_hass(hass)
    come_to = reader(meter[0], client, freezer)
    await come_to(QUARTER - LEAD_IN_SECONDS, QUARTER - LEAD_IN_SECONDS + POLL_SECONDS)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    warnings: list[Event] = []

    def note(event: Event, _: object) -> None:
        if isinstance(event, PeakWarning):
            warnings.append(event)

    entry.runtime_data.tariff.async_listen(note)
    told = Told()
    for begin in range(POLL_SECONDS - LEAD_IN_SECONDS, seconds, POLL_SECONDS):
        await come_to(QUARTER + begin, QUARTER + begin + POLL_SECONDS)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        if begin >= 0:
            told.look(hass, begin + POLL_SECONDS)
    for found, expected in (
        (told.person, case.person),
        (told.automation, case.automation),
        (told.certain, case.certain),
    ):
        assert (found is None) == (expected is None), told
        assert found is None or expected is None or abs(found - expected) <= WITHIN_SECONDS, told
    assert len(warnings) == (case.person is not None)
    assert abs(told.projected_w - case.end_w) <= WITHIN_W + 10
    assert await hass.config_entries.async_unload(entry.entry_id)


def reader(meter: Meter, client: BoardClient, freezer: FrozenDateTimeFactory) -> Callable[[int, int], Awaitable[None]]:
    """Let some seconds pass for meter, board and clock."""

    async def come_to(begin: int, end: int) -> None:
        freezer.move_to(datetime.fromtimestamp(end, UTC))
        for first in range(begin, end, AT_ONCE):
            last = min(first + AT_ONCE, end)
            await meter.send(first, last)
            while not await has_taken(last):
                pass

    async def has_taken(utc: int) -> bool:
        try:
            reading = await client.meter()
        except BoardError:
            # It is asked more often than it answers.
            return False
        return reading is not None and reading.time == utc

    return come_to
