"""The quarter card on a dashboard of a real Home Assistant."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Response, ViewportSize, expect

from develop.api import Api
from develop.browser import DUTCH, sign_in, visit, window
from develop.demonstration import PASSWORD, PERSON

from .command import Command, running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

# What somebody cannot do without is tried in both Home Assistants, the rest of it in the oldest one in a campaign.
# The newest is the one that other files use too; the oldest has a process that need not be theirs.
_NEWEST = pytest.param("newest", marks=pytest.mark.xdist_group("command"))
_OLDEST = pytest.param("oldest", marks=pytest.mark.xdist_group("oldest"))
_OLDEST_LATER = pytest.param("oldest", marks=[pytest.mark.xdist_group("oldest"), pytest.mark.long])
_IN_BOTH = pytest.mark.parametrize("version", [_NEWEST, _OLDEST])
_LATER_IN_BOTH = pytest.mark.parametrize("version", [_NEWEST, _OLDEST_LATER])

_TYPE = "custom:digimon-quarter-card"
_PATH = "quarter-card"
_BRUSSELS = ZoneInfo("Europe/Brussels")
_QUARTER_MINUTES = 15
_PATIENCE_SECONDS = 120
_PHONE: ViewportSize = {"width": 390, "height": 844}
_DESKTOP: ViewportSize = {"width": 1280, "height": 900}
expect.set_options(timeout=_PATIENCE_SECONDS * 1000)

# Where Home Assistant does not know a card yet, it puts an error that is hidden for two seconds.
_COUNT_ERRORS = """
window.errorsShown = 0;
const create = Document.prototype.createElement;
Document.prototype.createElement = function (name, ...more) {
  const element = create.call(this, name, ...more);
  if (name === "hui-error-card") {
    new MutationObserver(() => {
      if (element.style.display !== "none") errorsShown++;
    }).observe(element, {attributes: true, attributeFilter: ["style"]});
  }
  return element;
};
"""


async def save(api: Api, *cards: dict[str, Any], path: str = _PATH) -> None:
    """Put cards on the dashboard, as the editor of its YAML does."""
    sections = [{"type": "grid", "cards": [card]} for card in cards] or [{"type": "grid", "cards": []}]
    view = {"title": "Quarter", "type": "sections", "sections": sections}
    await api.command("lovelace/config/save", url_path=path, config={"views": [view]})


async def make_dashboard(api: Api, path: str) -> None:
    await api.command(
        "lovelace/dashboards/create",
        url_path=path,
        title="Quarter",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )


@dataclass(frozen=True)
class Place:
    """A Home Assistant with a board, and a window of somebody who has signed in."""

    command: Command
    api: Api
    page: Page

    @property
    def url(self) -> str:
        return f"{self.command.url}/{_PATH}/0"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def newest(command: Command, api: Api, page: Page) -> AsyncIterator[Place]:
    """The newest, with a dashboard of its own; the demonstration's stays as it is."""
    await make_dashboard(api, _PATH)
    yield Place(command, api, page)
    # Who looks at a dashboard that goes is led to another, also when the next test is on its way to a page of its own.
    await visit(page, "about:blank")
    found = await api.command("lovelace/dashboards/list")
    (number,) = (one["id"] for one in found if one["url_path"] == _PATH)
    await api.command("lovelace/dashboards/delete", dashboard_id=number)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def oldest(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Place]:
    """The oldest that the integration supports."""
    async with (
        running(tmp_path_factory.mktemp("oldest"), "--oldest", "--no-discovery") as command,
        Api(command.url) as api,
        window(browser) as page,
    ):
        await api.sign_in(PERSON, PASSWORD)
        await sign_in(page, command.url, PERSON, PASSWORD)
        await make_dashboard(api, _PATH)
        yield Place(command, api, page)


@pytest.fixture
def place(request: pytest.FixtureRequest, version: str) -> Place:
    """The one that a test is about."""
    found: Place = request.getfixturevalue(version)
    return found


