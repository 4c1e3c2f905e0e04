"""The chart in a page with nothing else, without a server."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Route

FRONTEND = Path(__file__).parents[2] / "custom_components" / "digimon" / "frontend"
ORIGIN = "http://chart.test"

# 15 March 2026, 18:45 in winter.
QUARTER = 436408139
INTERVALS = 180

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><style>
body { margin: 0; background: Canvas; color-scheme: light dark }
digimon-quarter-chart { width: 700px; height: 300px }
</style><digimon-quarter-chart></digimon-quarter-chart>
<script type="module" src="/quarter-chart.js"></script></html>"""

_BAR = re.compile(r"M(-?\d+),(-?\d+)h(\d+)v(-?\d+)h-\d+z")


def document(
    consumed: Sequence[int | None], produced: Sequence[int | None] | None = None, average: int | None = None
) -> dict[str, Any]:
    """A quarter document."""
    values = [value for value in consumed if value is not None]
    return {
        "quarter_id": QUARTER,
        "consumed_power_avg": sum(values) // max(1, len(values)) if average is None else average,
        "interval_secs": 5,
        "consumed_power_interval_avgs": list(consumed),
        "produced_power_interval_avgs": [None if value is None else 0 for value in consumed]
        if produced is None
        else produced,
    }


class BareChart:
    """The chart, and what can be seen of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.unroute_all()
        page.route("**/*", _serve)
        page.goto(f"{ORIGIN}/")
        self.host = page.locator("digimon-quarter-chart")
        self.plot: Locator = page.locator(".plot")
        page.wait_for_function("!!customElements.get('digimon-quarter-chart')")
        # As when the mouse passes by: the first event loads what hears them.
        self.plot.dispatch_event("pointerleave")
        self.settle()

    def show(self, **properties: Any) -> None:
        """Set properties and wait until they are drawn."""
        self.host.evaluate("(chart, properties) => Object.assign(chart, properties)", properties)
        self.settle()

    def settle(self) -> None:
        """Wait until what has changed is drawn."""
        self.page.evaluate(
            """async () => {
                const chart = document.querySelector("digimon-quarter-chart");
                const frame = () => new Promise(done => requestAnimationFrame(done));
                do { await frame(); await frame() } while (chart.busy);
            }"""
        )

    def path(self, name: str) -> str:
        """The form of a path of the drawing."""
        return self.page.locator(f"path[class='{name}']").get_attribute("d") or ""

    def bars(self, name: str) -> list[tuple[int, int, int, int]]:
        """The bars of a path: left, start, width and height, downwards."""
        found = [tuple(map(int, bar)) for bar in _BAR.findall(self.path(name))]
        return [(left, start, width, height) for left, start, width, height in found]

    def level(self, name: str) -> float:
        """The height of a line across the chart, in pixels from the upper edge."""
        found = re.match(r"M[\d.]+,([\d.]+)H", self.path(name))
        assert found, self.path(name)
        return float(found[1])

    def watt(self, y: float) -> float:
        """The power at a height, by the marks of the axis."""
        marks = self.page.locator(".levels text").evaluate_all(
            "texts => texts.map(text => [text.textContent, +text.getAttribute('y') - 4])"
        )
        (low, bottom), (high, top) = ((_watt(text), height) for text, height in (marks[0], marks[-1]))
        return low + (y - bottom) * (high - low) / (top - bottom)

    def text(self, selector: str) -> str:
        """What stands in a part of the chart, without line breaks."""
        return " ".join((self.page.locator(selector).text_content() or "").replace("\N{NO-BREAK SPACE}", " ").split())

    def said(self, attribute: str) -> str:
        """What a screen reader is told."""
        return (self.plot.get_attribute(attribute) or "").replace("\N{NO-BREAK SPACE}", " ")


def _watt(text: str) -> float:
    number, unit = text.replace("\N{MINUS SIGN}", "-").split("\N{NO-BREAK SPACE}")
    return float(number) * {"W": 1, "kW": 1000}[unit]


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/":
        route.fulfill(body=_PAGE, content_type="text/html")
    elif path == "/favicon.ico":
        route.fulfill(body="", content_type="image/x-icon")
    else:
        route.fulfill(body=(FRONTEND / path[1:]).read_bytes(), content_type="text/javascript")
