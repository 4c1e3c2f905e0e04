"""The quarter card: what it shows, how one gets around in it, and what it asks Home Assistant for."""

import re

import pytest
from playwright.sync_api import expect

from .bench import BareChart
from .card import (
    FORECAST,
    LINE,
    NOW,
    PEAK,
    RUNNING,
    BareCard,
    answers,
    card_files,
    day,
    document,
    power,
    quarter_id,
    titled,
)
from .conftest import Open

pytestmark = pytest.mark.browser


def watt(value: float) -> str:
    return f"{value:.0f} W" if value < 1000 else f"{value / 1000:.2f} kW"


def test_the_running_quarter_and_what_it_may_cost(card: BareCard) -> None:
    titled(card, f"18:45 {LINE} 19:00", "15 March 2026")
    card.has("now", "5.40 kW")
    card.has("average", "2.90 kW")
    card.has("expected", "4.21 kW")
    # The house takes more than what would just reach the target.
    card.has("room", "0 W")
    assert card.text("risk") == "A new month peak is coming costs €29.40 over 12 months · act before 18:55"
    assert card.part("risk").get_attribute("class") == "high"
    label = card.page.locator(".label.average").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert label == "Average 2.90 kW → 4.21 kW"
    # The target is the month peak: one line.
    assert card.page.locator(".label.peak").inner_text().replace("\N{NO-BREAK SPACE}", " ") == "Month peak 3.65 kW"
    assert card.page.locator(".label.target").is_hidden()
    assert card.asked()[0] == {"type": "digimon/quarter/subscribe"}


def test_room_is_what_can_be_switched_on_beside_what_runs(card: BareCard) -> None:
    calm = {**FORECAST, "level": "ok", "cost": 0.0, "act_by": None, "target": 4000}
    card.tell(live={"consumed_power": 480, "produced_power": 0, "net_power": 480}, forecast=calm)
    card.has("room", "2.00 kW")
    assert card.text("risk") == "No new peak in sight"
    assert card.page.locator(".label.target").inner_text().replace("\N{NO-BREAK SPACE}", " ") == "Target 4.00 kW"


def test_room_for_more_than_a_house_takes_is_not_counted(card: BareCard) -> None:
    """At the end of a quarter that took little the formula gives hundreds of kW."""
    calm = {**FORECAST, "level": "ok", "cost": 0.0, "act_by": None, "target": 4000}
    for headroom, room in ((10_480, "10.00 kW"), (10_490, "> 10 kW"), (217_780, "> 10 kW")):
        card.tell(
            live={"consumed_power": 480, "produced_power": 0, "net_power": 480}, forecast=calm | {"headroom": headroom}
        )
        card.has("room", room)


def test_without_a_forecast_there_is_the_month_peak(card: BareCard) -> None:
    card.tell(forecast=None)
    assert card.part("risk").is_hidden()
    card.has("peak", "3.65 kW")
    card.tell(forecast=None, live={"consumed_power": 0, "produced_power": 1200, "net_power": -1200})
    card.has("now", "1.20 kW")
    assert "Injection now" in card.text("stats")


def test_it_goes_on_by_itself(card: BareCard) -> None:
    card.tell(quarter=document(RUNNING, 87) | {"consumed_power_avg": 3100})
    card.has("average", "3.10 kW")
    expect(card.page.locator(".plot")).to_have_attribute("aria-valuenow", "86")


def test_quarter_by_quarter(card: BareCard) -> None:
    card.part("before").click()
    titled(card, f"18:30 {LINE} 18:45", "15 March 2026")
    card.has("average", watt(power(quarter_id("2026-03-15", "1830W"))))
    assert card.part("risk").is_hidden()
    card.part("before").click()
    titled(card, f"18:15 {LINE} 18:30")
    card.part("far-before").click()
    titled(card, f"18:15 {LINE} 18:30", "14 March 2026")
    for _ in range(2):
        card.part("after").click()
    titled(card, f"18:45 {LINE} 19:00", "14 March 2026")
    card.part("view-now").click()
    titled(card, f"18:45 {LINE} 19:00", "15 March 2026")
    assert card.part("after").is_disabled()


