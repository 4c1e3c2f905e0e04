"""``python -m develop.screenshots``, behind develop/screenshots: the pictures in docs/images."""

import asyncio
import contextlib
import json
import os
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize

from core.clock import day_start, local_fields
from simulator.house import House

from .api import Api
from .browser import DUTCH, ENGLISH, chromium, sign_in, window
from .child import Child
from .dashboard import BILL, RISKS, RUNNING, URL_PATH, tariff_view
from .demonstration import PASSWORD, PERSON
from .home import choose_tariff, device_of, history_arrived, sensors_of
from .scene import IMAGES, SCALE, SETTLE_MILLISECONDS, STOP_SECONDS, Subject, demonstration, take, take_element
from .state import REPOSITORY

type _Pictures = dict[str, list[tuple[str, Callable[[Page, Subject, Path], Awaitable[None]]]]]

_SEEDS = range(1, 13)
_LOCALES = {"en": ENGLISH, "nl": DUTCH}

# What is worth showing of each page: width and height in its pixels, from the upper left corner.
_DEVICE_SIZE = (944, 862)
_ENERGY_SIZE = (1280, 720)

# The day of the energy dashboard is the sunniest of so many.
_DAYS = 14

# A Sunday with sun, an oven and a kettle: bars in both directions.
_CARD_SEED = 2
_CARD_BEGINS = datetime(2026, 10, 4, 9, 24, tzinfo=UTC)
_PHONE: ViewportSize = {"width": 400, "height": 860}

# An evening on which a month gets its peak: a car that charges, and oven and hob beside it. The clock shows when the
# picture is begun; a minute later people are warned.
_PEAK_SEED = 2
_PEAK_BEGINS = datetime(2026, 11, 2, 19, 5, 40, tzinfo=UTC)
_POSTCODE = "9000"
_WARNINGS = {"goal": 7.0, "shed": 6.0}
# Beside the side bar, and on the page of the board before its activity.
_SIDE_BAR = 256
_TARIFF_WINDOW, _TARIFF_SIZE = 1320, (1064, 790)
_BOARD_WINDOW, _BOARD_WIDTH, _BOARD_HEIGHT, _MARGIN = 1500, 826, 2800, 16
_WARNED_SECONDS = 300

_NETWORKS = {"Thuis": "geheim", "Buren": "ook geheim", "Gasten": None}
_PHONE_HEIGHT = 760


async def _device(page: Page, subject: Subject, picture: Path) -> None:
    """The page of the board."""
    device = await device_of(subject.api, subject.board)
    if device is None:
        raise LookupError("Home Assistant has no such device")
    await page.goto(f"{subject.url}/config/devices/device/{device['id']}")
    await page.locator("ha-device-entities-card hui-generic-entity-row").first.wait_for()
    await take(page, picture, _DEVICE_SIZE)


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
    await take(page, picture, _ENERGY_SIZE)


async def _card(page: Page, subject: Subject, picture: Path) -> None:
    """The quarter card on the first page."""
    await page.goto(f"{subject.url}/{URL_PATH}")
    card = page.locator("digimon-quarter-card")
    await card.locator("#stat-average").wait_for()
    await take_element(card, picture)


async def _card_in_hand(page: Page, subject: Subject, picture: Path) -> None:
    """The same in the evening on a phone."""
    await page.set_viewport_size(_PHONE)
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await _card(page, subject, picture)


async def _card_of_day(page: Page, subject: Subject, picture: Path) -> None:
    """The day before, by quarters."""
    await page.goto(f"{subject.url}/{URL_PATH}")
    card = page.locator("digimon-quarter-card")
    await card.locator("#stat-average").wait_for()
    await card.locator("#view-day").click()
    await card.locator("#far-before").click()
    await take_element(card, picture)


def _day_starts(now: int) -> list[int]:
    """Local midnight of today and of the days before, as utc."""
    starts = []
    for _ in range(_DAYS + 1):
        year, month, day, *_ = local_fields(now)
        starts.append(day_start(year, month, day))
        now = starts[-1] - 1
    return starts


async def _take_all(browser: Browser, house: House, pictures: _Pictures, begin: datetime | None = None) -> None:
    for language, named in pictures.items():
        with tempfile.TemporaryDirectory() as folder:
            async with demonstration(Path(folder), house, language, begin) as subject:
                for name, picture in named:
                    async with window(browser, locale=_LOCALES[language], scale=SCALE) as page:
                        await sign_in(page, subject.url, PERSON, PASSWORD)
                        await picture(page, subject, IMAGES / name)


