"""The page of the original firmware, as it is, in a real browser, with our board in the place of the original.

The page is not ours and not in this repository. `DIGIMON_ORIGINAL`, or `original/` among the shared recordings, is a
folder with its `index.html` and with `highcharts.js`, `accessibility.js` and `dark-unica.js` of Highcharts 11 (of
npm's package, in its top, `modules` and `themes`): the page gets the newest ones from the internet, and what it reads
of them ended with version 11. What it asks of a board stands in test_original_client.py, which runs everywhere.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from core.clock import quarter_path
from tests.firmware.twin import environment

from .board import RUNNING, Board
from .conftest import Open, Window

_SHARED = environment("DIGIMON_SHARED")
_FOLDER = Path(os.environ.get("DIGIMON_ORIGINAL") or (f"{_SHARED}/original" if _SHARED else "/nowhere"))
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (_FOLDER / "index.html").exists(), reason="the page of the original firmware is not here"),
]

# The page adds it to the start of a quarter for each interval.
_MILLISECONDS = 1000
_SERIES = ("consumed_power_interval_avgs", "produced_power_interval_avgs")


def _serve(route: Route) -> None:
    """What does not come from the board."""
    name = route.request.url.rpartition("/")[2]
    kind = "text/javascript" if name else "text/html"
    route.fulfill(path=_FOLDER / (name or "index.html"), content_type=f"{kind}; charset=utf-8")


@pytest.fixture
def window(open_window: Open, board: Board) -> Iterator[Window]:
    window = open_window(timezone_id="Europe/Brussels", locale="nl-BE")
    # The page has its calendar from the browser, and opens no quarter that is not over yet.
    window.page.clock.install(time=board.now)
    for pattern in (board.url, "https://code.highcharts.com/**", f"{board.url}dark-unica.js"):
        window.page.route(pattern, _serve)
    window.page.goto(board.url)
    yield window
    # It has no icon, and what is not on the card it asks for all the same.
    window.forgive("Failed to load resource")


def shows(page: Page, board: Board, name: str, picture: Path) -> None:
    """The page shows a quarter: its title, every value of it in both lines of the chart, and the lines are drawn."""
    document = board.quarter() if name == RUNNING else board.stored(name)
    start = _start(page, document["quarter_id"])
    title = page.evaluate("id => formatQuarterIdDateTimeSpan(id, true)", document["quarter_id"])
    expect(page.locator("#current_quarter_title")).to_have_text(title)
    for number, key in enumerate(_SERIES):
        wanted = [
            [start + place * document["interval_secs"] * _MILLISECONDS, value]
            for place, value in enumerate(document[key])
            if value is not None
        ]
        page.wait_for_function(
            """([number, wanted]) => {
                const series = chartT.series[number];
                return JSON.stringify(series.xData.map((x, place) => [x, series.yData[place]])) == wanted;
            }""",
            arg=[number, str(wanted).replace(" ", "")],
        )
        line = page.locator(f".highcharts-series-{number} path.highcharts-graph").first
        assert (line.get_attribute("d") or "").count("L") > len(wanted) // 2
    last = abs(document[_SERIES[0]][-1])
    expect(page.locator(".highcharts-legend")).to_contain_text(f"Laatst: {last} Watt")
    page.screenshot(path=picture)


def _start(page: Page, number: int) -> int:
    found: int = page.evaluate("id => quarterIdToDateTime(id).getTime()", number)
    return found


def test_the_running_quarter_and_its_next_values(window: Window, board: Board, tmp_path: Path) -> None:
    shows(window.page, board, RUNNING, tmp_path / "running.png")
    expect(window.page.locator("#month_quarter_peak_power")).to_have_text(str(board.peak["power"]))
    for _ in range(2):
        board.hear(1)
        with window.page.expect_response("**/current/quarter"):
            window.page.clock.fast_forward(5000)
        shows(window.page, board, RUNNING, tmp_path / "later.png")


def test_quarters_and_days_before_and_after(window: Window, board: Board, tmp_path: Path) -> None:
    page = window.page
    shows(page, board, RUNNING, tmp_path / "running.png")
    for number, (button, name) in enumerate(
        (
            ("previous_quarter", "2026/03/15/1830W"),
            ("previous_quarter", "2026/03/15/1815W"),
            ("next_quarter", "2026/03/15/1830W"),
            ("previous_day", "2026/03/14/1830W"),
            ("previous_quarter", "2026/03/14/1815W"),
            ("next_day", "2026/03/15/1815W"),
        )
    ):
        page.click(f"#{button}_button")
        shows(page, board, name, tmp_path / f"{number}-{button}.png")
    page.click("#current_quarter_button")
    shows(page, board, RUNNING, tmp_path / "now.png")


def test_the_quarter_of_the_month_peak(window: Window, board: Board, tmp_path: Path) -> None:
    page = window.page
    expect(page.locator("#month_quarter_peak_power")).to_have_text(str(board.peak["power"]))
    page.click("#month_peak_details_button")
    name = quarter_path(board.peak["quarter_id"]).removeprefix("/meter/").removesuffix(".json")
    shows(page, board, name, tmp_path / "peak.png")


def test_a_quarter_that_is_not_there(window: Window, board: Board, tmp_path: Path) -> None:
    page = window.page
    shows(page, board, RUNNING, tmp_path / "running.png")
    for _ in range(2):
        page.click("#previous_day_button")
    expect(page.locator(".highcharts-loading")).to_have_text("Geen metingen gevonden")
    page.screenshot(path=tmp_path / "none.png")
