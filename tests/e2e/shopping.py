"""A person in Flanders in front of a Home Assistant that has never seen digimon, and of the Marketplace."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from develop.api import Api
from develop.browser import DUTCH, chromium, sign_in, visit, window
from develop.demonstration import PASSWORD, PERSON
from develop.home import DOMAIN
from tests.firmware.machines import Cable

from .apart import BoardMachine, HouseMachine, Internet, started
from .marketplace import HOSTS, IDENTIFIER, StandIn, stand_in
from .releases import INTEGRATION, Release
from .reverse_proxy import Certificate

_RESTART_REQUIRED = "Restart required for Digimon"
_LONG_AGO = "2026-01-01T00:00:00Z"


@dataclass(kw_only=True)
class Scene:
    """A house, GitHub, and a person in front of Home Assistant.

    :ivar api: of the Home Assistant that runs now.
    :ivar log: of those before it.
    """

    github: StandIn
    board: BoardMachine
    house: HouseMachine
    api: Api
    page: Page
    pictures: Path
    stack: AsyncExitStack
    log: list[str] = field(default_factory=list)

    async def picture(self, name: str) -> None:
        """Keep what the person sees now."""
        await self.page.screenshot(path=self.pictures / f"{name}.png", animations="disabled")

    async def sees(self, picture: Locator) -> None:
        """Scroll to a picture and wait until it is there, and not only its frame."""
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("complete", value=True)
        assert await picture.evaluate("picture => picture.naturalWidth") > 0

    async def open(self, path: str) -> None:
        """Go to a page of Home Assistant."""
        await visit(self.page, f"{self.house.url}{path}")

    async def choose(self, name: str) -> None:
        """Choose something in the menu at the top right."""
        await self.page.get_by_role("button", name="Menu").last.click()
        await self.page.get_by_text(name, exact=True).click()

    async def install(self) -> None:
        """Install from its page in the Marketplace, after which it asks how it reaches the meter."""
        await self.page.get_by_role("button", name="Installeren").click()
        await self.page.get_by_text("Je installeert dit op eigen risico").wait_for()
        await self.page.get_by_role("button", name="Installeren").last.click()
        await self.page.get_by_text("Hoe bereikt Home Assistant je meter?").wait_for()

    async def look_at_update(self) -> Locator:
        """Open what Home Assistant says of the newer version that is offered.

        :returns: what is new in it.
        """
        await self.open("/config/updates")
        await self.page.get_by_role("button", name="Digimon").click()
        notes = self.page.locator("ha-markdown")
        await expect(notes.locator("h1")).to_have_text(self.github.releases[0].tag)
        return notes

    async def update(self) -> None:
        """Install that version."""
        await self.page.get_by_role("button", name="Bijwerken").click()
        await self.page.get_by_text("Up-to-date").wait_for()

    async def restart(self) -> None:
        """Do what the Marketplace's repair asks."""
        await self.open("/config/repairs")
        await self.page.get_by_text(_RESTART_REQUIRED).click()
        await self.page.get_by_role("button", name="Herstarten").click()
        self.log += await self.house.start_again()
        self.api = await self.stack.enter_async_context(Api(self.house.url))
        await self.api.sign_in(PERSON, PASSWORD)

    async def issues(self, domain: str) -> list[str]:
        """What kinds of repairs wait for the person."""
        issues = (await self.api.command("repairs/list_issues"))["issues"]
        return [issue["translation_key"] for issue in issues if issue["domain"] == domain]

    async def told(self) -> dict[str, Any]:
        """What the Marketplace tells of digimon."""
        told: dict[str, Any] = await self.api.command("marketplace/repository/info", repository_id=IDENTIFIER)
        return told

    async def entries(self) -> list[dict[str, Any]]:
        """What is set up of digimon."""
        return [entry for entry in await self.api.command("config_entries/get") if entry["domain"] == DOMAIN]

    async def hours(self, sensor: str) -> list[tuple[int, float]]:
        """Start and sum of every hour in the statistics of a sensor."""
        arguments = {"start_time": _LONG_AGO, "statistic_ids": [sensor], "period": "hour", "types": ["sum"]}
        rows = await self.api.command("recorder/statistics_during_period", **arguments)
        return [(row["start"], row["sum"]) for row in rows[sensor]]

    def files(self) -> dict[str, bytes]:
        """What lies in the integration's folder, but for what Python makes of it."""
        folder = self.house.configuration / INTEGRATION
        paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
        return {f"{INTEGRATION}{path.relative_to(folder)}": path.read_bytes() for path in paths}


@asynccontextmanager
async def shopping(folder: Path, executable: str, pictures: Path) -> AsyncIterator[Scene]:
    """All of it, with the person signed in and the board without power.

    :param folder: for what the programs keep.
    :param executable: Chromium's.
    """
    certificate = Certificate.of(HOSTS[0], folder, *HOSTS[1:])
    names = ", ".join(f"MAP {host} 127.0.0.1" for host in HOSTS)
    flags = (
        f"--ignore-certificate-errors-spki-list={certificate.pin}",
        f"--host-resolver-rules={names}, EXCLUDE 127.0.0.1, MAP * ~NOTFOUND",
    )
    async with AsyncExitStack() as stack:
        cable = stack.enter_context(Cable())
        stack.enter_context(cable.at("house"))
        github = await stack.enter_async_context(stand_in(certificate, Release.of_checkout()))
        machines = started(cable, folder, Internet(HOSTS, certificate.file))
        board, house = await stack.enter_async_context(machines)
        api = await stack.enter_async_context(Api(house.url))
        await api.sign_in(PERSON, PASSWORD)
        browser = await stack.enter_async_context(chromium(executable, *flags))
        page = await stack.enter_async_context(window(browser, locale=DUTCH))
        await sign_in(page, house.url, PERSON, PASSWORD)
        yield Scene(github=github, board=board, house=house, api=api, page=page, pictures=pictures, stack=stack)
