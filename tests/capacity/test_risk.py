"""What is told, and when: warnings, new month peaks and finished quarters."""

from dataclasses import asdict, replace

import pytest

from custom_components.digimon.capacity.events import NewMonthPeak, QuarterFinished
from custom_components.digimon.capacity.level import Level
from custom_components.digimon.capacity.months import month_at
from custom_components.digimon.capacity.offtake import Observation
from custom_components.digimon.capacity.peaks import RunningPeak
from custom_components.digimon.capacity.risk import advance, steady_limit
from custom_components.digimon.capacity.state import Memory, Settings, State
from tests.simulator.brute_force import utc

from .replay import QUARTER, REGISTER, Load, Reading, observations, peak, watch

SETTINGS = Settings()


def steady(power_w: int) -> Load:
    return lambda _: power_w


def test_a_warning_says_what_a_person_needs() -> None:
    diary = watch(observations(steady(3500), Reading.CABLE, seconds=range(900)))
    ((second, warning),) = diary.warnings
    assert second == 210
    assert (warning.quarter_utc, warning.time_utc) == (QUARTER, QUARTER + 210)
    assert warning.level is Level.HIGH
    assert warning.power_w == 3500
    assert abs(warning.projected_w - 3500) < 5
    assert warning.target_w == 2500
    assert warning.month_peak_w is None
    assert warning.act_by_utc is not None
    assert abs(warning.act_by_utc - (QUARTER + 450)) < 5


def test_a_quarter_is_warned_of_once() -> None:
    """Up, down and up again."""
    diary = watch(observations(lambda second: 200 if 250 <= second < 600 else 6000, Reading.CABLE, seconds=range(900)))
    assert [second for second, _ in diary.warnings] == [60]


def shed_and_on_again(second: int) -> int:
    """Five minutes of 5 kW that somebody ends, and 3.5 kW all of the next quarter: both were to end at 3.5 kW.

    The first message was in vain, so the next one waits until it is pressing.
    """
    if second < 900:
        return 5000 if 300 <= second < 600 else 500
    return 3500


@pytest.mark.parametrize(("cooldown", "second"), [(0, 1416), (900, 1416), (1100, None), (1800, None)])
def test_as_bad_as_foretold_waits_for_the_cooldown(cooldown: int, second: int | None) -> None:
    settings = Settings(cooldown_seconds=cooldown)
    diary = watch(observations(shed_and_on_again, Reading.CABLE, seconds=range(1800)), settings)
    times = [time for time, _ in diary.warnings]
    expected = times[0] + cooldown if second is None else second
    assert times == ([times[0], expected] if expected <= 1740 else [times[0]])


def test_worse_than_foretold_is_told_in_spite_of_the_cooldown() -> None:
    """A car that begins to charge late in one quarter takes all of the next."""
    load: Load = lambda second: 500 if second < 620 else 7900  # noqa: E731 - a load like the others
    ((first, before), (second, after)) = watch(
        observations(load, Reading.CABLE, seconds=range(1800)), Settings(goal_w=2600)
    ).warnings
    assert second - first < 900
    assert after.projected_w > before.projected_w + 3000


def test_nobody_is_warned_in_the_last_minute() -> None:
    """12 kW from second 835: certain in the last minute, and nothing to be done."""
    load: Load = lambda second: 2000 if second < 835 else 12_000  # noqa: E731 - a load like the others
    diary = watch(observations(load, Reading.CABLE, seconds=range(900)))
    assert diary.person[Level.CERTAIN] > 840
    assert diary.warnings == []


def test_what_is_certain_before_it_was_high_is_told_too() -> None:
    diary = watch(observations(steady(60_000), Reading.CABLE, seconds=range(900)))
    ((second, warning),) = diary.warnings
    assert second < 60
    assert warning.level is Level.CERTAIN


@pytest.mark.parametrize("month_peak_w", [2600, 4000])
def test_up_to_the_month_peak_it_costs_nothing(month_peak_w: int) -> None:
    seen = (
        replace(observation, month_peak=peak(month_peak_w))
        for observation in observations(steady(2600), Reading.CABLE, seconds=range(900))
    )
    diary = watch(seen)
    assert diary.warnings == []
    assert Level.HIGH not in diary.person


def test_up_to_the_own_goal_nobody_is_disturbed() -> None:
    diary = watch(observations(steady(4900), Reading.CABLE, seconds=range(900)), Settings(goal_w=5000))
    assert diary.warnings == []
    assert Level.WATCH in diary.person


