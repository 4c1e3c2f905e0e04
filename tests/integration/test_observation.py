"""What the connection of a house gives at most, by what its meter tells of it."""

import pytest

from custom_components.digimon.observation import connection_of
from custom_components.digimon.snapshot import Phase, Reading


def reading(phases: tuple[int, ...], *, fuse_ma: int | None = None, limiter_w: int | None = None) -> Reading:
    """Of a meter that tells the power of these phases."""
    return Reading(
        time_utc=1_800_000_000,
        quarter_id=None,
        consumed_power_w=500,
        produced_power_w=0,
        quarter_average_w=None,
        average_demand_w=None,
        month_peak=None,
        fuse_ma=fuse_ma,
        limiter_w=limiter_w,
        phases=tuple(
            Phase(number=phase, consumed_power_w=200, produced_power_w=0, voltage_mv=None, current_ma=None)
            for phase in phases
        ),
    )


@pytest.mark.parametrize(
    ("phases", "watts"),
    [
        pytest.param((), 9200, id="one phase of which only the total is told"),
        pytest.param((1,), 9200, id="one phase"),
        pytest.param((1, 3), 15_920, id="3 x 230 V without neutral"),
        pytest.param((1, 2, 3), 27_600, id="3 x 400 V with neutral"),
    ],
)
def test_a_fuse_of_40_a_gives_what_its_net_carries(phases: tuple[int, ...], watts: int) -> None:
    assert connection_of(reading(phases, fuse_ma=40_000)) == watts


def test_the_lower_of_fuse_and_limiter_counts() -> None:
    assert connection_of(reading((1, 2, 3), fuse_ma=40_000, limiter_w=9_200)) == 9_200


def test_without_limits_nothing_is_known() -> None:
    assert connection_of(reading((1, 2, 3))) is None
    assert connection_of(reading((1, 2, 3), fuse_ma=0, limiter_w=0)) is None
