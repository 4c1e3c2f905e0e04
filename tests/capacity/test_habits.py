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
    chance_to_end,
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
    """With a goal of which nobody is ever told, as what a message may have ended is not learned."""
    return watch(observations(load, reading, seconds=seconds), Settings(goal_w=20_000)).state.loads.runs


@pytest.mark.parametrize("reading", Reading)
def test_a_kettle_is_learned_of_whatever_reads_the_meter(reading: Reading) -> None:
    (run,) = learned(running(500, 2100, 200, 380), reading)
    assert abs(run.size_w - 2100) <= 100
    assert abs(run.seconds - 180) <= 10


def test_what_is_over_within_half_a_minute_is_not_learned() -> None:
    assert learned(running(500, 9000, 200, 210)) == ()
    assert learned(running(500, 2400, 200, 220)) == ()


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


def chance(loads: Loads, ahead: Forecast) -> int:
    return chance_to_end(loads, ahead, QUARTER + ahead.second)


def test_a_kettle_in_a_house_of_kettles_ends() -> None:
    """It has run for 100 s and may run for 114 more; six of the eight were over by then."""
    assert chance(kettle(4500, KETTLES), beside(4500)) == 75


def test_nothing_is_known_of_a_house_at_first() -> None:
    assert chance(kettle(4500, ()), beside(4500)) == 0
    assert chance(kettle(4500, KETTLES[:4]), beside(4500)) == 0
    assert chance(kettle(4500, KETTLES[:5]), beside(4500)) == 100


def test_loads_of_another_size_tell_nothing() -> None:
    other = tuple(Run(2600, run.seconds) for run in KETTLES)
    assert chance(kettle(4500, other), beside(4500)) == 0


def test_loads_that_go_on_do_not_end() -> None:
    ovens = tuple(Run(2100, run.seconds) for run in OVENS)
    assert chance(kettle(4500, ovens), beside(4500)) == 0


def test_the_nearest_in_size_say_most() -> None:
    """Twenty ovens of nearly that size, and as many kettles a little further away."""
    ovens = tuple(Run(2120, 700) for _ in range(20))
    kettles = tuple(Run(2350, 120) for _ in range(20))
    assert chance(kettle(4500, (*kettles, *ovens)), beside(4500)) == 0
    assert chance(kettle(4500, kettles), beside(4500)) == 100


def test_one_in_ten() -> None:
    ovens = tuple(Run(2100, run.seconds) for run in OVENS)
    # 4700 W leave a kettle 128 seconds in all.
    assert chance(kettle(4700, (*ovens, Run(2100, 120))), beside(4700)) == 100 // 9
    assert chance(kettle(4700, (*ovens, *ovens, *ovens, Run(2100, 120))), beside(4700)) == 0


def test_a_load_that_has_lasted_longer_than_any_goes_on() -> None:
    late = Loads(rises=(Rise(begin_utc=QUARTER + 250, base_w=4500, size_w=2100),), runs=KETTLES)
    assert chance(late, beside(4500)) == 0


def test_what_is_too_much_without_the_kettle_does_not_end() -> None:
    assert chance(kettle(5100, KETTLES), beside(5100)) == 0


def test_what_is_not_too_much_need_not_end() -> None:
    assert chance(kettle(2000, KETTLES), beside(2000)) == 0


def test_two_loads_of_which_one_suffices() -> None:
    """Each ends in time in half of the cases: together they fail in a quarter of them."""
    half = (*(Run(2100, 160) for _ in range(5)), *(Run(2100, 900) for _ in range(5)))
    two = (
        Rise(begin_utc=QUARTER + 400, base_w=300, size_w=2100),
        Rise(begin_utc=QUARTER + 400, base_w=2400, size_w=2100),
    )
    demand_w = (300 * 500 + 4200 * 100) // 900
    either = forecast(second=500, demand_w=demand_w, power_w=4500, target_w=2000)
    assert chance(Loads(rises=two, runs=half), either) == 75
    both_needed = forecast(second=500, demand_w=demand_w, power_w=4500, target_w=1100)
    assert chance(Loads(rises=two, runs=half), both_needed) == 25
    assert chance(Loads(rises=two[:1], runs=half), either) == 50


@given(
    st.lists(st.builds(Rise, begin_utc=st.integers(QUARTER - 900, QUARTER + 500), base_w=st.integers(0, 5000),
                       size_w=st.integers(1000, 9000)), max_size=5),
    st.lists(st.builds(Run, st.integers(1000, 9000), st.integers(30, 900)), max_size=KEPT_RUNS),
    st.integers(0, 12000), st.integers(0, 9000), st.integers(2500, 9000), st.integers(0, 899),
)  # fmt: skip
def test_a_chance_is_one_and_more_room_makes_it_no_smaller(
    rises: list[Rise], runs: list[Run], power_w: int, demand_w: int, target_w: int, second: int
) -> None:
    loads = Loads(rises=tuple(rises), runs=tuple(runs))
    ahead = forecast(second=second, demand_w=demand_w, power_w=power_w, target_w=target_w)
    found = chance_to_end(loads, ahead, QUARTER + second)
    assert 0 <= found <= 100
    if ahead.certain:
        assert found == 0
    wider = forecast(second=second, demand_w=demand_w, power_w=power_w, target_w=target_w + 200)
    if wider.projected_w > wider.target_w:
        assert chance_to_end(loads, wider, QUARTER + second) >= found


def test_what_a_message_may_have_ended_is_not_learned() -> None:
    """Told, the family switches the car off; another evening it is full after as long by itself."""
    off: Load = lambda second: 500 + (7400 if 100 <= second < 400 else 0)  # noqa: E731 - a load like the others
    acted = watch(observations(off, Reading.BOARD, seconds=range(-60, 900)))
    assert acted.warnings
    assert acted.state.loads.runs == ()
    alone = watch(observations(off, Reading.BOARD, seconds=range(-60, 900)), Settings(goal_w=9000))
    assert not alone.warnings
    assert len(alone.state.loads.runs) == 1


def test_what_goes_on_in_spite_of_a_message_is_learned() -> None:
    told = watch(observations(running(500, 7400, 100, 3000), Reading.BOARD, seconds=range(-60, 1800)))
    assert told.warnings
    assert [run.seconds for run in told.state.loads.runs] == [900]


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


@settings(max_examples=60, deadline=None)
@given(st.integers(60, 600), st.integers(60, 900), st.integers(0, 2500), st.integers(60, 600))
def test_whatever_is_waited_for_an_oven_that_is_switched_on_meanwhile_makes_no_message_late(
    begin: int, usual: int, watt: int, later: int
) -> None:
    state = State(memory=Memory(since_utc=QUARTER - 86_400), loads=Loads(runs=(Run(2100, usual),) * 20))
    load: Load = lambda second: (  # noqa: E731 - a load like the others
        4300 + (2100 if second >= begin else 0) + (watt if second >= begin + later else 0)
    )
    diary = watch(observations(load, Reading.BOARD, seconds=range(-60, 900)), Settings(goal_w=4800), state=state)
    certain, told = diary.person.get(Level.CERTAIN), diary.red(diary.person)
    # From a minute after its begin on the kettle alone is seen to be too much.
    if certain is not None and certain >= begin + 150:
        assert told is not None
        assert told <= certain - 60


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
