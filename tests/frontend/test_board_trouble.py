"""The board's page when something is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.firmware.twin import Twin, Wire, wait_for

from .board import Board
from .conftest import Open
from .window import text

NOTHING = "\N{EN DASH}"

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_window: Open, board: Board) -> Iterator[Page]:
    """The page, with a clock that can be pushed on; what fails on purpose may be complained of."""
    window = open_window()
    window.page.clock.install()
    window.page.goto(board.url)
    expect(window.page.locator("#live-time")).not_to_be_empty()
    yield window.page
    window.forgive("Failed to load resource")


def push(page: Page, seconds: int) -> None:
    """Let some seconds pass at once, with the polls in them."""
    for _ in range(0, seconds, 5):
        page.clock.fast_forward(5000)
        page.wait_for_timeout(60)


def test_a_board_that_does_not_answer_and_comes_back(page: Page) -> None:
    page.route("**/current/**", lambda route: route.abort())
    push(page, 5)
    expect(page.locator("#alerts")).to_contain_text("The board has not answered since")
    # What it said last stays in sight, and looks like it.
    assert page.locator("#stat-average dd").inner_text() != NOTHING
    assert float(page.locator("#stat-average dd").evaluate("value => getComputedStyle(value).opacity")) < 1
    page.unroute("**/current/**")
    push(page, 5)
    expect(page.locator("#alerts")).to_have_text("")


def test_a_board_that_is_busy_is_asked_again(page: Page) -> None:
    answers: list[int] = []

    def busy_twice(route: Route) -> None:
        answers.append(503 if len(answers) < 2 else 200)
        if answers[-1] == 503:
            route.fulfill(status=503, headers={"Retry-After": "1"}, body="busy")
        else:
            route.continue_()

    page.route("**/current/quarter", busy_twice)
    push(page, 10)
    push(page, 5)
    assert 200 in answers
    expect(page.locator("#alerts")).to_have_text("")


def test_an_answer_that_is_no_json_is_survived(page: Page) -> None:
    page.route("**/current/quarter", lambda route: route.fulfill(body='{"quarter_id":4364'))
    push(page, 5)
    expect(page.locator("#alerts")).to_contain_text("The board has not answered since")
    page.unroute("**/current/quarter")
    push(page, 5)
    expect(page.locator("#alerts")).to_have_text("")


def test_a_silent_meter_is_told_with_its_last_time(page: Page, board: Board) -> None:
    push(page, 25)
    assert text(page, "#alerts") == ""
    push(page, 10)
    expect(page.locator("#alerts")).to_contain_text("No telegram since 15 March, 18:5")
    board.hear(1)
    push(page, 5)
    expect(page.locator("#alerts")).to_have_text("")


def test_a_card_that_is_missing_is_told(open_window: Open, board: Board) -> None:
    page = open_window().page
    info = board.twin.info() | {"card": {"state": "missing"}}
    page.route("**/info", lambda route: route.fulfill(body=json.dumps(info)))
    page.goto(board.url + "#/state")
    expect(page.locator("#alerts")).to_have_text("There is no memory card: quarters are not kept.")
    expect(page.locator("#state-cards .bad")).to_have_text("missing")


def test_a_history_that_fails_is_asked_for_again(page: Page, board: Board) -> None:
    page.route("**/meter/**", lambda route: route.abort())
    page.goto(board.url + "#/2026/03/15/1200W")
    expect(page.locator("#note")).to_have_text("The board did not answer. Try again.")
    page.unroute("**/meter/**")
    push(page, 5)
    expect(page.locator("#note")).to_have_text("")
    expect(page.locator("#stat-average")).to_be_visible()


def test_a_board_that_knows_only_the_old_paths(open_window: Open, board: Board) -> None:
    window = open_window()
    page = window.page
    for path in ("info", "current/meter"):
        page.route(f"**/{path}", lambda route: route.fulfill(status=404, body="Item not found"))
    page.goto(board.url)
    expect(page.locator("#stat-average dd")).not_to_have_text(NOTHING)
    expect(page.locator("#stat-peak dd")).not_to_have_text(NOTHING)
    assert page.locator("#to-peak").is_enabled()
    for hidden in ("#live", "#meters", "#peaks"):
        assert page.locator(hidden).is_hidden()
    page.click("#nav-state")
    expect(page.locator("#no-info")).to_be_visible()
    window.forgive("404")


def test_before_the_first_telegram(open_window: Open, tmp_path: Path) -> None:
    with Wire() as wire, Twin(wire.source, sd=tmp_path) as twin:
        page = open_window().page
        page.goto(f"http://127.0.0.1:{twin.port}/")
        expect(page.locator("#alerts")).to_contain_text("No telegram from the meter yet.")
        expect(page.locator("#chart .empty")).to_be_visible()
        assert page.locator("#to-peak").is_disabled()
        page.click("#quarter-before")
        expect(page.locator("#note")).to_have_text("The card holds nothing earlier.")


def test_a_real_board_with_its_own_house(open_window: Open, tmp_path: Path) -> None:
    """The simulated house at the speed of a meter, and nothing prepared."""
    with Twin("sim", sd=tmp_path, speed="real") as twin:
        wait_for(lambda: twin.get("/current/quarter").json())
        page = open_window().page
        with page.expect_response("**/current/quarter") as response:
            page.goto(f"http://127.0.0.1:{twin.port}/")
        document = response.value.json()
        expect(page.locator("#alerts")).to_have_text("")
        watt = document["consumed_power_avg"]
        shown = page.locator("#chart .label.average")
        expect(shown).to_contain_text(
            f"{watt}\N{NO-BREAK SPACE}W" if watt < 1000 else f"{watt / 1000:.2f}\N{NO-BREAK SPACE}kW"
        )
