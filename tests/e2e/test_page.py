"""The page in a real browser."""

import re
import time
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from develop.api import Api
from develop.browser import window
from develop.dashboard import TITLES
from develop.demonstration import PASSWORD, PERSON
from develop.home import device_of
from simulator.house import House

from .command import Command, eventually
from .expected import second_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_NAMES = {
    "Net power": "net_power",
    "Consumed power": "consumed_power",
    "Produced power": "produced_power",
    "Average demand": "average_demand",
    "Month peak": "month_peak",
    "Consumed energy": "consumed_energy",
    "Consumed energy day tariff": "consumed_energy_t1",
    "Consumed energy night tariff": "consumed_energy_t2",
    "Produced energy": "produced_energy",
    "Produced energy day tariff": "produced_energy_t1",
    "Produced energy night tariff": "produced_energy_t2",
}
# Two decimals of a kWh.
_DISPLAY_WH = 5
_SHOWN_SECONDS = 120
expect.set_options(timeout=_SHOWN_SECONDS * 1000)

# All rows at one moment, each with its name and what it shows.
ROWS = """rows => rows.map(row => [row.shadowRoot.querySelector(".info").innerText.trim(), row.textContent.trim()])"""


def _value(text: str | None) -> int | None:
    """A number of the page in W or Wh; None where there is none."""
    if text is None or text == "Unknown":
        return None
    number, unit = text.replace(",", "").replace("\N{MINUS SIGN}", "-").split()
    assert unit in {"W", "kWh"}
    return round(float(number) * 1000) if unit == "kWh" else int(number)


async def _open_device(page: Page, api: Api, command: Command) -> None:
    device = await device_of(api, command.board())
    assert device is not None
    await page.goto(f"{command.url}/config/devices/device/{device['id']}")
    await page.locator("ha-device-entities-card hui-generic-entity-row").first.wait_for()


async def test_a_wrong_password_does_not_let_in(browser: Browser, command: Command) -> None:
    async with window(browser) as page:
        await page.goto(command.url)
        await page.locator("input[name=username]").fill(PERSON)
        await page.locator("input[name=password]").fill(PASSWORD + "x")
        await page.locator("input[name=password]").press("Enter")
        await page.get_by_text("Invalid username or password").wait_for()
        assert "/auth/authorize" in page.url


async def test_the_first_page_shows_the_meter(page: Page, command: Command, screenshots: Path) -> None:
    await page.goto(command.url)
    await page.wait_for_url("**/digital-meter/**")
    for name in (TITLES["en"], "Net power", "Quarter average", "Month peak", "Consumed energy"):
        await expect(page.get_by_text(name, exact=True).first).to_be_visible()
    await expect(page.locator("hui-gauge-card")).to_contain_text(re.compile(r"\d\sW"))
    await page.screenshot(path=screenshots / "first-page.png")


async def test_the_numbers_on_the_device_page_are_the_houses(
    page: Page, api: Api, command: Command, house: House, screenshots: Path
) -> None:
    await _open_device(page, api, command)
    rows = page.locator("ha-device-entities-card hui-generic-entity-row")

    async def of_one_second() -> bool:
        texts = dict(await rows.evaluate_all(ROWS))
        shown = {key: _value(texts.get(name)) for name, key in _NAMES.items()}
        return second_of(house, shown, time.time(), tolerance_wh=_DISPLAY_WH) is not None

    # While a poll comes in, the page shows some of its values before the others.
    await eventually(of_one_second, _SHOWN_SECONDS)
    await page.screenshot(path=screenshots / "device.png")


async def test_the_numbers_move(page: Page, api: Api, command: Command) -> None:
    await _open_device(page, api, command)
    rows = page.locator("ha-device-entities-card hui-generic-entity-row")

    async def powers() -> list[str]:
        return [text for _, text in await rows.evaluate_all(ROWS) if text.endswith("W")]

    before = await powers()
    assert before

    async def changed() -> bool:
        return await powers() != before

    await eventually(changed, _SHOWN_SECONDS)


async def test_a_fleming_reads_it_in_dutch(dutch_page: Page, dutch_api: Api, dutch: Command, screenshots: Path) -> None:
    await dutch_page.goto(dutch.url)
    await dutch_page.wait_for_url("**/digital-meter/**")
    for name in ("Nettovermogen", "Kwartiergemiddelde", "Maandpiek", "Afgenomen energie"):
        await expect(dutch_page.get_by_text(name, exact=True).first).to_be_visible()
    await dutch_page.screenshot(path=screenshots / "first-page-nl.png")
    await _open_device(dutch_page, dutch_api, dutch)
    await expect(dutch_page.get_by_text("Begin maandpiek", exact=True).first).to_be_visible()
    await expect(dutch_page.get_by_text("Apparaatinformatie").first).to_be_visible()
    await dutch_page.screenshot(path=screenshots / "device-nl.png")
