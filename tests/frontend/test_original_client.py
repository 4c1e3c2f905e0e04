"""What the page of the original firmware asks of a board, asked by a page of ours from another origin.

It reads `/current/quarter` every 5 seconds and `/current/month/peak` whenever the quarter is another one. The quarters
before and after it works out itself, from the id, in the browser's time zone, and takes 404 for one that is not there.
"""

import http.server
import threading
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .board import Board
from .conftest import Open, Window

pytestmark = pytest.mark.browser

_PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><link rel="icon" href="data:,">
<h1 id="title"></h1><p id="values"></p><p id="peak">?</p>
<button id="dayBack">&lt;&lt;</button><button id="back">&lt;</button><button id="now">Nu</button>
<button id="on">&gt;</button><button id="dayOn">&gt;&gt;</button><button id="toPeak">Maandpiek</button>
<script>
const board = decodeURIComponent(location.search.slice(1));
const show = (id, text) => { document.getElementById(id).textContent = text };
let shown = 0, wanted = 0, peak = 0, timer = 0;

function get(path, done) {
  const request = new XMLHttpRequest();
  request.onload = () => done(request.status, request.responseText);
  request.open("GET", board + path);
  request.send();
}
function momentOf(id) {
  const hour = ((id & 127) >> 2) - 1 - (id & 128 ? 1 : 0);
  return new Date(Date.UTC(2000 + (id >>> 24), (id >> 16 & 255) - 1, id >> 8 & 255, hour, (id & 3) * 15));
}
function idOf(moment) {
  const summer = moment.getTimezoneOffset() === -120 ? 128 : 0;
  const quarter = Math.floor((moment.getHours() * 60 + moment.getMinutes()) / 15);
  const date = ((moment.getFullYear() - 2000) << 24) + ((moment.getMonth() + 1) << 16) + (moment.getDate() << 8);
  return date + summer + quarter;
}
function pathOf(id) {
  const two = number => String(number).padStart(2, "0");
  const label = two((id & 127) >> 2) + two((id & 3) * 15) + (id & 128 ? "S" : "W");
  return `/meter/${2000 + (id >>> 24)}/${two(id >> 16 & 255)}/${two(id >> 8 & 255)}/${label}.json`;
}
function read() {
  get(wanted ? pathOf(wanted) : "/current/quarter", (status, text) => {
    if (status === 404) return show("values", "Geen metingen");
    const quarter = JSON.parse(text);
    if (quarter.quarter_id !== shown) {
      get("/current/month/peak", (_, answer) => {
        const found = JSON.parse(answer).peak;
        peak = found.quarter_id;
        show("peak", found.power);
      });
    }
    shown = quarter.quarter_id;
    show("title", shown);
    const given = quarter.produced_power_interval_avgs;
    const values = quarter.consumed_power_interval_avgs.map((taken, number) =>
      taken === null ? "" : `${number * quarter.interval_secs}:${taken}:${given[number]}`);
    show("values", values.join(" "));
  });
}
function open(id) {
  clearInterval(timer);
  timer = 0;
  wanted = shown = id;
  show("title", id);
  read();
}
function now() {
  wanted = 0;
  timer ||= setInterval(read, 5000);
  read();
}
const step = days => open(idOf(new Date(momentOf(shown).getTime() + days * 86400000)));
const on = (id, action) => { document.getElementById(id).onclick = action };
on("dayBack", () => step(-1));
on("back", () => step(-1 / 96));
on("on", () => step(1 / 96));
on("dayOn", () => step(1));
on("now", now);
on("toPeak", () => open(peak));
now();
</script></html>"""


class _Handler(http.server.BaseHTTPRequestHandler):
    content: ClassVar[bytes] = _PAGE.encode()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a server that has nothing to do with the board."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()


@pytest.fixture
def window(open_window: Open, board: Board, elsewhere: str) -> Window:
    """The page, in Belgium: its calendar is that of the browser."""
    window = open_window(timezone_id="Europe/Brussels", locale="nl-BE")
    window.page.clock.install()
    window.page.goto(f"{elsewhere}?{board.url.rstrip('/')}")
    expect(window.page.locator("#peak")).to_have_text(str(board.peak["power"]))
    return window


def asked(window: Window, board: Board) -> list[str]:
    """The paths that the board was asked for."""
    return [urlsplit(url).path for url in window.requests if url.startswith(board.url)]


def listed(document: dict[str, list[int | None]]) -> str:
    """The values of a quarter as the page writes them."""
    pairs = zip(document["consumed_power_interval_avgs"], document["produced_power_interval_avgs"], strict=True)
    return " ".join(
        "" if taken is None else f"{number * 5}:{taken}:{given}" for number, (taken, given) in enumerate(pairs)
    )


def shows(page: Page, document: dict[str, list[int | None]]) -> None:
    expect(page.locator("#title")).to_have_text(str(document["quarter_id"]))
    expect(page.locator("#values")).to_have_text(listed(document))


def test_the_running_quarter_every_five_seconds(window: Window, board: Board) -> None:
    shows(window.page, board.quarter())
    assert asked(window, board) == ["/current/quarter", "/current/month/peak"]
    for _ in range(3):
        board.hear(1)
        with window.page.expect_response("**/current/quarter"):
            window.page.clock.fast_forward(5000)
        shows(window.page, board.quarter())
    assert asked(window, board)[2:] == ["/current/quarter"] * 3


def test_quarters_and_days_that_the_page_works_out(window: Window, board: Board) -> None:
    page = window.page
    for button, name in (
        ("back", "2026/03/15/1830W"),
        ("back", "2026/03/15/1815W"),
        ("on", "2026/03/15/1830W"),
        ("dayBack", "2026/03/14/1830W"),
        ("back", "2026/03/14/1815W"),
        ("dayOn", "2026/03/15/1815W"),
    ):
        page.click(f"#{button}")
        shows(page, board.stored(name))
        assert [path for path in asked(window, board) if path.startswith("/meter/")][-1] == f"/meter/{name}.json"
    # Who looks at the past does not poll.
    before = len(asked(window, board))
    page.clock.fast_forward(20_000)
    assert len(asked(window, board)) == before
    page.click("#now")
    shows(page, board.quarter())


def test_the_quarter_of_the_month_peak(window: Window, board: Board) -> None:
    window.page.click("#toPeak")
    expect(window.page.locator("#title")).to_have_text(str(board.peak["quarter_id"]))
    expect(window.page.locator("#values")).to_contain_text("895:")


def test_a_quarter_that_is_not_there(window: Window, board: Board) -> None:
    page = window.page
    page.click("#dayBack")
    expect(page.locator("#values")).to_contain_text("0:")
    page.click("#dayBack")
    expect(page.locator("#values")).to_have_text("Geen metingen")
    page.click("#dayOn")
    shows(page, board.stored("2026/03/14/1845W"))
    window.forgive("404")


def test_through_the_night_of_the_clock_change(window: Window, board: Board) -> None:
    """From 02:45 in summer, a quarter on is 02:00 in winter: the id of the file, not the order of numbers."""
    page = window.page
    page.evaluate("open(idOf(new Date(Date.UTC(2025, 9, 26, 0, 45))))")
    shows(page, board.stored("2025/10/26/0245S"))
    page.click("#on")
    shows(page, board.stored("2025/10/26/0200W"))
    page.click("#back")
    shows(page, board.stored("2025/10/26/0245S"))
