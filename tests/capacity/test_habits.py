"""How long loads ran, and what a message waits for."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.digimon.capacity.forecast import Forecast, forecast
from custom_components.digimon.capacity.habits import (
    KEPT_RUNS,
    Loads,
    Rise,
    Run,
    ends_in_time,
    follow_loads,
)
from custom_components.digimon.capacity.level import Level
from custom_components.digimon.capacity.offtake import Observation, Offtake
from custom_components.digimon.capacity.risk import resume
from custom_components.digimon.capacity.state import Memory, Settings, State

from .replay import QUARTER, Diary, Load, Reading, observations, watch

KETTLES = tuple(Run(2100, seconds) for seconds in (110, 130, 150, 170, 190, 210, 230, 240))
OVENS = tuple(Run(2400, seconds) for seconds in (480, 520, 560, 600, 640, 680, 720, 900))


def running(base: int, watt: int, begin: int, end: int) -> Load:
    return lambda second: base + (watt if begin <= second < end else 0)


def learned(load: Load, reading: Reading = Reading.CABLE, seconds: range = range(-60, 900)) -> tuple[Run, ...]:
    return watch(observations(load, reading, seconds=seconds)).state.loads.runs


@pytest.mark.parametrize("reading", Reading)
def test_a_kettle_is_learned_of_whatever_reads_the_meter(reading: Reading) -> None:
    (run,) = learned(running(500, 2100, 200, 380), reading)
    assert abs(run.size_w - 2100) <= 100
    assert abs(run.seconds - 180) <= 10


def test_what_is_over_within_a_minute_is_not_learned() -> None:
    assert learned(running(500, 9000, 200, 210)) == ()
    assert learned(running(500, 2400, 200, 250)) == ()


def test_less_than_a_kilowatt_is_no_rise() -> None:
    assert learned(running(500, 900, 200, 380)) == ()


def test_what_runs_for_a_quarter_is_learned_as_a_quarter() -> None:
    (run,) = learned(running(500, 7400, 200, 3000), seconds=range(-60, 1800))
    assert run.seconds == 900


def test_one_load_on_top_of_another() -> None:
    """An oven for ten minutes, and a kettle for three of them."""
    load: Load = lambda second: (  # noqa: E731 - a load like the others
        500 + (2400 if 100 <= second < 700 else 0) + (2100 if 300 <= second < 480 else 0)
    )
    kettle, oven = learned(load)
    assert abs(kettle.seconds - 180) <= 10
    assert abs(oven.seconds - 600) <= 10
    assert kettle.size_w < oven.size_w


def test_silence_ends_what_is_followed() -> None:
    seen = observations(running(500, 2100, 200, 380), Reading.CABLE, seconds=range(-60, 900))
    diary = watch(observation for observation in seen if not 250 <= observation.time_utc - QUARTER < 300)
    assert diary.state.loads.runs == ()


def test_only_the_last_ones_are_kept() -> None:
    loads = Loads(rises=(Rise(begin_utc=QUARTER, base_w=500, size_w=2100),), runs=(Run(1000, 60),) * KEPT_RUNS)
    recent = tuple((QUARTER + 170 + second, 500) for second in range(30))
    over = follow_loads(loads, Offtake(last=Observation(time_utc=QUARTER + 200), baseline=None, recent=recent))
    assert over.runs == (*loads.runs[1:], Run(2100, 200))
    assert over.rises == ()


def beside(base_w: int, second: int = 500, target_w: int = 5000) -> Forecast:
    """A kettle of 2.1 kW on a base that was there from the begin; it has run for 100 seconds."""
    demand_w = (base_w * second + 2100 * 100) // 900
    return forecast(second=second, demand_w=demand_w, power_w=base_w + 2100, target_w=target_w)


def kettle(base_w: int, runs: tuple[Run, ...]) -> Loads:
    return Loads(rises=(Rise(begin_utc=QUARTER + 400, base_w=base_w, size_w=2100),), runs=runs)


def test_a_kettle_in_a_house_of_kettles_may_well_end() -> None:
    assert ends_in_time(kettle(4500, KETTLES), beside(4500), QUARTER + 500)


def test_nothing_is_known_of_a_house_at_first() -> None:
    assert not ends_in_time(kettle(4500, ()), beside(4500), QUARTER + 500)
    assert not ends_in_time(kettle(4500, KETTLES[:4]), beside(4500), QUARTER + 500)
    assert ends_in_time(kettle(4500, KETTLES[:5]), beside(4500), QUARTER + 500)


def test_loads_of_another_size_tell_nothing() -> None:
    other = tuple(Run(2600, run.seconds) for run in KETTLES)
    assert not ends_in_time(kettle(4500, other), beside(4500), QUARTER + 500)


def test_loads_that_go_on_are_told_of_at_once() -> None:
    ovens = tuple(Run(2100, run.seconds) for run in OVENS)
    assert not ends_in_time(kettle(4500, ovens), beside(4500), QUARTER + 500)


def test_one_in_ten_is_enough_to_wait() -> None:
    ovens = tuple(Run(2100, run.seconds) for run in OVENS)
    # 4700 W leave a kettle 128 seconds in all.
    assert ends_in_time(kettle(4700, (*ovens, Run(2100, 120))), beside(4700), QUARTER + 500)
    assert not ends_in_time(kettle(4700, (*ovens, *ovens, Run(2100, 120))), beside(4700), QUARTER + 500)


def test_a_load_that_has_lasted_longer_than_any_is_told_of() -> None:
    late = Loads(rises=(Rise(begin_utc=QUARTER + 250, base_w=4500, size_w=2100),), runs=KETTLES)
    assert not ends_in_time(late, beside(4500), QUARTER + 500)


def test_what_is_too_much_without_the_kettle_is_told_of() -> None:
    assert not ends_in_time(kettle(5100, KETTLES), beside(5100), QUARTER + 500)


def both(second: int) -> int:
    """A car at 4.3 kW all the time, and a kettle."""
    return 4300 + (2100 if 300 <= second < 500 else 0)


def charging(load: Load, runs: tuple[Run, ...], reading: Reading = Reading.BOARD) -> Diary:
    state = State(memory=Memory(since_utc=QUARTER - 86_400), loads=Loads(runs=runs))
    return watch(observations(load, reading, seconds=range(-60, 900)), Settings(goal_w=4800), state=state)


@pytest.mark.parametrize("reading", Reading)
def test_a_kettle_beside_the_car_is_waited_for(reading: Reading) -> None:
    assert [event.level for _, event in charging(both, (), reading).warnings] == [Level.HIGH]
    assert charging(both, KETTLES, reading).warnings == []


@pytest.mark.parametrize("reading", Reading)
def test_one_that_does_not_end_is_told_of_while_it_can_be_saved(reading: Reading) -> None:
    """The message waits no longer than until 90 s before the last moment at which the car can be switched off."""
    ((second, warning),) = charging(lambda second: 4300 + (2100 if second >= 300 else 0), KETTLES, reading).warnings
    assert warning.act_by_utc is not None
    assert warning.act_by_utc - QUARTER - second >= 85
    ((at_once, _),) = charging(lambda second: 4300 + (2100 if second >= 300 else 0), (), reading).warnings
    assert at_once < second


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 880), st.integers(1000, 8000), st.integers(2600, 6000), st.integers(60, 900))
def test_whatever_was_learned_what_lasts_is_told_of_a_minute_before_it_is_certain(
    begin: int, watt: int, target_w: int, usual: int
) -> None:
    """A load that goes on to the end, however long others like it did, when it began more than 100 s before."""
    base = target_w * 9 // 10
    state = State(memory=Memory(since_utc=QUARTER - 86_400), loads=Loads(runs=(Run(watt, usual),) * 20))
    load = running(base, watt, begin, 900)
    diary = watch(observations(load, Reading.BOARD, seconds=range(-60, 900)), Settings(goal_w=target_w), state=state)
    certain = diary.person.get(Level.CERTAIN)
    if certain is not None and certain - max(begin, 0) > 120 and certain > 125:
        told = diary.red(diary.person)
        assert told is not None
        assert told <= certain - 55


def test_a_restart_learns_nothing_twice() -> None:
    """The kettle of this quarter was learned of before the restart, and is seen again in its intervals."""
    diary = watch(observations(running(500, 2100, 200, 380), Reading.BOARD, seconds=range(-60, 600)))
    assert len(diary.state.loads.runs) == 1
    assert diary.state.offtake is not None
    back = resume(diary.state.offtake.last, Settings(), diary.state.memory, diary.state.loads.runs)
    assert back.loads.runs == diary.state.loads.runs


def test_a_clock_that_was_set_back_forgets_no_habits() -> None:
    diary = watch(observations(running(500, 2100, 200, 380), Reading.CABLE, seconds=range(-60, 600)))
    back = replace(Observation(time_utc=QUARTER + 100, power_w=500, demand_w=50))
    again = watch(iter([back]), state=diary.state)
    assert again.state.loads.runs == diary.state.loads.runs
    assert again.state.loads.rises == ()
