"""A browser, a bare page with the chart, and a board with its page."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, ViewportSize

from tests.firmware.browser import PATIENCE_MILLISECONDS, chromium
from tests.firmware.twin import Wire, environment

from .bench import BareChart
from .board import Board
from .card import BareCard

_PHONE: ViewportSize = {"width": 360, "height": 740}
_DESKTOP: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as browser:
        yield browser


class Window:
    """A window of somebody, in which nothing may go wrong."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MILLISECONDS)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        # That a board has no index, the page asks for by asking for a day.
        asked = "/historic/day?" in message.location["url"] and "404" in message.text
        if message.type in {"error", "warning"} and not asked:
            self.complaints.append(message.text)

    def forgive(self, complaint: str) -> None:
        """Take something for no complaint that was brought about on purpose."""
        self.complaints = [said for said in self.complaints if complaint not in said]


Open = Callable[..., Window]


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Open]:
    """What opens windows; at the end, none of them may have complained."""
    windows: list[Window] = []

    def open_window(*, phone: bool = False, **options: Any) -> Window:
        viewport = _PHONE if phone else _DESKTOP
        settings = {"viewport": viewport, "has_touch": phone, "locale": "en-GB", "reduced_motion": "reduce"}
        # Far away, so that no time of the page can be that of the browser.
        window = Window(browser.new_context(**{**settings, "timezone_id": "America/New_York", **options}))
        windows.append(window)
        return window

    yield open_window
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def _bare(browser: Browser) -> Iterator[Window]:
    """A window that all tests of the chart use, one after the other."""
    context = browser.new_context(viewport=_DESKTOP, locale="en-GB", reduced_motion="reduce")
    yield Window(context)
    context.close()


@pytest.fixture
def chart(_bare: Window) -> Iterator[BareChart]:
    """The chart in a page with nothing else."""
    yield BareChart(_bare.page)
    assert _bare.complaints == []


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A board with some days on its card, in the middle of a quarter."""
    if not environment("MICROPYTHON32"):
        if os.environ.get("CI"):
            pytest.fail("MICROPYTHON32 is not set: run scripts/test")
        pytest.skip("MICROPYTHON32 is not set: run scripts/test")
    card: Path = tmp_path_factory.mktemp("card")
    with Wire() as wire:
        board = Board(wire, card)
        with board.twin:
            yield board


@pytest.fixture
def card(open_window: Open) -> BareCard:
    """The card at 18:52 on a Sunday, in English."""
    return BareCard(open_window().page)
