"""A P1 cable without a board, in a started Home Assistant: on a serial device that moves, and in the network."""

import asyncio
import contextlib
import os
import pty
import re
import time
import tty
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from develop.api import ApiError
from develop.browser import sign_in, window
from develop.demonstration import PASSWORD, PERSON
from simulator.house import House

from .cable import PATIENCE_SECONDS, HomeAssistant
from .command import SEED

pytestmark = pytest.mark.asyncio(loop_scope="session")

_DOMAIN = "digimon"
_BY_ID = Path("/dev/serial/by-id")


class Meter:
    """A house that sends its telegram every second, to a serial device and to who connects."""

    def __init__(self) -> None:
        self.house = House(SEED)
        self.device = ""
        self._ours: int | None = None
        self._theirs: int | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def run(self) -> None:
        """Send, until it is cancelled."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            while True:
                telegram = self.house.telegram(int(time.time()))
                if self._ours is not None:
                    # Nobody reads: what does not fit is lost, as on a wire.
                    with contextlib.suppress(BlockingIOError):
                        os.write(self._ours, telegram)
                for writer in tuple(self._writers):
                    writer.write(telegram)
                await asyncio.sleep(1)
        finally:
            server.close()
            # Who left since the last telegram would be waited for, for ever: only sending tells that he is gone.
            server.abort_clients()

    def plug_in(self) -> None:
        """Another device each time, as the kernel numbers them anew."""
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.device = os.ttyname(self._theirs)

    def unplug(self) -> None:
        for end in (self._ours, self._theirs):
            if end is not None:
                os.close(end)
        self._ours = self._theirs = None

    async def _serve(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def meter() -> AsyncIterator[Meter]:
    meter = Meter()
    meter.plug_in()
    sending = asyncio.create_task(meter.run())
    yield meter
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    meter.unplug()


class LastingName:
    """The name that udev gives a device for as long as it exists; of ours nobody has made one."""

    def __init__(self) -> None:
        self._link = _BY_ID / "usb-Digimon_P1_cable_0001-if00-port0"

    def lead_to(self, device: str) -> None:
        _BY_ID.mkdir(parents=True, exist_ok=True)
        self._link.symlink_to(device)

    def lose(self) -> None:
        self._link.unlink(missing_ok=True)

    def is_free(self) -> bool:
        """Whether nobody has it for himself."""
        device = os.open(self._link, os.O_RDWR | os.O_NOCTTY)
        os.close(device)
        return True


@pytest.fixture(scope="module")
def lasting(meter: Meter) -> Iterator[LastingName]:
    if os.geteuid() or _BY_ID.exists():
        pytest.skip("names of serial devices can be made by root only, where there are none")
    name = LastingName()
    name.lead_to(meter.device)
    yield name
    name.lose()
    _BY_ID.rmdir()
    _BY_ID.parent.rmdir()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory, meter: Meter) -> AsyncIterator[HomeAssistant]:
    home = HomeAssistant(tmp_path_factory.mktemp("cable"))
    try:
        await home.start()
        yield home
    finally:
        await home.stop()


async def test_a_cable_is_added_and_found_again_wherever_it_is_plugged_in(
    home: HomeAssistant, meter: Meter, lasting: LastingName
) -> None:
    # A person chooses the device; kept is the name that lasts.
    answer = await home.add_cable(meter.device)
    assert answer["type"] == "create_entry", answer
    await home.goes_on()
    states = await home.states()
    shown = meter.house.reading(int(time.time()))
    wanted = (shown.consumed_energy_t1 + shown.consumed_energy_t2) / 1000
    assert abs(float(states["consumed_energy"]) - wanted) < 1 / 10
    assert len([key for key in ("net_power", "month_peak", "quarter_average", "tariff") if key in states]) > 2

    meter.unplug()
    lasting.lose()
    await home.is_away()
    meter.plug_in()
    lasting.lead_to(meter.device)
    await home.goes_on()


@pytest.mark.usefixtures("lasting")
async def test_a_restart_goes_on_with_the_quarter(home: HomeAssistant) -> None:
    entry = await entry_of(home)
    earlier = await subscribed(home, entry)
    await home.stop()
    await home.start()
    await home.goes_on()
    later = await subscribed(home, entry)
    if later["quarter_id"] == earlier["quarter_id"]:
        known = len(earlier["consumed_power_interval_avgs"]) - 1
        assert later["consumed_power_interval_avgs"][:known] == earlier["consumed_power_interval_avgs"][:known]


async def test_it_moves_into_the_network_with_all_that_it_has(
    home: HomeAssistant, meter: Meter, lasting: LastingName
) -> None:
    entry = await entry_of(home)
    entities = {one["entity_id"] for one in await ours(home)}
    assert await home.move_to(entry, f"socket://127.0.0.1:{meter.port}") == "reconfigure_successful"
    await home.goes_on()
    assert {one["entity_id"] for one in await ours(home)} == entities
    assert lasting.is_free()


@pytest.mark.browser
async def test_the_card_shows_the_quarter_of_a_cable(home: HomeAssistant, browser: Browser) -> None:
    if not await ours(home):
        pytest.skip("no cable was added")
    await home.api.command(
        "lovelace/dashboards/create", url_path="p1-cable", title="P1", mode="storage", show_in_sidebar=True
    )
    view = {"title": "P1", "cards": [{"type": "custom:digimon-quarter-card"}]}
    await home.api.command("lovelace/config/save", url_path="p1-cable", config={"views": [view]})
    async with window(browser) as page:
        await sign_in(page, home.url, PERSON, PASSWORD)
        await page.goto(f"{home.url}/p1-cable/0")
        card = page.locator("digimon-quarter-card")
        shown = PATIENCE_SECONDS * 1000
        await expect(card.locator("#stat-average dd")).to_have_text(re.compile(r"\d.*W$"), timeout=shown)
        await card.locator("#view-day").click()
        await expect(card.locator("#stat-quarters dd")).to_have_text(re.compile(r"\d+ / \d+"), timeout=shown)


async def test_nothing_was_said_in_the_log(home: HomeAssistant) -> None:
    assert await home.complaints() == []


async def ours(home: HomeAssistant) -> list[dict[str, Any]]:
    """The entities of the cable."""
    return [one for one in await home.api.command("config/entity_registry/list") if one["platform"] == _DOMAIN]


async def entry_of(home: HomeAssistant) -> str:
    return str((await ours(home))[0]["config_entry_id"])


async def subscribed(home: HomeAssistant, entry_id: str) -> dict[str, Any]:
    """The running quarter as a card is told."""
    async with home.api.subscription("digimon/quarter/subscribe", config_entry_id=entry_id) as told:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = await told.get()
                if message["quarter"] is not None:
                    quarter: dict[str, Any] = message["quarter"]
                    return quarter
    raise ApiError("no quarter came")
