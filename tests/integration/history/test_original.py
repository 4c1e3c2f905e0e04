"""A board that runs the original firmware: no registers, no index, a file per quarter."""

import asyncio
import random

import pytest
from homeassistant.helpers import issue_registry as ir

from core.clock import HOUR_SECONDS, quarter_id_at, quarter_path
from custom_components.digimon.const import DOMAIN

from .board import at
from .conftest import INJECTION, OFFTAKE, START, World
from .house import ModelHouse
from .lives import Life

DAY = 24 * HOUR_SECONDS
ADDED = START + 2 * DAY
YEAR_START = at("2025-01-10T00:00")


@pytest.fixture
def house(request: pytest.FixtureRequest) -> ModelHouse:
    start, hours = getattr(request, "param", (START, 24 * 40))
    return ModelHouse(1, start, hours)


@pytest.fixture
def firmware() -> str:
    return "original"


async def assert_near(world: World, first: int, until: int, *, lived: int) -> None:
    """Every hour is what the house took and gave, as far as averages tell.

    :param lived: since when Home Assistant saw hours itself.
    """
    for entity_id, kind in ((OFFTAKE, "consumed"), (INJECTION, "produced")):
        changes = await world.changes(entity_id)
        assert min(changes) == first
        wrong = {}
        for start in range(first, until, HOUR_SECONDS):
            truth = world.truth(start, kind)
            change = changes.get(start)
            allowed = max(2, truth * 0.005) + (world.last_interval(start) if start >= lived else 0)
            if change is None or abs(change - truth) > allowed:
                wrong[start] = (change, truth)
        assert wrong == {}, entity_id


async def miss_three_hours(world: World) -> None:
    """Home Assistant is there, and down, and there again."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 2 * HOUR_SECONDS + 1200)
    await world.stop()
    world.move_to(ADDED + 5 * HOUR_SECONDS + 1500)
    await world.start()


async def test_all_of_its_card_comes_in_and_what_follows_fits(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 4 * HOUR_SECONDS + 20)
    await assert_near(world, START, ADDED + 4 * HOUR_SECONDS, lived=ADDED)
    before = await world.rows(OFFTAKE)
    await world.historian.import_range(START, world.now, dry_run=False)
    answer = await world.historian.import_range(START, world.now, dry_run=False)
    assert answer["sensors"] == {}
    assert await world.rows(OFFTAKE) == before


async def test_a_card_that_was_out_at_first_is_looked_at_when_it_is_in(world: World) -> None:
    world.board.without_card.spans.append((ADDED, ADDED + HOUR_SECONDS))
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 2 * HOUR_SECONDS + 20)
    await assert_near(world, START, ADDED, lived=ADDED)


async def test_a_gap_of_three_hours_is_filled(world: World) -> None:
    await miss_three_hours(world)
    await world.live_until(ADDED + 8 * HOUR_SECONDS + 20)
    await assert_near(world, START, ADDED + 8 * HOUR_SECONDS, lived=ADDED)


async def test_hours_that_only_home_assistant_saw_stay_when_all_is_brought_over_anew(world: World) -> None:
    """The card is out in the evening, and back in the midst of the first hour of the next day."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 2 * HOUR_SECONDS + 20)
    # Midnight is at 23:00 UTC.
    evening, night = ADDED + 20 * HOUR_SECONDS, ADDED + 23 * HOUR_SECONDS + 1200
    await world.live_until(evening)
    world.board.without_card.spans.append((evening, night))
    await world.live_until(night)
    await world.live_until(ADDED + DAY + 3 * HOUR_SECONDS + 20)
    await assert_near(world, START, ADDED + DAY + 3 * HOUR_SECONDS, lived=ADDED)
    await world.historian.import_range(START, world.now, dry_run=False)
    await assert_near(world, START, ADDED + DAY + 3 * HOUR_SECONDS, lived=ADDED)


async def test_only_the_files_of_a_gap_are_asked_for(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 2 * HOUR_SECONDS + 1200)
    await world.stop()
    world.move_to(ADDED + 5 * HOUR_SECONDS + 1500)
    world.board.requests.clear()
    await world.start()
    await world.settled()
    gap = {quarter_path(quarter_id_at(start)) for start in range(ADDED + HOUR_SECONDS, ADDED + 6 * HOUR_SECONDS, 900)}
    assert {path for path in world.board.requests if path.startswith("/meter/")} <= gap


