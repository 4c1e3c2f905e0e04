"""Watches over the quarters: from one observation of the meter to the next, what changes and what is to be told.

`advance` is a pure function on the meter's own clock. Its state is small and holds for one quarter; what outlives it
is its `Memory`, plain numbers that can be stored, so that a restart repeats no message and forgets no peak.
"""

from dataclasses import replace

from ..core.clock import INTERVAL_SECONDS, QUARTER_SECONDS
from .events import Event, NewMonthPeak, PeakWarning, QuarterFinished
from .forecast import STALE_MARGIN_W, Forecast, forecast, target
from .habits import Loads, Run, chance_to_end, follow_loads
from .level import Level, climb, is_due_for_automation, is_due_for_person, person_sheds
from .months import month_at
from .offtake import STALE_SECONDS, Intervals, Observation, Offtake, follow, observe_intervals
from .peaks import FLOOR_W, RunningPeak
from .selfcheck import count_deviations
from .state import Memory, Settings, State

NEW_PEAK_W = 50
"""Less than this more is not worth a message."""

# Later in the quarter nobody can do anything.
_WARN_BEFORE_END_SECONDS = 60
# The last observation of a quarter tells its mean when no more of it was left.
_TELLS_THE_END_SECONDS = 30


def advance(state: State, now: Observation, settings: Settings) -> tuple[State, tuple[Event, ...]]:
    """Take an observation.

    One that is not later than the last, because an answer was repeated or the meter's clock was set back a little,
    changes nothing.

    :returns: the new state, and what happened, in order of time.
    """
    before = state.offtake
    if before is not None and now.time_utc <= before.last.time_utc:
        if before.last.time_utc - now.time_utc <= STALE_SECONDS:
            return state, ()
        # The clock was set back: what was known belongs to a time that is not there any more.
        state, before = State(memory=state.memory, loads=state.loads.without_rises()), None
    offtake = follow(before, now)
    was_silent = before is not None and now.time_utc - before.last.time_utc > STALE_SECONDS
    loads = follow_loads(state.loads.without_rises() if was_silent else state.loads, offtake, state.memory.warned_utc)
    events: list[Event] = []
    finished = None
    if before is not None and before.last.quarter_utc != now.quarter_utc:
        finished = _finish(before, state.forecast, offtake)
        memory = state.memory
        if finished is not None:
            events.append(finished)
            memory = _judge(memory, finished, state.forecast)
        state = State(memory=memory)
    elif was_silent:
        state = replace(state, person=state.person.without_evidence(), automation=state.automation.without_evidence())
    memory, risen = _remember(state.memory, now, finished)
    memory = replace(memory, deviations=count_deviations(memory.deviations, before, offtake))
    if risen is not None:
        events.append(risen)
    state = _look_ahead(replace(state, memory=memory, loads=loads, offtake=offtake), settings)
    state, warning = _warn(state, settings)
    if warning is not None:
        events.append(warning)
    return state, tuple(events)


