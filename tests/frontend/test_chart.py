"""What the chart draws."""

from itertools import combinations

import pytest

from .bench import INTERVALS, QUARTER, BareChart, document

pytestmark = pytest.mark.browser


def test_every_interval_has_its_bar(chart: BareChart) -> None:
    values = [100 * (number % 9) + 50 for number in range(INTERVALS)]
    chart.show(quarter=document(values))
    bars = chart.bars("offtake")
    assert len(bars) == INTERVALS
    lefts = [left for left, *_ in bars]
    assert lefts == sorted(set(lefts))
    for value, (_, start, _, height) in zip(values, bars, strict=True):
        assert chart.watt(start + height) == pytest.approx(value, abs=5)


def test_injection_goes_down(chart: BareChart) -> None:
    chart.show(quarter=document([0, 0, 200], [-1500, -700, 0]))
    given = chart.bars("injection")
    assert [height > 0 for *_, height in given] == [True, True]
    assert [round(chart.watt(start + height), -1) for _, start, _, height in given] == [-1500, -700]
    # Nothing taken is a line of one pixel, not a gap.
    assert [height for *_, height in chart.bars("offtake")][:2] == [-1, -1]


def test_a_gap_is_seen_as_one(chart: BareChart) -> None:
    values: list[int | None] = [500] * INTERVALS
    values[10:13] = [None] * 3
    chart.show(quarter=document(values))
    assert len(chart.bars("offtake")) == INTERVALS - 3
    gaps = chart.bars("gaps")
    assert len(gaps) == 3
    assert gaps[0][0] == chart.bars("offtake")[9][0] + (gaps[1][0] - gaps[0][0])
    assert "No measurement" in chart.text(".legend")


def test_what_is_still_to_come_is_no_gap(chart: BareChart) -> None:
    chart.show(quarter=document([500, None, 500]), running=True)
    assert len(chart.bars("gaps")) == 1
    assert len(chart.bars("offtake")) == 1
    assert len(chart.bars("running")) == 1
    # Of a quarter that is over, the rest is missing.
    chart.show(running=False)
    assert len(chart.bars("gaps")) == 1 + INTERVALS - 3
    assert chart.bars("running") == []


def test_values_of_the_wrong_sign_are_none(chart: BareChart) -> None:
    chart.show(quarter=document([500, -32000, 500], [0, 0, 31000]), running=True)
    assert len(chart.bars("offtake")) == 1
    assert len(chart.bars("gaps")) == 1
    assert chart.bars("injection") == []


def test_the_average_is_the_boards_own(chart: BareChart) -> None:
    # Truncated by the board: (2 + 3) / 2 is 2.
    chart.show(quarter=document([2, 3], average=2))
    assert chart.text(".label.average") == "Average 2 W"
    chart.show(quarter=document([1000, 2000], average=1500), running=True)
    assert chart.text(".label.average") == "Average 1.50 kW"
    assert chart.watt(chart.level("average")) == pytest.approx(1500, abs=1)
    # Full for as long as it was measured, and dotted from there.
    assert chart.path("rest") != ""
    chart.show(running=False)
    assert chart.path("rest") == ""


def test_the_month_peak_is_a_line(chart: BareChart) -> None:
    chart.show(quarter=document([3000, 1000]), peak=4321)
    assert chart.text(".label.peak") == "Month peak 4.32 kW"
    assert chart.watt(chart.level("peak")) == pytest.approx(4321, abs=20)
    chart.show(peak=None)
    assert chart.path("peak") == ""
    assert chart.page.locator(".label.peak").is_hidden()


def test_a_peak_that_is_far_away_does_not_flatten_the_bars(chart: BareChart) -> None:
    chart.show(quarter=document([300, 400]), peak=8928)
    assert chart.path("peak") == ""
    assert chart.text(".label.far") == "Month peak 8.93 kW ↑"
    assert max(-height for *_, height in chart.bars("offtake")) > 100


def test_what_is_above_all_lines_has_another_colour(chart: BareChart) -> None:
    chart.show(quarter=document([3000, 1000]), peak=1500, target=2500, targetText="Minimum")
    assert chart.text(".label.target") == "Minimum 2.50 kW"
    limit = float(chart.page.locator(".above-area").get_attribute("height") or 0)
    assert chart.watt(limit) == pytest.approx(2500, abs=20)
    assert chart.path("over") == chart.path("offtake")


def test_labels_of_two_close_lines_do_not_cover_each_other(chart: BareChart) -> None:
    chart.show(quarter=document([3000]), peak=2600, target=2500)
    boxes = [chart.page.locator(f".label.{name}").bounding_box() for name in ("peak", "target")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]


@pytest.mark.parametrize("width", [300, 700])
def test_the_quarter_of_the_month_peak_is_read_on_a_narrow_screen_too(chart: BareChart, width: int) -> None:
    chart.host.evaluate("(chart, width) => { chart.style.width = `${width}px` }", width)
    chart.show(quarter=document([3000, 2200], average=2600), peak=2600)
    average, peak = (chart.page.locator(f".label.{name}").bounding_box() for name in ("average", "peak"))
    assert average
    assert peak
    beside = peak["x"] + peak["width"] <= average["x"]
    assert beside or peak["y"] + peak["height"] <= average["y"]
    # Where there is room, both stand on their line.
    assert beside is (width == 700)


