"""The same lives with the firmware itself: every telegram, its card, and power cuts that are none of order."""

import os
import random

import pytest

from core.clock import HOUR_SECONDS

from .board import at
from .conftest import World
from .house import ModelHouse
from .lives import live_through

# Both changes of the clock, the turns of a year and of a month; the board is added that many hours later.
_STARTS = ("2026-03-28T00:00", "2026-10-24T00:00", "2025-12-30T20:00", "2026-04-29T18:00")
_HOURS_BEFORE = 24
_HOURS = int(os.environ.get("DIGIMON_HOURS", "48"))
_SEED = int(os.environ.get("DIGIMON_SEED") or random.randrange(1 << 32))
_SEEDS = range(_SEED, _SEED + int(os.environ.get("DIGIMON_LIVES", "4")))


@pytest.fixture
def house(request: pytest.FixtureRequest) -> ModelHouse:
    seed, hours = request.param
    return ModelHouse(seed, at(_STARTS[seed % len(_STARTS)]), hours + 300)


@pytest.fixture
def twin_since(house: ModelHouse) -> int:
    return house.start + _HOURS_BEFORE * HOUR_SECONDS


# Of which the power is cut twice, once over the hour that October has twice.
@pytest.mark.parametrize(("house", "seed"), [((197, 3), 197)], indirect=["house"])
async def test_some_hours_of_a_random_life(world: World, seed: int) -> None:
    await live_through(world, seed, _HOURS_BEFORE, 3)


@pytest.mark.long
@pytest.mark.parametrize(("house", "seed"), [((seed, _HOURS), seed) for seed in _SEEDS], indirect=["house"])
async def test_two_days_of_a_random_life(world: World, seed: int) -> None:
    await live_through(world, seed, _HOURS_BEFORE, _HOURS)
