"""1.4.0 is compared with the registers, half-way through every quarter."""

from collections.abc import Callable

import pytest

from custom_components.digimon.capacity.offtake import Observation
from custom_components.digimon.capacity.risk import advance
from custom_components.digimon.capacity.selfcheck import is_trusted
from custom_components.digimon.capacity.state import Settings, State

from .replay import QUARTER, REGISTER

Figure = Callable[[int, int], int | None]
"""1.4.0 by the second of the quarter and the power."""


def energy_so_far(second: int, power_w: int) -> int:
    return power_w * second // 900


def mean_so_far(second: int, power_w: int) -> int:
    return power_w


def run(state: State, quarters: range, figure: Figure, power_w: int = 1800, step: int = 5, offset: int = 0) -> State:
    """Some quarters of steady power."""
    for quarter in quarters:
        for second in range(offset, 900, step):
            elapsed = quarter * 900 + second
            observation = Observation(
                time_utc=QUARTER + elapsed,
                power_w=power_w,
                register_wh=REGISTER + power_w * elapsed // 3600,
                demand_w=figure(second, power_w),
            )
            state, _ = advance(state, observation, Settings())
    return state


def test_energy_so_far_is_trusted() -> None:
    state = run(State(), range(5), energy_so_far)
    assert state.memory.deviations == 0
    assert state.trusts_demand


@pytest.mark.parametrize("offset", [0, 2])
def test_a_mean_is_found_out_after_three_quarters(offset: int) -> None:
    state = State()
    trusted = []
    for quarter in range(5):
        state = run(state, range(quarter, quarter + 1), mean_so_far, offset=offset)
        trusted.append(state.trusts_demand)
    # Between two polls nothing tells how the registers stood when the first quarter began.
    assert trusted == ([True, True, False, False, False] if offset == 0 else [True, True, True, False, False])
    assert state.forecast is not None
    assert abs(state.forecast.demand_w - 1800) < 30


def test_one_good_quarter_begins_the_count_anew() -> None:
    state = run(State(), range(2), mean_so_far)
    assert state.memory.deviations == 2
    assert run(state, range(2, 3), energy_so_far).memory.deviations == 0


def test_too_little_energy_tells_nothing() -> None:
    state = run(State(), range(4), mean_so_far, power_w=300)
    assert state.memory.deviations == 0


@pytest.mark.parametrize(("percent", "deviations"), [(105, 0), (106, 1), (95, 0), (94, 1)])
def test_five_percent_are_tolerated(percent: int, deviations: int) -> None:
    state = run(State(), range(1), lambda second, power_w: energy_so_far(second, power_w) * percent // 100, 3600)
    assert state.memory.deviations == deviations


def test_a_difference_within_the_doubt_is_none() -> None:
    """Polls 25 seconds apart leave the registers at the quarter's begin in doubt by 13 Wh."""

    def off(second: int, power_w: int) -> int:
        return energy_so_far(second, power_w) + 54

    assert run(State(), range(2), off, power_w=1800, step=25, offset=12).memory.deviations == 0
    assert run(State(), range(1), off, power_w=1800).memory.deviations == 1


def test_nothing_to_compare() -> None:
    assert run(State(), range(3), lambda *_: None).memory.deviations == 0


def test_three_in_a_row_lose_the_trust() -> None:
    assert [is_trusted(deviations) for deviations in (0, 2, 3, 4)] == [True, True, False, False]
