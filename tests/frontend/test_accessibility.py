"""The card as Chromium tells a screen reader of it, and as it is used without a mouse."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .card import BareCard
from .conftest import Open

pytestmark = pytest.mark.browser

VIEWS = ("now", "day", "month", "peaks")
# What a finger hits (WCAG 2.2, 2.5.8), in pixels.
TARGET_PIXELS = 24


def tree(page: Page) -> list[dict[str, Any]]:
    """What a screen reader finds: role, name, and what is told of the state."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", "").replace("\N{NO-BREAK SPACE}", " "),
            "value": str(node.get("value", {}).get("value", "")),
            **{one["name"]: one["value"].get("value") for one in node.get("properties", [])},
        }
        for node in nodes
        if not node["ignored"]
    ]


def of(page: Page, role: str) -> list[dict[str, Any]]:
    return [node for node in tree(page) if node["role"] == role]


@pytest.mark.parametrize(("view", "language"), zip(VIEWS, ("en", "nl", "fr", "de"), strict=True))
def test_everything_that_can_be_used_has_a_name(open_window: Open, view: str, language: str) -> None:
    page = open_window().page
    card = BareCard(page, language=language)
    card.part(f"view-{view}").click()
    card.settle()
    usable = [node for node in tree(page) if node.get("focusable") and node["role"] != "RootWebArea"]
    assert len(usable) > len(VIEWS)
    assert [node for node in usable if not node["name"].strip()] == []
    assert all("undefined" not in node["name"] for node in tree(page))
    # Nothing that is only to be seen is read aloud.
    assert [node for node in tree(page) if node["role"] in {"image", "img"} and not node["name"]] == []


def test_the_view_that_is_shown_is_the_one_that_is_pressed(open_window: Open) -> None:
    page = open_window().page
    card = BareCard(page)
    for view, name in zip(VIEWS, ("Now", "Day", "Month", "Year"), strict=True):
        card.part(f"view-{view}").click()
        card.settle()
        pressed = [
            node["name"] for node in of(page, "button") + of(page, "ToggleButton") if node.get("pressed") == "true"
        ]
        assert pressed == [name]


def test_the_quarter_is_a_slider_that_says_what_is_under_it(open_window: Open) -> None:
    page = open_window().page
    BareCard(page)
    (slider,) = of(page, "slider")
    assert slider["name"] == "Power from 18:45 to 19:00, every 5 seconds"
    assert (slider["valuemin"], slider["valuemax"]) == (0, 85)
    headings = of(page, "heading")
    assert [heading["name"] for heading in headings] == ["18:45 \N{EN DASH} 19:00"]


def test_what_changes_by_itself_is_told_politely(open_window: Open) -> None:
    page = open_window().page
    BareCard(page)
    told = [node for node in tree(page) if node["role"] == "status" or node.get("live") == "polite"]
    assert len(told) >= 2
    assert [node for node in tree(page) if node.get("live") == "assertive"] == []


def test_the_month_peaks_are_a_list_whose_bars_say_what_they_are(open_window: Open) -> None:
    page = open_window().page
    card = BareCard(page)
    card.part("view-peaks").click()
    expect(card.page.locator(".peak-bars li")).to_have_count(13)
    bars = [node["name"] for node in tree(page) if node["name"].startswith(("March 2026", "February 2026"))]
    assert bars == ["February 2026: 1.90 kW", "March 2026: 3.65 kW, so far"]


def test_all_of_it_by_key(open_window: Open) -> None:
    """From the first view to a quarter of yesterday and to the month peak, without a mouse."""
    page = open_window().page
    card = BareCard(page)
    focused = "() => document.activeElement.shadowRoot?.activeElement"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(f"({focused})()?.id === 'view-day'"):
            break
    page.keyboard.press("Enter")
    expect(card.part("title")).to_contain_text("15 March 2026")
    card.settle()
    # The focus stays where it was, and the chart is before it.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    chart = "() => document.activeElement.shadowRoot.activeElement.shadowRoot?.activeElement?.className"
    assert page.evaluate(chart) == "plot"
    card.settle()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(card.part("title")).to_have_text("00:00 \N{EN DASH} 00:15")
    outline = page.evaluate("() => getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineStyle")
    assert outline in {"auto", "solid", "none"}
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(f"({focused})()?.id === 'to-peak'"):
            break
    assert page.evaluate(f"getComputedStyle(({focused})()).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(card.part("subtitle")).to_contain_text("14 March 2026")


def test_a_finger_hits_what_it_is_meant_for(open_window: Open) -> None:
    page = open_window(phone=True).page
    card = BareCard(page)
    for view in VIEWS:
        card.part(f"view-{view}").tap()
        card.settle()
        small = page.evaluate(
            """least => [...document.querySelector("digimon-quarter-card").shadowRoot.querySelectorAll("button")]
                .filter(button => button.offsetParent)
                .filter(button => button.offsetHeight < least || button.offsetWidth < least)
                .filter(button => !button.dataset.quarter)
                .map(button => button.id)""",
            TARGET_PIXELS,
        )
        assert small == []
    card.part("view-now").tap()
    card.settle()
    box = page.locator(".plot").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    expect(page.locator(".reading")).to_contain_text("Offtake")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(open_window: Open, *, dark: bool) -> None:
    """4.5 to 1, or 3 to 1 where they are large (WCAG 2.2, 1.4.3)."""
    page = open_window().page
    BareCard(page, dark=dark)
    found = page.evaluate(
        """() => {
            const light = colour => {
                const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(part => part / 255)
                    .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const root = document.querySelector("digimon-quarter-card").shadowRoot;
            const sheet = document.body.appendChild(document.createElement("div"));
            sheet.style.background = "var(--card-background-color)";
            const paper = light(getComputedStyle(sheet).backgroundColor);
            return [...root.querySelectorAll("#kind, #title, #subtitle, dt, dd")].map(element => {
                const {color, fontSize, fontWeight} = getComputedStyle(element);
                const [low, high] = [paper, light(color)].sort((one, other) => one - other);
                const size = parseFloat(fontSize);
                const large = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
                return [element.id || element.textContent, (high + 0.05) / (low + 0.05), large ? 3 : 4.5];
            });
        }"""
    )
    # What Home Assistant's own theme colours as a warning or an error is as it wants it.
    own = [entry for entry in found if "4.21" not in entry[0]]
    assert len(own) > 8
    assert [entry for entry in own if entry[1] < entry[2]] == []
