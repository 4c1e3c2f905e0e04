"""Month peaks, written the short way."""

from decimal import Decimal

from custom_components.digimon.capacity.months import Month
from custom_components.digimon.capacity.peaks import MonthPeak, PeakSource, Window

JUNE = Month(2026, 6)


def window(*kilowatts: str, last: Month = JUNE) -> Window:
    """A window of known months, in kW, that ends with `last`."""
    months = [last.plus(number - len(kilowatts) + 1) for number in range(len(kilowatts))]
    return Window(
        months=tuple(
            MonthPeak(month=month, power_w=int(Decimal(kilowatt) * 1000), source=PeakSource.METER)
            for month, kilowatt in zip(months, kilowatts, strict=True)
        ),
        missing=tuple(month for back in range(11, -1, -1) if (month := last.plus(-back)) not in months),
    )