def test_to_the_month_peak(card: BareCard) -> None:
    assert card.text("to-peak") == "Month peak 3.65 kW"
    card.part("to-peak").click()
    titled(card, f"18:30 {LINE} 18:45", "14 March 2026")
    card.has_asked({"type": "digimon/quarter/get", "quarter_id": PEAK})


def test_a_day_and_one_of_its_quarters(card: BareCard) -> None:
    card.part("view-day").click()
    expect(card.part("title")).to_contain_text("15 March 2026")
    # 75 since midnight, and the one that runs.
    expect(card.part("stat-quarters").locator("dd")).to_have_text("76 / 96")
    assert card.part("far-after").is_disabled()
    card.part("far-before").click()
    expect(card.part("stat-quarters").locator("dd")).to_have_text("94 / 96")
    highest = max(row["consumed_power_avg"] for row in day("2026-03-14", without=("1000W", "1015W"))["quarters"])
    card.has("highest", watt(highest))
    card.settle()
    card.page.locator(".plot").focus()
    card.settle()
    card.page.keyboard.press("Home")
    card.page.keyboard.press("Enter")
    titled(card, f"00:00 {LINE} 00:15", "14 March 2026")


def test_a_day_of_which_a_part_was_not_heard_has_its_energy_and_no_peak_of_it(card: BareCard) -> None:
    """As of a cable, when Home Assistant was down: only the registers tell of these quarters."""
    told = day("2026-03-14")
    whole = sum(quarter["consumed_power_avg"] for quarter in told["quarters"])
    for quarter in told["quarters"][:8]:
        quarter["intervals"] = 0
    told["quarters"][4] |= {"consumed_power_avg": told["quarters"][4]["consumed_power_avg"] + 5000}
    card.add({"view": "day"}, days={"2026-03-14": told, "2026-03-15": day("2026-03-15", until=NOW)})
    card.part("far-before").click()
    card.has("quarters", "88 / 96")
    card.has("energy", f"{(whole + 5000) / 4000:.2f}\N{NO-BREAK SPACE}kWh")
    expect(card.part("stat-highest").locator("dt")).not_to_contain_text("01:00")


def test_a_month_and_one_of_its_days(card: BareCard) -> None:
    card.part("view-month").click()
    titled(card, "March 2026")
    expect(card.part("stat-days").locator("dd")).to_have_text("3")
    assert card.part("far-after").is_disabled()
    # One question for all its days, which ends by itself.
    asked = [message for message in card.asked() if message["type"] in {"digimon/day/get", "digimon/month/subscribe"}]
    assert asked == [{"type": "digimon/month/subscribe", "year": 2026, "month": 3}]
    card.page.wait_for_function("window.monthsEnded === 1")
    card.settle()
    card.page.locator(".plot").focus()
    card.settle()
    for _ in range(10):
        card.page.keyboard.press("ArrowRight") if _ else card.page.keyboard.press("Home")
    assert "10 Mar" in (card.page.locator(".plot").get_attribute("aria-valuetext") or "")
    card.page.keyboard.press("Enter")
    expect(card.part("title")).to_contain_text("10 March 2026")
    card.part("view-month").click()
    card.part("far-before").click()
    titled(card, "February 2026")
    card.part("far-before").click()
    expect(card.part("note")).to_have_text("There is nothing earlier.")
    card.part("far-after").click()
    titled(card, "March 2026")


def test_the_month_peaks_and_what_is_paid(card: BareCard) -> None:
    card.part("view-peaks").click()
    titled(card, "Month peaks")
    powers = [peak["power"] for peak in answers()["peaks"]]
    values = [f"{power / 1000 + 1e-9:.1f}" for power in powers[-13:]]
    expect(card.page.locator(".peak-bars .value")).to_have_text(values)
    shown = card.page.locator(".mean").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert " ".join(shown.split()) == "3.22 kWMean of 12 months · €15.40 a month"
    expect(card.page.locator(".peak-bars .old")).to_have_count(1)
    card.page.locator(".peak-bars .running button").click()
    titled(card, f"18:30 {LINE} 18:45", "14 March 2026")


