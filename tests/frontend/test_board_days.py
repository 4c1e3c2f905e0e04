"""The days on the board's page, and what can be taken from it as CSV."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from .board import AUTUMN, YESTERDAY, Board, power
from .conftest import Open, Window
from .window import BARS, LINE, bars, dated, opened, shows, stat, text

pytestmark = pytest.mark.browser


def test_a_whole_day(open_window: Open, board: Board) -> None:
    window = opened(open_window, board, "#/2026/03/14")
    page = window.page
    expect(page.locator("#title")).to_have_text(dated("Saturday 14 March 2026"))
    expect(page.locator("#stat-quarters dd")).to_have_text("92 / 96")
    expect(page.locator("#progress")).to_have_text("")
    page.wait_for_function(
        "() => document.querySelector('#chart').shadowRoot.querySelector('path[class=gaps]').getAttribute('d')"
    )
    assert bars(page) == 92
    assert bars(page, "gaps") == 4
    documents = board.day(*YESTERDAY)
    highest = max(documents, key=lambda document: document["consumed_power_avg"])
    assert stat(page, "highest") == power(highest["consumed_power_avg"])
    energy = sum(document["consumed_power_avg"] * 180 for document in documents) * 5 / 3600
    assert stat(page, "energy") == f"{energy / 1000:.2f} kWh"
    # A day that ended is not asked for twice.
    asked = len(days_asked(window))
    page.reload()
    expect(page.locator("#stat-quarters dd")).to_have_text("92 / 96")
    assert len(days_asked(window)) == asked


def days_asked(window: Window) -> list[str]:
    """What the board was asked for to show a day."""
    return [url for url in window.requests if "/meter/" in url or "/historic/" in url]


def indexed(board: Board, *, until: int = 100) -> dict[str, Any]:
    """The document of a day in the index of a board that has come so far with it."""
    rows = []
    for document in board.day(*YESTERDAY)[:until]:
        taken = document["consumed_power_interval_avgs"]
        given = [-watt for watt in document["produced_power_interval_avgs"]]
        powers = [document["consumed_power_avg"], max(taken), sum(given) // len(given), max(given)]
        energies = [sum(taken) // 720, sum(given) // 720]
        rows.append([document["quarter_id"], len(taken), *powers, *energies, None, None, None, None, None, None])
    year, month, day = YESTERDAY
    complete = len(rows) == len(board.day(*YESTERDAY))
    return {"year": year, "month": month, "day": day, "complete": complete, "fields": [], "quarters": rows}


def day_of(window: Window, board: Board, index: dict[str, Any] | None) -> tuple[str, ...]:
    """What the page shows of yesterday, with such an index or none."""
    page = window.page
    answer = {"status": 404, "body": "Item not found"} if index is None else {"body": json.dumps(index)}
    page.route("**/historic/day?*", lambda route: route.fulfill(**answer))
    page.goto(board.url + "#/2026/03/14")
    expect(page.locator("#stat-quarters dd")).to_have_text("92 / 96")
    expect(page.locator("#progress")).to_have_text("")
    page.wait_for_function(f"() => {BARS} === 92")
    kinds = ("offtake", "most offtake", "injection", "most injection", "gaps")
    paths = [page.locator(f"#chart path[class='{kind}']").get_attribute("d") or "" for kind in kinds]
    return (text(page, "#stats"), *paths)


def test_a_day_is_the_same_with_and_without_the_index(open_window: Open, board: Board) -> None:
    windows = [open_window() for _ in range(3)]
    without, half, whole = windows
    shown = [
        day_of(window, board, index)
        for window, index in (
            (without, None),
            (half, indexed(board, until=40)),
            (whole, indexed(board)),
        )
    ]
    assert shown[0] == shown[1] == shown[2]
    # One quarter after the other, and only those that are not in the index: a board has other clients too.
    files = [[url for url in window.requests if "/meter/" in url] for window in windows]
    assert [len(urls) for urls in files] == [len(set(urls)) for urls in files] == [92, 52, 0]


def test_a_day_of_a_hundred_quarters(open_window: Open, board: Board) -> None:
    page = opened(open_window, board, "#/2025/10/26").page
    expect(page.locator("#stat-quarters dd")).to_have_text("100 / 100")
    assert bars(page) == len(board.day(*AUTUMN)) == 100


def test_today_has_the_running_quarter_in_it(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    page.click("#to-day")
    expect(page.locator("#title")).to_have_text(dated("Sunday 15 March 2026"))
    # 75 since midnight, and the one that runs.
    expect(page.locator("#stat-quarters dd")).to_have_text("76 / 96")
    assert page.locator("#day-after").is_disabled()
    chart = page.locator("#chart .plot")
    chart.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    shows(page, f"00:00 {LINE} 00:15", "Sunday 15 March 2026")


def test_the_date_leads_to_a_day(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    assert page.locator("#date").get_attribute("max") == "2026-03-15"
    page.fill("#date", "2025-10-26")
    expect(page.locator("#title")).to_have_text(dated("Sunday 26 October 2025"))
    page.click("#day-after")
    expect(page.locator("#title")).to_contain_text("March 2026")


def test_a_day_of_which_the_card_has_nothing(open_window: Open, board: Board) -> None:
    page = opened(open_window, board, "#/2026/03/05").page
    expect(page.locator("#note")).to_have_text("The card has no measurements of this day.")
    assert page.locator("#csv").is_disabled()


def test_who_leaves_asks_for_no_more(open_window: Open, board: Board) -> None:
    window = open_window()
    page = window.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.clock.install()
    page.route("**/historic/day?*", lambda route: route.fulfill(status=404, body="Item not found"))
    page.route("**/meter/**", hold)
    with page.expect_request("**/meter/**"):
        page.goto(board.url + "#/2026/03/14")
    expect(page.locator("#progress")).to_have_text("0 of 92 quarters")
    page.goto(board.url + "#/")
    shows(page, f"18:45 {LINE} 19:00", "Sunday 15 March 2026")
    # The one that was on its way is given up, and none follows it, however long one looks at something else.
    for _ in range(3):
        with page.expect_response("**/current/quarter"):
            page.clock.fast_forward(5000)
    assert len(held) == 1


def read_csv(page: Page, folder: Path, delimiter: str = ",") -> tuple[str, list[dict[str, str]]]:
    """Name and lines of what the button gives."""
    with page.expect_download() as download:
        page.click("#csv")
    target = folder / "download.csv"
    download.value.save_as(target)
    with target.open(newline="") as file:
        return download.value.suggested_filename, list(csv.DictReader(file, delimiter=delimiter))


def test_a_day_as_csv(open_window: Open, board: Board, tmp_path: Path) -> None:
    page = opened(open_window, board, "#/2025/10/26").page
    expect(page.locator("#stat-quarters dd")).to_have_text("100 / 100")
    name, lines = read_csv(page, tmp_path)
    assert name == "digimon-2025-10-26.csv"
    documents = board.day(*AUTUMN)
    assert [int(line["offtake_mean_W"]) for line in lines] == [document["consumed_power_avg"] for document in documents]
    assert [int(line["offtake_highest_W"]) for line in lines] == [
        max(document["consumed_power_interval_avgs"]) for document in documents
    ]
    assert [int(line["injection_highest_W"]) for line in lines] == [
        -min(document["produced_power_interval_avgs"]) for document in documents
    ]
    assert {line["intervals"] for line in lines} == {"180"}
    assert [line["start"] for line in lines[8:17:4]] == [
        "2025-10-26T02:00:00+02:00",
        "2025-10-26T02:00:00+01:00",
        "2025-10-26T03:00:00+01:00",
    ]


def test_a_quarter_as_csv_for_a_spreadsheet_in_dutch(open_window: Open, board: Board, tmp_path: Path) -> None:
    page = opened(open_window, board, "#/2026/03/15/1830W", locale="nl-BE").page
    expect(page.locator("#stat-average")).to_be_visible()
    name, lines = read_csv(page, tmp_path, delimiter=";")
    assert name == "digimon-2026-03-15-1830W.csv"
    document = board.stored("2026/03/15/1830W")
    assert [int(line["offtake_W"]) for line in lines] == document["consumed_power_interval_avgs"]
    assert lines[1]["start"] == "2026-03-15T18:30:05+01:00"