def test_a_finished_quarter_is_told_once() -> None:
    diary = watch(observations(steady(2600), Reading.CABLE, seconds=range(1805)))
    assert diary.finished == [
        QuarterFinished(start_utc=QUARTER, power_w=2600),
        QuarterFinished(start_utc=QUARTER + 900, power_w=2600),
    ]


@pytest.mark.parametrize("reading", Reading)
def test_every_way_of_reading_tells_finished_quarters(reading: Reading) -> None:
    diary = watch(observations(lambda second: 2600 + second % 60, reading, seconds=range(1810)))
    first, second = diary.finished
    assert (first.start_utc, second.start_utc) == (QUARTER, QUARTER + 900)
    assert abs(first.power_w - 2630) < 10
    assert abs(second.power_w - 2630) < 10


def test_a_quarter_whose_end_was_not_seen_is_not_told() -> None:
    seen = list(observations(steady(2600), Reading.BOARD, seconds=range(1000)))
    diary = watch(observation for observation in seen if not 860 <= observation.time_utc - QUARTER < 930)
    assert diary.finished == []


def peak_at(observation: Observation, power_w: int, quarter: int = QUARTER) -> Observation:
    """The same observation with a month peak, set by the quarter that ended last."""
    return replace(observation, month_peak=RunningPeak(power_w=power_w, start_utc=quarter))


def told(*powers_w: int | None, memory: Memory | None = None) -> list[NewMonthPeak]:
    """What is told when 1.6.0 shows these peaks, one after the end of each quarter."""
    state = State(memory=memory or Memory(since_utc=QUARTER - 86_400, month=month_at(QUARTER).number))
    peaks = []
    for number, power_w in enumerate(powers_w):
        now = Observation(time_utc=QUARTER + 900 * number + 20, power_w=300, demand_w=0)
        if power_w is not None:
            now = peak_at(now, power_w, QUARTER + 900 * (number - 1))
        state, events = advance(state, now, SETTINGS)
        peaks += [event for event in events if isinstance(event, NewMonthPeak)]
    return peaks


def test_a_new_month_peak() -> None:
    assert told(None, 3000, 3000) == [NewMonthPeak(start_utc=QUARTER, before_w=None, after_w=3000)]


def test_below_the_floor_it_costs_nothing() -> None:
    assert told(None, 1000, 2000, 2549) == []
    assert [event.after_w for event in told(None, 1000, 2550)] == [2550]


def test_a_rise_that_is_too_small_for_a_message_is_not_forgotten() -> None:
    assert [(event.before_w, event.after_w) for event in told(None, 3000, 3030, 3060, 3090)] == [
        (None, 3000),
        (3000, 3060),
    ]


def test_a_peak_from_before_we_watched_is_no_news() -> None:
    memory = Memory(since_utc=QUARTER, month=month_at(QUARTER).number)
    assert told(4000, 4000, memory=memory) == []
    assert [(event.before_w, event.after_w) for event in told(4000, 5000, memory=memory)] == [(4000, 5000)]
    # The exchanged meter that lists a lower one later.
    assert told(4000, 4000, 3000, memory=memory) == []


def test_a_peak_while_we_were_away_is_news() -> None:
    memory = Memory(since_utc=QUARTER - 86_400, month=month_at(QUARTER).number, month_peak_w=4000, told_peak_w=4000)
    assert [(event.before_w, event.after_w) for event in told(5000, memory=memory)] == [(4000, 5000)]


@pytest.mark.parametrize("days", [-9000, -40, 40])
@pytest.mark.parametrize("is_old", [False, True])
def test_a_clock_that_is_wrong_for_a_minute_makes_no_peak_news_again(days: int, *, is_old: bool) -> None:
    """Neither one that was told, nor one from before we watched."""
    state = State(memory=Memory(since_utc=QUARTER + 900 if is_old else QUARTER))
    shown = RunningPeak(power_w=3000, start_utc=QUARTER)
    peaks: list[NewMonthPeak] = []
    wrong = QUARTER + 1000 + days * 86_400
    for time_utc in (QUARTER + 1000, wrong, wrong + 60, QUARTER + 1120, QUARTER + 1130):
        state, events = advance(state, Observation(time_utc=time_utc, month_peak=shown), SETTINGS)
        peaks += [event for event in events if isinstance(event, NewMonthPeak)]
    assert len(peaks) == (0 if is_old else 1)
    higher = RunningPeak(power_w=4000, start_utc=QUARTER + 900)
    _, events = advance(state, Observation(time_utc=QUARTER + 1805, month_peak=higher), SETTINGS)
    assert [(event.before_w, event.after_w) for event in events if isinstance(event, NewMonthPeak)] == [(3000, 4000)]


