"""The board's page without a mouse, and on the narrowest screens."""

import pytest
from playwright.sync_api import Page, expect

from .board import Board
from .conftest import Open
from .window import LINE, dated, opened, shows

pytestmark = pytest.mark.browser

# The narrowest that a page is read at (WCAG 2.1, 1.4.10) is 320 px; an old phone with large text has less.
NARROWEST_PIXELS = 280
FOCUSED = "document.activeElement.id"
LANGUAGES = ("en", "nl", "fr", "de")


def press(page: Page, button: str, key: str = "Enter") -> None:
    page.locator(f"#{button}").focus()
    page.keyboard.press(key)


def test_a_button_that_led_to_the_end_keeps_the_focus(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    for unit in ("quarter", "day"):
        press(page, f"{unit}-before")
        expect(page.locator("#kind")).to_have_text("Quarter")
        press(page, f"{unit}-after", "Space")
        shows(page, f"18:45 {LINE} 19:00", "Sunday 15 March 2026")
        expect(page.locator(f"#{unit}-after")).to_be_disabled()
        assert page.evaluate(FOCUSED) == f"{unit}-after"
        # It leads nowhere, also for who presses it once more.
        page.keyboard.press("Enter")
        expect(page.locator("#kind")).to_have_text("Running quarter")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(FOCUSED) == {"quarter": "quarter-before", "day": "quarter-after"}[unit]


def test_a_date_can_be_typed_while_the_page_goes_on(open_window: Open, board: Board) -> None:
    window = open_window()
    page = window.page
    page.clock.install()
    page.goto(board.url)
    expect(page.locator("#live-time")).not_to_be_empty()
    page.locator("#date").focus()
    visited = page.evaluate("history.length")
    # The same in the order of any country.
    for digit in "03032026":
        before = page.locator("#live-time").inner_text()
        page.keyboard.press(digit)
        board.hear(1)
        page.clock.fast_forward(5000)
        expect(page.locator("#live-time")).not_to_have_text(before)
    # None of the dates that this was in between has been visited.
    expect(page.locator("#kind")).to_have_text("Running quarter")
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text(dated("Tuesday 3 March 2026"))
    assert page.evaluate("history.length") == visited + 1


def test_a_typed_date_is_taken_when_somebody_goes_on_and_half_a_year_is_none(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    page.locator("#date").focus()
    page.keyboard.type("03032026")
    page.locator("#csv").focus()
    expect(page.locator("#title")).to_have_text(dated("Tuesday 3 March 2026"))
    page.locator("#date").focus()
    page.keyboard.type("030320")
    page.keyboard.press("Enter")
    page.locator("#to-now").focus()
    page.keyboard.press("Enter")
    shows(page, f"18:45 {LINE} 19:00", "Sunday 15 March 2026")
    expect(page.locator("#date")).to_have_value("2026-03-15")


def test_what_is_shown_is_told_to_a_screen_reader(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    current = "[...document.querySelectorAll('[aria-current]')].map(one => [one.id, one.ariaCurrent])"
    assert page.evaluate(current) == [["nav-now", "page"], ["to-now", "true"]]
    page.click("#to-day")
    expect(page.locator("#to-day")).to_have_attribute("aria-current", "true")
    assert page.evaluate(current) == [["nav-now", "page"], ["to-day", "true"]]
    page.click("#nav-state")
    expect(page.locator("#nav-state")).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("address", ["#/", "#/2026/03/14", "#/2026/03/14/1200W", "#/state"])
def test_the_narrowest_screen_scrolls_in_one_direction_only(open_window: Open, board: Board, address: str) -> None:
    page = opened(open_window, board, address, viewport={"width": NARROWEST_PIXELS, "height": 640}).page
    for language in LANGUAGES:
        page.select_option("#language", language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST_PIXELS
