"""What a person chose about the capacity tariff, as it is kept in the entry's options.

Options are plain JSON under one key; everything behind this file sees the values of `capacity`. An option that cannot
be read, as after a change by hand, is as if it had never been chosen.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .capacity.billing import Contract, Region, Vat
from .capacity.forecast import SHED_W
from .capacity.months import Month
from .capacity.peaks import RESIDENTIAL_MOST_W
from .capacity.rates import Area

CONF_CAPACITY: Final = "capacity"
CONF_POSTCODE: Final = "postcode"
CONF_AREA: Final = "area"
CONF_CONNECTION: Final = "connection"
CONF_VAT: Final = "vat"
CONF_OWN_RATE: Final = "own_rate"
CONF_GOAL: Final = "goal_w"
CONF_SHED: Final = "shed_w"
CONF_SINCE: Final = "since"
CONF_MONTH_PEAKS: Final = "month_peaks"

HOUSEHOLD: Final = "household"
SOCIAL_TARIFF: Final = "social_tariff"
LARGE_METER: Final = "large_meter"
CONNECTIONS: Final = (HOUSEHOLD, SOCIAL_TARIFF, LARGE_METER)

AREAS: Final = (*(area.value for area in Area), Region.BRUSSELS.value, Region.WALLONIA.value)
"""What can be chosen as the place of the connection: a grid area of Flanders, or another region."""

VATS: Final = tuple(str(int(vat)) for vat in (Vat.HOUSEHOLD, Vat.BUSINESS, Vat.NONE))


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What was chosen; the defaults are what holds for a household that chose nothing."""

    contract: Contract = field(default_factory=Contract)
    goal_w: int | None = None
    """The month peak that a person is content with; None for the one that follows the last months."""

    shed_w: int = SHED_W
    since: Month | None = None
    """Months before it are somebody else's."""

    entered: Mapping[Month, int] = field(default_factory=dict)
    """Month peaks read from invoices, W."""

    is_place_chosen: bool = False
    """Whether anything was said of where the connection is, or of its rate."""

    @property
    def most_w(self) -> int | None:
        """Higher peaks are not plausible; None for meters that know no such limit."""
        return None if self.contract.large_meter else RESIDENTIAL_MOST_W


def choices_of(options: Mapping[str, Any]) -> Choices:
    """Read the options of an entry."""
    chosen = options.get(CONF_CAPACITY)
    if not isinstance(chosen, Mapping):
        return Choices()
    place = chosen.get(CONF_AREA)
    own_rate = _amount(chosen.get(CONF_OWN_RATE))
    contract = Contract(
        area=Area(place) if place in tuple(Area) else None,
        region=Region(place) if place in tuple(Region) else Region.FLANDERS,
        vat=_vat(chosen.get(CONF_VAT)),
        large_meter=chosen.get(CONF_CONNECTION) == LARGE_METER,
        social_tariff=chosen.get(CONF_CONNECTION) == SOCIAL_TARIFF,
        own_per_kw_year=own_rate,
    )
    return Choices(
        contract=contract,
        goal_w=_power(chosen.get(CONF_GOAL)),
        shed_w=_power(chosen.get(CONF_SHED)) or SHED_W,
        since=parse_month(chosen.get(CONF_SINCE)),
        entered=_entered(chosen.get(CONF_MONTH_PEAKS)),
        is_place_chosen=place in AREAS or own_rate is not None or contract.large_meter or contract.social_tariff,
    )


def format_month(month: Month) -> str:
    """A month as options keep it: ``2026-11``."""
    return f"{month.year}-{month.month:02d}"


def parse_month(text: object) -> Month | None:
    """The month of ``2026-11`` or of a date in it; None for anything else."""
    with suppress(ValueError, AttributeError, TypeError):
        year, month = map(int, str(text).split("-")[:2])
        if 1 <= month <= 12:  # noqa: PLR2004 - of a year
            return Month(year, month)
    return None


def _entered(peaks: object) -> dict[Month, int]:
    if not isinstance(peaks, Mapping):
        return {}
    read = {parse_month(text): _power(power_w) for text, power_w in peaks.items()}
    return {month: power_w for month, power_w in read.items() if month is not None and power_w is not None}


def _power(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _amount(value: object) -> Decimal | None:
    with suppress(InvalidOperation):
        amount = Decimal(str(value))
        if amount.is_finite() and amount > 0:
            return amount
    return None


def _vat(value: object) -> Vat:
    with suppress(ValueError, TypeError):
        return Vat(int(str(value)))
    return Vat.HOUSEHOLD
