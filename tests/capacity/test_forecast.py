"""Where the quarter will end, and how much room is left."""

import pytest

from custom_components.digimon.capacity.forecast import Forecast, default_goal, forecast, target
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.peaks import MonthPeaks, month_peaks

JUNE = Month(2026, 6)


def ahead(second: int, demand_w: int, power_w: int, target_w: int = 2500, connection_w: int | None = None) -> Forecast:
    return forecast(second=second, demand_w=demand_w, power_w=power_w, target_w=target_w, connection_w=connection_w)


def test_a_real_telegram() -> None:
    """Second 386, 1.4.0 at 4.065 kW, 9.26 kW now, and a month peak of 25.9 kW."""
    now = ahead(386, 4065, 9260, target_w=25900)
    # 4.065 + 9.26 x 514 / 900
    assert now.projected_w == 9353
    # (25.9 - 4.065) x 900 / 514 - 0.1
    assert now.headroom_w == 38132
    assert now.extra_w == 38132 - 9260
    assert now.steady_w == 25800
    assert not now.certain
    assert now.act_by_shedding(2000) is None


def test_before_anything_was_used_the_room_is_the_target_less_the_margin() -> None:
    now = ahead(0, 0, 0)
    assert (now.projected_w, now.raw_headroom_w, now.headroom_w, now.extra_w, now.steady_w) == (
        0,
        2400,
        2400,
        2400,
        2400,
    )


def test_half_a_quarter_of_double_power_leaves_nothing() -> None:
    now = ahead(450, 2500, 5000)
    assert (now.raw_headroom_w, now.headroom_w, now.extra_w, now.steady_w) == (-100, 0, -5000, 0)
    assert not now.certain


def test_too_late_keeps_its_sign() -> None:
    now = ahead(600, 3000, 500)
    assert now.raw_headroom_w == -1500 - 100
    assert (now.headroom_w, now.certain) == (0, True)


def test_saved_up_room_is_not_for_chargers() -> None:
    now = ahead(810, 0, 0)
    assert now.headroom_w == 24900
    assert now.steady_w == 2400


def test_a_connection_gives_no_more_than_it_can() -> None:
    now = ahead(810, 0, 0, connection_w=9200)
    assert (now.raw_headroom_w, now.headroom_w) == (24900, 9200)


@pytest.mark.parametrize(("second", "headroom_w"), [(869, 72480), (870, 74900), (871, 0), (899, 0)])
def test_no_room_in_the_last_half_minute(second: int, headroom_w: int) -> None:
    now = ahead(second, 0, 0)
    assert now.headroom_w == headroom_w
    assert now.raw_headroom_w > 70000


def test_certain_is_more_than_the_target_and_not_just_as_much() -> None:
    assert not ahead(800, 2500, 0).certain
    assert ahead(800, 2501, 0).certain


def test_certain_counts_only_what_is_proven() -> None:
    now = forecast(second=800, demand_w=2600, least_w=2500, power_w=0, target_w=2500)
    assert not now.certain
    assert now.projected_w == 2600


@pytest.mark.parametrize(
    ("projected_w", "shed_w", "second"),
    [
        (2500, 2000, None),
        (2600, 2000, 855),
        (3500, 2000, 450),
        (4500, 2000, 0),
        (9000, 2000, 0),
        (3500, 4000, 675),
        # A hair above the target is one second before the end, not none.
        (2501, 2000, 899),
    ],
)
def test_the_last_moment_at_which_shedding_saves_the_quarter(projected_w: int, shed_w: int, second: int | None) -> None:
    now = ahead(0, 0, projected_w)
    assert now.projected_w == projected_w
    assert now.act_by_shedding(shed_w) == second


@pytest.mark.parametrize(
    ("month_peak_w", "goal_w", "expected"),
    [(None, None, 2500), (1800, None, 2500), (4200, None, 4200), (4200, 3000, 4200), (4200, 5000, 5000), (0, 0, 2500)],
)
def test_the_target(month_peak_w: int | None, goal_w: int | None, expected: int) -> None:
    assert target(month_peak_w, goal_w) == expected


def known(*powers_w: int, running_w: int | None = None) -> MonthPeaks:
    recorded = {JUNE.plus(back - len(powers_w)): power for back, power in enumerate(powers_w)}
    return month_peaks(JUNE, recorded=recorded if running_w is None else {**recorded, JUNE: running_w})


@pytest.mark.parametrize(
    ("powers_w", "goal_w"),
    [
        ((4000, 4100, 4230), 4100),
        ((9000, 4000, 4100, 4230), 4100),
        ((5099, 5099, 5099), 5000),
        ((4000, 4300), 4100),
        ((3780,), 3700),
        ((0, 0, 0), 0),
        ((), None),
    ],
)
def test_the_goal_to_begin_with(powers_w: tuple[int, ...], goal_w: int | None) -> None:
    assert default_goal(known(*powers_w)) == goal_w
    assert default_goal(known(*powers_w, running_w=9999)) == goal_w