async def shows_the_quarter(page: Page) -> None:
    card = page.locator("digimon-quarter-card").first
    await expect(card.locator("#title")).to_have_text(re.compile(r"^\d\d:\d\d . \d\d:\d\d$"))
    await expect(card.locator("#stat-average dd")).to_have_text(re.compile(r"\d.*W$"))


@_IN_BOTH
async def test_it_is_one_of_the_resources(place: Place, version: str) -> None:
    urls = [resource["url"] for resource in await place.api.command("lovelace/resources")]
    assert [url.partition("?")[0] for url in urls].count("/digimon/quarter-card.js") == 1
    shown = (await place.api.get("/api/config"))["version"]
    assert shown.startswith({"newest": "2026.11.", "oldest": "2026.10."}[version])


@_IN_BOTH
async def test_it_is_added_in_yaml_and_goes_on_by_itself(place: Place) -> None:
    page = place.page
    await save(place.api, {"type": _TYPE, "title": "Meter cupboard"})
    await page.goto(place.url)
    await shows_the_quarter(page)
    await expect(page.locator("digimon-quarter-card #heading")).to_have_text("Meter cupboard")
    plot = page.locator("digimon-quarter-card .plot")
    before = await plot.get_attribute("aria-valuenow") or ""
    await expect(plot).not_to_have_attribute("aria-valuenow", before)


@_IN_BOTH
async def test_it_is_added_by_the_picker(place: Place) -> None:
    page = place.page
    await save(place.api)
    await visit(page, f"{place.url}?edit=1")
    await page.locator("hui-grid-section .add").first.click()
    dialog = page.locator("hui-dialog-create-card")
    await dialog.locator("ha-tab-group-tab").nth(1).click()
    await dialog.locator("hui-card-picker input").first.fill("digimon")
    offered = dialog.locator("hui-card-picker .card").filter(has_text="Digimon quarter")
    # With a preview that is alive.
    await expect(offered.locator("digimon-quarter-card #title")).to_have_text(re.compile(r"\d\d:\d\d"))
    await offered.click(position={"x": 20, "y": 10})
    editor = page.locator("hui-dialog-edit-card")
    for label in ("Board", "Title", "What is shown first"):
        await expect(editor.get_by_text(label, exact=True).first).to_be_visible()
    await editor.locator("ha-selector-text input").fill("Picked")
    await expect(editor.locator("digimon-quarter-card #heading")).to_have_text("Picked")
    await editor.get_by_role("button", name="Save").click()
    await expect(page.locator("hui-view digimon-quarter-card #heading")).to_have_text("Picked")
    config = await place.api.command("lovelace/config", url_path=_PATH)
    assert config["views"][0]["sections"][0]["cards"] == [{"type": _TYPE, "title": "Picked"}]


async def test_it_is_suggested_for_a_sensor_of_the_board(newest: Place, sensors: dict[str, str]) -> None:
    await save(newest.api)
    await visit(newest.page, f"{newest.url}?edit=1")
    await newest.page.locator("hui-grid-section .add").first.click()
    suggested = await newest.page.evaluate(
        """entity => {
            const {hass} = document.querySelector("home-assistant");
            const card = window.customCards.find(({type}) => type === "digimon-quarter-card");
            return card.getEntitySuggestion(hass, entity);
        }""",
        sensors["quarter_average"],
    )
    assert suggested == {"config": {"type": _TYPE}}


@asynccontextmanager
async def cold_window(browser: Browser, place: Place) -> AsyncIterator[Page]:
    """A window of the same person that has nothing in its cache."""
    state = await place.page.context.storage_state()
    context = await browser.new_context(storage_state=state, viewport=_DESKTOP)
    context.set_default_timeout(_PATIENCE_SECONDS * 1000)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def cold_loads(browser: Browser, place: Place, times: int) -> list[int]:
    """How many errors were shown in each of so many windows that have nothing in their cache."""
    await save(place.api, {"type": _TYPE})
    found = []
    for _ in range(times):
        async with cold_window(browser, place) as cold:
            await cold.add_init_script(_COUNT_ERRORS)
            await cold.goto(place.url)
            await shows_the_quarter(cold)
            assert await cold.locator("hui-error-card").count() == 0
            found.append(await cold.evaluate("errorsShown"))
    return found


