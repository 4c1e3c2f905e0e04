"""The chart for hands, ears and eyes: cursor, screen reader, languages, colours."""

from typing import Any

import pytest

from .bench import INTERVALS, QUARTER, BareChart, document
from .conftest import Open

pytestmark = pytest.mark.browser

VALUES = [1000 + number for number in range(INTERVALS)]


def test_the_keys_move_a_cursor_over_the_intervals(chart: BareChart) -> None:
    chart.show(quarter=document(VALUES))
    reading = chart.page.locator(".reading")
    chart.plot.focus()
    assert reading.is_hidden()
    for key, time, watt in (
        ("Home", "18:45:00", "1.00 kW"),
        ("ArrowRight", "18:45:05", "1.00 kW"),
        ("ArrowLeft", "18:45:00", "1.00 kW"),
        ("ArrowLeft", "18:45:00", "1.00 kW"),
        ("PageDown", "18:46:00", "1.01 kW"),
        ("End", "18:59:55", "1.18 kW"),
        ("ArrowRight", "18:59:55", "1.18 kW"),
        ("PageUp", "18:58:55", "1.17 kW"),
    ):
        chart.page.keyboard.press(key)
        assert chart.text(".reading") == f"{time}Offtake {watt}"
        assert chart.said("aria-valuetext") == f"{time}, Offtake {watt}"
    assert chart.path("cursor") != ""
    chart.page.keyboard.press("Escape")
    assert reading.is_hidden()
    assert chart.path("cursor") == ""
    # The first key begins where it goes on.
    chart.page.keyboard.press("ArrowLeft")
    assert chart.said("aria-valuenow") == str(INTERVALS - 1)


def test_the_cursor_stops_at_the_interval_that_runs(chart: BareChart) -> None:
    chart.show(quarter=document([500, None, 700], [0, None, -20]), running=True)
    chart.plot.focus()
    chart.page.keyboard.press("End")
    assert chart.said("aria-valuetext") == "18:45:10, Offtake 700 W, Injection 20 W"
    assert chart.said("aria-valuemax") == "2"
    chart.page.keyboard.press("ArrowLeft")
    assert chart.said("aria-valuetext") == "18:45:05, No measurement"


def test_the_mouse_points_and_lets_go(chart: BareChart) -> None:
    chart.show(quarter=document(VALUES))
    box = chart.plot.bounding_box()
    assert box
    chart.page.mouse.move(box["x"] + box["width"] - 9, box["y"] + 100)
    assert chart.text(".reading").startswith("18:59:55")
    panel = chart.page.locator(".reading").bounding_box()
    assert panel
    # It stays inside, and beside the bar that it is about.
    assert panel["x"] >= box["x"]
    assert panel["x"] + panel["width"] < box["x"] + box["width"] - 9
    chart.page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 500)
    assert chart.page.locator(".reading").is_hidden()


def test_a_finger_reads_without_holding(open_window: Open) -> None:
    chart = BareChart(open_window(phone=True).page)
    chart.show(quarter=document(VALUES))
    box = chart.plot.bounding_box()
    assert box
    chart.page.touchscreen.tap(box["x"] + 200, box["y"] + 100)
    assert "Offtake" in chart.text(".reading")
    assert chart.page.locator(".reading").is_visible()
    # Up and down scrolls the page, from side to side reads the chart.
    assert chart.plot.evaluate("plot => getComputedStyle(plot).touchAction") == "pan-y"


def test_a_quarter_of_a_day_is_chosen_by_key_click_and_touch(chart: BareChart) -> None:
    chart.host.evaluate("""chart => {
        window.chosen = [];
        document.addEventListener("quarter-selected", event => window.chosen.push(event.detail.id));
    }""")
    chart.show(day={"day": {"year": 2026, "month": 3, "day": 15}, "rows": []})
    chart.plot.focus()
    chart.page.keyboard.press("Enter")
    for key in ("Home", "ArrowRight", "Enter", "End", " "):
        chart.page.keyboard.press(key)
    first = QUARTER & ~0x7F
    assert chart.page.evaluate("window.chosen") == [first + 1, first + 95]
    chart.plot.click(position={"x": 690, "y": 100})
    assert chart.page.evaluate("window.chosen")[2:] == [first + 95]
    # In a quarter there is nothing to choose.
    chart.show(day=None, quarter=document(VALUES))
    chart.plot.click(position={"x": 350, "y": 100})
    assert len(chart.page.evaluate("window.chosen")) == 3


SAID: dict[str, tuple[str, str]] = {
    "en": (
        "Power from 18:45 to 19:00, every 5 seconds",
        (
            "Average offtake so far 1.50 kW. Last 5 s: Offtake 1.20 kW, Injection 30 W. "
            "Highest 1.80 kW at 18:45:00. Month peak 4.32 kW. Intervals without a measurement: 1."
        ),
    ),
    "nl": (
        "Vermogen van 18:45 tot 19:00, om de 5 seconden",
        (
            "Gemiddelde afname tot nu 1,50 kW. Laatste 5 s: Afname 1,20 kW, Injectie 30 W. "
            "Hoogste 1,80 kW om 18:45:00. Maandpiek 4,32 kW. Intervallen zonder meting: 1."
        ),
    ),
    "fr": (
        "Puissance de 18:45 à 19:00, toutes les 5 secondes",
        (
            "Prélèvement moyen jusqu\N{RIGHT SINGLE QUOTATION MARK}ici 1,50 kW. "
            "Dernières 5 s : Prélèvement 1,20 kW, Injection 30 W. "
            "Maximum 1,80 kW à 18:45:00. Pointe mensuelle 4,32 kW. Intervalles sans mesure : 1."
        ),
    ),
    "de": (
        "Leistung von 18:45 bis 19:00, alle 5 Sekunden",
        (
            "Mittlerer Bezug bisher 1,50 kW. Letzte 5 s: Bezug 1,20 kW, Einspeisung 30 W. "
            "Höchster 1,80 kW um 18:45:00. Monatsspitze 4,32 kW. Intervalle ohne Messung: 1."
        ),
    ),
}


