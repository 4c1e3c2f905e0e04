"""What a person sees on the board's page."""

import re

from playwright.sync_api import Page, expect

from .board import Board
from .conftest import Open, Window

LINE = "\N{EN DASH}"


def opened(open_window: Open, board: Board, address: str = "#/", **options: object) -> Window:
    """A window that shows an address of the board, after the first answer."""
    window = open_window(**options)
    window.page.goto(board.url + address)
    expect(window.page.locator("#live")).to_be_attached()
    expect(window.page.locator("#live-time")).not_to_be_empty()
    return window


def text(page: Page, selector: str) -> str:
    """What stands there, with plain spaces."""
    return " ".join(page.locator(selector).inner_text().replace("\N{NO-BREAK SPACE}", " ").split())


def stat(page: Page, name: str) -> str:
    return text(page, f"#stat-{name} dd")


def dated(day: str) -> re.Pattern[str]:
    """A date such as ``Sunday 15 March 2026``, with the comma that some browsers write."""
    return re.compile(f"^{day.replace('day ', 'day,? ')}$")


def shows(page: Page, title: str, day: str) -> None:
    expect(page.locator("#title")).to_have_text(title)
    expect(page.locator("#subtitle")).to_have_text(dated(day))


BARS = (
    "document.querySelector('#chart').shadowRoot.querySelector('path[class=offtake]')"
    ".getAttribute('d').split('M').length - 1"
)


def bars(page: Page, name: str = "offtake") -> int:
    return (page.locator(f"#chart path[class='{name}']").get_attribute("d") or "").count("M")
