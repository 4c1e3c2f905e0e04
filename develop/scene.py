"""What a picture in docs/images is taken of: the demonstration in a language, at a time; and how it is taken."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.async_api import Locator, Page

from simulator.house import House

from .api import Api
from .child import Child
from .configuration import Listening
from .demonstration import PASSWORD, PERSON, board_at
from .home import Board
from .state import REPOSITORY, state_of

IMAGES = REPOSITORY / "docs" / "images"
# Fine enough for the screens of today, and under 300 KB.
SCALE = 1.5
STOP_SECONDS = 30
SETTLE_MILLISECONDS = 2000

_PORT = 8163


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What pictures are taken of.

    :ivar api: its Home Assistant.
    """

    api: Api
    url: str
    board: Board
    house: House


@asynccontextmanager
async def demonstration(
    folder: Path, house: House, language: str, begin: datetime | None = None
) -> AsyncIterator[Subject]:
    """scripts/develop in a language, with a board that has the name every board has at first.

    :param folder: an empty one, for all it keeps.
    :param begin: what the meter's clock shows at first; None for now.
    """
    state = state_of(house.seed, folder)
    state.folder.mkdir(parents=True)
    command: list[str | Path] = [REPOSITORY / "scripts" / "develop", "--port", str(_PORT), "--state", folder]
    command += ["--seed", str(house.seed), "--language", language, "--name", "digimon", "--no-discovery"]
    if begin is not None:
        command += ["--begin", begin.isoformat()]
    child = Child(
        "demonstration",
        command,
        ready=r"^ready ",
        log=folder / "log",
    )
    try:
        await child.start()
        url = Listening(host="127.0.0.1", port=_PORT).url
        async with Api(url) as api:
            await api.sign_in(PERSON, PASSWORD)
            board = await board_at(state.board_port() or 0)
            yield Subject(api=api, url=url, board=board, house=house)
    finally:
        await child.stop(STOP_SECONDS)


async def take(page: Page, picture: Path, size: tuple[int, int], left: int = 0) -> None:
    """Take a picture of the upper part of a page.

    :param left: from where on, in pixels of the page.
    """
    width, height = size
    viewport = page.viewport_size or {"width": width, "height": height}
    # What floats at the lower end of the window comes into the picture.
    await page.set_viewport_size({"width": viewport["width"], "height": height})
    # What fades in and is drawn after it was loaded.
    await page.wait_for_timeout(SETTLE_MILLISECONDS)
    content = await page.screenshot(path=picture, clip={"x": left, "y": 0, "width": width, "height": height})
    print(f"{picture.relative_to(REPOSITORY)}: {len(content) // 1024} KB")


async def take_element(element: Locator, picture: Path) -> None:
    """Take a picture of a part of a page, when it stands still."""
    await element.page.wait_for_timeout(SETTLE_MILLISECONDS)
    content = await element.screenshot(path=picture)
    print(f"{picture.relative_to(REPOSITORY)}: {len(content) // 1024} KB")
