"""The capacity tariff on a dashboard, as a Fleming reads it, is what the entities say."""

import json
import re
import time

import pytest
from playwright.async_api import Page, expect

from develop.api import Api
from develop.dashboard import BILL, RISK_COLORS, RISKS, RUNNING, tariff_view
from develop.home import choose_tariff, sensors_of
from simulator.house import House

from .command import ROOT, Command, eventually
from .expected import expected

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_PATH = "tariff-page"
_GOAL_KW = 7.0
_SHOWN_SECONDS = 120
_NAMES = {
    "billed_power": "Aangerekend vermogen",
    "capacity_cost_month": "Capaciteitstarief deze maand",
    "capacity_cost_year": "Capaciteitstarief per jaar",
    "projected": "Verwacht kwartiervermogen",
    "new_peak_cost": "Kosten van een nieuwe piek",
    "headroom": "Nog mogelijk vermogen dit kwartier",
    "month_peak": "Maandpiek",
    "peak_target": "Streefpiek",
}
_RISKS = json.loads((ROOT / "custom_components/digimon/translations/nl.json").read_text(encoding="utf-8"))["entity"][
    "sensor"
]["peak_risk"]["state"]
_ROWS = """rows => rows.map(row => [row.shadowRoot.querySelector(".info").innerText.trim(), row.textContent.trim()])"""
# The colour of a tile, and the one of the theme that it should be.
_COLORS = """(card, color) => ["--tile-color", `--${color}-color`].map(
    name => { card.style.color = `var(${name})`; return getComputedStyle(card).color; })"""


def _number(text: str) -> float | None:
    """What a Fleming reads as a number; None where there is none."""
    if re.search(r"\d", text) is None:
        return None
    return float(re.sub(r"[^0-9,-]", "", text.replace("\N{MINUS SIGN}", "-")).replace(",", "."))


def _same(text: str | None, state: str) -> bool:
    """Whether a row shows a state, with the decimals that it shows."""
    if text is None or state in {"unknown", "unavailable"}:
        return False
    shown = _number(text)
    decimals = len(text.partition(",")[2].split()[0]) if "," in text else 0
    return shown is not None and abs(shown - float(state)) <= 0.5000001 * 10**-decimals


async def test_a_fleming_reads_what_the_capacity_tariff_costs(
    dutch: Command, dutch_api: Api, dutch_page: Page, house: House
) -> None:
    api, page = dutch_api, dutch_page
    await choose_tariff(api, dutch.board(), "9000", goal=_GOAL_KW, shed=6.0)
    sensors = await sensors_of(api, dutch.board(), {*BILL, *RUNNING, *RISKS})
    await api.command("lovelace/dashboards/create", url_path=_PATH, title="Tarief", mode="storage")
    await api.command("lovelace/config/save", url_path=_PATH, config={"views": [tariff_view(sensors, "nl")]})
    await page.goto(f"{dutch.url}/{_PATH}")
    for text in ("Capaciteitstarief", "Dit kwartier", "Piekrisico", "Maandpiek dreigt", "Ingrijpen vóór"):
        await expect(page.get_by_text(text, exact=True).first).to_be_visible()
    await expect(page.locator("hui-number-entity-row input")).to_have_value(re.compile(r"^7([.,]0)?$"))
    await expect(page.locator("digimon-quarter-card #kind")).to_have_text("Lopend kwartier")
    rows = page.locator("hui-entities-card hui-generic-entity-row")
    tiles = page.locator("hui-tile-card")

    async def page_is_the_states() -> bool:
        texts = dict(await rows.evaluate_all(_ROWS))
        states = {state["entity_id"]: state["state"] for state in await api.command("get_states")}
        # None in the first quarter of a month.
        has_peak = expected(house, int(time.time()))["month_peak"] is not None
        names = {key: name for key, name in _NAMES.items() if has_peak or key != "month_peak"}
        told = all(_same(texts.get(name), states[sensors[key]]) for key, name in names.items())
        risk = _RISKS.get(states[sensors["peak_risk"]], "?")
        return told and await tiles.first.get_by_text(risk, exact=True).count() == 1

    # While a poll comes in, the page is one poll behind.
    await eventually(page_is_the_states, _SHOWN_SECONDS)
    states = {state["entity_id"]: state["state"] for state in await api.command("get_states")}
    month, year = (float(states[sensors[key]]) for key in ("capacity_cost_month", "capacity_cost_year"))
    assert year == pytest.approx(12 * month, abs=0.12)
    assert float(states[sensors["peak_target"]]) >= _GOAL_KW * 1000

    async def tile_has_the_color_of_the_risk() -> bool:
        states = {state["entity_id"]: state["state"] for state in await api.command("get_states")}
        risk = states[sensors["peak_risk"]]
        shown, meant = await tiles.first.locator("ha-card").evaluate(_COLORS, RISK_COLORS[risk])
        return bool(shown == meant)

    await eventually(tile_has_the_color_of_the_risk, _SHOWN_SECONDS)