@_IN_BOTH
async def test_a_cold_load_knows_the_card_and_takes_little(browser: Browser, place: Place) -> None:
    assert await cold_loads(browser, place, 2) == [0, 0]
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    async with cold_window(browser, place) as cold:
        cold.on("response", keep)
        await cold.goto(place.url)
        await shows_the_quarter(cold)
        await cold.wait_for_load_state("networkidle")
        taken = {
            path: len(await answer.body())
            for answer in answers
            if "/digimon/" in answer.url and (path := answer.url.partition("?")[0]).endswith(".js")
        }
    assert len(taken) == 3
    assert sum(taken.values()) < 40_000


@pytest.mark.long
@_IN_BOTH
async def test_twenty_cold_loads_know_the_card(browser: Browser, place: Place) -> None:
    assert await cold_loads(browser, place, 20) == [0] * 20


@_LATER_IN_BOTH
async def test_all_of_it_in_dutch(browser: Browser, place: Place, version: str, screenshots: Path) -> None:
    """Every view, light and dark, on a desk and on a phone, for a person who has chosen Dutch."""
    api = place.api
    await save(api, {"type": _TYPE})
    before = (await api.command("frontend/get_user_data", key="language"))["value"]
    await api.command("frontend/set_user_data", key="language", value=before | {"language": "nl"})
    try:
        async with window(browser, locale=DUTCH) as page:
            await sign_in(page, place.command.url, PERSON, PASSWORD)
            await page.goto(place.url)
            await shows_the_quarter(page)
            await expect(page.locator("digimon-quarter-card #kind")).to_have_text("Lopend kwartier")
            await _look_at_all(page, screenshots / f"card-{version}")
    finally:
        await api.command("frontend/set_user_data", key="language", value=before)


def _has_begun(now: datetime) -> bool:
    """Whether the month has a quarter that ended, and therefore a peak; the board's write and our poll included."""
    return (now.day, now.hour) != (1, 0) or now.minute > _QUARTER_MINUTES + 1


async def _look_at_all(page: Page, pictures: Path) -> None:
    card = page.locator("digimon-quarter-card")
    has_begun = _has_begun(datetime.now(_BRUSSELS))
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        dark = re.compile(r"\bdark\b")
        await (expect(card).to_have_class(dark) if scheme == "dark" else expect(card).not_to_have_class(dark))
        for device, size in (("desk", _DESKTOP), ("phone", _PHONE)):
            await page.set_viewport_size(size)
            for view, title in (
                ("now", r"^\d\d:\d\d"),
                ("day", r"^(Maan|Dins|Woens|Donder|Vrij|Zater|Zon)dag \d+ [a-z]+ 20\d\d$"),
                ("month", r"^[A-Z][a-z]+ 20\d\d$"),
                ("peaks", r"^Maandpieken$"),
            ):
                await card.locator(f"#view-{view}").click()
                await expect(card.locator("#title")).to_have_text(re.compile(title))
                # Of a month that has just begun it says that there is nothing yet.
                note = "" if has_begun or view != "month" else re.compile(r"^(Geen metingen\.)?$")
                await expect(card.locator("#note")).to_have_text(note)
                assert await card.evaluate("card => card.scrollWidth <= card.clientWidth")
                await card.screenshot(path=pictures.with_name(f"{pictures.name}-{view}-{scheme}-{device}.png"))
    if not has_begun:
        await expect(card.locator(".mean span")).to_contain_text(re.compile("Gemiddelde van 1[12] maanden"))
        return
    await expect(card.locator(".mean span")).to_contain_text("Gemiddelde van 12 maanden")
    await card.locator("#to-peak").click()
    await expect(card.locator("#kind")).to_have_text("Kwartier")
    await expect(card.locator("#stat-average dd")).to_have_text(re.compile(r"kW$"))
    await card.locator("#view-month").click()
    await expect(card.locator("#stat-days dd")).to_have_text(re.compile(r"\d"))
