"""A house that read its meter with another integration for three months comes over to a board, in a browser."""

import contextlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FloatRect, Locator, Page, expect

from core.clock import DAY_SECONDS, HOUR_SECONDS, local_fields
from develop.api import Api, ApiError
from develop.browser import sign_in, window
from develop.demonstration import HISTORY_DAYS, PASSWORD, PERSON
from develop.home import history_arrived, sensors_of
from simulator.house import House

from .command import ROOT, Command, running
from .homewizard import homewizard
from .predecessors import (
    DAYS,
    DSMR,
    HOMEWIZARD,
    VOLUMES,
    Integration,
    Predecessor,
    add_dsmr,
    add_homewizard,
    with_three_months,
)

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_PATIENCE_SECONDS = 120
expect.set_options(timeout=_PATIENCE_SECONDS * 1000)
# Of a dialog around its title and its button.
_BEFORE_TITLE, _MARGIN = 60, 16
# 1 Wh of each register that a sum is of, and what a number in a database loses.
_TOLERANCE_WH = 2.1
# What Home Assistant writes on its own buttons.
_BUTTONS = {
    "nl": {"configure": "Configureer", "submit": "Verzend", "close": "Sluit"},
    "en": {"configure": "Configure", "submit": "Submit", "close": "Close"},
    "fr": {"configure": "Configurer", "submit": "Valider", "close": "Fermer"},
    "de": {"configure": "Konfigurieren", "submit": "OK", "close": "Schließen"},
}


@dataclass(frozen=True, kw_only=True)
class Home:
    """A Home Assistant that reads a board, and a window of somebody who has signed in."""

    command: Command
    api: Api
    page: Page
    language: str

    def text(self, *path: str) -> str:
        """One of our texts in its language; its first paragraph."""
        found: Any = json.loads(
            (ROOT / f"custom_components/digimon/translations/{self.language}.json").read_text(encoding="utf-8")
        )
        for key in ("options", *path):
            found = found[key]
        return str(found).partition("\n")[0]

    def button(self, name: str) -> str:
        """What is on one of Home Assistant's buttons."""
        return _BUTTONS[self.language][name]

    async def names(self) -> dict[str, str]:
        """What every entity is called beside its device, by its id."""
        found = await self.api.command("config/entity_registry/list")
        return {entity["entity_id"]: entity["name"] or entity["original_name"] for entity in found}


@dataclass(frozen=True)
class Move:
    """One of them out of another integration.

    :ivar home: the fixture of the Home Assistant in which it is done.
    """

    integration: Integration
    home: str


@asynccontextmanager
async def _oldest_home(folder: Path, browser: Browser, language: str) -> AsyncIterator[Home]:
    """The oldest Home Assistant that the integration supports, for somebody of a language."""
    async with (
        running(folder, "--oldest", "--no-discovery", "--language", language) as command,
        Api(command.url) as api,
        window(browser, locale=f"{language}-BE") as page,
    ):
        await api.sign_in(PERSON, PASSWORD)
        await sign_in(page, command.url, PERSON, PASSWORD)
        yield Home(command=command, api=api, page=page, language=language)


@pytest.fixture(scope="module")
def newest_dutch(dutch: Command, dutch_api: Api, dutch_page: Page) -> Home:
    return Home(command=dutch, api=dutch_api, page=dutch_page, language="nl")


@pytest.fixture(scope="module")
def newest_english(command: Command, api: Api, page: Page) -> Home:
    return Home(command=command, api=api, page=page, language="en")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def oldest_french(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Home]:
    async with _oldest_home(tmp_path_factory.mktemp("french"), browser, "fr") as home:
        yield home


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def oldest_german(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Home]:
    async with _oldest_home(tmp_path_factory.mktemp("german"), browser, "de") as home:
        yield home


# In the newest Home Assistant always, in the oldest in a campaign.
_FROM_DSMR = [
    pytest.param(Move(DSMR, "newest_dutch"), id="dsmr-newest-nl", marks=pytest.mark.xdist_group("dutch")),
    pytest.param(Move(DSMR, "oldest_german"), id="dsmr-oldest-de", marks=pytest.mark.long),
]
_FROM_HOMEWIZARD = [
    pytest.param(
        Move(HOMEWIZARD, "newest_english"), id="homewizard-newest-en", marks=pytest.mark.xdist_group("command")
    ),
    pytest.param(Move(HOMEWIZARD, "oldest_french"), id="homewizard-oldest-fr", marks=pytest.mark.long),
]
_from_dsmr = pytest.mark.parametrize("move", _FROM_DSMR, indirect=True, scope="module")
_from_either = pytest.mark.parametrize("move", [*_FROM_DSMR, *_FROM_HOMEWIZARD], indirect=True, scope="module")


