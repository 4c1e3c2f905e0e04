"""House, board, Home Assistant and browser for the tests, started as a person starts them."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from develop.api import Api
from develop.browser import DUTCH, chromium, sign_in, window
from develop.dashboard import SENSORS
from develop.demonstration import PASSWORD, PERSON
from develop.home import sensors_of
from simulator.house import House

from .command import SEED, Command, running

_SCREENSHOTS = Path(__file__).parent / "screenshots"
# What a whole run starts once, and several files use.
_STARTED_ONCE = ("command", "dutch")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of two processes, one has all that uses the same started product, in order; else a file is not divided.

    A parameter that chooses a product by its name has to name it in a mark of its own.
    """
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("xdist_group") is None:
            group = next((name for name in _STARTED_ONCE if name in item.fixturenames), item.path.stem)
            item.add_marker(pytest.mark.xdist_group(group))


def absent(what: str) -> None:
    """Something that the tests need is not on this machine."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def chromium_or_skip() -> str:
    """The path of a browser."""
    executable = os.environ.get("DIGIMON_CHROMIUM", "")
    if not executable:
        absent("there is no chromium on this machine")
    return executable


@pytest.fixture(scope="session", autouse=True)
def _environments() -> None:
    """scripts/test makes what is needed; here nobody would."""
    if "DIGIMON_HOMEASSISTANT" not in os.environ:
        absent("run scripts/test e2e")


@pytest.fixture(scope="session")
def house() -> House:
    """The house that every number has to come from."""
    return House(SEED)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def command(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Command]:
    """scripts/develop, ready; with a board of its own name, because others may run it in the same network."""
    name = f"digimon-{secrets.token_hex(3)}"
    async with running(tmp_path_factory.mktemp("develop"), "--name", name) as command:
        yield command


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(command: Command) -> AsyncIterator[Api]:
    """Its Home Assistant."""
    async with Api(command.url) as api:
        await api.sign_in(PERSON, PASSWORD)
        yield api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sensors(command: Command, api: Api) -> dict[str, str]:
    """Entity ids by what they show."""
    return await sensors_of(api, command.board(), SENSORS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dutch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Command]:
    """Another one: in Dutch, and with a board that does not announce itself."""
    async with running(tmp_path_factory.mktemp("dutch"), "--language", "nl", "--no-discovery") as command:
        yield command


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dutch_api(dutch: Command) -> AsyncIterator[Api]:
    """Its Home Assistant."""
    async with Api(dutch.url) as api:
        await api.sign_in(PERSON, PASSWORD)
        yield api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium(chromium_or_skip()) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def page(browser: Browser, command: Command) -> AsyncIterator[Page]:
    """A window of somebody who has signed in."""
    async with window(browser) as page:
        await sign_in(page, command.url, PERSON, PASSWORD)
        yield page


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dutch_page(browser: Browser, dutch: Command) -> AsyncIterator[Page]:
    """A window of a Fleming who has signed in."""
    async with window(browser, locale=DUTCH) as page:
        await sign_in(page, dutch.url, PERSON, PASSWORD)
        yield page


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of what the tests saw go; with DIGIMON_PICTURES set, into that folder."""
    folder = Path(os.environ.get("DIGIMON_PICTURES") or _SCREENSHOTS)
    folder.mkdir(exist_ok=True)
    return folder
