"""A board comes into a house: found over the network, added with two clicks, followed, missed and welcomed back.

All of it as a Fleming sees it in a browser, over a cable between two machines.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from core.clock import local_fields
from develop.api import Api
from develop.browser import DUTCH, chromium, sign_in, window
from develop.dashboard import SENSORS
from develop.demonstration import PASSWORD, PERSON
from develop.home import Board, device_of, history_arrived, sensors_of
from simulator.house import House
from tests.firmware.machines import ADDRESSES, Cable

from .apart import BOARD_PORT, BoardMachine, HouseMachine, two_machines
from .command import eventually
from .conftest import chromium_or_skip
from .expected import second_of, values_of
from .test_page import ROWS

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_NAMES = ("Nettovermogen", "Kwartiergemiddelde", "Afgenomen energie", "Geïnjecteerde energie")
_OTHER_ADDRESS = "10.73.0.77"
_PATIENCE_SECONDS = 120
# How long a person may go on seeing what a board said that is gone.
_STALE_SECONDS = 15
_MOST_TIMES = 5
# More polls than one fail meanwhile.
_AWAY_SECONDS = 30
expect.set_options(timeout=_PATIENCE_SECONDS * 1000)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Both machines, and a person in front of one of them."""

    cable: Cable
    board: BoardMachine
    house: HouseMachine
    api: Api
    page: Page
    pictures: Path

    async def picture(self, name: str) -> None:
        """Keep what the person sees now."""
        await self.page.screenshot(path=self.pictures / f"{name}.png", animations="disabled")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(tmp_path_factory: pytest.TempPathFactory, screenshots: Path) -> AsyncIterator[Scene]:
    """Home Assistant runs and knows of no board; the board has no power."""
    executable = chromium_or_skip()
    async with (
        two_machines(tmp_path_factory.mktemp("apart")) as (cable, board, house),
        Api(house.url) as api,
        chromium(executable) as browser,
        window(browser, locale=DUTCH) as page,
    ):
        await api.sign_in(PERSON, PASSWORD)
        await sign_in(page, house.url, PERSON, PASSWORD)
        yield Scene(cable=cable, board=board, house=house, api=api, page=page, pictures=screenshots)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def found(scene: Scene) -> Scene:
    """The person looks at the integrations while the board gets power."""
    await scene.page.goto(f"{scene.house.url}/config/integrations/dashboard")
    await expect(scene.page.get_by_text("Geconfigureerd", exact=True)).to_be_visible()
    await expect(scene.page.get_by_text("Ontdekt", exact=True)).not_to_be_visible()
    # What is installed can be found there, too.
    await scene.page.get_by_role("button", name="Voeg integratie toe").click()
    await scene.page.locator("dialog-add-integration input").first.fill("digimon")
    await expect(scene.page.locator("dialog-add-integration").get_by_text("Digimon", exact=True)).to_be_visible()
    await scene.picture("zoeken-nl")
    await scene.page.keyboard.press("Escape")
    await expect(scene.page.locator("dialog-add-integration input")).to_have_count(0)
    await scene.board.start()
    await expect(scene.page.get_by_text("Ontdekt", exact=True)).to_be_visible()
    await scene.picture("ontdekt-nl")
    return scene


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def added(found: Scene) -> Board:
    """Two clicks."""
    page = found.page
    card = page.locator("ha-config-flow-card")
    await expect(card).to_contain_text("digimon (10.73.0.1)")
    await page.get_by_role("button", name="Voeg toe").click()
    await expect(page.get_by_text("Digimon gevonden", exact=True)).to_be_visible()
    await expect(page.get_by_text("Wil je hiermee je digitale meter uitlezen?")).to_be_visible()
    await found.picture("toevoegen-nl")
    await page.get_by_role("button", name="Verzend").click()
    async with aiohttp.ClientSession() as session, session.get(f"http://{ADDRESSES['board']}/info") as answer:
        board = Board(port=BOARD_PORT, serial=(await answer.json())["serial"])
    await expect(page.get_by_role("button", name="Overslaan en voltooien")).to_be_visible()
    await found.picture("toegevoegd-nl")
    await page.get_by_role("button", name="Overslaan en voltooien").click()
    return board


async def shows_the_house(api: Api, board: Board, house: House) -> bool:
    """Whether the states are what the house says of one second of the last ones."""
    shown = values_of(await api.command("get_states"), await sensors_of(api, board, SENSORS))
    return shown["net_power"] is not None and second_of(house, shown, time.time()) is not None


async def test_the_board_that_comes_is_a_card_in_the_interface(found: Scene) -> None:
    flows = await found.api.command("config_entries/flow/progress")
    assert [flow["handler"] for flow in flows] == ["digimon"]


async def test_two_clicks_later_its_values_are_the_houses(found: Scene, added: Board, house: House) -> None:
    await eventually(lambda: shows_the_house(found.api, added, house), _PATIENCE_SECONDS)
    device = await device_of(found.api, added)
    assert device is not None
    await found.page.goto(f"{found.house.url}/config/devices/device/{device['id']}")
    rows = found.page.locator("ha-device-entities-card hui-generic-entity-row")

    async def all_have_a_number() -> bool:
        texts = dict(await rows.evaluate_all(ROWS))
        return all(re.search(r"\d\sk?Wh?$", texts.get(name, "")) for name in _NAMES)

    await eventually(all_have_a_number, _PATIENCE_SECONDS)
    await found.picture("apparaat-nl")


