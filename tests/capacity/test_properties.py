"""What holds for any months and for any load."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.digimon.capacity.billing import Price, Vat, billed_kilowatt, cost_of_peak
from custom_components.digimon.capacity.level import Level
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.offtake import Observation
from custom_components.digimon.capacity.peaks import ListedPeak, MonthPeak, PeakSource, RunningPeak, month_peaks
from custom_components.digimon.capacity.risk import advance, resume
from custom_components.digimon.capacity.state import Memory, Settings, State

from .replay import QUARTER, Load, Reading, observations, watch

JUNE = Month(2026, 6)
many = settings(max_examples=60, deadline=None)
few = settings(max_examples=25, deadline=None)

powers = st.integers(0, 30_000)
months = st.integers(-20, 3).map(JUNE.plus)
by_month = st.dictionaries(months, powers, max_size=20)
listed = st.builds(ListedPeak, month=months, power_w=powers, quarter_id=st.none() | st.integers(1, 10))
known = st.lists(st.builds(MonthPeak, month=months, power_w=powers, source=st.sampled_from(PeakSource)), min_size=1)

# Multiples of 720 W, as 720 W in 5 seconds are 1 Wh: then registers, 1.4.0 and intervals tell exactly the same.
STEP_W = 720


@st.composite
def loads(draw: st.DrawFn, most_w: int = 11_520, step_w: int = STEP_W, quarters: int = 1) -> Load:
    """Appliances that run for some multiples of 5 seconds, over the quarter before and some more."""
    base = draw(st.integers(0, min(2, most_w // step_w))) * step_w
    runs = []
    left = (most_w - base) // step_w
    for _ in range(draw(st.integers(0, 4))):
        watt = draw(st.integers(0, left))
        left -= watt
        begin = draw(st.integers(-12, 180 * quarters)) * 5
        runs.append((begin, begin + draw(st.integers(1, 180)) * 5, watt * step_w))
    return lambda second: base + sum(watt for begin, end, watt in runs if begin <= second < end)


targets = st.sampled_from([None, 2500, 3000, 5000])


@many
@given(st.lists(listed), by_month, by_month, st.randoms())
def test_the_order_does_not_matter(
    entries: list[ListedPeak], entered: dict[Month, int], recorded: dict[Month, int], chance: object
) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # a Random of hypothesis
    first, second = (
        month_peaks(JUNE, listed=order, entered=given_, recorded=record)
        for order, given_, record in (
            (entries, entered, recorded),
            (shuffled, dict(reversed(entered.items())), dict(reversed(recorded.items()))),
        )
    )
    assert first == second
    assert [peak.month for peak in first.known] == sorted({peak.month for peak in first.known})
    assert billed_kilowatt(reversed(first.completed.months)) == billed_kilowatt(first.completed.months)


@many
@given(known)
def test_the_floor_comes_before_the_mean(peaks: list[MonthPeak]) -> None:
    kilowatt = billed_kilowatt(peaks)
    raised = [replace(peak, power_w=max(peak.power_w, 2500)) for peak in peaks]
    assert kilowatt == billed_kilowatt(raised)
    assert kilowatt is not None
    assert kilowatt >= Decimal("2.5")
    assert kilowatt <= Decimal(max(peak.counted_w for peak in peaks)) / 1000


@many
@given(known, st.integers(0, 30), st.integers(0, 20_000))
def test_a_higher_peak_never_makes_it_cheaper(peaks: list[MonthPeak], place: int, rise_w: int) -> None:
    before = billed_kilowatt(peaks)
    number = place % len(peaks)
    peaks[number] = replace(peaks[number], power_w=peaks[number].power_w + rise_w)
    after = billed_kilowatt(peaks)
    assert before is not None
    assert after is not None
    assert before <= after <= before + Decimal(rise_w) / 1000


@many
@given(st.lists(listed), by_month)
def test_months_that_nobody_knows_change_nothing(entries: list[ListedPeak], recorded: dict[Month, int]) -> None:
    plain = month_peaks(JUNE, listed=entries, recorded=recorded)
    void = [ListedPeak(month=JUNE.plus(-back), power_w=0, quarter_id=None) for back in range(30)]
    other = RunningPeak(power_w=9000, start_utc=QUARTER - 60 * 86_400)
    assert month_peaks(JUNE, listed=[*void, *entries], peak=other, recorded=recorded) == plain


@many
@given(st.lists(listed), by_month, by_month)
def test_a_window_is_twelve_months(
    entries: list[ListedPeak], entered: dict[Month, int], recorded: dict[Month, int]
) -> None:
    peaks = month_peaks(JUNE, listed=entries, entered=entered, recorded=recorded)
    for window, last in ((peaks.completed, JUNE.plus(-1)), (peaks.with_running, JUNE)):
        together = sorted([*(peak.month for peak in window.months), *window.missing])
        assert together == [last.plus(-back) for back in range(11, -1, -1)]


@many
@given(powers, powers, powers)
def test_a_new_peak_never_earns_money(power_w: int, more_w: int, month_peak_w: int) -> None:
    price = Price(net_per_kw_year=Decimal(50), vat=Vat.HOUSEHOLD, found=None)
    cost = cost_of_peak(price, power_w, month_peak_w)
    assert 0 <= cost <= cost_of_peak(price, power_w + more_w, month_peak_w)
    assert (cost == 0) == (power_w <= max(2500, month_peak_w))


def each(
    load: Load, reading: Reading, chosen: Settings, check: Callable[[Observation, State], None], quarters: int = 1
) -> None:
    """Check the state after every observation of some quarters."""
    state = State(memory=Memory(since_utc=QUARTER - 86_400))
    for observation in observations(load, reading, seconds=range(-60, 900 * quarters)):
        state, _ = advance(state, observation, chosen)
        check(observation, state)


@few
@given(loads(), st.sampled_from(Reading), targets)
def test_certain_is_true_and_stays(load: Load, reading: Reading, goal_w: int | None) -> None:
    """Never before the energy is above the target, and then until the quarter's end."""
    certain: set[int] = set()

    def check(observation: Observation, state: State) -> None:
        quarter = observation.quarter_utc
        if state.level is Level.CERTAIN:
            certain.add(quarter)
            begin = quarter - QUARTER
            energy = sum(load(second) for second in range(max(begin, -60), begin + observation.second))
            assert energy // 900 > max(2500, goal_w or 0)
        assert (quarter in certain) == (state.level is Level.CERTAIN)
        assert (quarter in certain) == (state.automation_level is Level.CERTAIN)

    each(load, reading, Settings(goal_w=goal_w), check)