@pytest.mark.parametrize("language", SAID)
def test_a_screen_reader_is_told_in_four_languages(chart: BareChart, language: str) -> None:
    title, summary = SAID[language]
    chart.show(quarter=document([1800, None, 1200], [0, None, -30]), running=True, peak=4321, language=f"{language}-BE")
    assert chart.plot.get_attribute("role") == "slider"
    assert chart.said("aria-label") == title
    assert chart.text("#summary") == f"{title}. {summary}"
    assert chart.page.locator("#summary").get_attribute("aria-live") == "polite"
    assert chart.plot.get_attribute("aria-describedby") == "summary"


def test_the_language_is_that_of_the_page_unless_it_is_told(chart: BareChart) -> None:
    chart.show(quarter=document([1]), running=True)
    assert chart.text(".legend") == "OfftakeInjection"
    chart.page.evaluate("document.documentElement.lang = 'de'")
    chart.show(quarter=document([1, 2]))
    assert chart.text(".legend") == "BezugEinspeisung"
    chart.show(language="nl")
    assert chart.text(".legend") == "AfnameInjectie"
    chart.show(language="es")
    assert chart.text(".legend") == "OfftakeInjection"


def test_a_screen_reader_is_not_told_every_five_seconds(open_window: Open) -> None:
    page = open_window().page
    page.clock.install()
    chart = BareChart(page)
    values = [1000]
    chart.show(quarter=document(values), running=True)
    first = chart.text("#summary")
    for _ in range(11):
        chart.page.clock.run_for(5000)
        values.append(2000)
        chart.show(quarter=document(values))
    assert chart.text("#summary") == first
    chart.page.clock.run_for(5000)
    chart.show(quarter=document(values))
    assert "1.92 kW" in chart.text("#summary")


def test_there_is_a_table_of_the_minutes(chart: BareChart) -> None:
    chart.show(quarter=document([1000] * 12 + [None] * 12 + [3000] * 6, [0] * 12 + [None] * 12 + [-50] * 6))
    rows: Any = chart.page.locator("tr")
    chart.page.wait_for_function(
        "document.querySelector('digimon-quarter-chart').shadowRoot.querySelectorAll('tr').length === 16"
    )
    cells = [
        [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row.locator("th, td").all_text_contents()]
        for row in rows.all()[:4]
    ]
    assert cells == [
        ["Time", "Offtake", "Injection"],
        ["18:45", "1.00 kW", "0 W"],
        ["18:46", "No measurement", ""],
        ["18:47", "3.00 kW", "50 W"],
    ]
    # It takes no room, also in a long page.
    assert chart.page.evaluate("document.documentElement.scrollHeight") <= 900


def pixel(chart: BareChart, x: float, y: float) -> tuple[int, int, int]:
    """The colour of a pixel of the plot."""
    box = chart.plot.bounding_box()
    assert box
    picture = chart.page.screenshot(clip={"x": box["x"] + x, "y": box["y"] + y, "width": 1, "height": 1})
    colours = chart.page.evaluate(
        """async bytes => {
            const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const canvas = new OffscreenCanvas(1, 1).getContext("2d");
            canvas.drawImage(bitmap, 0, 0);
            return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }""",
        list(picture),
    )
    return tuple(colours)


@pytest.mark.parametrize(
    ("scheme", "offtake", "injection", "over", "paper"),
    [
        ("light", (232, 119, 26), (18, 147, 107), (201, 42, 42), (255, 255, 255)),
        ("dark", (255, 157, 77), (52, 211, 162), (255, 107, 107), (18, 18, 18)),
    ],
)
def test_it_is_dark_when_the_house_is(
    open_window: Open,
    scheme: str,
    offtake: tuple[int, int, int],
    injection: tuple[int, int, int],
    over: tuple[int, int, int],
    paper: tuple[int, int, int],
) -> None:
    chart = BareChart(open_window(color_scheme=scheme).page)
    chart.show(quarter=document([3000] * INTERVALS, [-2000] * INTERVALS), peak=2500, language="en")
    left, start, width, _ = chart.bars("offtake")[90]
    middle = left + width / 2
    height = chart.level("peak")
    assert pixel(chart, middle, start - 12) == offtake
    assert pixel(chart, middle, start + 12) == injection
    assert pixel(chart, middle, height - 8) == over
    assert pixel(chart, middle, 3) == paper


def test_the_colours_are_those_of_the_theme_around_it(chart: BareChart) -> None:
    chart.show(quarter=document([3000] * INTERVALS))
    chart.page.add_style_tag(content=":root { --digimon-offtake: rgb(1, 2, 3); --primary-text-color: rgb(4, 5, 6) }")
    left, start, width, _ = chart.bars("offtake")[90]
    assert pixel(chart, left + width / 2, start - 12) == (1, 2, 3)
    assert chart.host.evaluate("chart => getComputedStyle(chart).color") == "rgb(4, 5, 6)"


@pytest.mark.parametrize(("motion", "animation"), [("reduce", "none"), ("no-preference", "breathe")])
def test_nothing_moves_for_who_does_not_want_it(open_window: Open, motion: str, animation: str) -> None:
    chart = BareChart(open_window(reduced_motion=motion).page)
    chart.show(quarter=document([3000]), running=True)
    running = chart.page.locator("path.running")
    assert running.evaluate("path => getComputedStyle(path).animationName") == animation
