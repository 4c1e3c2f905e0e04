"""The quarter card in a page with nothing else: in the place of Home Assistant, what it would answer."""

from functools import cache
from pathlib import Path
from typing import Any

from frontend.bundle import parts
from playwright.sync_api import Locator, Page, Route, expect

from core.clock import day_quarters, quarter_id_of_label, quarter_start

LINE = "\N{EN DASH}"

FRONTEND = Path(__file__).parents[2] / "custom_components" / "digimon" / "frontend"
ORIGIN = "http://card.test"

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><style>
:root { --primary-text-color: #141414; --secondary-text-color: #5e5e5e; --divider-color: #e0e0e0;
  --primary-color: #009ac7; --card-background-color: #fff;
  --success-color: #43a047; --warning-color: #ffa600; --error-color: #db4437 }
:root.dark { --primary-text-color: #e1e1e1; --secondary-text-color: #9b9b9b; --divider-color: #3a3a3a;
  --card-background-color: #1c1c1c; background: #111 }
body { margin: 8px; font: 14px/1.4 Roboto, sans-serif; background: #f5f5f5 }
.dark body { background: #111 }
ha-card { background: var(--card-background-color); border: 1px solid var(--divider-color); border-radius: 12px }
</style><body><script>
window.asked = [];
window.listeners = [];
window.ended = 0;
window.answers = {};
const connection = {
  async subscribeMessage(tell, message) {
    asked.push(message);
    if (answers.error) throw {code: answers.error};
    if (message.type === "digimon/month/subscribe") return tellMonth(tell, message);
    listeners.push(tell);
    if (answers.live) tell(answers.live);
    return () => { ended++; listeners.splice(listeners.indexOf(tell), 1) };
  },
  async sendMessagePromise(message) {
    asked.push(message);
    if (answers.fails) throw {code: "home_assistant_error"};
    const of = {
      "digimon/quarter/get": () => ({quarter: answers.quarters[message.quarter_id] ?? null}),
      "digimon/day/get": () => answers.days[message.date] ?? {complete: true, quarters: []},
      "digimon/days": () => ({days: Object.keys(answers.days).sort()}),
      "digimon/month_peaks": () => ({peaks: answers.peaks, billed: answers.billed}),
    };
    return of[message.type]();
  },
};
// Newest day first, one more each time.
function tellMonth(tell, {year, month}) {
  if (answers.fails) throw {code: "home_assistant_error"};
  const prefix = `${year}-${String(month).padStart(2, "0")}-`;
  const days = Object.entries(answers.days).filter(([date]) => date.startsWith(prefix)).sort().reverse();
  const peaks = [];
  setTimeout(() => {
    for (const [, {quarters}] of days) {
      tell({peaks: [...peaks], complete: true, done: false, failed: null});
      if (!quarters.length) continue;
      const highest = quarters.reduce((best, row) => row.consumed_power_avg > best.consumed_power_avg ? row : best);
      peaks.push({quarter_id: highest.quarter_id, power: highest.consumed_power_avg});
    }
    tell({peaks, complete: days.every(([, {complete}]) => complete), done: true, failed: null});
  });
  return () => { window.monthsEnded = (window.monthsEnded ?? 0) + 1 };
}
window.hassOf = (language, dark) => ({connection, locale: {language}, themes: {darkMode: dark}});
</script></body></html>"""


def quarter_id(date: str, label: str) -> int:
    year, month, day = map(int, date.split("-"))
    found = quarter_id_of_label(year, month, day, label)
    assert found is not None
    return found


def power(quarter: int) -> int:
    """What the house of these tests takes on average in a quarter."""
    return 300 + quarter * 37 % 1700


def document(quarter: int, intervals: int = 180) -> dict[str, Any]:
    """A quarter with the same power all along."""
    return {
        "quarter_id": quarter,
        "start": quarter_start(quarter),
        "consumed_power_avg": power(quarter),
        "interval_secs": 5,
        "consumed_power_interval_avgs": [power(quarter)] * intervals,
        "produced_power_interval_avgs": [0] * intervals,
    }


def day(date: str, *, until: int | None = None, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A day of such quarters.

    :param until: utc; what begins later is not there.
    :param without: labels of quarters that are missing.
    """
    missing = {quarter_id(date, label) for label in without}
    year, month, number = map(int, date.split("-"))
    quarters = day_quarters(year, month, number)
    known = [one for one in quarters if one not in missing and (until is None or quarter_start(one) < until)]
    return {"date": date, "complete": True, "quarter_ids": quarters, "quarters": [_summary(one) for one in known]}


def _summary(quarter: int) -> dict[str, Any]:
    return {
        "quarter_id": quarter,
        "start": quarter_start(quarter),
        "intervals": 180,
        "consumed_power_avg": power(quarter),
        "consumed_power_max": 2 * power(quarter),
        "produced_power_avg": 100,
        "produced_power_max": 300,
        "consumed_energy": power(quarter) // 4,
        "produced_energy": 25,
        "registers": None,
    }


RUNNING = quarter_id("2026-03-15", "1845W")
PEAK = quarter_id("2026-03-14", "1830W")
NOW = quarter_start(RUNNING) + 430
FORECAST = {
    "projected": 4210,
    "target": 3650,
    "headroom": 2480,
    "steady_limit": 2480,
    "level": "high",
    "act_by": quarter_start(RUNNING) + 600,
    "cost": 29.4,
}


def live(**changes: Any) -> dict[str, Any]:
    """What Home Assistant tells of the running quarter."""
    return {
        "available": True,
        "time": NOW,
        "quarter": document(RUNNING, 86) | {"consumed_power_avg": 2900},
        "live": {"consumed_power": 5400, "produced_power": 0, "net_power": 5400},
        "month_peak": {"power": 3650, "quarter_id": PEAK, "start": quarter_start(PEAK)},
        "forecast": FORECAST,
    } | changes


def answers(**changes: Any) -> dict[str, Any]:
    """All that Home Assistant knows."""
    peaks = [
        {"month": f"{2025 + (month > 12)}-{(month - 1) % 12 + 1:02d}", "power": 1900 + 400 * (month % 7)}
        for month in range(2, 15)
    ]
    listed = [
        peak | {"quarter_id": None, "start": None, "running": False, "counts": number >= 2}
        for number, peak in enumerate(peaks)
    ]
    running = {"month": "2026-03", "power": 3650, "quarter_id": PEAK, "start": quarter_start(PEAK), "running": True}
    running["counts"] = True
    billed = {"power": 3217, "months": 12, "cost_month": 15.4}
    quarters = [quarter_id("2026-03-15", label) for label in ("1830W", "1815W")]
    quarters += [PEAK, quarter_id("2026-03-14", "1845W"), quarter_id("2026-03-14", "0000W")]
    days = {
        "2026-02-20": day("2026-02-20"),
        "2026-03-10": day("2026-03-10"),
        "2026-03-14": day("2026-03-14", without=("1000W", "1015W")),
        "2026-03-15": day("2026-03-15", until=quarter_start(RUNNING)),
    }
    known = {str(one): document(one) for one in quarters}
    return {"live": live(), "quarters": known, "days": days, "peaks": [*listed, running], "billed": billed} | changes


class BareCard:
    """The card, and what can be seen of it."""

    def __init__(self, page: Page, *, language: str = "en", dark: bool = False, config: Any = None) -> None:
        self.page = page
        self.language = language
        self.dark = dark
        page.unroute_all()
        page.route("**/*", _serve)
        page.goto(f"{ORIGIN}/")
        page.evaluate("answers => Object.assign(window.answers, answers)", answers())
        page.add_script_tag(url=f"{ORIGIN}/quarter-card.js", type="module")
        page.wait_for_function("!!customElements.get('digimon-quarter-card')")
        self.add(config or {})

    def add(self, config: dict[str, Any], **changes: Any) -> None:
        """Put a card into the page, in the place of the one that was there."""
        self.page.evaluate(
            """([config, changes, language, dark]) => {
                Object.assign(answers, changes);
                document.documentElement.classList.toggle("dark", dark);
                document.querySelector("digimon-quarter-card")?.remove();
                const card = document.createElement("digimon-quarter-card");
                card.setConfig({type: "custom:digimon-quarter-card", ...config});
                card.hass = hassOf(language, dark);
                document.body.append(card);
            }""",
            [config, changes, self.language, self.dark],
        )
        self.settle()

    def settle(self) -> None:
        """Wait until what it has loaded is shown."""
        self.page.wait_for_function(
            """() => {
                const {shadowRoot} = document.querySelector("digimon-quarter-card");
                const chart = shadowRoot.querySelector("digimon-quarter-chart");
                return shadowRoot.querySelector("#title").textContent && !chart.busy;
            }"""
        )

    def tell(self, **changes: Any) -> None:
        """Let Home Assistant tell something new."""
        self.page.evaluate("live => listeners.forEach(tell => tell(live))", live(**changes))

    def part(self, name: str) -> Locator:
        return self.page.locator(f"digimon-quarter-card #{name}")

    def text(self, name: str) -> str:
        return " ".join(self.part(name).inner_text().replace("\N{NO-BREAK SPACE}", " ").split())

    def has(self, name: str, text: str) -> None:
        """Wait until a figure below the chart is shown so."""
        expect(self.part(f"stat-{name}").locator("dd")).to_have_text(text)

    def has_asked(self, message: dict[str, Any]) -> None:
        """Wait until it has asked Home Assistant for something."""
        self.page.wait_for_function(
            "wanted => asked.some(one => Object.keys(wanted).every(key => one[key] === wanted[key]))", arg=message
        )

    def asked(self) -> list[dict[str, Any]]:
        """What it has asked Home Assistant for."""
        found: list[dict[str, Any]] = self.page.evaluate("asked")
        return found


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/":
        route.fulfill(body=_PAGE, content_type="text/html")
    else:
        name, _, version = path[1:].partition("?v=")
        assert (name == "quarter-card.js") is not bool(version)
        route.fulfill(body=card_files()[name], content_type="text/javascript")


@cache
def card_files() -> dict[str, str]:
    """As Home Assistant gets them."""
    return parts(FRONTEND / "quarter-card.js")


def titled(card: BareCard, title: str, subtitle: str = "") -> None:
    """See what is above the chart."""
    expect(card.part("title")).to_have_text(title)
    if subtitle:
        expect(card.part("subtitle")).to_contain_text(subtitle)