# By language: the names of files, and what takes them.
_PICTURES: _Pictures = {"en": [("device.png", _device), ("energy-dashboard.png", _energy)]}
_CARDS: _Pictures = {
    "en": [
        ("quarter-card.png", _card),
        ("quarter-card-phone.png", _card_in_hand),
        ("quarter-card-day.png", _card_of_day),
    ],
    "nl": [
        ("kwartierkaart-nl.png", _card),
        ("kwartierkaart-gsm-nl.png", _card_in_hand),
        ("kwartierkaart-dag-nl.png", _card_of_day),
    ],
}


async def _tariff(browser: Browser) -> None:
    """A quarter that becomes an expensive peak: a dashboard with what it costs, and the page of the board."""
    for language, pictures in _TARIFF_PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            async with demonstration(Path(folder), House(_PEAK_SEED), language, _PEAK_BEGINS) as subject:
                await _add_tariff(subject, language)
                async with window(browser, locale=_LOCALES[language], scale=SCALE) as page:
                    # A page says how long there is to act by its own clock.
                    await page.clock.install(time=await _time_of_the_meter(subject.api))
                    await sign_in(page, subject.url, PERSON, PASSWORD)
                    for name, take in pictures:
                        await take(page, subject, IMAGES / name)


async def _add_tariff(subject: Subject, language: str) -> None:
    """Choose a tariff, and make a dashboard of it."""
    api, board = subject.api, subject.board
    await choose_tariff(api, board, _POSTCODE, **_WARNINGS)
    sensors = await sensors_of(api, board, {*BILL, *RUNNING, *RISKS})
    await api.command("lovelace/config/save", url_path=URL_PATH, config={"views": [tariff_view(sensors, language)]})


async def _costs(page: Page, subject: Subject, picture: Path) -> None:
    """The dashboard, as soon as people are warned."""
    await page.set_viewport_size({"width": _TARIFF_WINDOW, "height": _TARIFF_SIZE[1]})
    await page.goto(f"{subject.url}/{URL_PATH}")
    tile = page.locator("hui-tile-card")
    high = tile.get_by_text("Hoog", exact=True).or_(tile.get_by_text("High", exact=True))
    await high.wait_for(timeout=_WARNED_SECONDS * 1000)
    await page.locator("digimon-quarter-card #stat-average").wait_for()
    await take(page, picture, _TARIFF_SIZE, _SIDE_BAR)


async def _all_sensors(page: Page, subject: Subject, picture: Path) -> None:
    """The page of the board, in Dutch, with all of its sensors, also of the tariff."""
    device = await device_of(subject.api, subject.board)
    if device is None:
        raise LookupError("Home Assistant has no such device")
    await page.set_viewport_size({"width": _BOARD_WINDOW, "height": _BOARD_HEIGHT})
    await page.goto(f"{subject.url}/config/devices/device/{device['id']}")
    sensors = page.locator("ha-device-entities-card").first
    await sensors.locator("hui-generic-entity-row").first.wait_for()
    # Titles come after what they are over, and move it.
    for title in ("Apparaatinformatie", "Sensoren"):
        await page.get_by_text(title, exact=True).first.wait_for()
    await page.wait_for_timeout(SETTLE_MILLISECONDS)
    box = await sensors.bounding_box()
    if box is None:
        raise LookupError("the page shows no sensors")
    await take(page, picture, (_BOARD_WIDTH, round(box["y"] + box["height"]) + _MARGIN), _SIDE_BAR)


async def _time_of_the_meter(api: Api) -> datetime:
    """What the meter's clock shows."""
    async with api.subscription("digimon/quarter/subscribe") as events:
        return datetime.fromtimestamp((await events.get())["time"], UTC)


_TARIFF_PICTURES = {
    "nl": [("capaciteitstarief-nl.png", _costs), ("apparaat-capaciteitstarief-nl.png", _all_sensors)],
    "en": [("capacity-tariff.png", _costs)],
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
                await take(page, IMAGES / "wifi-nl.png", (400, _PHONE_HEIGHT))
        finally:
            await child.stop(STOP_SECONDS)


async def main() -> None:
    """Take all pictures of the house that does most at this moment."""
    now = int(time.time())
    house = max(map(House, _SEEDS), key=lambda house: house.power(now)[0])
    async with chromium(os.environ["DIGIMON_CHROMIUM"]) as browser:
        await _set_up(browser)
        await _tariff(browser)
        await _take_all(browser, house, _PICTURES)
        await _take_all(browser, House(_CARD_SEED), _CARDS, _CARD_BEGINS)


if __name__ == "__main__":
    asyncio.run(main())
