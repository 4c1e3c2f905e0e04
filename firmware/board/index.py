"""The index: the summary of every stored quarter, a file per month, a fixed place per quarter.

A year of 35,040 quarter files is read through it in 379 requests. It stands beside ``/meter`` and
never in it, so that the original firmware and its clients do not see it.
"""

from struct import unpack_from

from core.clock import HOUR_SECONDS, SUMMER_BIT, is_summer, month_of, quarter_id_of_label, quarter_start
from core.quarter import Quarter
from core.records import INDEX_BYTES, REGISTERS, pack_index, unpack_index
from core.telegram import crc16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .journal import Registers
    from .store import Store

FIELDS = (
    "quarter_id",
    "intervals",
    "consumed_power_avg",
    "consumed_power_max",
    "produced_power_avg",
    "produced_power_max",
    "consumed_energy",
    "produced_energy",
) + REGISTERS

# 96 quarters, and 96 to 99 for the hour that October has twice.
PLACES_A_DAY = 100
_DAYS = 31
_MONTH_BYTES = _DAYS * PLACES_A_DAY * INDEX_BYTES
# Places in order of time: the second pass of the hour stands after the first.
_ORDER = ((0, 12), (96, 100), (12, 96))
# While a month's file is being made; who waits longer is read from its quarter file later, without registers.
_MOST_WAITING = 8

# What `look` knows of a place: a file of the quarter that has no record.
WINTER = 1
SUMMER = 2


def place_of(quarter_id: int) -> int:
    """The place of a quarter in its day."""
    quarter = quarter_id & 0x7F
    if 8 <= quarter < 12 and not quarter_id & SUMMER_BIT and is_summer(quarter_start(quarter_id) - HOUR_SECONDS):
        return quarter + 88
    return quarter


def quarter_at(year: int, month: int, day: int, place: int, season: int) -> int:
    """The quarter of a place: the inverse of `place_of`.

    :param season: `WINTER` or `SUMMER`.
    """
    quarter = place if place < 96 else place - 88
    return (year - 2000) << 24 | month << 16 | day << 8 | (SUMMER_BIT if season == SUMMER else 0) | quarter


class Index:
    """The files. No method but `step` and `put` writes, and no other raises because of the card.

    :ivar waiting: quarter ids and records for which a month's file has to be made first.
    """

    def __init__(self, store: "Store") -> None:
        self.waiting: list[tuple[int, bytearray]] = []
        self._store = store

    def has(self, quarter_id: int) -> bool:
        """Whether there is a record of a quarter."""
        record = bytearray(INDEX_BYTES)
        try:
            with self._store.open(_path(quarter_id)) as file:
                file.seek(_position(quarter_id))
                file.readinto(record)
        except OSError:
            return False
        row = unpack_index(record)
        return row is not None and row[0] == quarter_id

    def put(self, quarter: Quarter, registers: "Registers") -> None:
        """Write the record of a quarter, or let it wait for its month's file.

        :raises OSError: the card fails.
        """
        record = bytearray(INDEX_BYTES)
        pack_index(record, quarter, registers)
        self.waiting = [waiting for waiting in self.waiting if waiting[0] != quarter.quarter_id]
        self.waiting.append((quarter.quarter_id, record))
        del self.waiting[:-_MOST_WAITING]
        self.step(0)

    def step(self, milliseconds: int) -> None:
        """Write a record that waits, or make its month's file for about so long.

        :raises OSError: the card fails.
        """
        if not self.waiting:
            return
        quarter_id, record = self.waiting[0]
        path = _path(quarter_id)
        if milliseconds == 0 and not self._store.has(path, _MONTH_BYTES):
            return
        if self._store.grow(path, _MONTH_BYTES, milliseconds):
            with self._store.open(path, "r+b") as file:
                file.seek(_position(quarter_id))
                file.write(record)
            del self.waiting[:1]

    def look(self, year: int, month: int, day: int) -> "tuple[bytearray, str]":
        """Which files of a day have no record, and what tells the day's records from others.

        :returns: `WINTER`, `SUMMER` or 0 for each place, and a tag.
        """
        missing = bytearray(PLACES_A_DAY)
        for name in self._store.files(f"/meter/{year:04d}/{month:02d}/{day:02d}"):
            quarter_id = quarter_id_of_label(year, month, day, name[:-5]) if name.endswith(".json") else None
            if quarter_id is not None:
                missing[place_of(quarter_id)] = SUMMER if quarter_id & SUMMER_BIT else WINTER
        checks = bytearray(2 * PLACES_A_DAY)
        for place, record in self._records(year, month, day):
            (quarter_id,) = unpack_from("<I", record, 0)
            season = SUMMER if quarter_id & SUMMER_BIT else WINTER
            if quarter_id == quarter_at(year, month, day, place, season):
                checks[2 * place : 2 * place + 2] = record[INDEX_BYTES - 2 :]
                if missing[place] == season:
                    missing[place] = 0
        return missing, f"{crc16(checks):04x}{sum(missing):x}"

    def damaged(self, year: int, month: int, day: int, missing: bytearray) -> "Iterator[None]":
        """Add to what is missing the records that cannot be read, a few at a time."""
        for place, record in self._records(year, month, day):
            if unpack_index(record) is None and record[0] | record[1] | record[2] | record[3]:
                missing[place] = SUMMER if record[0] & SUMMER_BIT else WINTER
            if place % 8 == 7:
                yield

    def rows(self, year: int, month: int, day: int) -> "Iterator[str]":
        """The rows of a day in order of time, as JSON."""
        separator = ""
        for _, record in self._records(year, month, day):
            row = unpack_index(record)
            # A file that says nothing has a record, too, so that it is not read again and again.
            if row is not None and row[1]:
                yield separator + "[" + ",".join("null" if value is None else str(value) for value in row) + "]"
                separator = ","

    def _records(self, year: int, month: int, day: int) -> "Iterator[tuple[int, bytearray]]":
        """Place and record of each quarter of a day in order of time; the same bytes each time."""
        record = bytearray(INDEX_BYTES)
        start = (day - 1) * PLACES_A_DAY
        try:
            with self._store.open(f"/index/{year:04d}/{month:02d}.idx") as file:
                for first, end in _ORDER:
                    file.seek((start + first) * INDEX_BYTES)
                    for place in range(first, end):
                        if file.readinto(record) != INDEX_BYTES:
                            break
                        yield place, record
        except OSError:
            # No file of this month yet, or no card: no records.
            return


def _path(quarter_id: int) -> str:
    year, month = month_of(quarter_id)
    return f"/index/{year:04d}/{month:02d}.idx"


def _position(quarter_id: int) -> int:
    """Where in its month's file the record of a quarter is."""
    return (((quarter_id >> 8 & 0xFF) - 1) * PLACES_A_DAY + place_of(quarter_id)) * INDEX_BYTES