@pytest.fixture(scope="module")
def move(request: pytest.FixtureRequest) -> Move:
    return request.param


@pytest.fixture(scope="module")
def home(request: pytest.FixtureRequest, move: Move) -> Home:
    return request.getfixturevalue(move.home)


@asynccontextmanager
async def _added(move: Move, home: Home, house: House) -> AsyncIterator[str]:
    """The other integration, which reads the same meter; its config entry."""
    if move.integration is HOMEWIZARD:
        async with homewizard(house) as address:
            yield await add_homewizard(home.api, address)
    else:
        log = (home.command.state.logs / "meter.log").read_text(encoding="utf-8")
        source = re.search(r"listening on tcp://(\S+)", log)
        assert source is not None
        yield await add_dsmr(home.api, source[1])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def predecessor(move: Move, home: Home, house: House) -> AsyncIterator[Predecessor]:
    """It has read the same meter for three months; the board's card has the last one."""
    await history_arrived(home.api, home.command.board())
    async with _added(move, home, house) as entry:
        yield await with_three_months(home.api, move.integration, entry, house)
        with contextlib.suppress(ApiError):
            await home.api.delete(f"/api/config/config_entries/entry/{entry}")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ours(predecessor: Predecessor, home: Home) -> dict[str, str]:
    """Entity ids of the board, by key."""
    return await sensors_of(home.api, home.command.board(), set(predecessor.integration.same))


async def open_the_form(home: Home) -> None:
    page = home.page
    await page.goto(f"{home.command.url}/config/integrations/integration/digimon")
    await page.get_by_role("button", name=home.button("configure")).first.click()
    await page.get_by_text(home.text("step", "init", "menu_options", "predecessor"), exact=True).click()
    await expect(page.get_by_text(home.text("step", "predecessor", "title"), exact=True)).to_be_visible()


async def dialog_of(page: Page, title: str, button: str) -> FloatRect:
    """Where a dialog is, from its title to its button."""
    upper = await page.get_by_text(title, exact=True).bounding_box()
    lower = await page.get_by_role("button", name=button, exact=True).bounding_box()
    assert upper is not None
    assert lower is not None
    left, top = upper["x"] - _BEFORE_TITLE, upper["y"] - _MARGIN
    right, bottom = lower["x"] + lower["width"] + _MARGIN, lower["y"] + lower["height"] + _MARGIN
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


async def choose(field: Locator, name: str) -> None:
    """Choose one more sensor in a field, by its name."""
    page = field.page
    await field.locator("ha-statistic-picker").last.click()
    await page.locator("ha-picker-combo-box input").fill(name)
    await expect(page.locator("ha-combo-box-item").filter(has_text=name).first).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(field).to_contain_text(name)


@_from_dsmr
async def test_what_does_not_fit_is_told_beside_it(predecessor: Predecessor, home: Home, ours: dict[str, str]) -> None:
    page, names = home.page, await home.names()
    wrong = names[ours["net_power"]]
    await open_the_form(home)
    field = page.locator("ha-selector-statistic").first
    await choose(field, wrong)
    await page.get_by_role("button", name=home.button("submit"), exact=True).click()
    alerts = page.locator("ha-alert[alert-type=error]")
    await expect(alerts.first).to_contain_text(home.text("error", "look_below"))
    await expect(alerts.nth(1)).to_contain_text(home.text("error", "not_continuable").replace("{sensor}", wrong))
    # What was chosen is still there.
    for end in predecessor.integration.same["consumed_energy"]:
        await expect(field).to_contain_text(names[predecessor.old[end]])
    await page.keyboard.press("Escape")


@_from_dsmr
async def test_a_choice_whose_registers_do_not_lead_to_the_meters_is_asked_about(
    predecessor: Predecessor, home: Home, ours: dict[str, str]
) -> None:
    before, names = await predecessor.changes(ours["consumed_energy"]), await home.names()
    await open_the_form(home)
    too_much = names[predecessor.old["_electricity_delivered_tariff_1"]]
    await choose(home.page.locator("ha-selector-statistic").first, too_much)
    await home.page.get_by_role("button", name=home.button("submit"), exact=True).click()
    await expect(home.page.get_by_text(home.text("step", "predecessor_doubt", "title"), exact=True)).to_be_visible()
    told = rf"^{re.escape(names[ours['consumed_energy']])}: \d+\skWh . \d+\skWh$"
    await expect(home.page.get_by_text(re.compile(told))).to_be_visible()
    await home.page.keyboard.press("Escape")
    assert await predecessor.changes(ours["consumed_energy"]) == before


