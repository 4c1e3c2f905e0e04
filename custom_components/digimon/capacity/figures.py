"""All that is told of the capacity tariff at one moment: the bill, the forecast and the risk, put together.

The one place where what the meter says, what a person chose and what is remembered meet.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from .billing import (
    Bill,
    Contract,
    NetworkCost,
    WithoutEuros,
    bill_of,
    cost_of_peak,
    network_cost,
)
from .forecast import Forecast, target
from .level import Level, person_sheds
from .months import YEAR_MONTHS, Month
from .peaks import MonthPeaks
from .rates import Rates
from .risk import steady_limit
from .state import Settings, State

_KILO = 1000
_MONTH_OF_YEAR = Decimal(1) / YEAR_MONTHS

# So long without a word that nothing is known of the quarter any more.
_SILENT_SECONDS = 3600


class TariffBasis(StrEnum):
    """What the euros are made with; the reasons why there are none are those of `billing.WithoutEuros`."""

    OWN_RATE = "own_rate"
    LISTED_RATE = "listed_rate"
    """The rate of the area and of this very year."""

    OTHER_YEAR = "other_year"
    """The rate of the area, but of another year: there is none of this one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What is told. Powers in W, euros with VAT; None is what is not known or does not apply."""

    peaks: MonthPeaks
    bill: Bill
    """Of the running month as it stands now: eleven completed months and this one."""

    completed: Bill
    """Of twelve completed months."""

    network: NetworkCost | None
    """The frame around the capacity tariff for the running month, with what was taken in it so far."""

    forecast: Forecast | None
    """None when nothing is known of the running quarter."""

    level: Level | None
    automation_level: Level | None
    steady_w: int
    goal_w: int | None
    target_w: int
    act_by_utc: int | None
    """Until when shedding what can be shed saves the quarter; None when none need be, or it is too late."""

    @property
    def basis(self) -> TariffBasis | WithoutEuros:
        """What the euros are made with, or why there are none."""
        price = self.bill.price
        if price is None:
            return self.bill.without_euros or WithoutEuros.NO_RATE
        if price.found is None:
            return TariffBasis.OWN_RATE
        return TariffBasis.LISTED_RATE if price.found.is_of_date else TariffBasis.OTHER_YEAR

    @property
    def new_peak_cost(self) -> Decimal | None:
        """What it costs that the running quarter ends as projected, over the twelve bills that follow."""
        if self.forecast is None:
            return None
        return self.cost_of(self.forecast.projected_w)

    def cost_of(self, power_w: int) -> Decimal | None:
        """What it costs that a quarter of the running month ends with so much, over the twelve bills that follow."""
        if self.bill.price is None:
            return None
        peak = self.peaks.running_peak
        return cost_of_peak(self.bill.price, power_w, None if peak is None else peak.power_w)

    def cost_of_rise(self, before_w: int | None, after_w: int) -> Decimal | None:
        """What it costs that the month peak rose, over the twelve bills that follow."""
        return None if self.bill.price is None else cost_of_peak(self.bill.price, after_w, before_w)


def figures_of(  # noqa: PLR0913 - each is another party's share
    state: State,
    settings: Settings,
    peaks: MonthPeaks,
    contract: Contract,
    rates: Rates,
    *,
    month_energy_wh: int | None = None,
    is_stale: bool = False,
) -> Figures:
    """Put everything together.

    :param month_energy_wh: offtake of the running month so far.
    :param is_stale: nothing was heard of the meter for too long: the past is told, the running quarter is not.
    """
    state = _in_month(state, peaks.running)
    begin = first_day(peaks.running)
    bill = bill_of(peaks.with_running, contract, rates, begin)
    ahead = None if is_stale else state.forecast
    return Figures(
        peaks=peaks,
        bill=bill,
        completed=bill_of(peaks.completed, contract, rates, begin),
        network=_network(bill, month_energy_wh),
        forecast=ahead,
        level=None if is_stale else state.level,
        automation_level=None if is_stale else state.automation_level,
        steady_w=steady_limit(state, settings, age_seconds=_SILENT_SECONDS if is_stale else 0),
        goal_w=settings.goal_w,
        target_w=target(state.memory.month_peak_w, settings.goal_w),
        act_by_utc=None if ahead is None else _act_by(state, ahead, settings),
    )


def first_day(month: Month) -> date:
    """The day on which a month begins."""
    return date(month.year, month.month, 1)


def _in_month(state: State, running: Month) -> State:
    """The state without the peak of a month that has ended since the meter was last heard: up to it nothing is free."""
    if state.memory.month == running.number:
        return state
    return replace(state, memory=replace(state.memory, month_peak_w=None))


def _network(bill: Bill, energy_wh: int | None) -> NetworkCost | None:
    if bill.price is None or bill.price.found is None or bill.kilowatt is None or energy_wh is None:
        return None
    return network_cost(
        bill.price.found.rate,
        bill.kilowatt,
        kilowatt_hours=Decimal(energy_wh) / _KILO,
        part_of_year=_MONTH_OF_YEAR,
        vat=bill.price.vat,
    )


def _act_by(state: State, ahead: Forecast, settings: Settings) -> int | None:
    second = ahead.act_by_shedding(person_sheds(ahead, settings.shed_w))
    if second is None or ahead.certain or state.offtake is None or second <= ahead.second:
        return None
    return state.offtake.last.quarter_utc + second
