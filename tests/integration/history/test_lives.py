"""Whatever happens to Home Assistant, the board and its card, the statistics tell what the house took and gave."""

import pytest

from core.clock import HOUR_SECONDS

from .board import at
from .conftest import World
from .house import ModelHouse
from .lives import Life

# Both changes of the clock, and the turn of a year.
_STARTS = ("2026-03-26T00:00", "2026-10-22T00:00", "2025-12-28T00:00")
_HOURS_BEFORE = 30


@pytest.fixture
def house(request: pytest.FixtureRequest) -> ModelHouse:
    seed, hours = request.param
    return ModelHouse(seed, at(_STARTS[seed % len(_STARTS)]), hours + 300)


async def _live(world: World, seed: int, hours: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - to live it again
    life = Life(world, seed)
    world.move_to(world.board.house.start + _HOURS_BEFORE * HOUR_SECONDS + 600)
    await life.live(hours)
    await life.check()
    await life.check_second_run()
    await life.check()


# The change in autumn is lived through with the firmware itself (`test_twin_lives`).
@pytest.mark.parametrize(("house", "seed"), [((seed, 96), seed) for seed in (0, 2)], indirect=["house"])
async def test_a_few_days_of_a_random_life(world: World, seed: int) -> None:
    await _live(world, seed, 96)


@pytest.mark.every_database
@pytest.mark.parametrize(("house", "seed"), [((3, 24), 3)], indirect=["house"])
async def test_a_day_of_a_random_life(world: World, seed: int) -> None:
    await _live(world, seed, 24)


@pytest.mark.long
@pytest.mark.every_database
@pytest.mark.parametrize(("house", "seed"), [((seed, 300), seed) for seed in (1000, 1001)], indirect=["house"])
async def test_three_hundred_hours_of_a_random_life(world: World, seed: int) -> None:
    await _live(world, seed, 300)


@pytest.mark.long
@pytest.mark.parametrize(("house", "seed"), [((seed, 1440), seed) for seed in range(100, 112)], indirect=["house"])
async def test_two_months_of_a_random_life(world: World, seed: int) -> None:
    await _live(world, seed, 1440)