@_from_either
async def test_a_person_takes_over_what_the_other_integration_counted(
    predecessor: Predecessor, home: Home, ours: dict[str, str], screenshots: Path
) -> None:
    page, same = home.page, predecessor.integration.same
    names = await home.names()
    before = {key: await predecessor.changes(ours[key]) for key in same}
    counted = {key: await predecessor.counted(key) for key in same}

    await open_the_form(home)
    # Nothing has to be looked for: what counts the same is there, also the gas and the water.
    fields = page.locator("ha-selector-statistic")
    for place, key in enumerate(same):
        for end in same[key]:
            await expect(fields.nth(place)).to_contain_text(names[predecessor.old[end]])
    await page.screenshot(path=screenshots / f"overnemen-kiezen-{home.language}.png")
    await page.get_by_role("button", name=home.button("submit"), exact=True).click()
    title = home.text("step", "predecessor_confirm", "title")
    await expect(page.get_by_text(title, exact=True)).to_be_visible()
    # From when until when, and how much: before anything is written.
    year, month, day, *_ = local_fields(predecessor.first)
    first_day = f"{day:02}/{month:02}/{year}"
    for key in same:
        unit = "m³" if key in VOLUMES else "kWh"
        told = rf"^{re.escape(names[ours[key]])}: {first_day} . \d\d/\d\d/20\d\d, \d+\s{unit}$"
        await expect(page.get_by_text(re.compile(told))).to_be_visible()
    await page.screenshot(
        path=screenshots / f"overnemen-{home.language}.png", clip=await dialog_of(page, title, home.button("submit"))
    )
    assert await predecessor.changes(ours["consumed_energy"]) == before["consumed_energy"]
    await page.get_by_role("button", name=home.button("submit"), exact=True).click()
    await expect(page.get_by_text(home.text("abort", "predecessor_done"))).to_be_visible()
    await page.screenshot(path=screenshots / f"overgenomen-{home.language}.png")
    await page.get_by_role("button", name=home.button("close"), exact=True).last.click()

    for key in same:
        taken = await predecessor.changes(ours[key])
        seam = min(before[key])
        assert seam >= predecessor.first + (DAYS - HISTORY_DAYS - 2) * DAY_SECONDS
        # Hour by hour what the other one counted, without a gap up to ours.
        assert list(taken)[: (seam - predecessor.first) // HOUR_SECONDS] == list(
            range(predecessor.first, seam, HOUR_SECONDS)
        )
        for start in range(predecessor.first + HOUR_SECONDS, seam, HOUR_SECONDS):
            assert abs(taken[start] - sum(changes[start] for changes in counted[key])) < _TOLERANCE_WH, (key, start)
        # Where both meet, the hour is the one that it counted whole, and not all that the meter ever did.
        assert abs(taken[seam] - sum(changes[seam] for changes in counted[key])) < _TOLERANCE_WH, key
        # What ours had, it has.
        later = [start for start in before[key] if start > seam]
        assert len(later) > (HISTORY_DAYS - 2) * 24
        assert all(abs(taken[start] - before[key][start]) < _TOLERANCE_WH for start in later), key
        assert await predecessor.counted(key) == counted[key]


@_from_either
async def test_once_more_there_is_nothing_to_take_over(predecessor: Predecessor, home: Home) -> None:
    before = await predecessor.counted("consumed_energy")
    await open_the_form(home)
    await home.page.get_by_role("button", name=home.button("submit"), exact=True).click()
    await expect(home.page.get_by_text(home.text("abort", "predecessor_nothing"))).to_be_visible()
    await home.page.get_by_role("button", name=home.button("close"), exact=True).last.click()
    assert await predecessor.counted("consumed_energy") == before


@_from_either
async def test_what_was_taken_over_stays_when_the_other_integration_goes(
    predecessor: Predecessor, home: Home, ours: dict[str, str]
) -> None:
    taken = await predecessor.changes(ours["consumed_energy"])
    old = await predecessor.counted("consumed_energy")
    await home.api.delete(f"/api/config/config_entries/entry/{predecessor.entry}")
    assert await predecessor.changes(ours["consumed_energy"]) == taken
    # Nor does Home Assistant forget what it counted.
    assert await predecessor.counted("consumed_energy") == old
