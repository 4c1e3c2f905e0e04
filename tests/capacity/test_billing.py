"""The bill, in figures that can be checked by hand."""

from datetime import date
from decimal import Decimal

import pytest

from custom_components.digimon.capacity.billing import (
    Bill,
    Contract,
    Price,
    Region,
    Vat,
    WithoutEuros,
    bill_of,
    billed_kilowatt,
    cost_of_peak,
    euros,
    network_cost,
    price_of,
    with_vat,
)
from custom_components.digimon.capacity.rates import Area, Rates, read_rates

from .months import window

JUNE = date(2026, 6, 15)
HUNDRED = Decimal(100)
PLAIN = Contract(own_per_kw_year=Decimal(60), vat=Vat.NONE)
"""Sixty euros per kW and year, five per month, without VAT."""


@pytest.fixture(scope="module")
def rates() -> Rates:
    return read_rates()


def bill(rates: Rates, *kilowatts: str, contract: Contract = PLAIN) -> Bill:
    return bill_of(window(*kilowatts), contract, rates, JUNE)


def test_the_floor_is_applied_to_each_month_before_the_mean() -> None:
    """Eleven months of 1 kW and one of 20: not the 2.58 of a mean that is raised to the floor afterwards."""
    kilowatt = billed_kilowatt(window(*["1"] * 11, "20").months)
    assert kilowatt == (11 * Decimal("2.5") + 20) / 12
    assert euros(kilowatt) == Decimal("3.96")


def test_twelve_months_of_five_kilowatts(rates: Rates) -> None:
    made = bill(rates, *["5"] * 12)
    assert (made.kilowatt, made.month, made.year) == (Decimal(5), Decimal(25), Decimal(300))


def test_only_known_months_count(rates: Rates) -> None:
    made = bill(rates, "4", "6")
    assert made.kilowatt == 5
    assert len(made.window.missing) == 10


def test_no_month_no_bill(rates: Rates) -> None:
    made = bill(rates)
    assert (made.kilowatt, made.month, made.year) == (None, None, None)
    assert made.without_euros is WithoutEuros.NO_PEAKS


def test_the_least_is_two_and_a_half_kilowatts(rates: Rates) -> None:
    made = bill(rates, *["0"] * 12)
    assert (made.kilowatt, made.year) == (Decimal("2.5"), Decimal(150))


def test_a_year_in_antwerp_with_vat(rates: Rates) -> None:
    made = bill(rates, *["4.24"] * 12, contract=Contract(area=Area.ANTWERPEN))
    assert made.price is not None
    assert made.price.found is not None
    assert made.price.found.is_of_date
    # 4.24 x 49.4036563 x 1.06
    assert made.year == Decimal("4.24") * Decimal("49.4036563") * Decimal("1.06")
    assert made.year is not None
    assert made.month is not None
    assert (euros(made.year), euros(made.month)) == (Decimal("222.04"), Decimal("18.50"))


@pytest.mark.parametrize(("vat", "amount"), [(Vat.NONE, "100"), (Vat.HOUSEHOLD, "106"), (Vat.BUSINESS, "121")])
def test_vat(vat: Vat, amount: str) -> None:
    assert with_vat(HUNDRED, vat) == Decimal(amount)


def test_cents_are_rounded_half_up_and_only_for_show() -> None:
    assert [euros(Decimal(text)) for text in ("2.345", "2.355", "2.3449")] == [
        Decimal("2.35"),
        Decimal("2.36"),
        Decimal("2.34"),
    ]


@pytest.mark.parametrize(
    ("contract", "reason"),
    [
        (Contract(region=Region.WALLONIA, area=Area.WEST), WithoutEuros.WALLONIA),
        (Contract(region=Region.BRUSSELS, area=Area.WEST), WithoutEuros.BRUSSELS),
        (Contract(large_meter=True, own_per_kw_year=HUNDRED), WithoutEuros.LARGE_METER),
        (Contract(social_tariff=True, area=Area.WEST), WithoutEuros.SOCIAL_TARIFF),
        (Contract(), WithoutEuros.NO_RATE),
    ],
)
def test_the_peak_without_euros_and_why(rates: Rates, contract: Contract, reason: WithoutEuros) -> None:
    made = bill(rates, *["5"] * 12, contract=contract)
    assert made.kilowatt == 5
    assert (made.price, made.month, made.year) == (None, None, None)
    assert made.without_euros is reason


def test_an_own_rate_goes_before_the_list(rates: Rates) -> None:
    contract = Contract(area=Area.WEST, own_per_kw_year=Decimal(10), vat=Vat.NONE)
    price = price_of(contract, rates, date(1999, 1, 1))
    assert isinstance(price, Price)
    assert (price.per_kw_year, price.found) == (Decimal(10), None)


def test_a_year_without_rates_says_whose_rate_it_is(rates: Rates) -> None:
    price = price_of(Contract(area=Area.LIMBURG), rates, date(2031, 1, 1))
    assert isinstance(price, Price)
    latest = max(row.valid_from.year for row in rates.rows)
    assert price.found is not None
    assert (price.found.is_of_date, price.found.year) == (False, latest)


