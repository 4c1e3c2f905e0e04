"""How numbers, months and days are written inside texts, where no page of Home Assistant writes them."""

from datetime import date
from typing import Final

from .capacity.months import Month

# Of the languages that the texts are in, all but English.
_WITH_COMMA: Final = frozenset({"nl", "fr", "de"})
_KILO: Final = 1000


def power_text(power_w: int, language: str, *, decimals: int = 2) -> str:
    """A power in kW, such as ``4.20 kW``, or ``4,20 kW`` where people write a comma.

    :param power_w: in W.
    :param language: of Home Assistant, such as ``nl``.
    """
    number = f"{power_w / _KILO:.{decimals}f}"
    return f"{number.replace('.', ',') if language.partition('-')[0] in _WITH_COMMA else number} kW"


def month_text(month: Month) -> str:
    """A month as people in Belgium write it in each of their languages: ``11/2026``."""
    return f"{month.month:02d}/{month.year}"


def day_text(day: date) -> str:
    """A day, likewise: ``05/11/2026``."""
    return f"{day:%d/%m/%Y}"