async def test_the_energy_dashboard_is_filled_from_the_options(found: Scene, added: Board) -> None:
    page = found.page
    await history_arrived(found.api, added)
    await page.goto(f"{found.house.url}/config/integrations/integration/digimon")
    await page.get_by_role("button", name="Configureer").first.click()
    await expect(page.get_by_text("Opties van het bord", exact=True)).to_be_visible()
    await found.picture("opties-nl")
    await page.get_by_text("Toevoegen aan het energiedashboard", exact=True).click()
    await expect(page.get_by_role("button", name="Verzend")).to_be_visible()
    await found.picture("energie-toevoegen-nl")
    await page.get_by_role("button", name="Verzend").click()
    await expect(page.get_by_role("button", name="Verzend")).not_to_be_visible()
    preferences = await found.api.command("energy/get_prefs")
    assert [source["type"] for source in preferences["energy_sources"]] == ["grid", "gas", "water"]

    await page.goto(f"{found.house.url}/energy/electricity")
    # In the first hour of a day the page begins with the day before.
    if local_fields(int(time.time()))[3]:
        await page.get_by_role("button", name="Vorige").click()
    await expect(page.locator("hui-energy-sources-table-card")).to_contain_text(re.compile(r"\d+,\d+\skWh"))
    await expect(page.locator("hui-error-card, ha-alert[alert-type=error]")).to_have_count(0)
    await page.wait_for_timeout(2000)
    await found.picture("energiedashboard-nl")


async def test_a_postcode_tells_what_a_month_peak_costs(found: Scene, added: Board) -> None:
    page = found.page
    await page.goto(f"{found.house.url}/config/integrations/integration/digimon")
    await page.get_by_role("button", name="Configureer").first.click()
    await page.get_by_text("Capaciteitstarief in euro", exact=True).click()
    await expect(page.get_by_text("Waar is je aansluiting?", exact=True)).to_be_visible()
    await page.locator("ha-selector-text input").fill("9000")
    await found.picture("postcode-nl")
    await page.get_by_role("button", name="Verzend").click()
    await expect(page.get_by_text("Wat kost een kW?", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Netgebied of gewest Fluvius Imewo")).to_be_visible()
    await page.get_by_role("button", name="Verzend").click()
    cost = (await sensors_of(found.api, added, {"capacity_cost_year"}))["capacity_cost_year"]

    async def is_in_euros() -> bool:
        states = {state["entity_id"]: state["state"] for state in await found.api.command("get_states")}
        # At least 2.5 kW of some 50 euros each.
        return states.get(cost, "")[:1].isdigit() and float(states[cost]) > 100

    await eventually(is_in_euros, _PATIENCE_SECONDS)


async def test_when_its_address_changes_it_is_followed(found: Scene, added: Board, house: House) -> None:
    await found.board.stop()
    found.cable.move("board", _OTHER_ADDRESS)
    await found.board.start()

    async def is_followed() -> bool:
        device = await device_of(found.api, added)
        return device is not None and device["configuration_url"] == f"http://{_OTHER_ADDRESS}"

    await eventually(is_followed, _PATIENCE_SECONDS)
    await eventually(lambda: shows_the_house(found.api, added, house), _PATIENCE_SECONDS)
    # Nobody was asked anything.
    assert await found.api.command("config_entries/flow/progress") == []


def levels(said: list[str]) -> list[str]:
    """Of the lines about a board that does not answer, or does again; others have other reasons."""
    return [line.split()[0] for line in said if "etching digimon data" in line]


async def test_unplugged_it_is_unavailable_within_fifteen_seconds_and_comes_back_by_itself(
    found: Scene, added: Board, house: House
) -> None:
    """With one line in the log for each.

    A machine with other things to do adds its own seconds, but not each time. That two answers are waited for and no
    more is seen in tests/integration/test_coordinator.py.
    """
    noticed = [await _unplugged(found, added, house)]
    while noticed[-1] > _STALE_SECONDS:
        assert len(noticed) < _MOST_TIMES, noticed
        noticed.append(await _unplugged(found, added, house))


async def _unplugged(found: Scene, added: Board, house: House) -> float:
    """Pull the board out and plug it in again; after how many seconds it was unavailable."""
    await eventually(lambda: shows_the_house(found.api, added, house), _PATIENCE_SECONDS)
    net_power = (await sensors_of(found.api, added, SENSORS))["net_power"]

    async def is_told() -> bool:
        """Whether the log, which is written behind, has the end of what was before."""
        return levels(found.house.said())[-1:] != ["ERROR"]

    await eventually(is_told, _PATIENCE_SECONDS)
    said = len(found.house.said())
    async with found.api.subscription("subscribe_events", event_type="state_changed") as changes:

        async def next_state(*, available: bool) -> float:
            """When it came by the clock of Home Assistant, utc."""
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    change = (await changes.get())["data"]
                    is_available = change["new_state"]["state"] != "unavailable"
                    if change["entity_id"] == net_power and is_available == available:
                        return datetime.fromisoformat(change["new_state"]["last_changed"]).timestamp()

        unplugged = time.time()
        found.cable.pull_out("board")
        noticed = await next_state(available=False)
        await asyncio.sleep(_AWAY_SECONDS)
        assert levels(found.house.said()[said:]) == ["ERROR"]
        found.cable.plug_in("board")
        await next_state(available=True)
    await eventually(lambda: shows_the_house(found.api, added, house), _PATIENCE_SECONDS)
    await eventually(is_told, _PATIENCE_SECONDS)
    assert levels(found.house.said()[said:]) == ["ERROR", "INFO"]
    return noticed - unplugged
