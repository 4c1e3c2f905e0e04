"""How numbers, months and days are written inside texts."""

from datetime import date

import pytest

from custom_components.digimon.capacity.months import Month
from custom_components.digimon.wording import day_text, month_text, power_text


@pytest.mark.parametrize("language", ["nl", "nl-BE", "fr", "de"])
def test_most_of_belgium_writes_a_comma(language: str) -> None:
    assert power_text(4200, language) == "4,20 kW"
    assert power_text(75_000, language, decimals=1) == "75,0 kW"


@pytest.mark.parametrize("language", ["en", "en-GB", "pl"])
def test_who_reads_english_reads_a_point(language: str) -> None:
    assert power_text(4200, language) == "4.20 kW"


def test_a_month_is_written_by_its_number_before_the_year() -> None:
    assert month_text(Month(2026, 3)) == "03/2026"


def test_a_day_is_written_before_its_month() -> None:
    assert day_text(date(2026, 3, 5)) == "05/03/2026"