def test_only_what_is_billed_counts(card: BareCard) -> None:
    """Not what the meter remembers of who lived here before; and who has an old meter is billed, too."""
    known = [peak | {"counts": peak["month"] >= "2026-02"} for peak in answers()["peaks"]]
    card.add({"view": "peaks"}, peaks=known, billed={"power": 3100, "months": 2, "cost_month": None})
    expect(card.page.locator(".mean")).to_have_text(re.compile(r"^3\.10.kWMean of 2 months$"))
    expect(card.page.locator(".peak-bars .old")).to_have_count(11)
    card.add({"view": "peaks"}, peaks=known[-1:], billed={"power": 3650, "months": 1, "cost_month": None})
    expect(card.page.locator(".mean")).to_have_text(re.compile(r"^3\.65.kWOne month so far$"))
    card.add({"view": "peaks"}, peaks=[], billed=None)
    expect(card.page.locator(".mean")).to_have_text("No month peak is known yet.")


def test_the_first_view_is_of_the_meters_day(card: BareCard) -> None:
    """Not of the browser's, which may be another one."""
    for view, title in (("day", "15 March 2026"), ("month", "March 2026")):
        card.add({"view": view})
        expect(card.part("title")).to_contain_text(title)


@pytest.mark.parametrize(
    ("view", "title"), [("day", "15 March 2026"), ("month", "March 2026"), ("peaks", "Month peaks")]
)
def test_what_is_chosen_before_the_meter_tells_stays_and_is_of_its_day(card: BareCard, view: str, title: str) -> None:
    """As when Home Assistant puts the card elsewhere on the page, and it has to ask anew."""
    card.add({}, live=None)
    card.part(f"view-{view}").click()
    card.tell()
    expect(card.part("title")).to_contain_text(title)
    expect(card.part(f"view-{view}")).to_have_attribute("aria-pressed", "true")


def test_a_day_that_was_looked_up_stays_when_the_card_has_to_ask_anew(card: BareCard) -> None:
    card.part("view-day").click()
    card.part("far-before").click()
    titled(card, "Saturday, 14 March 2026")
    card.page.evaluate("answers.live = null; document.body.append(document.querySelector('digimon-quarter-card'))")
    card.page.wait_for_function("listeners.length === 1 && ended === 1")
    card.part("view-month").click()
    card.part("view-day").click()
    card.tell()
    card.tell(quarter=document(RUNNING, 90))
    expect(card.part("stat-quarters").locator("dd")).to_have_text("94 / 96")


def test_today_becomes_the_next_day_at_midnight(card: BareCard) -> None:
    """On a tablet on the wall; a day that somebody has looked up stays."""
    midnight = document(quarter_id("2026-03-16", "0000W"), 3)
    for view, title in (("day", "Monday, 16 March 2026"), ("month", "March 2026")):
        card.add({"view": view})
        card.tell(quarter=midnight)
        expect(card.part("title")).to_have_text(title)
    card.tell(quarter=document(quarter_id("2026-04-01", "0000S"), 3))
    titled(card, "April 2026")
    card.add({"view": "day"})
    card.part("far-before").click()
    titled(card, "Saturday, 14 March 2026")
    card.tell(quarter=midnight)
    expect(card.part("view-day")).to_have_attribute("aria-pressed", "true")
    titled(card, "Saturday, 14 March 2026")


def test_what_was_said_of_a_button_is_not_said_for_hours(card: BareCard) -> None:
    card.add({}, days={})
    card.part("far-before").click()
    expect(card.part("note")).to_have_text("There is nothing earlier.")
    card.tell(quarter=document(quarter_id("2026-03-15", "1900W"), 3))
    expect(card.part("note")).to_have_text("")


