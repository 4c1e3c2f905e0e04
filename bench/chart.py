"""What drawing a quarter costs a browser on a slow phone: script time of the chart's frame, in ms.

Usage: python bench/chart.py [--slower 4]
Prints one line of JSON for each case: the median and the 95th percentile. The time that the browser takes to paint is
not in it.
"""

import argparse
import json
import os
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

FRONTEND = Path(__file__).parent.parent / "custom_components" / "digimon" / "frontend"
ORIGIN = "http://chart.test"
ROUNDS = 60
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu")

PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><link rel="icon" href="data:,">
<digimon-quarter-chart style="width: 360px"></digimon-quarter-chart>
<script>
// The chart draws in one callback before each picture; its time is the cost.
window.costs = [];
const request = window.requestAnimationFrame;
window.requestAnimationFrame = draw => request(time => {
  const start = performance.now();
  draw(time);
  costs.push(performance.now() - start);
});
</script>
<script type="module" src="/quarter-chart.js"></script></html>"""

# Each changes what the chart shows, as the page of a board does.
CASES = {
    "next interval of a running quarter": "chart.quarter = quarter(round + 60, 436408139)",
    "another quarter": "chart.running = false; chart.quarter = quarter(180, 436408064 + round)",
    "a day": "chart.day = {day: {year: 2026, month: 3, day: 15}, rows: rows(96 - round % 3)}",
}
MEASURE = """async ([code, rounds]) => {
    const chart = document.querySelector("digimon-quarter-chart");
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
    const change = new Function("chart", "quarter", "rows", "round", code);
    const frame = () => new Promise(done => setTimeout(done, 40));
    Object.assign(chart, {running: true, peak: 2500, target: 3000});
    const found = [];
    for (let round = 0; round < rounds; round++) {
        costs.length = 0;
        change(chart, quarter, rows, round);
        await frame();
        found.push(Math.max(...costs));
    }
    return found;
}"""


def serve(route: Route) -> None:
    """Answer with the page or one of the modules."""
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/":
        route.fulfill(body=PAGE, content_type="text/html")
    else:
        route.fulfill(body=(FRONTEND / path[1:]).read_bytes(), content_type="text/javascript")


def measure(page: Page, code: str) -> list[float]:
    """The cost of each round but the first ones, in which the script is compiled."""
    page.goto(f"{ORIGIN}/")
    page.wait_for_function("() => customElements.get('digimon-quarter-chart') !== undefined")
    costs: list[float] = page.evaluate(MEASURE, [code, ROUNDS])
    return sorted(costs[ROUNDS // 6 :])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Measure what a redraw of the chart costs.")
    parser.add_argument("--slower", type=float, default=4, help="how many times slower than this machine")
    slower = parser.parse_args().slower
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["DIGIMON_CHROMIUM"], args=list(FLAGS))
        page = browser.new_page(device_scale_factor=3)
        page.route("**/*", serve)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        for case, code in CASES.items():
            costs = measure(page, code)
            median, high = (round(costs[int(len(costs) * part)], 2) for part in (0.5, 0.95))
            print(json.dumps({"case": case, "slower": slower, "median_ms": median, "p95_ms": high}))
        browser.close()


if __name__ == "__main__":
    main()
