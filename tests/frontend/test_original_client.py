"""What the page of the original firmware asks of a board, asked by a page of ours from another origin.

It reads `/current/quarter` every 5 seconds and `/current/month/peak` whenever the quarter is another one. The quarters
before and after it works out itself, from the id, in the browser's time zone, and takes 404 for one that is not there.
"""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.firmware.twin import Twin, Wire

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
    if (!quarter.quarter_id) return show("title", "Nog geen telegram");
    if (quarter.quarter_id !== shown) {
      get("/current/month/peak", (_, answer) => {
        const found = JSON.parse(answer).peak ?? {quarter_id: 0, power: "-"};
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


def test_before_the_first_telegram(open_window: Open, elsewhere: str, tmp_path: Path) -> None:
    with Wire() as wire, Twin(wire.source, sd=tmp_path) as twin:
        page = open_window(timezone_id="Europe/Brussels").page
        page.goto(f"{elsewhere}?http://127.0.0.1:{twin.port}")
        expect(page.locator("#title")).to_have_text("Nog geen telegram")


def test_an_interval_without_a_telegram_is_none(window: Window, board: Board) -> None:
    board.now += 5
    board.hear(1)
    with window.page.expect_response("**/current/quarter"):
        window.page.clock.fast_forward(5000)
    document = board.quarter()
    assert document["consumed_power_interval_avgs"][-2] is None
    assert document["produced_power_interval_avgs"][-2] is None
    shows(window.page, document)


def test_every_answer_can_be_read_by_a_page_from_elsewhere(window: Window, board: Board) -> None:
    """What other clients of the original ask for: a browser hands none of it on without the board's leave."""
    answers = {
        path: window.page.evaluate(
            """async path => {
                const response = await fetch(board + path);
                return [response.status, response.headers.get("Content-Type"), await response.text()];
            }""",
            path,
        )
        for path in (
            "/",
            "/index.html",
            "/watt",
            "/current/quarter",
            "/current/month/peak",
            "/meter/2026/03/15/1830W.json",
            "/meter/2026/03/15/1830S.json",
            "/historic/years",
            "/historic/months?year=2026",
            "/historic/days?year=2026&month=3",
            "/historic/quarters?year=2026&month=3&day=14",
            "/historic/quarters",
            "/crashlog.txt",
            "/description.xml",
            "/electric-meter.png",
            "/nowhere",
        )
    }
    refused = {"/meter/2026/03/15/1830S.json": 404, "/historic/quarters": 400, "/nowhere": 404}
    assert {path: status for path, (status, _, _) in answers.items() if status != 200} == refused
    assert answers["/"] == answers["/index.html"]
    assert int(answers["/watt"][2]) == board.quarter()["consumed_power_interval_avgs"][-1]
    assert json.loads(answers["/current/quarter"][2]) == board.quarter()
    month = json.loads(answers["/current/month/peak"][2])
    sizes = {"size_heap", "free_heap", "free_sketch", "size_sketch", "size_psram", "free_psram"}
    assert month["memory"].keys() == sizes
    assert month["peak"] == {"quarter_id": board.peak["quarter_id"], "power": board.peak["power"]}
    assert json.loads(answers["/meter/2026/03/15/1830W.json"][2]) == board.stored("2026/03/15/1830W")
    assert json.loads(answers["/historic/years"][2]) == {"years": [2025, 2026]}
    assert 3 in json.loads(answers["/historic/months?year=2026"][2])["months"]
    assert {14, 15} <= set(json.loads(answers["/historic/days?year=2026&month=3"][2])["days"])
    listed_day = json.loads(answers["/historic/quarters?year=2026&month=3&day=14"][2])
    assert listed_day["quarters"] == [document["quarter_id"] for document in board.day(2026, 3, 14)]
    assert answers["/historic/quarters"][2] == "ERROR: Need a year argument"
    assert answers["/nowhere"][2] == "Item not found"
    assert "<manufacturer>Ockernuts</manufacturer>" in answers["/description.xml"][2]
    kinds = {path: (kind or "").partition(";")[0] for path, (_, kind, _) in answers.items()}
    assert kinds["/electric-meter.png"] == "image/png"
    assert kinds["/current/quarter"] == kinds["/meter/2026/03/15/1830W.json"] == "application/json"
    window.forgive("Failed to load resource")


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
