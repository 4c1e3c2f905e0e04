"""Reads rates from the yearly workbook of the Vlaamse Nutsregulator, and refuses whatever it does not recognise.

The sheet has a column per grid area, and blocks of rows that begin with "Exclusief btw" or another VAT in column A and
the kind of meter in column B. A row has its label in B, its unit in C. A text alone in B is a note. Columns are found
by their headings and rows by their labels, as their places change from year to year.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from custom_components.digimon.capacity.rates import Area, Rate, Rates
from scripts.lib.tariffs.workbook import Row, WorkbookError

SHEET = "ELEK Overzicht laagspanning"
PAGE = "vlaamsenutsregulator.be, Hoeveel bedragen de distributienettarieven"

_BLOCK = ("exclusief btw", "digitale meter")
_CAPACITY = ("capaciteitstarief - gemiddelde maandpiek", "kw")
_VOLUME = ("totaal kwh-tarief", "mwh")
_DATA_MANAGEMENT = ("tarief databeheer", "jaar")
_PERIOD = re.compile(r"geldt van (\d\d)/(\d\d)/(\d{4}) t\.e\.m\. (\d\d)/(\d\d)/(\d{4})")
_MINIMUM = "minimale bijdrage van 2,5 keer het capaciteitstarief"
_KWH_PER_MWH = 1000
# From one year to the next; 2025 was a third dearer than 2024.
_MOST_CHANGE = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class PriceList:
    """What the workbook says."""

    rates: tuple[Rate, ...]
    """One per area."""

    notes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Tells whether the notes are those of the year before; days and years in them do not count."""
        plain = "\n".join(re.sub(r"\d\d/\d\d/\d{4}|\b20\d\d\b", "*", note) for note in self.notes)
        return hashlib.sha256(plain.encode()).hexdigest()[:12]


def read_list(rows: Iterable[Row], *, maximum_per_kwh: Decimal | None, seen: date) -> PriceList:
    """Read the sheet.

    :param maximum_per_kwh: the maximum tariff, which stands in the list of each area only.
    :raises WorkbookError: something is missing, or is there twice.
    """
    rows = list(rows)
    columns = _columns(rows)
    block = _block(rows)
    notes = tuple(row["B"] for row in rows if set(row) == {"B"})
    valid_from, valid_until = _period(notes)
    if not any(_MINIMUM in note.lower() for note in notes):
        raise WorkbookError("no note on the minimum of 2.5 times the capacity tariff")
    rates = tuple(
        Rate(
            area=area,
            valid_from=valid_from,
            valid_until=valid_until,
            per_kw_year=_amount(block, _CAPACITY, column),
            per_kwh=_amount(block, _VOLUME, column) / _KWH_PER_MWH,
            per_kwh_night=None,
            data_management_year=_amount(block, _DATA_MANAGEMENT, column),
            maximum_per_kwh=maximum_per_kwh,
            source=f"Workbook of the Vlaamse Nutsregulator for {valid_from.year} ({PAGE})",
            seen=seen,
        )
        for area, column in columns.items()
    )
    return PriceList(rates=rates, notes=notes)


def compare(new: Iterable[Rate], known: Rates) -> None:
    """Look whether rates are those of a neighbouring year, give or take a half.

    :raises WorkbookError: one is not, as after a change of unit.
    """
    for rate in new:
        before = known.find(rate.area, rate.valid_from).rate
        if abs(rate.per_kw_year / before.per_kw_year - 1) > _MOST_CHANGE:
            raise WorkbookError(
                f"{rate.area}: {before.per_kw_year} in {before.valid_from.year}, now {rate.per_kw_year}"
            )


def merge(new: Iterable[Rate], known: Rates) -> list[Rate]:
    """All rows in the order of the file, the new ones in the place of old ones of the same days."""
    rates = {(rate.valid_from, rate.area): rate for rate in (*known.rows, *new)}
    return [rates[key] for key in sorted(rates)]


def _columns(rows: list[Row]) -> dict[Area, str]:
    """The column of each area."""
    headings = next((row for row in rows if sum("fluvius" in text.lower() for text in row.values()) > 1), {})
    columns: dict[Area, str] = {}
    for column, text in headings.items():
        name = re.sub(r"[^a-z]+", "_", text.lower().partition("fluvius")[2]).strip("_")
        if not name:
            continue
        if name not in set(Area) or Area(name) in columns:
            raise WorkbookError(f"an area that we do not know, or know already: {text}")
        columns[Area(name)] = column
    if len(columns) < len(Area):
        raise WorkbookError(f"no column for {sorted(set(Area) - set(columns))}")
    return {area: columns[area] for area in Area}


def _block(rows: list[Row]) -> dict[str, Row]:
    """The rows of the digital meter without VAT, by their labels."""
    blocks: list[dict[str, Row]] = []
    inside = False
    for row in rows:
        if "btw" in row.get("A", "").lower():
            inside = (row["A"].lower(), row.get("B", "").lower()) == _BLOCK
            if inside:
                blocks.append({})
        elif inside and "B" in row and "C" in row:
            blocks[-1].setdefault(row["B"].lower(), row)
    if len(blocks) != 1:
        raise WorkbookError(f"{len(blocks)} blocks of {' and '.join(_BLOCK)}")
    return blocks[0]


def _period(notes: tuple[str, ...]) -> tuple[date, date]:
    periods = {match.groups() for note in notes if (match := _PERIOD.search(note.lower()))}
    if len(periods) != 1:
        raise WorkbookError(f"{len(periods)} periods in the notes")
    numbers = [int(text) for text in periods.pop()]
    begin, end = date(numbers[2], numbers[1], numbers[0]), date(numbers[5], numbers[4], numbers[3])
    if (begin, end) != (date(begin.year, 1, 1), date(begin.year, 12, 31)):
        raise WorkbookError(f"no calendar year: {begin} to {end}")
    return begin, end


def _amount(block: dict[str, Row], kind: tuple[str, str], column: str) -> Decimal:
    label, unit = kind
    row = block.get(label)
    if row is None or unit not in row["C"].lower():
        raise WorkbookError(f"no row {label!r} in {unit}")
    try:
        amount = Decimal(row[column])
    except (KeyError, InvalidOperation) as error:
        raise WorkbookError(f"no amount of {label!r} in column {column}") from error
    if not amount.is_finite() or amount <= 0:
        raise WorkbookError(f"{label!r} in column {column} is {amount}")
    return amount
