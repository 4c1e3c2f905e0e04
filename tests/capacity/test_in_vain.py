"""After a message whose quarter stayed within its target, the rest of the month is told as late as a minute allows."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custom_components.digimon.capacity.habits import Loads, Run
from custom_components.digimon.capacity.level import Level
from custom_components.digimon.capacity.months import month_at
from custom_components.digimon.capacity.offtake import Observation
from custom_components.digimon.capacity.risk import advance, resume
from custom_components.digimon.capacity.state import Memory, Settings, State
from tests.simulator.brute_force import utc

from .replay import QUARTER, Load, Reading, observations, watch
from .test_loads import CASES
from .test_properties import few, loads, targets

FALSE_ALARM = CASES["hob and kettle"].load
SETTINGS = Settings()
readings = st.sampled_from([Reading.CABLE, Reading.BOARD])
in_vains = st.integers(1, 5)


def kept(in_vain: int, quarter: int = QUARTER) -> Memory:
    return Memory(since_utc=quarter - 86_400, month=month_at(quarter).number, in_vain=in_vain)


def state_with(in_vain: int, runs: tuple[Run, ...] = ()) -> State:
    return State(memory=kept(in_vain), loads=Loads(runs=runs))


def steady(power_w: int) -> Load:
    return lambda _: power_w


@pytest.mark.parametrize("reading", Reading)
def test_a_message_whose_quarter_stayed_within_its_target_was_in_vain(reading: Reading) -> None:
    diary = watch(observations(FALSE_ALARM, reading))
    assert [second for second, _ in diary.warnings] == [diary.red(diary.person)]
    assert diary.state.memory.in_vain == 1


@pytest.mark.parametrize("reading", Reading)
def test_a_message_that_came_true_was_not(reading: Reading) -> None:
    diary = watch(observations(steady(3500), reading))
    assert len(diary.warnings) == 1
    assert diary.state.memory.in_vain == 0


def test_a_quarter_without_a_message_counts_for_nothing() -> None:
    diary = watch(observations(CASES["kettle, 3 minutes"].load, Reading.CABLE), state=state_with(2))
    assert diary.finished
    assert diary.state.memory.in_vain == 2


def test_who_acted_is_counted_alike() -> None:
    """A car that somebody stops is for the meter what a load is that ends by itself."""
    diary = watch(observations(lambda second: 500 if second >= 180 else 7900, Reading.CABLE, seconds=range(905)))
    assert [second for second, _ in diary.warnings] == [60]
    assert diary.state.memory.in_vain == 1


def test_a_quarter_whose_end_was_not_seen_is_not_judged() -> None:
    seen = [now for now in observations(FALSE_ALARM, Reading.CABLE) if not 800 <= now.time_utc - QUARTER < 901]
    diary = watch(iter(seen))
    assert len(diary.warnings) == 1
    assert diary.state.memory.in_vain == 0


@pytest.mark.parametrize(("in_vain", "second"), [(0, 210), (1, 515), (2, 515)])
def test_then_a_message_waits_until_it_is_pressing(in_vain: int, second: int) -> None:
    """3.5 kW pass 2.5 at second 645; with an oven more from second 515 on they would within 75 seconds."""
    diary = watch(observations(steady(3500), Reading.CABLE), state=state_with(in_vain))
    assert [told for told, _ in diary.warnings] == [second]


def kettle_beside(second: int) -> int:
    """2 kW all the time, and 2.1 kW more from second 600 on: 2.5 kW is passed at second 858."""
    return 2000 if second < 600 else 4100


@pytest.mark.parametrize(("go_on", "in_vain", "told"), [(3, 0, 720), (3, 1, 736), (1, 0, 782), (1, 1, 791)])
def test_what_ends_as_likely_as_not_is_told_at_the_last_moment(go_on: int, in_vain: int, told: int) -> None:
    """For each load alike that ended in time there are one or three that did not."""
    runs = (Run(2100, 200), *[Run(2100, 900)] * go_on) * 5
    diary = watch(observations(kettle_beside, Reading.CABLE), state=state_with(in_vain, runs))
    ((second, _),) = diary.warnings
    assert abs(second - told) <= 2


def test_the_turn_of_the_month_forgets() -> None:
    midnight = utc("2026-07-01")
    seen = observations(steady(3500), Reading.CABLE, quarter=midnight, seconds=range(-900, 900))
    chosen = Settings(cooldown_seconds=0)
    diary = watch(seen, chosen, state=State(memory=kept(3, midnight - 900)), quarter=midnight)
    assert [second for second, _ in diary.warnings] == [-900 + 516, 210]
    assert diary.state.memory.in_vain == 0


def test_a_message_of_the_last_quarter_is_none_of_the_next_month() -> None:
    midnight = utc("2026-07-01")
    load: Load = lambda second: FALSE_ALARM(second % 900) if second < 0 else 500  # noqa: E731 - a load like the others
    seen = observations(load, Reading.CABLE, quarter=midnight, seconds=range(-900, 60))
    diary = watch(seen, state=State(memory=kept(0, midnight - 900)), quarter=midnight)
    assert len(diary.warnings) == 1
    assert diary.state.memory.in_vain == 0


@few
@given(st.integers(2600, 12_000), in_vains, readings, st.integers(0, 4), st.booleans())
def test_a_steady_load_is_told_a_minute_before_it_is_certain_and_not_in_the_first_half(
    power_w: int,
    in_vain: int,
    reading: Reading,
    offset: int,
    ends_often: bool,  # noqa: FBT001 - a parameter
) -> None:
    """However often a message was in vain, and whatever loads alike did: this one goes on."""
    runs = (Run(power_w - 500, 120), Run(power_w - 500, 600)) * 5 if ends_often else ()
    load: Load = lambda second: power_w if second >= 0 else 500  # noqa: E731 - a load like the others
    certain = 2500 * 900 // power_w + 1
    diary = watch(observations(load, reading, offset=offset), state=state_with(in_vain, runs))
    ((second, _),) = diary.warnings
    # Nobody is told in the first minute.
    assert second <= max(certain - 60, 65)
    assert second >= min(certain - 150, 840) or second <= 65


@few
@given(loads(), in_vains, readings, targets)
def test_waiting_never_makes_a_message_earlier(load: Load, in_vain: int, reading: Reading, goal_w: int | None) -> None:
    chosen = Settings(goal_w=goal_w)
    seen = list(observations(load, reading, seconds=range(-60, 900)))
    eager, patient = (watch(iter(seen), chosen, state=state_with(number)) for number in (0, in_vain))
    assert len(patient.warnings) <= len(eager.warnings)
    for (early, _), (late, _) in zip(eager.warnings, patient.warnings, strict=False):
        assert early <= late


@few
@given(loads(), in_vains, readings, targets)
def test_automations_do_not_wait(load: Load, in_vain: int, reading: Reading, goal_w: int | None) -> None:
    chosen = Settings(goal_w=goal_w)
    seen = list(observations(load, reading, seconds=range(-60, 900)))
    assert watch(iter(seen), chosen, state=state_with(in_vain)).automation == watch(iter(seen), chosen).automation


@few
@given(st.sampled_from(sorted(CASES)), st.integers(100, 895), st.integers(0, 3))
@example("cycling oven", 188, 1)
def test_a_restart_changes_nothing(name: str, restart: int, in_vain: int) -> None:
    """Neither what is told in the quarter in which it falls, nor what is counted when that ends."""
    seen = list(observations(CASES[name].load, Reading.BOARD))
    whole = watch(iter(seen), state=state_with(in_vain))
    before = watch((now for now in seen if now.time_utc < QUARTER + restart), state=state_with(in_vain))
    rest = [now for now in seen if now.time_utc >= QUARTER + restart]
    memory, runs = before.state.memory, before.state.loads.runs
    after = watch(iter(rest), state=resume(rest[0], SETTINGS, memory, runs))
    assert [second for second, _ in before.warnings + after.warnings] == [second for second, _ in whole.warnings]
    assert after.state.memory.in_vain == whole.state.memory.in_vain


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 20), st.integers(-90, 90))
def test_it_is_kept_for_its_month_only(in_vain: int, days: int) -> None:
    later = QUARTER + days * 86_400
    state, _ = advance(State(memory=replace(kept(in_vain), since_utc=None)), Observation(time_utc=later), SETTINGS)
    assert state.memory.in_vain == (in_vain if month_at(later) == month_at(QUARTER) else 0)


def test_certain_is_told_all_the_same() -> None:
    diary = watch(observations(steady(60_000), Reading.CABLE, seconds=range(900)), state=state_with(3))
    ((second, warning),) = diary.warnings
    assert second < 60
    assert warning.level is Level.CERTAIN