def test_a_peak_that_is_missing_once_is_not_lost() -> None:
    state = State()
    state, _ = advance(
        state, peak_at(Observation(time_utc=QUARTER, power_w=100, demand_w=0), 4000, QUARTER - 900), SETTINGS
    )
    state, _ = advance(state, Observation(time_utc=QUARTER + 20, power_w=100, demand_w=2), SETTINGS)
    assert state.forecast is not None
    assert state.forecast.target_w == 4000


def test_a_meter_without_peak_registers_gets_its_own() -> None:
    """Two quarters of 3 kW: the second is no peak, and the first has become the target."""
    diary = watch(observations(steady(3000), Reading.OLD_CABLE, seconds=range(1805)))
    assert diary.peaks == [NewMonthPeak(start_utc=QUARTER, before_w=None, after_w=3000)]
    assert diary.state.memory.month_peak_w == 3000
    assert [second for second, _ in diary.warnings] == [435]


def midnight_load(seconds: range, reading: Reading = Reading.CABLE) -> list[Observation]:
    return list(observations(steady(3000), reading, quarter=utc("2026-07-01"), seconds=seconds))


def test_at_local_midnight_of_the_first_everything_begins_anew() -> None:
    """The meter goes on showing June's peak for half a minute: it is none of July's."""
    midnight = utc("2026-07-01")
    june = RunningPeak(power_w=5000, start_utc=utc("2026-06-10T18:00"))
    seen = [
        replace(observation, month_peak=june if observation.time_utc < midnight + 30 else None)
        for observation in midnight_load(range(-900, 900))
    ]
    state = State(memory=Memory(since_utc=midnight - 86_400))
    targets = []
    for observation in seen:
        state, _ = advance(state, observation, SETTINGS)
        assert state.forecast is None or state.forecast.target_w in {2500, 5000}
        targets.append(2500 if state.forecast is None else state.forecast.target_w)
    assert targets[899] == 5000
    assert targets[900] == 2500
    assert targets[-1] == 2500


def test_the_last_quarter_of_a_month_is_no_peak_of_the_next() -> None:
    midnight = utc("2026-07-01")
    diary = watch(iter(midnight_load(range(-900, 100), Reading.OLD_CABLE)), quarter=midnight)
    assert [event.start_utc for event in diary.finished] == [midnight - 900]
    assert diary.peaks == []
    assert diary.state.memory.month_peak_w is None


def test_the_first_quarter_of_a_month_is() -> None:
    midnight = utc("2026-07-01")
    diary = watch(iter(midnight_load(range(1000), Reading.OLD_CABLE)), quarter=midnight)
    assert [event.start_utc for event in diary.peaks] == [midnight]


@pytest.mark.parametrize("midnight", ["2026-03-01", "2026-04-01", "2026-10-01", "2026-11-01", "2027-01-01"])
def test_a_new_month_on_either_side_of_a_clock_change(midnight: str) -> None:
    start = utc(midnight)
    state = State(memory=Memory(since_utc=start - 86_400))
    for instant, month_peak in ((start - 1, 5000), (start, None)):
        now = Observation(time_utc=instant, power_w=100, demand_w=0)
        if month_peak is not None:
            now = peak_at(now, month_peak, start - 9000)
        state, _ = advance(state, now, SETTINGS)
        assert state.memory.month_peak_w == month_peak
        assert state.memory.month == month_at(instant).number


@pytest.mark.parametrize("changed", ["2026-03-29T03:00", "2026-10-25T02:00+01:00"])
def test_a_clock_change_is_like_any_other_quarter(changed: str) -> None:
    """In UTC nothing happens: the hour that is skipped or repeated has its quarters at their time."""
    start = utc(changed)
    plain = watch(observations(steady(3500), Reading.CABLE, seconds=range(-900, 1800)))
    moved = watch(observations(steady(3500), Reading.CABLE, quarter=start, seconds=range(-900, 1800)), quarter=start)
    assert [second for second, _ in moved.events] == [second for second, _ in plain.events]
    assert moved.person == plain.person