def price() -> Price:
    return Price(net_per_kw_year=Decimal(60), vat=Vat.NONE, found=None)


@pytest.mark.parametrize(
    ("power_w", "month_peak_w", "cost"),
    [
        (3500, None, 5),
        (3500, 2000, 5),
        (3500, 3000, "2.5"),
        (3500, 3500, 0),
        (3500, 9000, 0),
        (2500, None, 0),
        (2501, None, "0.005"),
        (0, None, 0),
    ],
)
def test_a_new_peak_costs_a_twelfth_of_the_rate_per_kilowatt(
    power_w: int, month_peak_w: int | None, cost: int | str
) -> None:
    assert cost_of_peak(price(), power_w, month_peak_w) == Decimal(cost)


def test_a_new_peak_costs_what_twelve_bills_rise_by(rates: Rates) -> None:
    """One kW more in one of the months of two years: each of the twelve bills it is part of is dearer."""
    quiet = ["4"] * 24
    loud = [*["4"] * 11, "5", *["4"] * 12]
    difference = Decimal(0)
    for last in range(12, 25):
        for months, sign in ((loud, 1), (quiet, -1)):
            amount = bill(rates, *months[last - 12 : last]).month
            assert amount is not None
            difference += sign * amount
    assert euros(difference) == euros(cost_of_peak(price(), 5000, 4000)) == 5


def test_a_christmas_dinner(rates: Rates) -> None:
    """Oven, hob and kettle together: 7 kW instead of 4 in December, in the dearest and the cheapest area of 2026."""
    costs = []
    for area in (Area.WEST, Area.LIMBURG):
        found = price_of(Contract(area=area), rates, JUNE)
        assert isinstance(found, Price)
        costs.append(euros(cost_of_peak(found, 7000, 4000)))
    assert costs == [Decimal("15.13"), Decimal("13.00")]


def test_the_whole_of_the_grid_for_a_family(rates: Rates) -> None:
    rate = rates.find(Area.MIDDEN_VLAANDEREN, JUNE).rate
    cost = network_cost(rate, Decimal("4.26"), kilowatt_hours=Decimal(3500), vat=Vat.NONE)
    assert cost is not None
    assert euros(cost.capacity) == Decimal("213.53")
    assert euros(cost.volume) == Decimal("174.32")
    assert cost.maximum is not None
    assert euros(cost.maximum) == Decimal("1146.66")
    assert not cost.is_capped
    assert euros(cost.total) == Decimal("405.70")


def test_much_power_and_little_energy_is_capped(rates: Rates) -> None:
    """A month of sun and battery: 20 kWh, but a peak of 4 kW on one evening."""
    rate = rates.find(Area.ANTWERPEN, JUNE).rate
    month = Decimal(1) / 12
    capped = network_cost(rate, Decimal(4), kilowatt_hours=Decimal(40), part_of_year=month, vat=Vat.NONE)
    assert capped is not None
    assert capped.is_capped
    assert capped.grid == capped.maximum == 40 * Decimal("0.3276168")
    floored = network_cost(rate, Decimal(4), kilowatt_hours=Decimal(20), part_of_year=month, vat=Vat.NONE)
    assert floored is not None
    assert floored.is_capped
    assert floored.grid == floored.minimum == Decimal("2.5") * Decimal("49.4036563") * month


def test_vat_is_on_every_part_of_the_grid(rates: Rates) -> None:
    rate = rates.find(Area.ANTWERPEN, JUNE).rate
    amounts = []
    for vat in (Vat.NONE, Vat.BUSINESS):
        cost = network_cost(rate, Decimal(3), kilowatt_hours=Decimal(500), night_kilowatt_hours=Decimal(100), vat=vat)
        assert cost is not None
        assert cost.maximum is not None
        amounts.append((cost.capacity, cost.volume, cost.maximum, cost.minimum, cost.data_management, cost.total))
    assert [euros(amount * Decimal("1.21")) for amount in amounts[0]] == [euros(amount) for amount in amounts[1]]


def test_a_year_whose_maximum_is_not_known_has_none(rates: Rates) -> None:
    rate = rates.find(Area.KEMPEN, date(2025, 6, 1)).rate
    cost = network_cost(rate, Decimal(9), kilowatt_hours=Decimal(10))
    assert cost is not None
    assert cost.maximum is None
    assert not cost.is_capped
    assert cost.grid == cost.capacity + cost.volume


def test_no_total_where_a_part_of_it_is_not_known(rates: Rates) -> None:
    old = rates.find(Area.IMEWO, date(2024, 6, 1)).rate
    assert network_cost(old, Decimal(4), kilowatt_hours=Decimal(3500)) is None
    last = rates.find(Area.IMEWO, date(2025, 6, 1)).rate
    assert network_cost(last, Decimal(4), kilowatt_hours=Decimal(1), night_kilowatt_hours=Decimal(1)) is None
