"""What is noted of quarters that ended."""

from hypothesis import given
from hypothesis import strategies as st

from core.clock import day_start
from custom_components.digimon.capacity.ledger import Ledger, MonthStart, Quarter, day_begin, ledger_of
from custom_components.digimon.capacity.months import Month, month_at
from custom_components.digimon.capacity.offtake import Baseline, Observation, Offtake

JUNE = Month(2026, 6)
MIDNIGHT = day_start(2026, 6, 1)
YEAR = 366 * 86_400

quarters = st.builds(
    Quarter,
    st.integers(MIDNIGHT // 900, (MIDNIGHT + YEAR) // 900).map(lambda number: number * 900),
    st.integers(0, 20_000),
)


@given(st.lists(quarters, max_size=60))
def test_a_month_is_as_high_as_its_highest_quarter_in_whatever_order_they_come(seen: list[Quarter]) -> None:
    highest: dict[Month, int] = {}
    for quarter in seen:
        month = month_at(quarter.start_utc)
        highest[month] = max(quarter.power_w, highest.get(month, 0))
    assert ledger_of(seen).recorded == highest


@given(st.lists(quarters, max_size=60))
def test_one_quarter_is_kept_for_each_day(seen: list[Quarter]) -> None:
    ledger = ledger_of(seen)
    assert set(ledger.days) == {day_begin(quarter.start_utc) for quarter in seen}
    assert all(day_begin(quarter.start_utc) == day for day, quarter in ledger.days.items())


def test_more_than_thirteen_months_are_not_kept() -> None:
    ledger = ledger_of(Quarter(day_start(2025, month, 1), 3000) for month in range(1, 13))
    ledger = ledger.with_quarter(Quarter(day_start(2026, 6, 1), 1000))
    assert min(ledger.recorded) == Month(2025, 5)
    assert len(ledger.recorded) == 9


def test_of_equal_quarters_the_first_stays() -> None:
    first, second = Quarter(MIDNIGHT, 3000), Quarter(MIDNIGHT + 900, 3000)
    assert ledger_of([second, first]).days[MIDNIGHT] == first


@given(st.lists(quarters, max_size=60), st.lists(quarters, max_size=20))
def test_the_past_completes_what_we_saw_and_changes_nothing_higher(past: list[Quarter], seen: list[Quarter]) -> None:
    now = MIDNIGHT + YEAR + 900
    ledger = ledger_of(seen)
    filled = ledger.with_past(past, now)
    for day, quarter in ledger.days.items():
        assert filled.days[day].power_w >= quarter.power_w
    for quarter in past:
        known = filled.days[day_begin(quarter.start_utc)]
        assert known.power_w >= quarter.power_w or known.start_utc == quarter.start_utc
    assert list(filled.days) == sorted(filled.days)
    assert filled.with_past(past, now) == filled


def test_a_past_that_is_too_old_or_to_come_is_left_out() -> None:
    now = day_start(2026, 6, 10)
    old, oldest = Quarter(day_start(2025, 5, 1) - 900, 3000), Quarter(day_start(2025, 5, 1), 3000)
    running, ended = Quarter(now - 600, 3000), Quarter(now - 900, 2000)
    ledger = Ledger().with_past([old, running, oldest, ended], now)
    assert list(ledger.days.values()) == [oldest, ended]


def test_what_we_saw_of_a_quarter_is_believed_before_the_card() -> None:
    """The card tells energy in whole Wh: some W more or less."""
    ledger = ledger_of([Quarter(MIDNIGHT, 3000)])
    assert ledger.with_past([Quarter(MIDNIGHT, 3002)], MIDNIGHT + 9000) is ledger


def offtake(time_utc: int, register_wh: int) -> Offtake:
    """An observation in a quarter whose begin the registers saw."""
    return Offtake(
        last=Observation(time_utc=time_utc, register_wh=register_wh + 7),
        baseline=Baseline(register_wh=register_wh, uncertain_wh=0),
        recent=(),
    )


def test_the_energy_of_a_month_counts_from_its_first_second() -> None:
    ledger = Ledger().with_offtake(offtake(MIDNIGHT - 30, 499_900))
    assert ledger.month_start is None
    ledger = ledger.with_offtake(offtake(MIDNIGHT + 3, 500_000)).with_offtake(offtake(MIDNIGHT + 900, 500_100))
    assert ledger.month_start == MonthStart(JUNE, 500_000)
    assert ledger.month_energy(JUNE, 560_000) == 60_000


def test_without_the_begin_of_the_month_its_energy_is_not_known() -> None:
    begun = Ledger(month_start=MonthStart(JUNE, 500_000))
    assert Ledger().month_energy(JUNE, 560_000) is None
    assert begun.month_energy(JUNE.plus(1), 560_000) is None
    assert begun.month_energy(JUNE, None) is None
    # Another meter.
    assert begun.month_energy(JUNE, 12) is None
    assert Ledger().with_offtake(Offtake(last=Observation(time_utc=MIDNIGHT), baseline=None, recent=())) == Ledger()


class TestPeakVanishes:
    """The operator closed the customer port again, and only the peaks went."""

    seen = Ledger(days={MIDNIGHT: Quarter(MIDNIGHT, 1800)}, tells_peaks=True)
    later = MIDNIGHT + 900 + 7200

    def test_it_is_told_two_hours_after_a_quarter_that_should_have_shown(self) -> None:
        assert self.seen.has_lost_peak(self.later, peak_is_told=False)
        assert self.seen.has_lost_peak(self.later - 1, peak_is_told=False) is None

    def test_not_while_the_meter_tells_its_peak(self) -> None:
        assert self.seen.has_lost_peak(self.later, peak_is_told=True) is False

    def test_not_of_a_meter_that_never_told_one(self) -> None:
        never = Ledger(days=self.seen.days)
        assert never.has_lost_peak(self.later, peak_is_told=False) is False

    def test_not_in_a_month_without_offtake(self) -> None:
        """Panels and a battery: meters stamp a peak of 0 with the month before."""
        idle = Ledger(days={MIDNIGHT: Quarter(MIDNIGHT, 0)}, tells_peaks=True)
        assert not idle.has_lost_peak(self.later, peak_is_told=False)

    def test_not_because_of_the_month_before(self) -> None:
        assert not self.seen.has_lost_peak(day_start(2026, 7, 1) + 3600, peak_is_told=False)