@few
@given(loads(most_w=2500, step_w=20, quarters=2), st.sampled_from(Reading))
def test_no_alarm_up_to_two_and_a_half_kilowatts(load: Load, reading: Reading) -> None:
    diary = watch(observations(load, reading, seconds=range(-60, 1800)))
    assert diary.warnings == []
    assert diary.red(diary.person) is None
    assert diary.red(diary.automation) is None


@few
@given(loads(most_w=2250, step_w=10, quarters=2), st.sampled_from(Reading))
def test_not_even_watch_up_to_two_and_a_quarter(load: Load, reading: Reading) -> None:
    """On which the count of a whole year relies: it leaves out the middle of such quarters."""
    diary = watch(observations(load, reading, seconds=range(-60, 1800)))
    assert set(diary.person) | set(diary.automation) <= {Level.OK}


@few
@given(loads(), st.integers(3, 178), targets)
def test_a_restart_with_intervals_equals_none(load: Load, interval: int, goal_w: int | None) -> None:
    chosen = Settings(goal_w=goal_w)
    seen = list(observations(load, Reading.BOARD, seconds=range(900), offset=0))
    whole = watch(iter(seen), chosen)
    before = watch(iter(seen[:interval]), chosen)
    after = watch(iter(seen[interval:]), chosen, state=resume(seen[interval], chosen, before.state.memory))
    assert before.warnings + after.warnings == whole.warnings
    assert after.state.forecast == whole.state.forecast
    assert after.state.level == whole.state.level
    assert after.state.automation_level == whole.state.automation_level


@few
@given(loads(), st.integers(15, 850), st.sampled_from([Reading.CABLE, Reading.OLD_CABLE]))
def test_after_a_restart_the_forecast_is_the_same_within_a_minute(load: Load, second: int, reading: Reading) -> None:
    """Of telegrams alone, when 1.4.0 is in them; without it, not before the next quarter."""
    seen = list(observations(load, reading, seconds=range(-60, 900)))
    whole = watch(iter(seen)).state
    after = watch(observation for observation in seen if observation.time_utc >= QUARTER + min(second, 839)).state
    assert whole.forecast is not None
    if reading is Reading.OLD_CABLE:
        assert after.forecast is None
    else:
        assert after.forecast is not None
        # The registers count in whole Wh, which are 4 W.
        assert abs(after.forecast.demand_w - whole.forecast.demand_w) <= 4
        assert after.forecast.power_w == whole.forecast.power_w
        assert abs(after.forecast.projected_w - whole.forecast.projected_w) <= 4


@few
@given(loads(quarters=2), st.sampled_from(Reading), st.lists(st.integers(1, 4), min_size=1))
def test_repeated_observations_change_nothing(load: Load, reading: Reading, times: list[int]) -> None:
    seen = list(observations(load, reading, seconds=range(1200)))
    repeated = (observation for number, observation in enumerate(seen) for _ in range(times[number % len(times)]))
    once, often = watch(iter(seen)), watch(repeated)
    assert often == once


@few
@given(loads(quarters=2), st.sampled_from(Reading), targets)
def test_at_most_one_message_per_quarter_and_only_when_it_can_help(
    load: Load, reading: Reading, goal_w: int | None
) -> None:
    diary = watch(observations(load, reading, seconds=range(-60, 1800)), Settings(goal_w=goal_w))
    quarters = [warning.quarter_utc for _, warning in diary.warnings]
    assert len(set(quarters)) == len(quarters)
    for second, warning in diary.warnings:
        assert second % 900 <= 840
        assert warning.target_w >= 2500
        assert warning.level is Level.CERTAIN or warning.projected_w > warning.target_w
