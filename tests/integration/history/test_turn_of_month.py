"""What is brought over month by month fits where one month becomes the next, also when nobody heard the turn."""

import pytest

from core.clock import HOUR_SECONDS

from .board import at
from .conftest import OFFTAKE, START, World
from .house import Outages

FEBRUARY = at("2026-02-01T00:00")
ADDED = FEBRUARY + 30 * HOUR_SECONDS


async def assert_shared_out(world: World, unknown: range, until: int) -> None:
    """Every hour is what the house took, but for some of which only the sum is known: no hour has it all."""
    changes = await world.changes(OFFTAKE)
    hours = set(range(START, until, HOUR_SECONDS))
    assert changes.keys() == hours
    known = hours - {*unknown}
    assert {hour: changes[hour] for hour in known} == pytest.approx(
        {hour: world.truth(hour) for hour in known}, abs=1.01
    )
    total = sum(world.truth(hour) for hour in unknown)
    assert sum(changes[hour] for hour in unknown) == pytest.approx(total, abs=1.01)
    assert max(changes[hour] for hour in unknown) < total / 2


@pytest.mark.parametrize("up", [FEBRUARY - 2 * HOUR_SECONDS + 2400, FEBRUARY + HOUR_SECONDS + 1200])
async def test_the_card_was_out_and_home_assistant_down_at_the_turn(world: World, up: int) -> None:
    down, put_back = FEBRUARY - 4 * HOUR_SECONDS, FEBRUARY + 2 * HOUR_SECONDS + 600
    world.move_to(FEBRUARY - 30 * HOUR_SECONDS + 600)
    await world.start()
    await world.live_until(down - 2 * HOUR_SECONDS + 1200)
    world.board.without_card.spans.append((world.now, put_back))
    await world.live_until(down + 1200)
    await world.stop()
    world.move_to(up)
    await world.start()
    await world.live_until(put_back)
    await world.live_until(FEBRUARY + 5 * HOUR_SECONDS + 20)
    await assert_shared_out(world, range(down, up, HOUR_SECONDS), FEBRUARY + 5 * HOUR_SECONDS)


async def test_the_board_was_off_at_a_turn_before_it_was_added(world: World) -> None:
    off, on = FEBRUARY - 3 * HOUR_SECONDS, FEBRUARY + 4 * HOUR_SECONDS
    world.board.deaf = Outages([(off, on)])
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    await assert_shared_out(world, range(off, on + HOUR_SECONDS, HOUR_SECONDS), ADDED)