def test_a_repeated_answer_changes_nothing() -> None:
    state = State()
    for observation in observations(steady(3500), Reading.CABLE, seconds=range(0, 900, 1)):
        state, _ = advance(state, observation, SETTINGS)
        again, events = advance(state, observation, SETTINGS)
        assert again is state
        assert events == ()
        again, events = advance(state, replace(observation, time_utc=observation.time_utc - 30, power_w=9000), SETTINGS)
        assert again is state
        assert events == ()


def test_a_clock_that_was_set_back_begins_anew() -> None:
    seen = list(observations(steady(3500), Reading.CABLE, seconds=range(800)))
    diary = watch(iter(seen))
    assert diary.state.level is Level.CERTAIN
    state, events = advance(diary.state, seen[400], SETTINGS)
    assert events == ()
    assert state.offtake is not None
    assert state.offtake.last == seen[400]
    assert state.level is Level.OK


def test_a_time_to_come_is_forgotten() -> None:
    """A clock that was a year ahead, and what was stored then."""
    future = QUARTER + 365 * 86_400
    memory = Memory(since_utc=future, warned_utc=future, warned_w=99_999)
    seen = (
        replace(observation, month_peak=peak(5000, back=-1) if observation.time_utc >= QUARTER + 1800 else None)
        for observation in observations(steady(3500), Reading.CABLE, seconds=range(1900))
    )
    diary = watch(seen, state=State(memory=memory))
    assert diary.warnings[0][0] == 210
    assert [event.after_w for event in diary.peaks] == [3500, 5000]


def test_after_silence_a_rise_has_to_last_anew() -> None:
    seen = list(observations(steady(6000), Reading.CABLE, seconds=range(200)))
    quick = watch(observation for observation in seen if observation.time_utc - QUARTER not in range(61, 90))
    assert quick.red(quick.person) == 60
    silent = watch(observation for observation in seen if observation.time_utc - QUARTER not in range(20, 100))
    assert silent.red(silent.person) == 130


def test_nothing_is_known_before_there_is_energy_and_power() -> None:
    state, _ = advance(State(), Observation(time_utc=QUARTER + 5, power_w=9000, demand_w=8000), SETTINGS)
    assert (state.level, state.automation_level, state.forecast) == (None, None, None)
    state, _ = advance(state, Observation(time_utc=QUARTER + 20, demand_w=100), SETTINGS)
    assert state.level is Level.OK
    blind, _ = advance(State(), Observation(time_utc=QUARTER + 20, demand_w=100), SETTINGS)
    assert blind.level is None


def test_a_level_outlives_an_answer_without_values() -> None:
    seen = list(observations(steady(6000), Reading.CABLE, seconds=range(100)))
    diary = watch(iter(seen))
    state, events = advance(diary.state, Observation(time_utc=QUARTER + 100), SETTINGS)
    assert (state.forecast, state.level, events) == (None, Level.HIGH, ())


def test_a_silent_meter_leaves_a_little_less_than_the_target() -> None:
    settings = Settings(goal_w=4000)
    diary = watch(observations(steady(500), Reading.CABLE, seconds=range(300)), settings)
    assert diary.state.forecast is not None
    assert steady_limit(diary.state, settings, age_seconds=30) == diary.state.forecast.steady_w == 3900
    assert steady_limit(diary.state, settings, age_seconds=31) == 3850
    assert steady_limit(State(), SETTINGS, age_seconds=0) == 2350
    assert steady_limit(State(memory=Memory(month_peak_w=5000)), SETTINGS, age_seconds=0) == 4850


def test_the_steady_limit_prevents_a_peak_when_it_is_kept() -> None:
    """A charger that takes what is left, a base load that jumps, and a quarter that stays under the target."""
    settings = Settings(goal_w=4000)
    state = State()
    energy = 0
    for second in range(900):
        base = 2200 if second % 120 < 40 else 700
        now = Observation(
            time_utc=QUARTER + second, power_w=base, demand_w=energy // 900, register_wh=REGISTER + energy // 3600
        )
        state, _ = advance(state, now, settings)
        charger = max(0, steady_limit(state, settings, age_seconds=0) - base)
        energy += base + charger
    assert 3700 < energy // 900 <= 4000


def test_memory_is_made_of_numbers() -> None:
    diary = watch(observations(steady(3500), Reading.CABLE, seconds=range(1805)))
    stored = asdict(diary.state.memory)
    assert all(value is None or isinstance(value, int) for value in stored.values())
    assert Memory(**stored) == diary.state.memory
