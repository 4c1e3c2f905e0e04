"""What is shown of a power that changes all the time."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.digimon.capacity.steps import settle_limit, settle_projection, settle_room

powers = st.lists(st.integers(-20_000, 60_000), min_size=1, max_size=40)


def shown(settle: Callable[[int | None, int], int], values: list[int]) -> list[int]:
    seen: list[int] = []
    for value in values:
        seen.append(settle(seen[-1] if seen else None, value))
    return seen


@given(powers)
def test_no_more_room_is_shown_than_there_is_and_not_much_less(values: list[int]) -> None:
    for value, seen in zip(values, shown(settle_room, values), strict=True):
        assert seen <= value
        assert value - seen < 100 + abs(seen) // 10


@given(powers)
def test_a_limit_is_never_above_what_it_is_and_less_than_60_watts_below(values: list[int]) -> None:
    for value, seen in zip(values, shown(settle_limit, values), strict=True):
        assert seen <= value < seen + 60


@given(powers)
def test_a_projection_is_within_30_watts(values: list[int]) -> None:
    for value, seen in zip(values, shown(settle_projection, values), strict=True):
        assert abs(value - seen) < 30


@pytest.mark.parametrize("settle", [settle_room, settle_limit, settle_projection])
def test_what_trembles_is_written_once(settle: Callable[[int | None, int], int]) -> None:
    assert len(set(shown(settle, [2435, 2441, 2438, 2432, 2440, 2431] * 20))) == 1


def test_less_room_is_shown_at_once() -> None:
    assert shown(settle_room, [2400, 2399, 2360, 2300]) == [2400, 2350, 2350, 2300]
    assert shown(settle_limit, [2400, 2399, 0]) == [2400, 2390, 0]


def test_more_room_is_shown_when_it_is_worth_it() -> None:
    assert shown(settle_room, [2400, 2600, 2639, 2640, 20_000, 21_900]) == [2400, 2400, 2400, 2600, 20_000, 20_000]