def resume(now: Observation, settings: Settings, memory: Memory | None = None, runs: tuple[Run, ...] = ()) -> State:
    """The state just before an observation, as if there had been no restart.

    Levels are regained from the intervals of the running quarter, as far as they are known. Nothing that happened
    before is told; what is still to be told the next `advance`, with this same observation, does.

    :param memory: as it was stored.
    :param runs: how long loads ran, as it was stored.
    """
    kept = Memory() if memory is None else memory
    state = State(memory=kept, loads=Loads(runs=runs))
    for number in range(1, (now.second - 1) // INTERVAL_SECONDS + 1):
        powers_w = now.powers_w[:number]
        if len(powers_w) == number:
            passed = observe_intervals(Intervals(start_utc=now.quarter_utc, powers_w=powers_w), now.month_peak)
            state, _ = advance(state, passed, settings)
    return replace(state, memory=kept, loads=replace(state.loads, runs=runs))


def steady_limit(state: State, settings: Settings, *, age_seconds: int) -> int:
    """What chargers and batteries may take, in W.

    When it is not known how the quarter stands, as when the meter fell silent, a little less than the target: so much
    can run for the whole of any quarter.

    :param age_seconds: since the meter last said something, by a clock that went on.
    """
    if state.forecast is None or age_seconds > STALE_SECONDS:
        return target(state.memory.month_peak_w, settings.goal_w) - STALE_MARGIN_W
    return state.forecast.steady_w


def _finish(before: Offtake, last: Forecast | None, after: Offtake) -> QuarterFinished | None:
    """The mean of the quarter that ended between two observations; None when they do not tell it."""
    start_utc = before.last.quarter_utc
    power_w = after.mean_of_quarter_before(before)
    if power_w is None and last is not None and QUARTER_SECONDS - before.last.second <= _TELLS_THE_END_SECONDS:
        power_w = last.projected_w
    return None if power_w is None else QuarterFinished(start_utc=start_utc, power_w=power_w)


def _judge(memory: Memory, finished: QuarterFinished, last: Forecast | None) -> Memory:
    """Count the message of a quarter that stayed within its target.

    Whether somebody acted on it or it would have come to nothing is not to be told apart: the power falls both times.
    """
    end_utc = finished.start_utc + QUARTER_SECONDS
    if last is None or memory.warned_utc is None or not finished.start_utc <= memory.warned_utc < end_utc:
        return memory
    return memory if finished.power_w > last.target_w else replace(memory, in_vain=memory.in_vain + 1)


def _remember(memory: Memory, now: Observation, finished: QuarterFinished | None) -> tuple[Memory, NewMonthPeak | None]:
    """Keep the month peak, and tell when it rose."""
    month = month_at(now.time_utc)
    # A clock that was ahead for a while has left us a time to come.
    since_utc = now.time_utc if memory.since_utc is None else min(memory.since_utc, now.time_utc)
    memory = replace(memory, since_utc=since_utc)
    if memory.month != month.number:
        memory = replace(memory, month=month.number, month_peak_w=None, told_peak_w=None, in_vain=0)
    peak = now.month_peak if now.month_peak is None or now.month_peak.month == month else None
    if peak is None and finished is not None and finished.power_w > (memory.month_peak_w or 0):
        # A meter without peak registers, or one that shows the new peak a little later.
        own = RunningPeak(power_w=finished.power_w, start_utc=finished.start_utc)
        peak = own if own.month == month else None
    if peak is None:
        # A meter that does not tell its peak once has not lost it.
        return memory, None
    memory = replace(memory, month_peak_w=peak.power_w)
    told_w = memory.told_peak_w
    if told_w is None and (peak.start_utc + QUARTER_SECONDS <= since_utc or peak.start_utc == memory.told_utc):
        return replace(memory, told_peak_w=peak.power_w, told_utc=peak.start_utc), None
    if peak.start_utc + QUARTER_SECONDS <= since_utc:
        return memory, None
    if peak.power_w < max(FLOOR_W, told_w or 0) + NEW_PEAK_W:
        return memory, None
    risen = NewMonthPeak(start_utc=peak.start_utc, before_w=told_w, after_w=peak.power_w)
    return replace(memory, told_peak_w=peak.power_w, told_utc=peak.start_utc), risen


def _look_ahead(state: State, settings: Settings) -> State:
    """Make the forecast, and climb or leave the levels by it."""
    offtake = state.offtake
    energy = None if offtake is None else offtake.energy(trust_demand=state.trusts_demand)
    if offtake is None or energy is None or offtake.power_w is None:
        return replace(state, forecast=None)
    ahead = forecast(
        second=offtake.last.second,
        demand_w=energy.demand_w,
        least_w=energy.least_w,
        power_w=offtake.power_w,
        sudden_w=offtake.sudden_w,
        target_w=target(state.memory.month_peak_w, settings.goal_w),
        margin_w=settings.margin_w,
        connection_w=settings.connection_w,
    )
    is_due = is_due_for_person(
        ahead,
        settings.lead_seconds,
        settings.shed_w,
        chance_percent=chance_to_end(state.loads, ahead, offtake.last.time_utc),
        in_vain=state.memory.in_vain,
    )
    for_person = ahead.at_the_last_moment() if state.memory.in_vain else ahead
    for_automation = is_due_for_automation(ahead, settings.automation_lead_seconds, settings.shed_w)
    return replace(
        state,
        forecast=ahead,
        person=climb(state.person, for_person, is_due=is_due),
        automation=climb(state.automation, ahead, is_due=for_automation),
    )


def _warn(state: State, settings: Settings) -> tuple[State, PeakWarning | None]:
    """Tell a person, once per quarter and not too often, while something can be done."""
    ahead, offtake = state.forecast, state.offtake
    if ahead is None or offtake is None or state.person.level not in {Level.HIGH, Level.CERTAIN}:
        return state, None
    now = offtake.last
    if QUARTER_SECONDS - now.second < _WARN_BEFORE_END_SECONDS or _was_told(state.memory, now, ahead, settings):
        return state, None
    act_by = ahead.act_by_shedding(person_sheds(ahead, settings.shed_w))
    warning = PeakWarning(
        time_utc=now.time_utc,
        quarter_utc=now.quarter_utc,
        level=state.person.level,
        projected_w=ahead.projected_w,
        target_w=ahead.target_w,
        power_w=ahead.power_w,
        month_peak_w=state.memory.month_peak_w,
        act_by_utc=None if act_by is None else now.quarter_utc + act_by,
    )
    return replace(state, memory=replace(state.memory, warned_utc=now.time_utc, warned_w=ahead.projected_w)), warning


def _was_told(memory: Memory, now: Observation, ahead: Forecast, settings: Settings) -> bool:
    """Whether a person knows already: of this quarter, or of one just before that promised to be as high."""
    if memory.warned_utc is None or memory.warned_utc > now.time_utc:
        return False
    if memory.warned_utc >= now.quarter_utc:
        return True
    is_worse = memory.warned_w is None or ahead.projected_w >= memory.warned_w + NEW_PEAK_W
    return now.time_utc - memory.warned_utc < settings.cooldown_seconds and not is_worse
