"""What Home Assistant missed is filled in hour by hour, and nothing of it becomes a bar of its own."""

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from core.clock import HOUR_SECONDS

from .conftest import OFFTAKE, START, World
from .house import Outages, Registers, Replacement

ADDED = START + 48 * HOUR_SECONDS


@pytest.fixture
async def living(world: World) -> World:
    """A board that has been read for three hours."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.live_until(ADDED + 3 * HOUR_SECONDS + 1200)
    return world


@pytest.mark.every_database
async def test_home_assistant_was_down_for_three_hours(living: World) -> None:
    """S4: all of the energy lands in the hour of the restart, if nobody does anything."""
    await living.stop()
    living.move_to(ADDED + 6 * HOUR_SECONDS + 1500)
    await living.start()
    await living.live_until(ADDED + 8 * HOUR_SECONDS + 20)
    await living.assert_true(START, ADDED + 8 * HOUR_SECONDS)


async def test_the_gap_is_filled_before_the_hour_of_the_restart_is_over(living: World) -> None:
    await living.stop()
    living.move_to(ADDED + 6 * HOUR_SECONDS + 1500)
    await living.start()
    await living.settled()
    await living.assert_true(START, ADDED + 6 * HOUR_SECONDS)


async def test_home_assistant_was_down_from_one_hour_into_the_next(living: World) -> None:
    """No hour is missing then, but two are wrong."""
    living.move_to(ADDED + 3 * HOUR_SECONDS + 3000)
    await living.poll()
    await living.compile(ADDED + 3 * HOUR_SECONDS + 2700)
    await living.stop()
    living.move_to(ADDED + 4 * HOUR_SECONDS + 600)
    await living.start()
    await living.live_until(ADDED + 6 * HOUR_SECONDS + 20)
    await living.assert_true(START, ADDED + 6 * HOUR_SECONDS)


async def test_the_board_was_out_of_reach_while_home_assistant_ran(living: World) -> None:
    """S6: the hour in which values stopped, those without any, and that in which they came back."""
    await living.board.stop()
    await living.live_until(ADDED + 5 * HOUR_SECONDS + 1800)
    await living.board.start()
    await living.live_until(ADDED + 7 * HOUR_SECONDS + 20)
    await living.assert_true(START, ADDED + 7 * HOUR_SECONDS)


async def test_the_board_itself_was_off(living: World) -> None:
    """Nobody knows what happened in which hour; the registers know how much it was."""
    off, on = ADDED + 3 * HOUR_SECONDS + 1500, ADDED + 6 * HOUR_SECONDS + 1800
    living.board.deaf = Outages([(off, on)])
    await living.board.stop()
    await living.live_until(on)
    await living.board.start()
    await living.live_until(ADDED + 9 * HOUR_SECONDS + 20)
    changes = await living.changes(OFFTAKE)
    hours = range(START, ADDED + 9 * HOUR_SECONDS, HOUR_SECONDS)
    assert list(changes) == list(hours)
    before, after = living.board.house.registers(START), living.board.house.registers(hours[-1] + HOUR_SECONDS)
    assert sum(changes.values()) == pytest.approx(sum(after[:2]) - sum(before[:2]), abs=1.01)
    for start, change in changes.items():
        if start + HOUR_SECONDS <= off or start >= on:
            assert change == pytest.approx(living.truth(start), abs=1.01)
    between = sum(
        living.truth(start) for start in range(ADDED + 3 * HOUR_SECONDS, ADDED + 7 * HOUR_SECONDS, HOUR_SECONDS)
    )
    assert max(changes[start] for start in (hours[-6], hours[-5])) < between


async def the_card_is_out(living: World) -> None:
    await living.stop()
    living.move_to(ADDED + 4 * HOUR_SECONDS + 1800)
    await living.start()
    await living.live_until(ADDED + 5 * HOUR_SECONDS + 1200)
    put_back = ADDED + 8 * HOUR_SECONDS + 600
    living.board.without_card.spans.append((living.now, put_back))
    await living.live_until(put_back)
    await living.live_until(ADDED + 8 * HOUR_SECONDS + 1800)


async def test_the_card_was_out_while_home_assistant_ran(living: World) -> None:
    """What the card has of the hour in which it was pulled is less than Home Assistant saw of it."""
    await the_card_is_out(living)
    living.historian.request()
    await living.settled()
    await living.assert_true(START, ADDED + 8 * HOUR_SECONDS)


async def test_a_cable_does_not_know_better_what_a_board_heard_in_its_place(living: World, cable_world: World) -> None:
    """It has a share of what the registers counted meanwhile, evenly spread."""
    await the_card_is_out(living)
    await cable_world.historian.import_range(START, living.now, dry_run=False)
    await living.assert_true(START, ADDED + 8 * HOUR_SECONDS)


@pytest.mark.parametrize("pulled", [ADDED + 3 * HOUR_SECONDS + 1200, ADDED + 5 * HOUR_SECONDS])
async def test_the_card_was_out_and_home_assistant_down_as_well(living: World, pulled: int) -> None:
    """Nobody knows the hours that neither saw; what they took is shared out when the card tells of what comes after."""
    down, up = ADDED + 4 * HOUR_SECONDS + 1200, ADDED + 7 * HOUR_SECONDS + 1200
    put_back = ADDED + 9 * HOUR_SECONDS + 600
    living.board.without_card.spans.append((pulled, put_back))
    await living.live_until(down)
    await living.stop()
    living.move_to(up)
    await living.start()
    await living.live_until(put_back)
    await living.live_until(ADDED + 12 * HOUR_SECONDS + 20)
    changes = await living.changes(OFFTAKE)
    unseen = range(max(ADDED + 4 * HOUR_SECONDS, pulled), ADDED + 8 * HOUR_SECONDS, HOUR_SECONDS)
    seen = set(range(START, ADDED + 12 * HOUR_SECONDS, HOUR_SECONDS)) - {*unseen}
    assert changes.keys() == seen | {*unseen}
    assert {start: changes[start] for start in seen} == pytest.approx(
        {hour: living.truth(hour) for hour in seen}, abs=1.01
    )
    mean = sum(living.truth(start) for start in unseen) / len(unseen)
    assert [changes[start] for start in unseen] == pytest.approx([mean] * len(unseen), abs=1.01)


async def test_a_new_meter_adds_nothing_of_its_own(living: World) -> None:
    """Home Assistant takes all that a register says that begins anew for energy; also where nobody missed an hour."""
    off, on = ADDED + 4 * HOUR_SECONDS + 300, ADDED + 4 * HOUR_SECONDS + 2700
    await living.live_until(off)
    living.board.house.cut(off, on)
    living.board.deaf = Outages([(off, on)])
    await living.board.stop()
    await living.live_until(on)
    living.board.house.replaced = Replacement(on, Registers(1_200, 1_513, 700, 900, 0, 0))
    await living.board.start()
    await living.poll()
    await living.live_until(ADDED + 8 * HOUR_SECONDS + 20)
    for entity_id, place in ((f"{OFFTAKE}_day_tariff", 0), (f"{OFFTAKE}_night_tariff", 1)):
        changes = await living.changes(entity_id)
        for start in range(ADDED + 3 * HOUR_SECONDS, ADDED + 8 * HOUR_SECONDS, HOUR_SECONDS):
            passed = living.board.house.between(start, start + HOUR_SECONDS)[place]
            # Of the quarter in which it came nobody knows the part before its first register.
            assert -0.01 <= changes[start] <= passed + 1.01
            if start != ADDED + 4 * HOUR_SECONDS:
                assert changes[start] == pytest.approx(passed, abs=1.01)


@pytest.mark.every_database
async def test_the_sensor_was_away_so_long_that_its_five_minutes_are_gone(living: World) -> None:
    """S8: Home Assistant begins to count at zero again, and the old sum falls away below it."""
    await living.stop()
    await get_instance(living.hass).async_add_executor_job(_purge, living.hass)
    living.move_to(ADDED + 12 * 24 * HOUR_SECONDS + 1500)
    await living.start()
    await living.live_until(ADDED + (12 * 24 + 3) * HOUR_SECONDS + 20)
    await living.assert_true(START, ADDED + (12 * 24 + 3) * HOUR_SECONDS)


async def test_only_what_was_missed_is_asked_of_the_board(living: World) -> None:
    living.board.requests.clear()
    await living.live_until(ADDED + 6 * HOUR_SECONDS + 1200)
    # Nothing was missed so far.
    assert not [path for path in living.board.card_requests if path.startswith("/historic/")]
    await living.stop()
    living.board.requests.clear()
    living.move_to(ADDED + 8 * HOUR_SECONDS + 1200)
    await living.start()
    await living.settled()
    assert [path for path in living.board.card_requests if path.startswith("/historic/day?")] == [
        "/historic/day?year=2026&month=1&day=12"
    ]


async def test_an_empty_card_is_not_asked_of_a_gap_for_ever(living: World) -> None:
    """The card with the gap on it is taken away before Home Assistant has counted on behind the gap."""
    await living.live_until(ADDED + 4 * HOUR_SECONDS + 1200)
    await living.stop()
    living.move_to(ADDED + 7 * HOUR_SECONDS + 1800)
    await living.start()
    await living.settled()
    living.board.without_card.spans.append((START, living.now))
    await living.live_until(ADDED + 12 * HOUR_SECONDS + 20)
    living.board.requests.clear()
    await living.live_until(ADDED + 14 * HOUR_SECONDS + 20)
    assert not [path for path in living.board.card_requests if path.startswith("/historic/")]
    await living.assert_true(START, ADDED + 14 * HOUR_SECONDS)


async def test_a_gap_that_the_board_cannot_tell_yet_is_filled_when_it_can(living: World) -> None:
    await living.stop()
    living.move_to(ADDED + 6 * HOUR_SECONDS + 1500)
    living.board.indexing = {(2026, 1, 12)}
    await living.start()
    await living.settled()
    living.board.indexing = set()
    await living.live_until(ADDED + 8 * HOUR_SECONDS + 20)
    await living.assert_true(START, ADDED + 8 * HOUR_SECONDS)


async def test_a_run_that_was_killed_goes_on_where_it_was(living: World) -> None:
    """Also between the two halves of one step: what comes after is moved, and the hours are not there yet."""
    await living.stop()
    living.move_to(ADDED + 6 * HOUR_SECONDS + 1500)
    get_instance(living.hass).async_adjust_statistics(OFFTAKE, dt_util.utc_from_timestamp(ADDED), 12_345.0, "Wh")
    await living.start()
    living.historian.request()
    await living.settled()
    await living.historian.import_range(START, living.now, dry_run=False)
    await living.live_until(ADDED + 8 * HOUR_SECONDS + 20)
    await living.assert_true(START, ADDED + 8 * HOUR_SECONDS)


def _purge(hass: HomeAssistant) -> None:
    with session_scope(hass=hass) as session:
        session.query(StatisticsShortTerm).delete()
