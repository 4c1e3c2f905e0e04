"""What drawing costs a browser on a slow phone: script time of the chart alone and of the whole card, in ms.

Usage: python bench/chart.py [--slower 4]
Prints one line of JSON for each case. Counted is the processor's time of the page's thread, so that a machine that has
other things to do measures the same, less that of a page that is told the same and does not show it; what the browser
takes to lay out and to paint is not in it.
"""

import argparse
import json
import os
from pathlib import Path

from playwright.sync_api import CDPSession, Page, Route, sync_playwright

FRONTEND = Path(__file__).parent.parent / "custom_components" / "digimon" / "frontend"
ORIGIN = "http://chart.test"
ROUNDS = 60
RUNS = 7
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu")

PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><link rel="icon" href="data:,">
<digimon-quarter-chart style="width: 360px"></digimon-quarter-chart>
<script type="module" src="/quarter-chart.js"></script></html>"""

# In the place of Home Assistant; its message makes the card write its numbers, and draws the chart in the next frame.
CARD_PAGE = PAGE.replace(
    '<digimon-quarter-chart style="width: 360px"></digimon-quarter-chart>', '<div style="width: 360px"></div>'
).replace(
    '<script type="module" src="/quarter-chart.js"></script>',
    """<script type="module">
import "/quarter-card.js";
const card = document.createElement("digimon-quarter-card");
card.setConfig({});
card.hass = {locale: {language: "nl"}, connection: {
  async subscribeMessage(tell) { window.tell = tell; return () => {} },
}};
document.querySelector("div").append(card);
</script>""",
)

# What is told, and what is done with it: each changes what the chart shows, as the page of a board does.
CASES = {
    "next interval of a running quarter": ("quarter(round + 60, 436408139)", "chart.quarter = told"),
    "another quarter": ("quarter(180, 436408064 + round)", "chart.running = false; chart.quarter = told"),
    "a day": ("rows(96 - round % 3)", "chart.day = {day: {year: 2026, month: 3, day: 15}, rows: told}"),
}
CARD_CASE = (
    """({
    available: true, time: 1773597130 + 5 * round, quarter: quarter(round + 60, 436408139),
    live: {consumed_power: 900 + round, produced_power: 0, net_power: 900 + round},
    month_peak: {power: 3650, quarter_id: 436407882, start: 0},
    forecast: {projected: 4210 + round, target: 3650, headroom: 2480 - round, level: "high", act_by: 1773597300,
        cost: 29.4},
})""",
    "tell(told)",
)
MEASURE = """async ([source, code, rounds]) => {
    const chart = document.querySelector("digimon-quarter-chart") ?? {};
    const wave = (index, shift) => Math.round(900 + 800 * Math.sin(index / 9 + shift));
    const quarter = (length, id) => ({
        quarter_id: id, consumed_power_avg: 900 + length,
        consumed_power_interval_avgs: Array.from({length}, (_, index) => wave(index, id)),
        produced_power_interval_avgs: Array.from({length}, (_, index) => -wave(index, id + 3)),
    });
    const rows = length => Array.from({length}, (_, index) => ({
        id: 436408064 + index, intervals: 180, consumed: wave(index, 0), consumedMost: 2 * wave(index, 0),
        produced: -wave(index, 2), producedMost: -2 * wave(index, 2),
    }));
    const make = new Function("quarter", "rows", "round", `return ${source}`);
    const change = new Function("chart", "told", code);
    const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    Object.assign(chart, {running: true, peak: 2500, target: 3000});
    for (let round = 0; round < rounds; round++) {
        change(chart, make(quarter, rows, round));
        await frame();
    }
}"""


PAGES = {"/": PAGE, "/card": CARD_PAGE}
READY = {
    "/": "() => document.querySelector('digimon-quarter-chart').shadowRoot",
    "/card": "() => window.tell && document.querySelector('digimon-quarter-card').shadowRoot.querySelector('#kind')",
}


def serve(route: Route) -> None:
    """Answer with the page or one of the modules."""
    path = route.request.url.removeprefix(ORIGIN)
    if path in PAGES:
        route.fulfill(body=PAGES[path], content_type="text/html")
    else:
        route.fulfill(body=(FRONTEND / path[1:]).read_bytes(), content_type="text/javascript")


def script_seconds(session: CDPSession) -> float:
    """How long the thread of the page has run scripts."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "ScriptDuration")


def measure(page: Page, session: CDPSession, path: str, source: str, code: str) -> list[float]:
    """The cost of a round in each of some runs, in ms; first the scripts are compiled."""
    page.goto(ORIGIN + path)
    page.wait_for_function(READY[path])
    page.evaluate(MEASURE, [source, code, ROUNDS])
    costs = []
    for _ in range(RUNS):
        before = script_seconds(session)
        page.evaluate(MEASURE, [source, "", ROUNDS])
        between = script_seconds(session)
        page.evaluate(MEASURE, [source, code, ROUNDS])
        costs.append((script_seconds(session) - between - (between - before)) / ROUNDS * 1000)
    return sorted(costs)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Measure what a redraw of the chart costs.")
    parser.add_argument("--slower", type=float, default=4, help="how many times slower than this machine")
    slower = parser.parse_args().slower
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["DIGIMON_CHROMIUM"], args=list(FLAGS))
        page = browser.new_page(device_scale_factor=3)
        page.route("**/*", serve)
        session = page.context.new_cdp_session(page)
        session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
        session.send("Performance.enable")
        cases = [("/", case, *codes) for case, codes in CASES.items()]
        for path, case, source, code in (*cases, ("/card", "next interval on the card", *CARD_CASE)):
            costs = [round(cost * slower, 2) for cost in measure(page, session, path, source, code)]
            figures = {"median_ms": costs[len(costs) // 2], "least_ms": costs[0], "most_ms": costs[-1]}
            print(json.dumps({"case": case, "slower": slower} | figures))
        browser.close()


if __name__ == "__main__":
    main()