def test_a_card_that_the_board_still_reads_is_looked_at_again(card: BareCard) -> None:
    card.page.clock.install()
    partly = day("2026-03-14", until=NOW - 86400) | {"complete": False}
    card.add({"view": "day"}, days=answers()["days"] | {"2026-03-14": partly})
    card.part("far-before").click()
    expect(card.part("note")).to_have_text("The board has not read its card yet.")
    assert (card.page.locator("path[class=gaps]").get_attribute("d") or "") == ""
    card.page.evaluate("days => { answers.days = days }", answers()["days"])
    card.page.clock.fast_forward(15_000)
    expect(card.part("stat-quarters").locator("dd")).to_have_text("94 / 96")
    expect(card.part("note")).to_have_text("")


def test_a_day_that_ended_is_asked_for_once(card: BareCard) -> None:
    for _ in range(2):
        card.part("view-now").click()
        card.part("view-day").click()
        card.part("far-before").click()
        expect(card.part("stat-quarters").locator("dd")).to_have_text("94 / 96")
    dates = [message["date"] for message in card.asked() if message["type"] == "digimon/day/get"]
    assert dates.count("2026-03-14") == 1


def test_a_board_that_does_not_answer(card: BareCard) -> None:
    card.page.evaluate("answers.fails = true")
    card.part("view-day").click()
    expect(card.part("note")).to_have_text("The board did not answer. Try again.")
    card.page.evaluate("answers.fails = false")
    card.tell(quarter=document(RUNNING, 90))
    expect(card.part("stat-quarters").locator("dd")).to_have_text("76 / 96")


def test_a_meter_that_cannot_be_read(card: BareCard) -> None:
    nothing = {"time": None, "quarter": None, "live": None, "month_peak": None, "forecast": None}
    card.tell(available=False, **nothing)
    expect(card.part("note")).to_have_text("The meter cannot be read at the moment.")
    assert card.part("to-peak").is_disabled()
    card.tell()
    expect(card.part("note")).to_have_text("")


def test_it_waits_for_home_assistant_to_start(card: BareCard) -> None:
    card.page.clock.install()
    card.add({}, error="unknown_command")
    expect(card.part("note")).to_have_text("Waiting for Digimon…")
    card.page.evaluate("answers.error = null")
    card.page.clock.fast_forward(5000)
    titled(card, f"18:45 {LINE} 19:00", "15 March 2026")
    card.has("average", "2.90 kW")


def test_what_is_shown_while_home_assistant_is_away_is_not_called_live(card: BareCard) -> None:
    dot = card.page.locator("digimon-quarter-card #kind")
    for connected, content in ((True, '""'), (False, "none"), (True, '""')):
        card.page.evaluate(
            """connected => {
                document.querySelector("digimon-quarter-card").hass = {...hassOf("en", false), connected};
            }""",
            connected,
        )
        assert dot.evaluate("kind => getComputedStyle(kind, '::before').content") == content


def test_which_board_is_meant(card: BareCard) -> None:
    card.add({"config_entry_id": "one"})
    assert {"type": "digimon/quarter/subscribe", "config_entry_id": "one"} in card.asked()
    card.add({"device_id": "two", "view": "month"})
    expect(card.part("stat-days").locator("dd")).to_have_text("3")
    assert {"type": "digimon/month/subscribe", "device_id": "two", "year": 2026, "month": 3} in card.asked()
    card.add({}, error="not_found")
    expect(card.part("note")).to_have_text("Choose a board in the settings of this card.")


def test_who_takes_the_card_away_listens_no_more(card: BareCard) -> None:
    card.page.evaluate("document.querySelector('digimon-quarter-card').remove()")
    card.page.wait_for_function("ended === 1 && listeners.length === 0")
    # And who puts it back begins anew.
    card.add({})
    card.page.wait_for_function("listeners.length === 1")


def test_a_first_load_takes_less_than_40_kb(open_window: Open) -> None:
    """All that is fetched until the quarter is seen, as text; over the wire it is a third of it."""
    for language in ("en", "nl", "fr", "de"):
        window = open_window(locale=f"{language}-BE")
        BareCard(window.page, language=language)
        taken = [url.rpartition("/")[2].partition("?")[0] for url in window.requests]
        files = [name for name in taken if name.endswith(".js")]
        assert files[0] == "quarter-card.js"
        assert set(files[1:]) == {f"card-texts-{language}.js", f"chart-texts-{language}.js"}
        assert sum(len(card_files()[name].encode()) for name in files) < 40_000


