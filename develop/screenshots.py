"""``python -m develop.screenshots``, behind develop/screenshots: the pictures in docs/images."""

import asyncio
import contextlib
import json
import os
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page

from core.clock import day_start, local_fields
from simulator.house import House

from .api import Api
from .browser import DUTCH, ENGLISH, chromium, sign_in, window
from .child import Child
from .configuration import Listening
from .dashboard import URL_PATH
from .demonstration import PASSWORD, PERSON, board_at
from .home import Board, device_of, history_arrived
from .state import REPOSITORY, state_of

_IMAGES = REPOSITORY / "docs" / "images"
# Fine enough for the screens of today, and under 300 KB.
_SCALE = 1.5
_PORT = 8163
_SEEDS = range(1, 13)
_STOP_SECONDS = 30
_LOCALES = {"en": ENGLISH, "nl": DUTCH}

# What is worth showing of each page: width and height in its pixels, from the upper left corner.
_DEVICE_SIZE = (944, 862)
_ENERGY_SIZE = (1280, 720)

# The day of the energy dashboard is the sunniest of so many.
_DAYS = 14

_NETWORKS = {"Thuis": "geheim", "Buren": "ook geheim", "Gasten": None}
_PHONE_HEIGHT = 760

_SETTLE_MILLISECONDS = 2000


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What pictures are taken of.

    :ivar api: its Home Assistant.
    """

    api: Api
    url: str
    board: Board
    house: House


@asynccontextmanager
async def _demonstration(folder: Path, house: House, language: str) -> AsyncIterator[Subject]:
    """scripts/develop in a language, with a board that has the name every board has at first."""
    state = state_of(house.seed, folder)
    state.folder.mkdir(parents=True)
    command: list[str | Path] = [REPOSITORY / "scripts" / "develop", "--port", str(_PORT), "--state", folder]
    command += ["--seed", str(house.seed), "--language", language, "--name", "digimon", "--no-discovery"]
    child = Child(
        "demonstration",
        command,
        ready=r"^ready ",
        log=folder / "log",
    )
    try:
        await child.start()
        url = Listening(host="127.0.0.1", port=_PORT).url
        async with Api(url) as api:
            await api.sign_in(PERSON, PASSWORD)
            board = await board_at(state.board_port() or 0)
            yield Subject(api=api, url=url, board=board, house=house)
    finally:
        await child.stop(_STOP_SECONDS)


async def _device(page: Page, subject: Subject, picture: Path) -> None:
    """The page of the board."""
    device = await device_of(subject.api, subject.board)
    if device is None:
        raise LookupError("Home Assistant has no such device")
    await page.goto(f"{subject.url}/config/devices/device/{device['id']}")
    await page.locator("ha-device-entities-card hui-generic-entity-row").first.wait_for()
    await _take(page, picture, _DEVICE_SIZE)


async def _energy(page: Page, subject: Subject, picture: Path) -> None:
    """The energy dashboard with a day of the last weeks."""
    starts = _day_starts(int(time.time()))
    given = [sum(subject.house.energy(start)[2:]) for start in starts]
    days_ago = max(range(1, _DAYS + 1), key=lambda days: given[days - 1] - given[days])
    await history_arrived(subject.api, subject.board)
    await page.goto(f"{subject.url}/energy/overview")
    for _ in range(days_ago):
        await page.get_by_role("button", name="Previous").click()
    await page.locator("hui-energy-sources-table-card").get_by_text(" kWh").first.wait_for()
    await _take(page, picture, _ENERGY_SIZE)


async def _card(page: Page, subject: Subject, picture: Path) -> None:
    """The quarter card on the first page."""
    await page.goto(f"{subject.url}/{URL_PATH}")
    card = page.locator("digimon-quarter-card")
    await card.locator("#stat-average").wait_for()
    await page.wait_for_timeout(_SETTLE_MILLISECONDS)
    content = await card.screenshot(path=picture)
    print(f"{picture.relative_to(REPOSITORY)}: {len(content) // 1024} KB")


def _day_starts(now: int) -> list[int]:
    """Local midnight of today and of the days before, as utc."""
    starts = []
    for _ in range(_DAYS + 1):
        year, month, day, *_ = local_fields(now)
        starts.append(day_start(year, month, day))
        now = starts[-1] - 1
    return starts


async def _take(page: Page, picture: Path, size: tuple[int, int]) -> None:
    """Take a picture of the upper left part of a page."""
    width, height = size
    viewport = page.viewport_size or {"width": width, "height": height}
    # What floats at the lower end of the window comes into the picture.
    await page.set_viewport_size({"width": viewport["width"], "height": height})
    # What fades in and is drawn after it was loaded.
    await page.wait_for_timeout(_SETTLE_MILLISECONDS)
    content = await page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": width, "height": height})
    print(f"{picture.relative_to(REPOSITORY)}: {len(content) // 1024} KB")


async def _take_all(browser: Browser, house: House) -> None:
    for language, pictures in _PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            async with _demonstration(Path(folder), house, language) as subject:
                for name, take in pictures:
                    async with window(browser, locale=_LOCALES[language], scale=_SCALE) as page:
                        await sign_in(page, subject.url, PERSON, PASSWORD)
                        await take(page, subject, _IMAGES / name)


_PICTURES = {
    "en": [("device.png", _device), ("energy-dashboard.png", _energy), ("quarter-card.png", _card)],
    "nl": [("kwartierkaart-nl.png", _card)],
}


async def _set_up(browser: Browser) -> None:
    """The page of a board that was never set up, on a phone."""
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as names:
        names.bind(("127.0.0.1", 0))
        port = names.getsockname()[1]
        names.close()
        radio = Path(folder) / "radio.json"
        radio.write_text(json.dumps(_NETWORKS), encoding="ascii")
        command: list[str | Path] = [REPOSITORY / "scripts" / "twin", "--p1", "sim", "--sd", Path(folder) / "card"]
        command += ["--radio", radio, "--names", str(port), "--hurry", "10", "--no-discovery"]
        child = Child(
            "board",
            command,
            ready=r"listening on (http://\S+)",
            log=Path(folder) / "log",
        )
        try:
            url = (await child.start())[1]
            async with window(browser, locale=DUTCH, scale=1) as page:
                await page.set_viewport_size({"width": 400, "height": _PHONE_HEIGHT})
                await page.goto(url)
                await page.get_by_text("Gevonden netwerken", exact=True).wait_for()
                await _take(page, _IMAGES / "wifi-nl.png", (400, _PHONE_HEIGHT))
        finally:
            await child.stop(_STOP_SECONDS)


async def main() -> None:
    """Take all pictures of the house that does most at this moment."""
    now = int(time.time())
    house = max(map(House, _SEEDS), key=lambda house: house.power(now)[0])
    async with chromium(os.environ["DIGIMON_CHROMIUM"]) as browser:
        await _set_up(browser)
        await _take_all(browser, house)


if __name__ == "__main__":
    asyncio.run(main())
