"""Which grid area a postcode lies in most likely: a suggestion, which a person confirms or changes.

The rows of postcodes.csv are ranges of postcodes that the lists of grid operators per municipality (Fluvius, Synergrid,
2026) give to one area. A postcode is a post office's district and no border of a grid: here and there a street belongs
to the neighbours.
"""

import csv
from pathlib import Path
from typing import NamedTuple

from .billing import Region
from .rates import Area

POSTCODES_FILE = Path(__file__).with_name("postcodes.csv")

_REGIONS = {region.value: region for region in Region}


class Place(NamedTuple):
    """Where a postcode is."""

    region: Region
    area: Area | None
    """None outside Flanders."""


class PostcodeRange(NamedTuple):
    """Postcodes of one place, first and last included."""

    first: int
    last: int
    place: Place


def read_postcodes(path: Path = POSTCODES_FILE) -> tuple[PostcodeRange, ...]:
    """All ranges, in order and without overlap.

    :raises ValueError: it is no such file.
    """
    with path.open(encoding="utf-8", newline="") as file:
        ranges = tuple(
            PostcodeRange(int(row["first"]), int(row["last"]), _place(row["place"])) for row in csv.DictReader(file)
        )
    ends = [postcode for row in ranges for postcode in (row.first, row.last)]
    if ends != sorted(ends):
        raise ValueError("postcodes out of order")
    return ranges


def suggest(ranges: tuple[PostcodeRange, ...], postcode: int) -> Place | None:
    """The place of a postcode; None for a number that no Belgian post office has."""
    return next((row.place for row in ranges if row.first <= postcode <= row.last), None)


def _place(name: str) -> Place:
    if name in _REGIONS:
        return Place(_REGIONS[name], None)
    return Place(Region.FLANDERS, Area(name))
