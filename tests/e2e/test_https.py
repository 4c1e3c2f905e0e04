"""Home Assistant from elsewhere: all that a browser can reach is https and another name than at home."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Error, Locator, Page, Request, expect

from develop.api import Api
from develop.browser import chromium, sign_in, window
from develop.dashboard import URL_PATH
from develop.demonstration import PASSWORD, PERSON
from develop.home import device_of

from .command import Command, running
from .conftest import chromium_or_skip
from .reverse_proxy import VISITOR, Certificate, ReverseProxy, reverse_proxy

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_HOST = "house.example"
_URL = f"https://{_HOST}"
_PATIENCE_SECONDS = 120
expect.set_options(timeout=_PATIENCE_SECONDS * 1000)
_DAY = re.compile(r"^[A-Z][a-z]+day,? \d+ [A-Z][a-z]+ 20\d\d$")
# Also of the days on which the clock changes.
_WHOLE_DAY = re.compile(r"^(92|96|100) / \1$")
_QUARTER = re.compile(r"^\d\d:\d\d . \d\d:\d\d$")


@dataclass
class Away:
    """A window of somebody who has signed in from elsewhere, and all that it does.

    :ivar requests: addresses of all that it asked for, also by websocket.
    :ivar complaints: errors and warnings of mixed content, as its console shows them.
    """

    page: Page
    proxy: ReverseProxy
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note from now on."""
        context = self.page.context
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", self._miss)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._hear)
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))

    def _miss(self, request: Request) -> None:
        # Who goes to another page waits for nothing any more.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "mixed content" in message.text.lower():
            self.complaints.append(message.text)

    def places(self) -> set[str]:
        """Where it asked: scheme and host of each address; what is in the page itself is nowhere."""
        parts = [urlsplit(url) for url in self.requests]
        return {f"{part.scheme}://{part.netloc}" for part in parts if part.scheme not in {"data", "blob"}}


@dataclass(frozen=True)
class Home:
    """A Home Assistant at home, and its API there."""

    command: Command
    api: Api


@pytest.fixture(scope="module")
def newest(command: Command, api: Api) -> Home:
    return Home(command, api)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def oldest(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    folder = tmp_path_factory.mktemp("oldest")
    async with running(folder, "--oldest", "--no-discovery") as command, Api(command.url) as api:
        await api.sign_in(PERSON, PASSWORD)
        yield Home(command, api)


_VERSIONS = [
    pytest.param("newest", marks=pytest.mark.xdist_group("command")),
    pytest.param("oldest", marks=pytest.mark.long),
]


@pytest.fixture(scope="module", params=_VERSIONS)
def home(request: pytest.FixtureRequest) -> Home:
    """The newest Home Assistant, and in a campaign the oldest that the integration supports."""
    return request.getfixturevalue(request.param)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def away(home: Home, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Away]:
    """Somebody who is not at home: of all names and addresses, the browser can reach one."""
    executable = chromium_or_skip()
    certificate = Certificate.of(_HOST, tmp_path_factory.mktemp("certificate"))
    async with (
        reverse_proxy(f"http://127.0.0.1:{home.command.port}", certificate) as proxy,
        chromium(
            executable,
            f"--ignore-certificate-errors-spki-list={certificate.pin}",
            f"--host-resolver-rules=MAP {_HOST}:443 127.0.0.1:{proxy.port}, MAP * ~NOTFOUND",
        ) as browser,
        window(browser) as page,
    ):
        away = Away(page, proxy)
        away.watch()
        await sign_in(page, _URL, PERSON, PASSWORD)
        yield away


async def card_of(away: Away) -> Locator:
    """The quarter card on the first page, with the running quarter."""
    await away.page.goto(f"{_URL}/{URL_PATH}")
    card = away.page.locator("digimon-quarter-card")
    await expect(card.locator("#stat-average dd")).to_have_text(re.compile(r"\d.*W$"))
    return card


async def test_the_card_shows_the_running_quarter_and_goes_on_by_itself(away: Away) -> None:
    card = await card_of(away)
    await expect(card.locator("#title")).to_have_text(_QUARTER)
    plot = card.locator(".plot")
    before = await plot.get_attribute("aria-valuenow") or ""
    await expect(plot).not_to_have_attribute("aria-valuenow", before)


async def test_it_shows_the_past_from_the_boards_card(away: Away) -> None:
    card = await card_of(away)
    title, average = card.locator("#title"), card.locator("#stat-average dd")
    await card.locator("#before").click()
    # Not the running one, by whose title it is not told from it: that one may end meanwhile.
    await expect(card.locator("#kind")).to_have_text("Quarter")
    await expect(title).to_have_text(_QUARTER)
    await expect(average).to_have_text(re.compile(r"\d.*W$"))
    await card.locator("#view-day").click()
    await expect(title).to_have_text(_DAY)
    today = await title.inner_text()
    await card.locator("#far-before").click()
    await expect(title).not_to_have_text(today)
    await expect(title).to_have_text(_DAY)
    await expect(card.locator("#stat-quarters dd")).to_have_text(_WHOLE_DAY)
    await expect(card.locator("#note")).to_have_text("")


async def test_the_page_of_the_board_names_its_address_at_home_and_asks_nothing_there(away: Away, home: Home) -> None:
    device = await device_of(home.api, home.command.board())
    assert device is not None
    await away.page.goto(f"{_URL}/config/devices/device/{device['id']}")
    await away.page.locator("ha-device-entities-card hui-generic-entity-row").first.wait_for()
    # A link for at home, that opens beside the page and takes nothing with it.
    link = away.page.locator(f'a[href="{device["configuration_url"]}"]')
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", re.compile("noreferrer|noopener"))


async def test_home_assistant_takes_the_person_for_who_is_elsewhere(away: Away, home: Home) -> None:
    tokens = await home.api.command("auth/refresh_tokens")
    assert VISITOR in {token["last_used_ip"] for token in tokens if token["client_id"] == f"{_URL}/"}


async def test_nothing_but_home_assistant_by_https_was_asked_or_wanted(away: Away) -> None:
    await card_of(away)
    assert away.places() == {_URL, _URL.replace("https", "wss")}
    assert away.complaints == []
    paths = [path for path, _ in away.proxy.passed]
    assert "/digimon/quarter-card.js" in paths
    assert "/api/websocket" in paths
    assert [(path, status) for path, status in away.proxy.passed if status >= 400] == []


async def test_the_board_itself_cannot_be_reached_from_there(away: Away, home: Home) -> None:
    page = await away.page.context.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto(f"http://127.0.0.1:{home.command.board().port}/info")
    await page.close()
