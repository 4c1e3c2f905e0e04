"""All that is told at one moment, and the bill in lines that can be checked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from custom_components.digimon.capacity.billing import Contract, Region, WithoutEuros, bill_of
from custom_components.digimon.capacity.explanation import calculation, month_lines, month_sources
from custom_components.digimon.capacity.figures import Figures, TariffBasis, figures_of
from custom_components.digimon.capacity.level import Level
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.peaks import MonthPeaks, RunningPeak, month_peaks
from custom_components.digimon.capacity.rates import Area, read_rates
from custom_components.digimon.capacity.state import Memory, Settings, State

from .replay import QUARTER, Reading, observations, peak, watch

RATES = read_rates()
JUNE = Month(2026, 6)
ANTWERPEN = Contract(area=Area.ANTWERPEN)
ENTERED = {JUNE.plus(-back): 3000 for back in range(1, 12)}


def known(running: RunningPeak | None = None) -> MonthPeaks:
    return month_peaks(JUNE, peak=running, entered=ENTERED)


def of_load(watt: int, second: int, settings: Settings | None = None) -> Figures:
    """The figures at a second of a steady load, with a month peak of 2 kW."""
    now = peak(2000)
    seen = (
        replace(observation, month_peak=now)
        for observation in observations(lambda _: watt, Reading.CABLE, seconds=range(-60, second + 1))
    )
    diary = watch(seen, settings)
    return figures_of(diary.state, settings or Settings(), known(now), ANTWERPEN, RATES)


def test_nothing_is_known_before_the_meter_was_heard() -> None:
    figures = figures_of(State(), Settings(), known(), ANTWERPEN, RATES)
    assert [figures.forecast, figures.level, figures.act_by_utc, figures.new_peak_cost] == [None] * 4
    assert figures.steady_w == 2350
    assert figures.bill.kilowatt == 3


def test_a_quarter_that_becomes_expensive_has_a_price_and_a_moment_to_act() -> None:
    figures = of_load(3500, 300)
    assert figures.level is Level.HIGH
    assert figures.target_w == 2500
    # A second on the safe side.
    assert figures.act_by_utc == QUARTER + 449
    assert figures.new_peak_cost is not None
    # A kW more than is paid anyway, give or take a Wh of the registers.
    assert abs(figures.new_peak_cost - Decimal("4.364")) < Decimal("0.02")


def test_there_is_no_moment_to_act_when_none_is_needed_or_when_it_has_passed() -> None:
    assert of_load(500, 300).act_by_utc is None
    assert of_load(500, 300).new_peak_cost == 0
    assert of_load(3500, 600).act_by_utc is None
    assert of_load(3500, 800).level is Level.CERTAIN


def test_a_meter_that_is_not_heard_tells_the_bill_and_nothing_of_the_quarter() -> None:
    state = watch(observations(lambda _: 3500, Reading.CABLE, seconds=range(-60, 300))).state
    figures = figures_of(state, Settings(goal_w=4000), known(), ANTWERPEN, RATES, is_stale=True)
    assert [figures.forecast, figures.level, figures.automation_level, figures.act_by_utc] == [None] * 4
    assert figures.steady_w == 4000 - 150
    assert figures.bill.month is not None


def test_a_rise_is_priced_from_the_peak_that_was_told() -> None:
    figures = of_load(500, 300)
    assert figures.cost_of_rise(3000, 4000) == figures.cost_of_rise(None, 3500)
    nothing = figures_of(State(), Settings(), known(), Contract(), RATES)
    assert nothing.cost_of_rise(3000, 4000) is nothing.cost_of(9000) is None


@pytest.mark.parametrize(
    ("contract", "basis"),
    [
        (ANTWERPEN, TariffBasis.LISTED_RATE),
        (Contract(own_per_kw_year=Decimal(50)), TariffBasis.OWN_RATE),
        (Contract(), WithoutEuros.NO_RATE),
        (Contract(region=Region.WALLONIA), WithoutEuros.WALLONIA),
        (Contract(region=Region.BRUSSELS), WithoutEuros.BRUSSELS),
        (Contract(area=Area.WEST, large_meter=True), WithoutEuros.LARGE_METER),
        (Contract(area=Area.WEST, social_tariff=True), WithoutEuros.SOCIAL_TARIFF),
    ],
)
def test_what_the_euros_are_made_with_or_why_there_are_none(
    contract: Contract, basis: TariffBasis | WithoutEuros
) -> None:
    figures = figures_of(State(), Settings(), known(), contract, RATES)
    assert figures.basis is basis
    assert figures.bill.kilowatt == 3
    assert (figures.bill.month is None) == isinstance(basis, WithoutEuros)


def test_a_year_without_rates_says_so() -> None:
    figures = figures_of(State(), Settings(), month_peaks(Month(2027, 1), entered=ENTERED), ANTWERPEN, RATES)
    assert figures.basis is TariffBasis.OTHER_YEAR
    assert figures.bill.price is not None
    assert figures.bill.price.found is not None
    assert figures.bill.price.found.year == 2026


def test_the_maximum_tariff_frames_a_month_of_few_kilowatt_hours() -> None:
    """4 kW in Antwerpen: below about 59 kWh a month the maximum makes it cheaper, down to the floor of 2.5 kW."""
    entered = {JUNE.plus(-back): 4000 for back in range(1, 12)}
    peaks = month_peaks(JUNE, entered=entered)

    def of(energy_wh: int) -> Figures:
        return figures_of(State(), Settings(), peaks, ANTWERPEN, RATES, month_energy_wh=energy_wh)

    costs = [of(energy_wh).network for energy_wh in (5_000, 45_000, 60_000)]
    floor, capped, whole = [cost for cost in costs if cost is not None]
    assert floor.grid == floor.minimum
    assert capped.is_capped
    assert capped.grid == capped.maximum
    assert not whole.is_capped
    assert whole.grid == whole.capacity + whole.volume
    assert figures_of(State(), Settings(), peaks, ANTWERPEN, RATES).network is None
    assert figures_of(State(), Settings(), peaks, Contract(), RATES, month_energy_wh=5000).network is None


def test_the_bill_can_be_followed_with_a_pencil() -> None:
    peaks = month_peaks(JUNE, peak=peak(4400), entered={JUNE.plus(-1): 3700, JUNE.plus(-2): 1800})
    bill = bill_of(peaks.with_running, ANTWERPEN, RATES, date(2026, 6, 1))
    assert month_lines(bill) == {"2026-04": Decimal("2.5"), "2026-05": Decimal("3.7"), "2026-06": Decimal("4.4")}
    assert month_sources(bill) == {"2026-04": "entered", "2026-05": "entered", "2026-06": "meter"}
    assert calculation(bill) == "10.600 kW / 3 = 3.533 kW; x 52.37 EUR / 12 = 15.42 EUR"


def test_without_euros_there_is_nothing_to_calculate() -> None:
    assert calculation(bill_of(known().with_running, Contract(), RATES, date(2026, 6, 1))) is None
    assert calculation(bill_of(month_peaks(JUNE).with_running, ANTWERPEN, RATES, date(2026, 6, 1))) is None


def test_a_memory_alone_is_enough_for_a_target() -> None:
    state = State(memory=Memory(month=JUNE.number, month_peak_w=4100))
    assert figures_of(state, Settings(), known(), ANTWERPEN, RATES).target_w == 4100
