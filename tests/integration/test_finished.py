"""The quarter that ended, and the start of a board: what is followed from poll to poll."""

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from hypothesis import given
from hypothesis import strategies as st
from pytest_homeassistant_custom_component.common import MockConfigEntry

from core.clock import next_quarter, quarter_path
from custom_components.digimon.finished import TRIES
from custom_components.digimon.health import SAME_START_SECONDS, Start, follow_start, health_of

from .board import METER, QUARTER, VARIANTS, Board
from .conftest import Tick, state
from .faults import Fault

LAST = "sensor.digimon_last_quarter_average"
NOW = 1_700_000_000


def turn(board: Board) -> str:
    """Let the next quarter begin; where the card keeps the one that ended."""
    ended = board.read(QUARTER)["quarter_id"]
    board.update(
        QUARTER,
        quarter_id=next_quarter(ended),
        consumed_power_interval_avgs=[700],
        produced_power_interval_avgs=[0],
    )
    if METER in board.documents:
        board.update(METER, time=board.read(METER)["time"] + 900, quarter_id=next_quarter(ended))
    return quarter_path(ended)


@pytest.mark.parametrize("variant", VARIANTS)
async def test_the_last_quarter_is_read_from_the_card_once(
    hass: HomeAssistant, board: Board, variant: str, loaded: MockConfigEntry, tick: Tick
) -> None:
    assert state(hass, LAST) == "400"
    ended = board.read(QUARTER)["quarter_id"]
    path = board.store(ended, consumed=1234)
    turn(board)
    for _ in range(3):
        await tick()
        board.telegram()
    assert state(hass, LAST) == "1234"
    assert board.requests.count(path) == 1


async def test_the_card_may_have_it_a_moment_later(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    ended = board.read(QUARTER)["quarter_id"]
    path = turn(board)
    await tick()
    # Until then the one before is the last one that is known.
    assert state(hass, LAST) == "400"
    board.faults_once[path] = Fault.SERVER_ERROR
    board.store(ended, consumed=900)
    board.telegram()
    await tick()
    assert state(hass, LAST) == "400"
    board.telegram()
    await tick()
    assert state(hass, LAST) == "900"


async def test_without_a_card_what_was_seen_has_to_do(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    seen = state(hass, "sensor.digimon_quarter_average")
    path = turn(board)
    for _ in range(TRIES + 2):
        await tick()
        board.telegram()
    assert state(hass, LAST) == seen
    assert board.requests.count(path) == TRIES


async def test_a_quarter_of_which_the_card_has_less_than_was_seen_is_taken_as_seen(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    seen = state(hass, "sensor.digimon_quarter_average")
    board.store(board.read(QUARTER)["quarter_id"], consumed=9999, intervals=1)
    turn(board)
    for _ in range(TRIES + 2):
        await tick()
        board.telegram()
    assert state(hass, LAST) == seen


async def test_a_last_quarter_that_nobody_knows_is_unknown(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    # Two quarters further: nothing was seen of the one in between, and the card has nothing of it.
    turn(board)
    turn(board)
    for _ in range(TRIES):
        await tick()
        board.telegram()
    assert state(hass, LAST) == STATE_UNKNOWN


uptimes = st.integers(0, 10**7)


def test_the_original_firmware_does_not_tell_how_it_is() -> None:
    assert health_of(None, None) is None
    assert follow_start(Start(utc=NOW, uptime_s=5), None, wall_utc=NOW) is None


@given(uptimes, st.integers(1, 10**6), st.integers(-SAME_START_SECONDS + 1, SAME_START_SECONDS - 1))
def test_a_start_stays_the_same_while_clocks_drift(uptime: int, later: int, drift: int) -> None:
    first = follow_start(None, uptime, wall_utc=NOW)
    assert first is not None
    assert first.utc == NOW - uptime
    again = follow_start(first, uptime + later, wall_utc=NOW + later + drift)
    assert again is not None
    assert again.utc == first.utc


@given(st.integers(1, 10**7), st.integers(0, 10**6))
def test_less_uptime_than_before_is_another_start(uptime: int, later: int) -> None:
    first = follow_start(None, uptime, wall_utc=NOW)
    again = follow_start(first, uptime - 1, wall_utc=NOW + later)
    assert again == Start(utc=NOW + later - uptime + 1, uptime_s=uptime - 1)
