"""digimon out of Home Assistant's Marketplace, as families get it: found, installed, set up, updated and removed.

All of it as a Fleming sees it in a browser. Their Home Assistant has never seen digimon; what it asks GitHub and the
catalogue, over TLS at their own names, a stand-in answers out of this checkout.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from develop.api import ApiError
from develop.home import DOMAIN, Board, history_arrived, sensors_of
from simulator.house import House
from tests.firmware.machines import ADDRESSES

from .apart import BOARD_PORT
from .command import eventually
from .complaints import complaints
from .conftest import chromium_or_skip
from .marketplace import API, ARCHIVES, CATALOGUE, GITHUB, ICONS, IDENTIFIER, RAW, TOKEN
from .releases import FULL_NAME
from .shopping import Scene, shopping
from .test_two_machines import shows_the_house

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_PATIENCE_SECONDS = 120
expect.set_options(timeout=_PATIENCE_SECONDS * 1000)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(tmp_path_factory: pytest.TempPathFactory, screenshots: Path) -> AsyncIterator[Scene]:
    """Home Assistant is set up and has never seen digimon."""
    executable = chromium_or_skip()
    async with shopping(tmp_path_factory.mktemp("marketplace"), executable, screenshots) as scene:
        yield scene


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def found(scene: Scene) -> Scene:
    """The person has read the warning of the Marketplace, and searches."""
    page = scene.page
    await scene.open("/config")
    await page.get_by_text("marktplaats", exact=True).click()
    await page.get_by_role("checkbox").check(force=True)
    await page.get_by_role("button", name="Doorgaan").click()
    await page.get_by_placeholder("Doorzoek 2 repositories").fill("digimon")
    await expect(page.get_by_text("Digimon", exact=True)).to_be_visible()
    return scene


async def test_the_catalogue_alone_tells_of_it(found: Scene) -> None:
    sections = ["critical", "integration", "plugin", "removed", "template", "theme"]
    assert sorted(found.github.asked(CATALOGUE)) == [f"/{section}/data.json" for section in sections]
    assert {host for host, _, _ in found.github.requests} - {ICONS} == {CATALOGUE}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(found: Scene) -> Scene:
    """Its page in the Marketplace."""
    await found.page.get_by_text("Digimon", exact=True).click()
    await expect(found.page.get_by_text("is beschikbaar om te installeren")).to_be_visible()
    await expect(found.page.locator("ha-markdown h2").first).to_be_visible()
    for picture in (found.page.locator("ha-markdown img").first, icon_of(found.page)):
        await found.sees(picture)
    await found.picture("marktplaats-nl")
    return found


def icon_of(page: Page) -> Locator:
    """The one that the Marketplace shows of it."""
    return page.locator(f"img[src*='/brands/marketplace/{DOMAIN}/']").first


async def test_it_has_its_icon_before_it_is_installed(opened: Scene) -> None:
    await opened.sees(icon_of(opened.page))
    assert f"/marketplace/{DOMAIN}/icon.png" in opened.github.asked(ICONS)


async def test_its_page_shows_the_readme_with_pictures_and_links_that_lead_somewhere(opened: Scene) -> None:
    readme = opened.page.locator("ha-markdown")
    assert await readme.locator("h2").all_inner_texts() == re.findall(r"(?m)^## (.+)$", opened.github.latest.readme)
    addresses = await readme.locator("a, img").evaluate_all("all => all.map(one => one.href || one.src)")
    ours = [url for url in addresses if urlsplit(url).netloc == RAW or f"//{GITHUB}/{FULL_NAME}" in url]
    assert len(ours) > 30
    assert [url for url in ours if not opened.github.leads(url)] == []
    # Who scrolls sees them.
    pictures = readme.locator(f"img[src*='{RAW}']")
    for number in range(await pictures.count()):
        await opened.sees(pictures.nth(number))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installed(opened: Scene) -> Scene:
    """The person installs it."""
    opened.github.requests.clear()
    await opened.install()
    await opened.picture("marktplaats-instellen-nl")
    return opened


async def test_the_integration_comes_out_of_the_archive_of_the_release(installed: Scene) -> None:
    release = installed.github.latest
    assert installed.files() == release.integration()
    # Without an account GitHub's API answers little: it is not asked, and what is there for boards is not fetched.
    assert installed.github.asked(GITHUB) == [f"/{FULL_NAME}/archive/refs/tags/{release.tag}.zip"]
    assert installed.github.asked(ARCHIVES) == [f"/{FULL_NAME}/zip/refs/tags/{release.tag}"]
    assert installed.github.asked(API) == []
    assert installed.github.missed() == []


async def test_it_needs_no_restart(installed: Scene) -> None:
    assert await installed.issues("marketplace") == []


@dataclass(frozen=True)
class Added:
    """What was set up.

    :ivar entry: its identifier.
    :ivar energy: the sensor of the energy that the house took.
    :ivar hours: of that, in the statistics.
    """

    board: Board
    entry: str
    energy: str
    hours: list[tuple[int, float]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def added(installed: Scene) -> Added:
    """The person goes on, and gives the address of the board."""
    page = installed.page
    await installed.board.start()
    await page.get_by_text("Een digimon-bord in het netwerk").click()
    await page.get_by_role("textbox", name="Adres").fill(ADDRESSES["board"])
    await page.get_by_role("button", name="Verzend").click()
    await page.get_by_role("button", name="Overslaan en voltooien").click()
    async with aiohttp.ClientSession() as session, session.get(f"http://{ADDRESSES['board']}/info") as answer:
        board = Board(port=BOARD_PORT, serial=(await answer.json())["serial"])
    await history_arrived(installed.api, board)
    energy = (await sensors_of(installed.api, board, {"consumed_energy"}))["consumed_energy"]
    (entry,) = await installed.entries()
    return Added(board, entry["entry_id"], energy, await installed.hours(energy))


async def test_it_shows_the_house_and_all_of_its_past(installed: Scene, added: Added, house: House) -> None:
    await eventually(lambda: shows_the_house(installed.api, added.board, house), _PATIENCE_SECONDS)
    assert len(added.hours) > 24
    assert [item["type"] for item in await installed.api.command("lovelace/resources")] == ["module"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def offered(installed: Scene, added: Added) -> Locator:
    """There is a newer release; the person asks for news, and reads what is new in it."""
    assert added.entry
    installed.github.publish(installed.github.latest.next())
    await installed.open(f"/marketplace/repository/{IDENTIFIER}")
    await installed.choose("Informatie vernieuwen")
    await expect(installed.page.get_by_text(f"{installed.github.latest.tag} beschikbaar")).to_be_visible()
    installed.github.requests.clear()
    notes = await installed.look_at_update()
    await installed.picture("marktplaats-update-nl")
    return notes


async def test_what_is_new_is_told_before_an_update(installed: Scene, offered: Locator) -> None:
    notes = installed.github.latest.notes
    assert await offered.locator("h3").all_inner_texts() == re.findall(r"(?m)^### (.+)$", notes)
    assert await offered.locator("li").count() == len(re.findall(r"(?m)^- ", notes))
    addresses = await offered.locator("a").evaluate_all("all => all.map(one => one.href)")
    assert addresses == re.findall(r"\]\(([^)]+)\)", notes)
    assert [url for url in addresses if f"//{GITHUB}/{FULL_NAME}" in url and not installed.github.leads(url)] == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def updated(installed: Scene, offered: Locator) -> Scene:
    """The person installs it, and does what the repair asks."""
    assert await offered.is_visible()
    await installed.update()
    await installed.restart()
    return installed


async def test_a_newer_release_comes_the_same_way(updated: Scene) -> None:
    release = updated.github.latest
    assert updated.files() == release.integration()
    assert updated.github.asked(GITHUB) == [f"/{FULL_NAME}/archive/refs/tags/{release.tag}.zip"]
    assert updated.github.missed() == []


async def test_after_the_restart_the_newer_one_runs_and_all_is_kept(updated: Scene, added: Added, house: House) -> None:
    assert (await updated.api.command("manifest/get", integration=DOMAIN))["version"] == updated.github.releases[
        0
    ].version
    await eventually(lambda: shows_the_house(updated.api, added.board, house), _PATIENCE_SECONDS)
    (entry,) = await updated.entries()
    assert (entry["entry_id"], entry["state"]) == (added.entry, "loaded")
    hours = dict(await updated.hours(added.energy))
    # The last one was not over yet.
    assert [hour for hour in added.hours[:-1] if hour not in hours.items()] == []
    told = await updated.told()
    states = {state["entity_id"]: state["state"] for state in await updated.api.command("get_states")}
    assert states[told["update_entity_id"]] == "off"
    assert told["status"] == "installed"


async def test_the_board_is_offered_the_firmware_of_that_release(updated: Scene, added: Added) -> None:
    firmware = (await sensors_of(updated.api, added.board, {"firmware"}))["firmware"]

    async def is_offered() -> bool:
        states = {state["entity_id"]: state for state in await updated.api.command("get_states")}
        return states[firmware]["attributes"].get("latest_version") == updated.github.latest.version

    await eventually(is_offered, _PATIENCE_SECONDS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def removed(updated: Scene, added: Added) -> Scene:
    """The person deletes the board and all of digimon, and does what the repair asks; the catalogue drops it, too."""
    assert added.entry
    page = updated.page
    await updated.open(f"/config/integrations/integration/{DOMAIN}")
    await page.locator("ha-config-entry-row").get_by_role("button", name="Menu").first.click()
    await page.get_by_text("Verwijder", exact=True).click()
    await page.get_by_role("button", name="Verwijderen").click()
    await expect(page.get_by_text("Ook Digimon de-installeren?")).to_be_visible()
    await page.get_by_role("button", name="De-installeer").click()

    async def is_uninstalled() -> bool:
        return await updated.issues("marketplace") == ["restart_required_uninstall"]

    await eventually(is_uninstalled, _PATIENCE_SECONDS)
    updated.github.listed = False
    await updated.restart()
    return updated


async def test_nothing_of_it_is_left_but_what_was_recorded(removed: Scene, added: Added) -> None:
    configuration = removed.house.configuration
    assert [path.name for path in (configuration / "custom_components").iterdir()] == []
    assert [path.name for path in (configuration / ".storage").glob("*digimon*")] == []
    assert [path.name for path in (configuration / ".storage/marketplace_backups").iterdir()] == []
    assert await removed.api.command("lovelace/resources") == []
    assert await removed.api.command("config_entries/flow/progress") == []
    for registry in ("device", "entity"):
        assert DOMAIN not in str(await removed.api.command(f"config/{registry}_registry/list"))
    assert (await removed.api.command("repairs/list_issues"))["issues"] == []
    with pytest.raises(ApiError, match="not_found"):
        await removed.api.command("manifest/get", integration=DOMAIN)
    hours = dict(await removed.hours(added.energy))
    assert [hour for hour in added.hours[:-1] if hour not in hours.items()] == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def linked(removed: Scene) -> Scene:
    """The catalogue does not have it: the person uses the button of the README, and connects an account at GitHub."""
    page = removed.page
    removed.github.requests.clear()
    button = re.search(r"https://my\.home-assistant\.io/redirect/(\w+)/(\?[^)]+)", removed.github.latest.readme)
    assert button is not None
    # There a browser is sent on to the Home Assistant of its person.
    await removed.open(f"/_my_redirect/{button[1]}{button[2]}")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("De herconfiguratie is gelukt")).to_be_visible()
    await page.get_by_role("button", name="Sluit").last.click()
    await page.get_by_role("button", name="Opnieuw proberen").click()
    await page.get_by_role("button", name="Voeg toe").click()
    await removed.install()
    return removed


async def test_without_the_catalogue_it_comes_from_its_address_with_an_account(linked: Scene) -> None:
    assert linked.files() == linked.github.latest.integration()
    told = await linked.told()
    assert told["custom"]
    assert (told["installed_version"], told["category"]) == (linked.github.latest.tag, "integration")
    assert linked.github.missed() == []
    assert linked.github.accounts == {TOKEN}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tested(linked: Scene) -> Scene:
    """There is a version for testers, and the person becomes one."""
    page = linked.page
    linked.github.publish(linked.github.latest.next("b1"))
    linked.github.requests.clear()
    await linked.open(f"/marketplace/repository/{IDENTIFIER}")
    await linked.choose("Informatie vernieuwen")

    async def is_known() -> bool:
        return f"/repos/{FULL_NAME}/branches/main" in linked.github.asked(API)

    await eventually(is_known, _PATIENCE_SECONDS)
    # Nobody is offered it who has not asked for it.
    assert (await linked.told())["available_version"] == linked.github.latest.tag
    await linked.choose("Include pre-releases")
    await page.get_by_role("button", name="Include", exact=True).click()
    await expect(page.get_by_text(f"{linked.github.releases[0].tag} beschikbaar")).to_be_visible()
    await linked.look_at_update()
    await linked.update()
    return linked


async def test_a_version_for_testers_comes_to_who_asks_for_it(tested: Scene) -> None:
    beta = tested.github.releases[0]
    assert beta.is_for_testers
    assert tested.files() == beta.integration()
    assert (await tested.told())["installed_version"] == beta.tag
    assert tested.github.missed() == []


async def test_nobody_complained_of_it_in_the_log(tested: Scene) -> None:
    log = tested.log + tested.house.log()
    assert any("[custom_components.digimon" in line for line in log)
    assert complaints(log) == []
