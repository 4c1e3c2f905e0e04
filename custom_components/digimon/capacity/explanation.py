"""The bill in lines that a person can follow with a pencil."""

from decimal import Decimal

from .billing import Bill, euros
from .peaks import MonthPeak

_KILO = 1000


def month_lines(bill: Bill) -> dict[str, Decimal]:
    """The months of a bill with what each counts for, in kW, oldest first: ``2026-11`` -> 4.4."""
    return {_name(peak): Decimal(peak.counted_w) / _KILO for peak in bill.window.months}


def month_sources(bill: Bill) -> dict[str, str]:
    """Who knows each month of a bill: meter, entered or recorded."""
    return {_name(peak): peak.source.value for peak in bill.window.months}


def calculation(bill: Bill) -> str | None:
    """From the sum of the months to the euros of this month, in numbers only; None when there are no euros.

    ``43.100 kW / 12 = 3.592 kW; x 52.37 EUR / 12 = 15.67 EUR``
    """
    month, price, kilowatt = bill.month, bill.price, bill.kilowatt
    if month is None or price is None or kilowatt is None:
        return None
    total = sum(month_lines(bill).values(), Decimal(0))
    count = len(bill.window.months)
    return f"{total:.3f} kW / {count} = {kilowatt:.3f} kW; x {euros(price.per_kw_year)} EUR / 12 = {euros(month)} EUR"


def _name(peak: MonthPeak) -> str:
    return f"{peak.month.year}-{peak.month.month:02d}"
