from datetime import date
from decimal import Decimal

import pytest

from custom_components.digimon.capacity.rates import RATES_FILE, Area, Rates, parse_rates, read_rates

HEADER = (
    "valid_from,valid_until,area,per_kw_year,per_kwh,per_kwh_night,data_management_year,maximum_per_kwh,source,seen"
)
ROW = "2026-01-01,2026-12-31,{},50.5,0.05,0.04,17.85,0.3,a list,2026-11-23"
ROWS = [ROW.format(area) for area in Area]


@pytest.fixture(scope="module")
def rates() -> Rates:
    return read_rates()


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("area", Area)
def test_every_area_has_a_rate_of_its_own(rates: Rates, area: Area, year: int) -> None:
    for day in (date(year, 1, 1), date(year, 7, 1), date(year, 12, 31)):
        found = rates.find(area, day)
        assert found.is_of_date
        assert found.year == year
        assert 30 < found.rate.per_kw_year < 80
        assert found.rate.per_kwh is not None
        assert Decimal("0.04") < found.rate.per_kwh < Decimal("0.08")


def test_the_eight_rates_of_2026(rates: Rates) -> None:
    found = [str(rates.find(area, date(2026, 6, 1)).rate.per_kw_year) for area in Area]
    assert found == [
        "49.4036563",
        "56.0428955",
        "54.2009816",
        "56.2069857",
        "49.0469384",
        "50.1239818",
        "57.0995726",
        "56.1228635",
    ]


def test_the_eight_rates_of_2025_as_a_card_prints_them(rates: Rates) -> None:
    """With 6 % VAT and two decimals."""
    found = [rates.find(area, date(2025, 6, 1)).rate.per_kw_year * Decimal("1.06") for area in Area]
    printed = [Decimal(text) for text in ("53.26", "59.56", "56.44", "56.30", "51.81", "51.99", "60.35", "59.15")]
    assert all(abs(mine - card) <= Decimal("0.01") for mine, card in zip(found, printed, strict=True))


def test_the_maximum_tariff_is_the_same_everywhere(rates: Rates) -> None:
    assert {rates.find(area, date(2026, 6, 1)).rate.maximum_per_kwh for area in Area} == {Decimal("0.3276168")}


def test_older_years_where_they_are_known(rates: Rates) -> None:
    assert rates.find(Area.ANTWERPEN, date(2023, 6, 1)).is_of_date
    assert rates.find(Area.IMEWO, date(2024, 6, 1)).is_of_date
    assert not rates.find(Area.ANTWERPEN, date(2024, 6, 1)).is_of_date


def test_each_row_says_where_it_is_from_and_when_it_was_read(rates: Rates) -> None:
    assert all(len(row.source) > 10 and row.seen >= row.valid_from for row in rates.rows)


def test_another_year_is_told(rates: Rates) -> None:
    late = rates.find(Area.WEST, date(2099, 1, 1))
    assert not late.is_of_date
    assert late.year == max(row.valid_from.year for row in rates.rows)
    early = rates.find(Area.WEST, date(2022, 12, 31))
    assert not early.is_of_date
    assert early.year == 2025


def test_the_rate_changes_at_new_year(rates: Rates) -> None:
    before, after = (rates.find(Area.WEST, day).rate for day in (date(2025, 12, 31), date(2026, 1, 1)))
    assert (before.valid_until, after.valid_from) == (date(2025, 12, 31), date(2026, 1, 1))


def test_the_file_is_sorted_as_people_look_for_it() -> None:
    lines = RATES_FILE.read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER
    assert lines[1:] == sorted(lines[1:], key=lambda line: line.split(",")[:3])


def test_a_file_of_one_year_is_enough() -> None:
    assert len(parse_rates([HEADER, *ROWS]).rows) == 8


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER, *ROWS[1:]], "no rate for antwerpen"),
        ([HEADER, *ROWS, ROWS[0]], "two rates"),
        ([HEADER, *ROWS, ROWS[0].replace("2026-01-01,2026", "2026-12-31,2027")], "two rates"),
        ([HEADER, ROW.format("gaselwest")], "gaselwest"),
        ([HEADER, ROWS[0].replace("50.5", "fifty")], "not a rate"),
        ([HEADER, ROWS[0].replace("50.5", "")], "not a rate"),
        ([HEADER, ROWS[0].replace("50.5", "-50.5")], "not an amount"),
        ([HEADER, ROWS[0].replace("0.04", "0")], "not an amount"),
        ([HEADER, ROWS[0].replace("0.3", "NaN")], "not an amount"),
        ([HEADER, ROWS[0].replace("2026-12-31", "2025-12-31")], "no period"),
        ([HEADER, ROWS[0].replace("a list", "")], "no source"),
        ([HEADER, "2026-01-01,2026-12-31,west"], "not a rate"),
        (["area,valid_from", "west,2026-01-01"], "not a rate"),
    ],
)
def test_a_row_that_is_none_is_refused(lines: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_rates(lines)