@pytest.mark.parametrize(("peak", "target"), [(3650, None), (2400, 2500), (3650, 4000), (3650, 3500)])
def test_a_quarter_that_becomes_a_peak_is_read_on_a_narrow_screen_too(
    chart: BareChart, peak: int, target: int | None
) -> None:
    """Where it is expected to end stands just above the lines that it will pass."""
    chart.host.evaluate("chart => Object.assign(chart.style, {width: '312px', height: '230px'})")
    for projection in range(2000, 5000, 200):
        chart.show(quarter=document([2000] * 90), running=True, peak=peak, target=target, projection=projection)
        names = ("average", "peak", "target")
        boxes = [box for name in names if (box := chart.page.locator(f".label.{name}").bounding_box())]
        for one, other in combinations(boxes, 2):
            upper, lower = sorted((one, other), key=lambda box: box["y"])
            beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert beside or upper["y"] + upper["height"] <= lower["y"] + 0.5, projection


@pytest.mark.parametrize(
    ("watt", "marks"),
    [(130, ["0 W", "50 W", "100 W", "150 W", "200 W"]), (3600, ["0 kW", "1 kW", "2 kW", "3 kW", "4 kW"])],
)
def test_the_axis_is_in_round_numbers(chart: BareChart, watt: int, marks: list[str]) -> None:
    chart.show(quarter=document([watt]))
    texts = [text.replace("\N{NO-BREAK SPACE}", " ") for text in chart.page.locator(".levels text").all_text_contents()]
    assert texts == marks
    times = chart.page.locator(".times text").all_text_contents()
    assert times == ["18:45", "18:48", "18:51", "18:54", "18:57", "19:00"]


def test_before_the_first_telegram_there_is_nothing(chart: BareChart) -> None:
    chart.show(quarter={})
    assert chart.text(".empty") == "No measurements"
    assert chart.bars("offtake") == []
    chart.show(quarter=document([1]))
    assert chart.page.locator(".empty").is_hidden()


def test_only_what_changed_is_drawn_again(chart: BareChart) -> None:
    chart.show(quarter=document([500, 600]), running=True, peak=700)
    chart.page.wait_for_timeout(1100)
    chart.page.evaluate("""() => {
        const root = document.querySelector("digimon-quarter-chart").shadowRoot;
        window.changes = [];
        new MutationObserver(records => records.forEach(({target, attributeName, type}) =>
            window.changes.push([target.closest("[class]").getAttribute("class"), attributeName ?? type])
        )).observe(root, {subtree: true, childList: true, attributes: true, characterData: true});
    }""")
    chart.show(quarter=document([500, 600]), peak=700)
    assert chart.page.evaluate("window.changes") == []
    chart.show(quarter=document([500, 600, 550]))
    changed = {tuple(change) for change in chart.page.evaluate("window.changes")}
    assert ("offtake", "d") in changed
    assert ("running", "d") in changed
    assert {name for name, _ in changed} <= {"offtake", "over", "running", "rest", "average", "plot", "label average"}


def test_it_takes_the_size_it_is_given(chart: BareChart) -> None:
    chart.show(quarter=document([500] * INTERVALS))
    chart.host.evaluate("chart => { chart.style.width = '340px' }")
    chart.page.wait_for_function(
        "document.querySelector('digimon-quarter-chart').shadowRoot.querySelectorAll('.times text').length === 4"
    )
    left, _, width, _ = chart.bars("offtake")[-1]
    assert 320 < left + width <= 332


def row(quarter_id: int, consumed: int, produced: int = 0) -> dict[str, int]:
    return {
        "id": quarter_id,
        "intervals": INTERVALS,
        "consumed": consumed,
        "consumedMost": 2 * consumed,
        "produced": produced,
        "producedMost": 2 * produced,
    }


def test_a_day_is_a_bar_for_each_quarter(chart: BareChart) -> None:
    first = QUARTER & ~0x7F
    rows = [row(first, 600), row(first + 1, 300), row(first + 3, 0, -400)]
    day = {"year": 2026, "month": 3, "day": 15}
    # 15 March 2026, 01:15 local time.
    chart.show(day={"day": day, "rows": rows, "until": 1773533700})
    assert [round(chart.watt(y + height), -1) for _, y, _, height in chart.bars("offtake")][:2] == [600, 300]
    assert [round(chart.watt(y + height), -1) for _, y, _, height in chart.bars("most offtake")][:2] == [1200, 600]
    assert [round(chart.watt(y + height), -1) for _, y, _, height in chart.bars("injection")] == [-400]
    # One between, and one after.
    assert len(chart.bars("gaps")) == 2
    assert chart.page.locator(".times text").all_text_contents()[:3] == ["00:00", "03:00", "06:00"]


def test_a_day_without_injection_begins_at_zero(chart: BareChart) -> None:
    rows = [{**row(QUARTER & ~0x7F, 600), "produced": -0.0, "producedMost": -0.0}]
    chart.show(day={"day": {"year": 2026, "month": 3, "day": 15}, "rows": rows})
    lowest = chart.page.locator(".levels text").first.text_content() or ""
    assert lowest.startswith("0")


@pytest.mark.parametrize(("month", "date", "slots"), [(3, 28, 96), (3, 29, 92), (10, 25, 100)])
def test_a_day_of_the_clock_change_has_its_own_length(chart: BareChart, month: int, date: int, slots: int) -> None:
    day = {"year": 2026, "month": month, "day": date}
    chart.show(day={"day": day, "rows": [], "until": 1_800_000_000})
    assert len(chart.bars("gaps")) == slots
    assert chart.page.locator(".times text").all_text_contents()[-1] == "24:00"
