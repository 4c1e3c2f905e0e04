"""Whatever the database has: brought in line with the card once, it is, and stays as it is the next time."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.clock import HOUR_SECONDS
from custom_components.digimon.history.hours import CountedHour
from custom_components.digimon.history.plan import TOLERANCE, CountedPlan, CountedRow, Neighbours, plan_counted
from custom_components.digimon.history.series import COUNTED

OFFTAKE = COUNTED[0]

type Database = dict[int, CountedRow]

# Eighths of a Wh, so that sums are exact: what is as wrong as allowed is not a matter of rounding then.
_PART = 8
changes = st.lists(st.integers(0, 3000 * _PART).map(lambda eighths: eighths / _PART), min_size=4, max_size=30)
errors = st.none() | st.integers(-7, 7) | st.integers(-5000 * _PART, 5000 * _PART)


def hours_of(amounts: list[float]) -> list[CountedHour]:
    """Hours of a card without registers."""
    return [
        CountedHour(start=number * HOUR_SECONDS, seconds=HOUR_SECONDS, change=change, state=None)
        for number, change in enumerate(amounts)
    ]


def row_of(start: int, total: float) -> CountedRow:
    """A row without a state."""
    return CountedRow(start=start, end=start + HOUR_SECONDS, state=None, sum=total)


def bring_over(database: Database, hours: list[CountedHour], first: int, until: int) -> CountedPlan:
    """One part of the card, the way it is written: first the shift, then the rows."""
    before = max((row for row in database.values() if row.start < first), key=lambda row: row.start, default=None)
    after = min((row for row in database.values() if row.start >= until), key=lambda row: row.start, default=None)
    told = {hour.start: hour.change for hour in hours}
    plan = plan_counted(
        OFFTAKE,
        [hour for hour in hours if first <= hour.start < until],
        Neighbours(
            before=before,
            stored={start: row for start, row in database.items() if first <= start < until},
            after=after,
        ),
        after_change=None if after is None else told[after.start],
    )
    if plan.shift is not None:
        for start, row in database.items():
            if start >= plan.shift.start:
                database[start] = replace(row, sum=row.sum + plan.shift.amount)
    database.update({row.start: row for row in plan.rows})
    return plan


@given(changes, st.data())
def test_parts_that_come_newest_first_make_it_right_and_then_need_nothing(
    amounts: list[float], data: st.DataObject
) -> None:
    hours = hours_of(amounts)
    end = len(hours) * HOUR_SECONDS
    database: Database = {}
    total: float = data.draw(st.integers(-1000, 1000), "where Home Assistant began to count")
    for hour in hours:
        # What it saw is nearly right, or wrong, or it saw nothing.
        error = data.draw(errors, "how wrong it was")
        if error is not None:
            total += hour.change + error / _PART
            database[hour.start] = row_of(hour.start, total)
    cut = data.draw(st.integers(1, len(hours) - 1)) * HOUR_SECONDS
    for part in ((cut, end), (0, cut)):
        bring_over(database, hours, *part)
    assert sorted(database) == [hour.start for hour in hours]
    before = 0.0
    for hour in hours:
        change = database[hour.start].sum - before
        before = database[hour.start].sum
        assert change >= -0.01
        assert abs(change - hour.change) <= 2 * TOLERANCE + 0.01
    for part in ((cut, end), (0, cut), (0, end)):
        assert not bring_over(database, hours, *part)
