"""Whatever happens to Home Assistant, the board and its card, the statistics tell what the house took and gave."""

import pytest

from .board import at
from .conftest import World
from .house import ModelHouse
from .lives import live_through

# Both changes of the clock, and the turn of a year.
_STARTS = ("2026-03-26T00:00", "2026-10-22T00:00", "2025-12-28T00:00")
_HOURS_BEFORE = 30


@pytest.fixture
def house(request: pytest.FixtureRequest) -> ModelHouse:
    seed, hours = request.param
    return ModelHouse(seed, at(_STARTS[seed % len(_STARTS)]), hours + 300)


# The change in autumn is lived through with the firmware itself (`test_twin_lives`).
@pytest.mark.parametrize(("house", "seed"), [((seed, 96), seed) for seed in (0, 2)], indirect=["house"])
async def test_a_few_days_of_a_random_life(world: World, seed: int) -> None:
    await live_through(world, seed, _HOURS_BEFORE, 96)


@pytest.mark.every_database
@pytest.mark.parametrize(("house", "seed"), [((3, 24), 3)], indirect=["house"])
async def test_a_day_of_a_random_life(world: World, seed: int) -> None:
    await live_through(world, seed, _HOURS_BEFORE, 24)


@pytest.mark.parametrize(("house", "seed"), [((seed, 96), seed) for seed in (6,)], indirect=["house"])
async def test_a_few_days_of_a_random_life_of_a_cable(cable_world: World, seed: int) -> None:
    """Of quarters that it did not hear it tells a share of the registers, also where a board took its place."""
    await live_through(cable_world, seed, _HOURS_BEFORE, 96)


@pytest.mark.long
@pytest.mark.every_database
@pytest.mark.parametrize(("house", "seed"), [((seed, 300), seed) for seed in (1000, 1001)], indirect=["house"])
async def test_three_hundred_hours_of_a_random_life(world: World, seed: int) -> None:
    await live_through(world, seed, _HOURS_BEFORE, 300)


@pytest.mark.long
@pytest.mark.parametrize(("house", "seed"), [((seed, 300), seed) for seed in (2000, 2001)], indirect=["house"])
async def test_three_hundred_hours_of_a_random_life_of_a_cable(cable_world: World, seed: int) -> None:
    await live_through(cable_world, seed, _HOURS_BEFORE, 300)


@pytest.mark.long
@pytest.mark.parametrize(("house", "seed"), [((seed, 1440), seed) for seed in range(100, 112)], indirect=["house"])
async def test_two_months_of_a_random_life(world: World, seed: int) -> None:
    await live_through(world, seed, _HOURS_BEFORE, 1440)
