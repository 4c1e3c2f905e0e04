"""The quarter card on a dashboard of a real Home Assistant."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from develop.api import Api
from develop.browser import DUTCH, sign_in, window
from develop.demonstration import PASSWORD, PERSON

from .command import Command

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_TYPE = "custom:digimon-quarter-card"
_PATH, _DUTCH_PATH = "quarter-card", "kwartier-kaart"
_PATIENCE_SECONDS = 60
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


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def dashboard(api: Api) -> AsyncIterator[None]:
    """A dashboard of its own; the demonstration's stays as it is."""
    await make_dashboard(api, _PATH)
    yield
    found = await api.command("lovelace/dashboards/list")
    (number,) = (one["id"] for one in found if one["url_path"] == _PATH)
    await api.command("lovelace/dashboards/delete", dashboard_id=number)


async def shows_the_quarter(page: Page) -> None:
    card = page.locator("digimon-quarter-card").first
    await expect(card.locator("#title")).to_have_text(re.compile(r"^\d\d:\d\d . \d\d:\d\d$"))
    await expect(card.locator("#stat-average dd")).to_have_text(re.compile(r"\d.*W$"))


async def test_it_is_one_of_the_resources(api: Api) -> None:
    urls = [resource["url"] for resource in await api.command("lovelace/resources")]
    assert [url.partition("?")[0] for url in urls].count("/digimon/quarter-card.js") == 1


async def test_it_is_added_in_yaml_and_goes_on_by_itself(page: Page, api: Api, command: Command) -> None:
    await save(api, {"type": _TYPE, "title": "Meter cupboard"})
    await page.goto(f"{command.url}/{_PATH}/0")
    await shows_the_quarter(page)
    await expect(page.locator("digimon-quarter-card #heading")).to_have_text("Meter cupboard")
    plot = page.locator("digimon-quarter-card .plot")
    before = await plot.get_attribute("aria-valuenow") or ""
    await expect(plot).not_to_have_attribute("aria-valuenow", before)


async def test_it_is_added_by_the_picker(page: Page, api: Api, command: Command) -> None:
    await save(api)
    await page.goto(f"{command.url}/{_PATH}/0?edit=1")
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
    config = await api.command("lovelace/config", url_path=_PATH)
    assert config["views"][0]["sections"][0]["cards"] == [{"type": _TYPE, "title": "Picked"}]


async def test_it_is_suggested_for_a_sensor_of_the_board(
    page: Page, api: Api, command: Command, sensors: dict[str, str]
) -> None:
    await save(api)
    await page.goto(f"{command.url}/{_PATH}/0?edit=1")
    await page.locator("hui-grid-section .add").first.click()
    suggested = await page.evaluate(
        """entity => {
            const {hass} = document.querySelector("home-assistant");
            const card = window.customCards.find(({type}) => type === "digimon-quarter-card");
            return card.getEntitySuggestion(hass, entity);
        }""",
        sensors["quarter_average"],
    )
    assert suggested == {"config": {"type": _TYPE}}


async def cold_loads(browser: Browser, command: Command, times: int) -> list[int]:
    """How many errors were shown in each of so many windows that have nothing in their cache."""
    async with window(browser) as page:
        await sign_in(page, command.url, PERSON, PASSWORD)
        state = await page.context.storage_state()
    found = []
    for _ in range(times):
        context = await browser.new_context(storage_state=state, viewport={"width": 1280, "height": 900})
        cold = await context.new_page()
        await cold.add_init_script(_COUNT_ERRORS)
        await cold.goto(f"{command.url}/{_PATH}/0")
        await shows_the_quarter(cold)
        assert await cold.locator("hui-error-card").count() == 0
        found.append(await cold.evaluate("errorsShown"))
        await context.close()
    return found


async def test_a_cold_load_knows_the_card(browser: Browser, api: Api, command: Command) -> None:
    await save(api, {"type": _TYPE})
    assert await cold_loads(browser, command, 2) == [0, 0]


@pytest.mark.long
async def test_twenty_cold_loads_know_the_card(browser: Browser, api: Api, command: Command) -> None:
    await save(api, {"type": _TYPE})
    assert await cold_loads(browser, command, 20) == [0] * 20


async def test_all_of_it_in_dutch(browser: Browser, dutch_api: Api, dutch: Command, screenshots: Path) -> None:
    """Every view, light and dark, on a desk and on a phone."""
    await make_dashboard(dutch_api, _DUTCH_PATH)
    await save(dutch_api, {"type": _TYPE}, path=_DUTCH_PATH)
    async with window(browser, locale=DUTCH) as page:
        await sign_in(page, dutch.url, PERSON, PASSWORD)
        await page.goto(f"{dutch.url}/{_DUTCH_PATH}/0")
        await shows_the_quarter(page)
        card = page.locator("digimon-quarter-card")
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
                    assert await card.evaluate("card => card.scrollWidth <= card.clientWidth")
                    await card.screenshot(path=screenshots / f"card-{view}-{scheme}-{device}.png")
        await expect(card.locator(".mean span")).to_contain_text("Gemiddelde van 12 maanden")
        await card.locator("#to-peak").click()
        await expect(card.locator("#kind")).to_have_text("Kwartier")
        await expect(card.locator("#stat-average dd")).to_have_text(re.compile(r"kW$"))
        await card.locator("#view-month").click()
        await expect(card.locator("#stat-days dd")).to_have_text(re.compile(r"\d"))