def test_a_window_that_is_older_than_the_update_says_so(open_window: Open) -> None:
    window = open_window()
    card = BareCard(window.page)
    window.page.route("**/card-past.js?*", lambda route: route.fulfill(status=404))
    card.part("view-day").click()
    expect(card.part("note")).to_have_text("Digimon was updated: reload this page.")
    window.forgive("404")
    # What it has already it goes on showing.
    card.part("view-now").click()
    titled(card, f"18:45 {LINE} 19:00", "15 March 2026")
    expect(card.part("note")).to_have_text("")


def test_its_settings(card: BareCard) -> None:
    form = card.page.evaluate(
        """async () => {
            const element = customElements.get("digimon-quarter-card");
            const {schema, computeLabel, computeHelper} = await element.getConfigForm();
            return schema.map(field => [field.name, computeLabel(field), computeHelper(field) ?? ""]);
        }"""
    )
    assert [name for name, *_ in form] == ["config_entry_id", "title", "view"]
    assert all(label for _, label, _ in form)
    card.add({"title": "Meter cupboard"})
    assert card.text("heading") == "Meter cupboard"
    wrong = """() => {
        const card = document.querySelector("digimon-quarter-card");
        try { card.setConfig({view: "x"}) } catch (error) { return error.message }
    }"""
    assert card.page.evaluate(wrong) == "view: now, day, month, peaks"
    offered = card.page.evaluate(
        """() => {
            const {type, name, description, getEntitySuggestion} = window.customCards[0];
            const of = (platform, device_id) => ({platform, device_id});
            const gas = of("digimon", "gas");
            const entities = {"sensor.a": of("digimon", "one"), "sensor.b": of("dsmr", "old"), "sensor.c": gas};
            const board = name => ({primary_config_entry: name});
            const devices = {one: board("first"), gas: board("first"), two: board("second"), old: board("other")};
            const suggest = (entities, entity) => getEntitySuggestion({entities, devices}, entity);
            const more = {...entities, "sensor.d": of("digimon", "two")};
            const suggested = ["sensor.a", "sensor.b"].map(entity => suggest(entities, entity));
            suggested.push(...["sensor.c", "sensor.d"].map(entity => suggest(more, entity)));
            return [type, name, description, ...suggested];
        }"""
    )
    assert offered[0] == "digimon-quarter-card"
    assert all(offered[1:3])
    card_of = {"type": "custom:digimon-quarter-card"}
    assert offered[3:5] == [{"config": card_of}, None]
    # Of two boards it is the one of the sensor.
    assert offered[5:] == [{"config": card_of | {"config_entry_id": entry}} for entry in ("first", "second")]


def test_the_peaks_of_a_month_in_the_chart(chart: BareChart) -> None:
    """The third kind of the chart, beside quarter and day."""
    first, last = quarter_id("2026-02-01", "1815W"), quarter_id("2026-02-28", "0700W")
    peaks = [{"id": first, "power": 3000}, {"id": last, "power": 1500}]
    chart.show(month={"year": 2026, "month": 2, "peaks": peaks, "until": NOW}, peak=3000)
    assert len(chart.bars("offtake")) == 2
    assert len(chart.bars("gaps")) == 26
    assert chart.said("aria-label") == "Highest quarter of each day of february 2026"
    chart.plot.focus()
    chart.page.keyboard.press("Home")
    # Some browsers write a comma behind the day of the week.
    assert chart.said("aria-valuetext").replace("Sun,", "Sun") == "Sun 1 Feb, 18:15, Day peak 3.00 kW"


def test_a_projection_ends_where_the_quarter_is_expected_to(chart: BareChart) -> None:
    chart.show(month=None, quarter=document(RUNNING, 90), running=True, projection=2400, peak=None)
    *_, right = chart.path("rest").split("L")
    assert chart.watt(float(right.split(",")[1])) == pytest.approx(2400, abs=15)
    assert chart.text(".label.average").endswith("→ 2.40 kW")
    chart.show(running=False)
    assert chart.path("rest") == ""
    assert "→" not in chart.text(".label.average")
