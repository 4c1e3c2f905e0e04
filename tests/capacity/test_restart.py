"""A restart in the middle of a quarter."""

from dataclasses import replace

import pytest

from custom_components.digimon.capacity.level import Level
from custom_components.digimon.capacity.offtake import Observation
from custom_components.digimon.capacity.risk import advance, resume
from custom_components.digimon.capacity.state import Memory, Settings, State

from .replay import QUARTER, Load, Reading, observations, peak, watch
from .test_loads import CASES

SETTINGS = Settings()


def seen_of(load: Load, reading: Reading) -> list[Observation]:
    return list(observations(load, reading))


@pytest.mark.parametrize("restart", [100, 320, 500, 640, 850])
@pytest.mark.parametrize("name", CASES)
def test_with_the_intervals_of_a_board_nothing_is_lost(name: str, restart: int) -> None:
    """Everything from then on is as it would have been, and no message comes twice."""
    seen = seen_of(CASES[name].load, Reading.BOARD)
    whole = watch(iter(seen))
    before = watch(observation for observation in seen if observation.time_utc < QUARTER + restart)
    rest = [observation for observation in seen if observation.time_utc >= QUARTER + restart]
    state = resume(rest[0], SETTINGS, before.state.memory)
    assert state.memory == before.state.memory
    after = watch(iter(rest), state=state)
    assert [event for event in before.warnings + after.warnings if event[0] < 900] == [
        event for event in whole.warnings if event[0] < 900
    ]
    assert after.state.level == whole.state.level
    reached = {level: second for level, second in whole.person.items() if second >= restart}
    for level, second in reached.items():
        assert abs(after.person[level] - second) <= 5


def test_what_was_missed_is_told_after_the_restart() -> None:
    seen = seen_of(CASES["car"].load, Reading.BOARD)
    rest = [observation for observation in seen if observation.time_utc >= QUARTER + 200]
    after = watch(iter(rest), state=resume(rest[0], SETTINGS, Memory(since_utc=QUARTER - 86_400)))
    assert [second for second, _ in after.warnings] == [202]


def test_without_memory_a_new_one_begins() -> None:
    seen = seen_of(CASES["car"].load, Reading.BOARD)
    now = next(observation for observation in seen if observation.time_utc >= QUARTER + 200)
    state = resume(replace(now, month_peak=peak(9000)), SETTINGS)
    assert state.memory == Memory()
    state, events = advance(state, replace(now, month_peak=peak(9000)), SETTINGS)
    assert events == ()
    assert state.level is Level.OK
    assert state.memory.told_peak_w == 9000


@pytest.mark.parametrize("reading", [Reading.CABLE, Reading.BOARD])
def test_the_meters_own_figure_is_right_at_once(reading: Reading) -> None:
    """Without the quarter's intervals: the energy is exact, what has to last begins anew."""
    seen = [replace(observation, intervals=None) for observation in seen_of(CASES["car"].load, reading)]
    whole = watch(observation for observation in seen if observation.time_utc < QUARTER + 303)
    rest = [observation for observation in seen if QUARTER + 292 <= observation.time_utc < QUARTER + 303]
    after = watch(iter(rest))
    assert after.state.forecast is not None
    assert whole.state.forecast is not None
    assert abs(after.state.forecast.demand_w - whole.state.forecast.demand_w) <= 4
    assert abs(after.state.forecast.projected_w - whole.state.forecast.projected_w) <= 4
    assert after.state.level is whole.state.level is Level.CERTAIN


def test_a_board_that_was_off_itself_has_gaps() -> None:
    """Its first intervals are missing, so the levels are regained from what there is, and energy from 1.4.0."""
    seen = list(observations(CASES["steady 3.5 kW"].load, Reading.BOARD, seconds=range(900)))
    torn = []
    for observation in seen:
        assert observation.intervals is not None
        powers_w = (None,) * 40 + observation.intervals.powers_w[40:]
        torn.append(replace(observation, intervals=replace(observation.intervals, powers_w=powers_w)))
    rest = [observation for observation in torn if observation.time_utc >= QUARTER + 300]
    after = watch(iter(rest), state=resume(rest[0], SETTINGS, Memory(since_utc=QUARTER - 86_400)))
    assert [second for second, _ in after.warnings] == [332]


def test_intervals_that_end_early() -> None:
    """An answer that is a little older than the telegram."""
    seen = seen_of(CASES["steady 3.5 kW"].load, Reading.BOARD)
    now = next(observation for observation in seen if observation.time_utc >= QUARTER + 300)
    assert now.intervals is not None
    short = replace(now, intervals=replace(now.intervals, powers_w=now.intervals.powers_w[:50]))
    state = resume(short, SETTINGS)
    assert state.offtake is not None
    assert state.offtake.last.second == 250
    assert state.level is Level.HIGH


def test_at_the_begin_of_a_quarter_there_is_nothing_to_regain() -> None:
    assert resume(Observation(time_utc=QUARTER), SETTINGS) == State()
    assert resume(Observation(time_utc=QUARTER + 500), SETTINGS) == State()
