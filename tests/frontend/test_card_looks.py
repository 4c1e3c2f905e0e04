"""How the card looks and is reached: languages, widths, keys, and for who wants nothing to move."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from .card import LINE, BareCard, titled
from .conftest import Open

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", ("Lopend kwartier", "Kan er nog bij", "Er komt een nieuwe maandpiek aan", "15 maart 2026", "Jaar")),
        ("fr", ("Quart d\N{RIGHT SINGLE QUOTATION MARK}heure en cours", "Marge restante", "29,40", "15 mars 2026")),
        ("de", ("Laufende Viertelstunde", "Noch frei", "handeln bis 18:55", "15. März 2026")),
        ("pt", ("Running quarter", "Room left", "15 March 2026")),
    ],
)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_four_languages_on_a_phone(open_window: Open, language: str, said: tuple[str, ...], *, dark: bool) -> None:
    page = open_window(phone=True).page
    card = BareCard(page, language=language, dark=dark)
    everything = page.locator("digimon-quarter-card ha-card").inner_text()
    for part in said:
        assert part in everything
    for view in ("day", "month", "peaks", "now"):
        card.part(f"view-{view}").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        cut = page.evaluate(
            """() => [...document.querySelector("digimon-quarter-card").shadowRoot.querySelectorAll("button, dd, p")]
                .filter(({offsetParent, scrollWidth, clientWidth}) => offsetParent && scrollWidth > clientWidth + 1)
                .map(element => element.outerHTML)"""
        )
        assert cut == []
        assert not {"undefined", "NaN", "{"} & set(page.locator("digimon-quarter-card ha-card").inner_text().split())


def test_a_page_that_is_read_from_the_right_has_its_times_in_order(card: BareCard) -> None:
    """Home Assistant in Arabic or Hebrew: the card is in English then, and so is its direction."""
    card.page.evaluate("document.documentElement.dir = 'rtl'")
    card.add({})
    left = card.part("title").evaluate(
        """title => [0, 8].map(place => {
            const range = document.createRange();
            range.setStart(title.firstChild, place);
            range.setEnd(title.firstChild, place + 5);
            return range.getBoundingClientRect().left;
        })"""
    )
    assert left[0] < left[1]
    levels = card.page.locator("digimon-quarter-card .levels text").evaluate_all(
        "texts => texts.map(text => text.getBoundingClientRect().left)"
    )
    plot = card.page.locator("digimon-quarter-card .plot").bounding_box()
    assert plot
    assert min(levels) >= plot["x"] - 1
    before, after = (card.part(name).bounding_box() for name in ("far-before", "far-after"))
    assert before
    assert after
    assert before["x"] < after["x"]


def test_figures_in_a_quarter_of_a_phone_do_not_cover_each_other(card: BareCard) -> None:
    """Half the width of a section is what somebody may choose, and a phone's letters twice as large."""
    card.page.set_viewport_size({"width": 180, "height": 900})
    card.settle()
    boxes = [box for part in card.page.locator("#stats > div").all() if (box := part.bounding_box())]
    assert len(boxes) == 4
    for one, other in pairwise(boxes):
        assert one["y"] + one["height"] <= other["y"] or one["x"] + one["width"] <= other["x"]
    widths = card.page.locator("#stats dd").evaluate_all("all => all.map(one => one.scrollWidth - one.clientWidth)")
    assert max(widths) <= 0


def test_everything_can_be_reached_by_key(card: BareCard) -> None:
    card.part("before").click()
    titled(card, f"18:30 {LINE} 18:45")
    reached = set()
    for _ in range(16):
        card.page.keyboard.press("Tab")
        reached.add(card.page.evaluate("document.activeElement.shadowRoot?.activeElement?.id"))
    for name in (
        "far-before",
        "before",
        "after",
        "far-after",
        "view-now",
        "view-day",
        "view-month",
        "view-peaks",
        "to-peak",
    ):
        assert name in reached
    nameless = card.page.evaluate(
        """() => [...document.querySelector("digimon-quarter-card").shadowRoot.querySelectorAll("button")]
            .filter(button => !(button.getAttribute("aria-label") || button.textContent.trim())).map(({id}) => id)"""
    )
    assert nameless == []


@pytest.mark.parametrize(("view", "unit"), [("now", ""), ("day", "far-"), ("month", "far-")])
def test_a_button_that_led_to_the_end_keeps_the_focus(card: BareCard, view: str, unit: str) -> None:
    card.part(f"view-{view}").click()
    newest = card.part("title").inner_text()
    card.part(f"{unit}before").click()
    expect(card.part("title")).not_to_have_text(newest)
    card.part(f"{unit}after").focus()
    card.page.keyboard.press("Enter")
    titled(card, newest)
    expect(card.part(f"{unit}after")).to_be_disabled()
    assert card.page.evaluate("document.activeElement.shadowRoot.activeElement.id") == f"{unit}after"
    # And pressed once more it leads nowhere.
    card.page.keyboard.press("Enter")
    card.settle()
    titled(card, newest)


def test_nothing_moves_for_who_wants_it_still(card: BareCard) -> None:
    names = card.page.locator("digimon-quarter-card #kind").evaluate(
        "kind => [getComputedStyle(kind, '::before').animationName]"
    )
    assert names == ["none"]
