"""The board's page, of a board that is well: quarters, numbers, and how it is."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.firmware.twin import wait_for

from .board import Board, power, quarter_id
from .conftest import Open
from .window import BARS, LINE, bars, opened, shows, stat, text

pytestmark = pytest.mark.browser


def test_the_running_quarter(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    shows(page, f"18:45 {LINE} 19:00", "Sunday 15 March 2026")
    assert text(page, "#kind") == "Running quarter"
    quarter, meter = board.quarter(), board.meter()
    assert stat(page, "average") == power(quarter["consumed_power_avg"])
    assert stat(page, "now") == power(abs(meter["consumed_power"] - meter["produced_power"]))
    assert stat(page, "peak") == power(board.peak["power"])
    known = [watt for watt in quarter["consumed_power_interval_avgs"] if watt is not None]
    # The one that runs is a path of its own.
    assert bars(page) == len(known) - 1
    assert page.title() == f"{page.locator('#stat-now dd').inner_text()} · digimon"
    assert page.locator("#alerts").is_hidden() or text(page, "#alerts") == ""


def test_it_goes_on_by_itself(open_window: Open, board: Board) -> None:
    window = open_window()
    page = window.page
    page.clock.install()
    page.goto(board.url)
    expect(page.locator("#live-time")).not_to_be_empty()
    before = bars(page)
    board.hear(2)
    page.clock.fast_forward(5000)
    page.wait_for_function(f"() => {BARS} > {before + 1}")
    expect(page.locator("#stat-average dd")).to_have_text(
        power(board.quarter()["consumed_power_avg"]).replace(" ", "\N{NO-BREAK SPACE}")
    )


def test_the_numbers_of_the_telegram(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    meter = board.meter()
    assert text(page, "#offtake") == power(meter["consumed_power"])
    assert text(page, "#injection") == power(meter["produced_power"])
    rows = [
        [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row.locator("th, td").all_inner_texts()]
        for row in page.locator("#phase-rows tr").all()
    ]
    assert rows == [
        [
            f"L{phase['phase']}",
            f"{phase['consumed_power'] - phase['produced_power']:,} W",
            f"{phase['voltage'] / 1000:.1f} V",
            f"{phase['current'] / 1000:.2f} A",
        ]
        for phase in meter["phases"]
    ]
    meters = text(page, "#meter-rows")
    for key in ("consumed_energy_t1", "consumed_energy_t2", "produced_energy_t1", "produced_energy_t2"):
        assert f"{meter[key] / 1000:,.3f} kWh" in meters
    for device in meter["devices"]:
        assert f"{device['value'] / 1000:,.3f} m³" in meters
    assert text(page, "#facts") == {1: "day tariff", 2: "night tariff"}[meter["tariff"]] + " Breaker on"


def test_the_month_peaks_and_what_is_paid(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    meter = board.meter()
    peaks = [peak["power"] for peak in [*meter["peaks"][-12:], meter["peak"]]]
    expect(page.locator("#peak-bars .value")).to_have_text([f"{power / 1000:.1f}" for power in peaks])
    # Of thirteen months twelve count, each for no less than 2.5 kW.
    mean = sum(max(power, 2500) for power in peaks[1:]) / 12
    assert text(page, "#peaks-mean") == f"{mean / 1000:.2f} kW"
    assert text(page, "#peaks-months") == "Mean of 12 months"
    assert page.locator("#peak-bars li.old").count() == 1
    label = page.locator("#peak-bars li").last.locator("a").get_attribute("aria-label") or ""
    assert label.replace("\N{NO-BREAK SPACE}", " ") == f"March 2026: {power(peaks[-1])}, so far"
    page.locator("#peak-bars li").last.locator("a").click()
    expect(page.locator("#to-peak")).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(
    "peak",
    [{"power": 0}, {"power": 4200, "quarter_id": quarter_id("2026/02/28/2345W")}],
    ids=["nothing", "of february"],
)
def test_a_month_whose_first_quarter_runs_has_no_peak_yet(
    open_window: Open, board: Board, peak: dict[str, int]
) -> None:
    page = opened(open_window, board).page
    assert stat(page, "peak") != LINE
    meter = board.meter()
    meter["peak"] |= peak
    page.route("**/current/meter", lambda route: route.fulfill(json=meter))
    page.reload()
    expect(page.locator("#peak-bars li")).to_have_count(12)
    expect(page.locator("#peak-bars li.running")).to_have_count(0)
    expect(page.locator("#stat-peak dd")).to_have_text(LINE)
    expect(page.locator("#to-peak")).to_be_disabled()


def test_a_new_meter_has_one_month_and_no_months(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    meter = board.meter()
    meter["peaks"] = []
    page.route("**/current/meter", lambda route: route.fulfill(json=meter))
    page.reload()
    expect(page.locator("#peak-bars li")).to_have_count(1)
    expect(page.locator("#peaks-months")).to_have_text("One month so far")


def test_to_the_month_peak_and_back(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    assert text(page, "#to-peak") == f"Month peak {power(board.peak['power'])}"
    page.click("#to-peak")
    expect(page.locator("#kind")).to_have_text("Quarter")
    day = board.peak["quarter_id"] >> 8 & 0xFF
    expect(page.locator("#subtitle")).to_contain_text(f" {day} March 2026")
    # The meter rounds to the W over the quarter, the board truncates its intervals.
    shown = float(stat(page, "average").split()[0])
    assert shown == pytest.approx(board.peak["power"] / 1000, abs=0.02)
    page.click("#to-now")
    shows(page, f"18:45 {LINE} 19:00", "Sunday 15 March 2026")


def test_the_quarters_before(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    for title, name in ((f"18:30 {LINE} 18:45", "1830W"), (f"18:15 {LINE} 18:30", "1815W")):
        page.click("#quarter-before")
        shows(page, title, "Sunday 15 March 2026")
        expect(page.locator("#kind")).to_have_text("Quarter")
        document = board.stored(f"2026/03/15/{name}")
        expect(page.locator("#stat-average dd")).to_have_text(
            power(document["consumed_power_avg"]).replace(" ", "\N{NO-BREAK SPACE}")
        )
        assert stat(page, "highest") == power(max(document["consumed_power_interval_avgs"]))
        assert bars(page) == 180
        assert page.url.endswith(f"#/2026/03/15/{name}")
    page.click("#quarter-after")
    page.click("#quarter-after")
    expect(page.locator("#kind")).to_have_text("Running quarter")
    assert page.locator("#quarter-after").is_disabled()
    page.go_back()
    shows(page, f"18:30 {LINE} 18:45", "Sunday 15 March 2026")


def test_what_is_not_on_the_card_is_skipped_and_told(open_window: Open, board: Board) -> None:
    window = opened(open_window, board, "#/2026/03/14/1100W")
    page = window.page
    page.click("#quarter-before")
    shows(page, f"09:45 {LINE} 10:00", "Saturday 14 March 2026")
    expect(page.locator("#note")).to_have_text("No measurements from 10:00 to 11:00.")
    page.click("#quarter-after")
    shows(page, f"11:00 {LINE} 11:15", "Saturday 14 March 2026")
    page.goto(board.url + "#/2026/03/14/1015W")
    expect(page.locator("#note")).to_have_text("The card has no measurements of this quarter.")
    wait_for(lambda: bars(page) == 0)
    page.click("#quarter-after")
    shows(page, f"11:00 {LINE} 11:15", "Saturday 14 March 2026")
    window.forgive("404")


def test_the_same_time_on_the_days_before(open_window: Open, board: Board) -> None:
    page = opened(open_window, board, "#/2026/03/15/1200W").page
    page.click("#day-before")
    shows(page, f"12:00 {LINE} 12:15", "Saturday 14 March 2026")
    page.click("#day-before")
    # The next that the card has is the quarter of the month peak.
    peak = board.peak["quarter_id"] >> 8 & 0xFF
    expect(page.locator("#subtitle")).to_contain_text(f" {peak} March 2026")
    page.click("#day-before")
    shows(page, f"{page.locator('#title').inner_text()}", "Sunday 26 October 2025")
    page.click("#day-before")
    expect(page.locator("#note")).to_have_text("The card holds nothing earlier.")


def test_through_the_hour_that_comes_twice(open_window: Open, board: Board) -> None:
    page = opened(open_window, board, "#/2025/10/26/0245S").page
    shows(page, f"02:45 {LINE} 03:00 (summer time)", "Sunday 26 October 2025")
    page.click("#quarter-after")
    shows(page, f"02:00 {LINE} 02:15 (winter time)", "Sunday 26 October 2025")
    assert page.url.endswith("#/2025/10/26/0200W")
    assert page.locator("#note").inner_text() == ""
    page.click("#quarter-before")
    shows(page, f"02:45 {LINE} 03:00 (summer time)", "Sunday 26 October 2025")


def test_how_the_board_is(open_window: Open, board: Board) -> None:
    window = opened(open_window, board)
    page = window.page
    page.click("#nav-state")
    expect(page.locator("#state-cards")).to_contain_text("LilyGo TTGO T8 ESP32 C3 V1.1")
    info = board.twin.info()
    cards = text(page, "#state-cards")
    for said in (info["serial"], info["mac"], info["version"], "power", "in order"):
        assert said in cards
    expect(page.locator("#log-text")).to_contain_text("start: ")
    assert page.locator("#home").is_hidden()
    addresses = page.locator("#addresses a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [board.twin.get(address).status for address in addresses] == [200] * len(addresses)
    page.click("#nav-now")
    expect(page.locator("#home")).to_be_visible()


def test_why_the_board_started(open_window: Open, board: Board) -> None:
    window = open_window()
    page = window.page
    log = (
        "+0s start: 0.1.0, power_on\n+3s network: 192.168.1.20\n260314185210W telegram: crc\n"
        "+0s start: 0.1.0, watchdog\n260315070005W p1: Traceback (most recent call last):\n"
        '  File "board/p1.py", line 1, in start: run\nOSError: 5\n+0s start: 0.2.0, soft\n'
    )
    page.route("**/crashlog.txt", lambda route: route.fulfill(body=log))
    page.goto(board.url + "#/state")
    expect(page.locator("#start-rows div")).to_have_count(3)
    rows = [" ".join(row.split()) for row in page.locator("#start-rows div").all_inner_texts()]
    assert rows == [
        "itself after 15 Mar 07:00 · 0.2.0",
        "watchdog after 14 Mar 18:52 · 0.1.0",
        "power 0.1.0",
    ]
    page.route("**/crashlog.txt", lambda route: route.fulfill(body=""))
    page.click("#reload-log")
    expect(page.locator("#log-text")).to_have_text("The log is empty.")
    assert page.locator("#starts").is_hidden()


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("nl-BE", ("Lopend kwartier", "15 maart 2026", "Gemiddelde tot nu", "Maandpiek", "Afname", "Hele dag")),
        (
            "fr-BE",
            (
                "Quart d\N{RIGHT SINGLE QUOTATION MARK}heure en cours",
                "15 mars 2026",
                "Moyenne jusqu\N{RIGHT SINGLE QUOTATION MARK}ici",
                "Pointe mensuelle",
            ),
        ),
        ("de-DE", ("Laufende Viertelstunde", "15. März 2026", "Mittelwert bisher", "Monatsspitze", "Bezug")),
        ("pt-BR", ("Running quarter", "15 March 2026", "Average so far", "Month peak", "Offtake")),
    ],
)
def test_it_speaks_the_language_of_the_reader(
    open_window: Open, board: Board, locale: str, said: tuple[str, ...]
) -> None:
    page = opened(open_window, board, locale=locale).page
    everything = text(page, "#home")
    for part in said:
        assert part in everything
    language = locale[:2] if locale[:2] in {"nl", "fr", "de"} else "en"
    assert page.evaluate("document.documentElement.lang") == language
    assert "{" not in text(page, "body")
    assert "undefined" not in text(page, "body")
    assert "NaN" not in text(page, "body")


def test_a_chosen_language_is_kept(open_window: Open, board: Board) -> None:
    page = opened(open_window, board).page
    page.select_option("#language", "nl")
    expect(page.locator("#kind")).to_have_text("Lopend kwartier")
    expect(page.locator("#chart .label.average")).to_contain_text("Gemiddelde")
    page.reload()
    expect(page.locator("#kind")).to_have_text("Lopend kwartier")


@pytest.mark.parametrize("locale", ["nl-BE", "fr-BE", "de-BE"])
def test_nothing_is_wider_than_a_phone(open_window: Open, board: Board, locale: str) -> None:
    page = opened(open_window, board, phone=True, locale=locale).page
    for address, seen in (
        ("#/", "#stat-now"),
        ("#/2026/03/14/1200W", "#stat-average"),
        ("#/2026/03/14", "#stat-quarters"),
        ("#/state", "#state-cards h2"),
    ):
        page.goto(board.url + address)
        expect(page.locator(seen).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        # And nothing is cut off inside what may not scroll.
        cut = page.evaluate(
            """() => [...document.querySelectorAll("button, .button, h1, dd, dt, th, td, a, .fine")]
                .filter(element => element.offsetParent && element.clientWidth)
                .filter(({scrollWidth, clientWidth}) => scrollWidth > clientWidth + 1)
                .map(element => element.outerHTML)"""
        )
        assert cut == []


def test_nothing_leaves_the_board(open_window: Open, board: Board) -> None:
    window = opened(open_window, board)
    page = window.page
    page.click("#quarter-before")
    page.click("#nav-state")
    expect(page.locator("#log-text")).to_contain_text("start: ")
    hosts = {urlsplit(url).netloc for url in window.requests if not url.startswith("data:")}
    assert hosts == {f"127.0.0.1:{board.twin.port}"}


def test_the_script_stays_in_the_browser(open_window: Open, board: Board) -> None:
    script = "performance.getEntriesByType('resource').find(entry => entry.name.includes('app.js')).transferSize"
    page = opened(open_window, board).page
    assert page.evaluate(script) > 10_000
    page.goto("about:blank")
    page.goto(board.url)
    expect(page.locator("#live-time")).not_to_be_empty()
    assert page.evaluate(script) == 0


def test_everything_can_be_reached_by_key(open_window: Open, board: Board) -> None:
    page = opened(open_window, board, "#/2026/03/15/1200W").page
    expect(page.locator("#stat-average")).to_be_visible()
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    for name in (
        "nav-state",
        "language",
        "day-before",
        "quarter-before",
        "quarter-after",
        "day-after",
        "chart",
        "to-now",
        "to-day",
        "to-peak",
        "date",
        "csv",
    ):
        assert name in reached
    # Each has a name that can be read aloud.
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, select, input")].filter(element => element.offsetParent
            && !(element.getAttribute("aria-label") || element.textContent.trim())).map(element => element.outerHTML)"""
    )
    assert nameless == []
