"""The board's own page in a real browser, on a screen as wide as a phone's."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .telegrams import at, telegram
from .twin import Twin, Wire, environment, wait_for

START = at("2026-03-15T18:30:00+01:00")
# The quarter from 18:15 to 18:30.
PEAK = (START, 4321)

CHROMIUM_OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Twin, Wire]]:
    """A board in the third quarter of an evening; two are on its card, and one of the day before."""
    with Wire() as wire, Twin(wire.source, sd=tmp_path_factory.mktemp("card")) as twin:
        for minutes, watt in ((-24 * 60, 500), (-15, 4321), (0, 1000), (15, 2000)):
            wire.send(b"".join(telegram(START + minutes * 60 + s, watt, 0, peak=PEAK) for s in range(0, 300, 5)))
        wire.send(telegram(START + 1200, 0, 1500, peak=PEAK))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 4 * 60 + 1)
        yield twin, wire


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = environment("DIGIMON_CHROMIUM")
    if not executable:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: run scripts/test")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def page(twin: tuple[Twin, Wire], browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 780})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"http://127.0.0.1:{twin[0].port}/")
    yield page
    assert errors == []
    page.close()


def test_the_running_quarter_is_live(page: Page, twin: tuple[Twin, Wire]) -> None:
    expect(page.locator("#title")).to_have_text("Running quarter, 2026-03-15 18:45")
    expect(page.locator("#now")).to_have_text("-1.50 kW")
    expect(page.locator("#peak")).to_have_text("4.32 kW")
    # 60 intervals of 2,000 W and one of 0: 120,000 / 61 W.
    expect(page.locator("#average")).to_have_text("1.97 kW")
    bars = page.locator("#chart rect[fill='var(--in)']")
    assert bars.count() == 61
    twin[1].send(telegram(START + 1205, 3000, 0, peak=PEAK))
    expect(page.locator("#now")).to_have_text("3.00 kW", timeout=20_000)
    assert bars.count() == 62


def test_the_quarters_and_days_before(page: Page) -> None:
    title, average = page.locator("#title"), page.locator("#average")
    expect(title).to_contain_text("Running quarter")
    page.click("#previous")
    expect(title).to_have_text("Quarter 2026-03-15 18:30")
    expect(average).to_have_text("1.00 kW")
    page.click("#previous")
    expect(title).to_have_text("Quarter 2026-03-15 18:15")
    page.click("#previous")
    expect(title).to_have_text("Quarter 2026-03-14 18:30")
    expect(average).to_have_text("0.50 kW")
    page.click("#previous")
    expect(page.locator("#state")).to_have_text("Nothing earlier is on the card")
    page.click("#next-day")
    expect(title).to_have_text("Quarter 2026-03-15 18:30")
    page.click("#previous-day")
    expect(title).to_have_text("Quarter 2026-03-14 18:30")
    page.click("#live")
    expect(title).to_contain_text("Running quarter")


def test_the_month_peak(page: Page) -> None:
    page.click("#to-peak")
    expect(page.locator("#title")).to_have_text("Quarter 2026-03-15 18:15")
    expect(page.locator("#average")).to_have_text("4.32 kW")
    page.click("#next")
    expect(page.locator("#title")).to_have_text("Quarter 2026-03-15 18:30")
    page.click("#next")
    expect(page.locator("#title")).to_contain_text("Running quarter")


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    expect(page.locator("#title")).to_contain_text("Running quarter")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_board_that_is_gone_is_said_to_be(page: Page) -> None:
    expect(page.locator("#title")).to_contain_text("Running quarter")
    page.route("**/current/**", lambda route: route.abort())
    expect(page.locator("#state")).to_contain_text("The board does not answer", timeout=20_000)
