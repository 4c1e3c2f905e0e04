"""The page's calendar is the board's: ids, labels and days, through both changes of the clock."""

import pytest

from core.clock import (
    QUARTER_SECONDS,
    day_quarters,
    day_start,
    is_summer,
    local_fields,
    quarter_id_at,
    quarter_label,
    quarter_path,
    quarter_start,
)

from .bench import BareChart

pytestmark = pytest.mark.browser

# Two years of which one is a leap year.
FIRST, DAYS = day_start(2027, 1, 1), 730
# Every quarter of the day comes up each fortnight.
STEP_SECONDS = 13 * QUARTER_SECONDS


def days() -> list[tuple[int, int, int]]:
    return [local_fields(FIRST + number * 86400 + 43200)[:3] for number in range(DAYS)]


def test_quarters_of_two_years(chart: BareChart) -> None:
    instants = list(range(FIRST, FIRST + DAYS * 86400, STEP_SECONDS))
    found = chart.page.evaluate(
        """async instants => {
            const clock = ({...await import("/quarters.js"), ...await import("/calendar.js")});
            return instants.map(utc => {
                const id = clock.quarterAt(utc + 899);
                return [id, clock.quarterStart(id), clock.isSummer(utc), clock.quarterLabel(id), clock.quarterPath(id)];
            });
        }""",
        instants,
    )
    expected = []
    for utc in instants:
        quarter = quarter_id_at(utc)
        expected.append(
            [quarter, quarter_start(quarter), is_summer(utc), quarter_label(quarter), quarter_path(quarter)]
        )
    assert found == expected


def test_every_day_of_two_years(chart: BareChart) -> None:
    found = chart.page.evaluate(
        """async days => {
            const clock = ({...await import("/quarters.js"), ...await import("/calendar.js")});
            return days.map(([year, month, day]) => clock.dayQuarters({year, month, day}));
        }""",
        [list(day) for day in days()],
    )
    assert found == [day_quarters(*day) for day in days()]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026/02/28", {"year": 2026, "month": 2, "day": 28}),
        ("2028-02-29", {"year": 2028, "month": 2, "day": 29}),
        ("2026/02/29", None),
        ("2026/13/01", None),
        ("1999/12/31", None),
        ("26/1/1", None),
    ],
)
def test_a_date_in_an_address(chart: BareChart, text: str, day: dict[str, int] | None) -> None:
    found = chart.page.evaluate("async text => (await import('/calendar.js')).dayOfText(text)", text)
    assert found == day


def test_a_quarter_that_no_clock_shows(chart: BareChart) -> None:
    script = """async labels => {
        const clock = ({...await import("/quarters.js"), ...await import("/calendar.js")});
        return labels.map(label => clock.quarterOfLabel({year: 2026, month: 3, day: 29}, label));
    }"""
    missing, wrong, shown = chart.page.evaluate(script, ["0215W", "0315W", "0315S"])
    assert (missing, wrong) == (None, None)
    assert shown in day_quarters(2026, 3, 29)