async def test_a_board_without_a_card_is_not_asked_of_a_gap_for_ever(world: World) -> None:
    """It does not say that it has none."""
    world.board.without_card.spans.append((START, ADDED + DAY))
    await miss_three_hours(world)
    gap = {quarter_path(quarter_id_at(start)) for start in range(ADDED + 2 * HOUR_SECONDS, world.now - 900, 900)}
    asked = []
    for hour in range(6, 12):
        world.board.requests.clear()
        await world.live_until(ADDED + hour * HOUR_SECONDS + 20)
        asked.append(len(gap & {*world.board.requests}))
    assert asked[0] == len(gap)
    assert asked[-2:] == [0, 0]


async def test_files_that_were_overwritten_or_ruined_cost_only_themselves(world: World) -> None:
    world.board.damaged = {quarter_id_at(START + DAY + number * 900) for number in (4, 5, 6, 7)}
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    changes = await world.changes(OFFTAKE)
    gap = START + DAY + HOUR_SECONDS
    assert gap not in changes
    for start, change in changes.items():
        truth = world.truth(start)
        assert change == pytest.approx(truth, abs=max(2, truth * 0.005))
    assert not ir.async_get(world.hass).issues.keys() & {(DOMAIN, f"history_unreadable_{world.entry.entry_id}")}


async def test_no_two_requests_to_its_card_are_on_their_way_at_once(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    assert world.board.most_at_once <= 2
    assert len(world.board.card_requests) >= 2 * 96


async def test_a_run_that_is_killed_again_and_again_comes_to_its_end(world: World) -> None:
    """Each time somewhere else; the day that was being read is begun anew, and no more than that."""
    await _live_through_kills(world, ADDED, kills=6, seed=5)


@pytest.mark.long
@pytest.mark.parametrize(("house", "seed"), [((YEAR_START, 24 * 366), 20_260_101)], indirect=["house"])
async def test_a_year_comes_in_file_by_file_through_twelve_kills(world: World, seed: int) -> None:
    await _live_through_kills(world, YEAR_START + 365 * DAY, kills=12, seed=seed)


async def _live_through_kills(world: World, added: int, *, kills: int, seed: int) -> None:
    """Bring over all of a card while Home Assistant is ended again and again, in the midst of any request."""
    print(f"seed {seed}")  # noqa: T201 - to run it again
    chance = random.Random(seed)
    first = world.board.begin
    days = (added - first) // DAY
    # As much as all of it takes, and never more than what is left between two kills.
    between = (days * 96 // 8, days * 96 // kills)
    world.move_to(added + 600)
    for _ in range(kills):
        await world.start()
        ends = (
            asyncio.ensure_future(world.board.asked(len(world.board.requests) + chance.randrange(*sorted(between)))),
            asyncio.ensure_future(world.historian.settled()),
        )
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await world.stop()
    await world.start()
    await world.live_until(added + 3 * HOUR_SECONDS + 20)
    files = [path for path in world.board.requests if path.startswith("/meter/")]
    print(f"{len(files)} files asked for, of {days * 96} of {days} days")  # noqa: T201 - what a campaign found
    # Of each kill a day, and of the end what was live meanwhile.
    assert days * 96 <= len(set(files))
    assert len(files) <= days * 96 + (kills + 1) * 96
    await assert_near(world, first, added + 3 * HOUR_SECONDS, lived=added)


@pytest.mark.parametrize(("house", "seed"), [((START, 120), seed) for seed in (7,)], indirect=["house"])
async def test_a_few_days_of_a_random_life(world: World, seed: int) -> None:
    await _live(world, seed, 60)


@pytest.mark.long
@pytest.mark.parametrize(("house", "seed"), [((START, 180), seed) for seed in range(20, 36)], indirect=["house"])
async def test_a_hundred_hours_of_a_random_life(world: World, seed: int) -> None:
    await _live(world, seed, 110)


async def _live(world: World, seed: int, hours: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - to live it again
    life = Life(world, seed)
    world.move_to(world.board.house.start + 30 * HOUR_SECONDS + 600)
    await life.live(hours)
    await life.check()
    await life.check_second_run()
    await life.check()
