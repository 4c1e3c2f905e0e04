"""Options as they were kept, by us or by somebody's hand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.digimon.capacity.billing import Region, Vat
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.rates import Area
from custom_components.digimon.choices import Choices, choices_of, format_month, parse_month

json_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=2),
)
NAMES = ("area", "connection", "vat", "own_rate", "goal_w", "shed_w", "since", "month_peaks", "postcode")


@given(st.dictionaries(st.sampled_from(NAMES), json_values))
def test_whatever_stands_there_something_can_be_made_of_it(chosen: dict[str, Any]) -> None:
    choices = choices_of({"capacity": chosen})
    assert choices.shed_w > 0
    assert choices.goal_w is None or choices.goal_w >= 0


@pytest.mark.parametrize("options", [{}, {"capacity": None}, {"capacity": []}])
def test_nothing_chosen_is_a_household_somewhere(options: dict[str, Any]) -> None:
    assert choices_of(options) == Choices()
    assert choices_of(options).contract.vat is Vat.HOUSEHOLD


def test_everything_chosen() -> None:
    choices = choices_of(
        {
            "capacity": {
                "area": "kempen",
                "connection": "large_meter",
                "vat": "21",
                "goal_w": 4000,
                "shed_w": 3500,
                "since": "2025-08",
                "month_peaks": {"2025-09": 4200, "no month": 1, "2025-10": "?"},
            }
        }
    )
    assert (choices.contract.area, choices.contract.region) == (Area.KEMPEN, Region.FLANDERS)
    assert choices.contract.large_meter
    assert choices.most_w is None
    assert choices.contract.vat is Vat.BUSINESS
    assert (choices.goal_w, choices.shed_w) == (4000, 3500)
    assert choices.since == Month(2025, 8)
    assert choices.entered == {Month(2025, 9): 4200}


@given(st.integers(2000, 2100), st.integers(1, 12))
def test_a_month_is_read_as_it_was_written(year: int, month: int) -> None:
    assert parse_month(format_month(Month(year, month))) == Month(year, month)
