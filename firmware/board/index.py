"""The index: the summary of every stored quarter, a file per month, a fixed place per quarter.

A year of 35,040 quarter files is read through it in 379 requests. It stands beside ``/meter`` and
never in it, so that the original firmware and its clients do not see it.
"""

from struct import unpack_from

from core.clock import SUMMER_BIT, month_of, quarter_id_of_label
from core.quarter import Quarter
from core.records import INDEX_BYTES, PLACES_A_DAY, REGISTERS, index_head, index_row, pack_index, place_of

from .store import NO_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import IO

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

_DAYS = 31
_DAY_BYTES = PLACES_A_DAY * INDEX_BYTES
_MONTH_BYTES = _DAYS * _DAY_BYTES
_OCTOBER = 10
# Places in order of time: the second pass of the hour stands after the first.
_ORDER = ((0, 12), (96, 100), (12, 96))
# While a month's file is being made; who waits longer is read from its quarter file later, without registers.
_MOST_WAITING = 8
# Records that are read at once: a sector.
_RECORDS = 512 // INDEX_BYTES
# Of these, those whose text is made at once: all of them would take four pieces of 1 KB.
_ROWS = 2

# What is known of a place: a file of the quarter that has no record, or a record.
WINTER = 1
SUMMER = 2
_RECORD = 3


def quarter_at(year: int, month: int, day: int, place: int, season: int) -> int:
    """The quarter of a place: the inverse of `place_of`.

    :param season: `WINTER` or `SUMMER`.
    """
    quarter = place if place < 96 else place - 88
    return (year - 2000) << 24 | month << 16 | day << 8 | (SUMMER_BIT if season == SUMMER else 0) | quarter


class Day:
    """What the index has of a day.

    :ivar date: year, month and day.
    :ivar folder: where its quarters are.
    :ivar places: for each place `_RECORD`, `WINTER` or `SUMMER` if a record of that quarter has to be made, else 0.
    :ivar complete: whether every file has its record.
    :ivar is_over: whether nothing in the index is of the quarter that runs.
    :ivar records: how many there are.
    :ivar check: changes when a record does.
    """

    def __init__(self, date: "tuple[int, int, int]") -> None:
        self.date = date
        year, month, day = date
        self.folder = f"/meter/{year:04d}/{month:02d}/{day:02d}"
        self.places = bytearray(PLACES_A_DAY)
        self.complete = self.is_over = True
        self.records = 0
        self.check = 0

    def tag(self) -> str:
        """Tells it from every other state of the same day."""
        return f'"{self.records:x}-{self.check:x}"'


class Index:
    """The files. Only `step` and `put` write.

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
        return index_head(record) == quarter_id

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

    def look(self, day: "Day", unfinished: int) -> "Iterator[None]":
        """Find out what the index has of a day, a few records at a time.

        :param day: where it is noted.
        :param unfinished: the quarter that runs; its file may be there and is not the last word.
        :raises OSError: the card fails.
        """
        # The first quarter of the day, of which the others differ in their last byte.
        midnight = quarter_id_of_label(*day.date, "0000W")
        if midnight is None:
            # There is no such day.
            return
        places = day.places
        for first, number, records in self._records(day.date):
            for place in range(first, first + number):
                position = (place - first) * INDEX_BYTES
                quarter_id = index_head(records, position)
                # A damaged record counts as none, and so does that of another place.
                if quarter_id & ~0xFF == midnight and place_of(quarter_id) == place:
                    if quarter_id == unfinished:
                        day.is_over = False
                        continue
                    places[place] = _RECORD
                    (check,) = unpack_from("<H", records, position + INDEX_BYTES - 2)
                    day.check = (day.check & 0xFFFFFF) * 31 + place + check
                    day.records += 1
            yield
        if day.records >= (PLACES_A_DAY if day.date[1] == _OCTOBER else 96):
            # Whatever files there are have their records.
            return
        for name in self._store.files(day.folder):
            quarter = _quarter_of(name)
            if quarter >= 0 and midnight | quarter != unfinished:
                place = place_of(midnight | quarter)
                if places[place] != _RECORD:
                    places[place] = SUMMER if quarter & SUMMER_BIT else WINTER
                    day.complete = False
        yield

    def records(self, day: "Day") -> "tuple[int, IO[bytes]]":
        """The records of a day as they are: how many bytes, and the file in which they come next.

        :param day: what `look` found out, with any record.
        :raises OSError: the card fails.
        """
        year, month, date = day.date
        file = self._store.open(f"/index/{year:04d}/{month:02d}.idx")
        start = (date - 1) * _DAY_BYTES
        length = min(file.seek(0, 2) - start, _DAY_BYTES)
        file.seek(start)
        return length, file

    def rows(self, day: "Day") -> "Generator[str]":
        """The rows of a day in order of time, as JSON, some at once.

        :param day: what `look` found out.
        :raises OSError: the card fails; what came so far is not the whole day.
        """
        if not day.records:
            return
        separator = ""
        blocks = self._records(day.date)
        try:
            for place, number, records in blocks:
                for start in range(0, number, _ROWS):
                    several = range(start, min(start + _ROWS, number))
                    # A file that says nothing has a record, too, so that it is not read again and again.
                    rows = [
                        index_row(records, index * INDEX_BYTES)
                        for index in several
                        if day.places[place + index] == _RECORD and records[index * INDEX_BYTES + 4]
                    ]
                    if rows:
                        # Without the brackets of the list.
                        yield separator + str(rows)[1:-1].replace(" ", "").replace("None", "null")
                        separator = ","
        finally:
            blocks.close()

    def _records(self, date: "tuple[int, int, int]") -> "Generator[tuple[int, int, bytearray]]":
        """The records of a day in order of time, some at once: the place of the first, how many, the same bytes."""
        year, month, day = date
        records = bytearray(_RECORDS * INDEX_BYTES)
        path = f"/index/{year:04d}/{month:02d}.idx"
        try:
            with self._store.open(path) as file:
                for first, end in _ORDER:
                    file.seek(((day - 1) * PLACES_A_DAY + first) * INDEX_BYTES)
                    for place in range(first, end, _RECORDS):
                        number = min((file.readinto(records) or 0) // INDEX_BYTES, end - place)
                        if not number:
                            break
                        yield place, number, records
        except OSError as error:
            if error.errno == NO_FILE:
                return
            if self._store.is_readable():
                # One bad sector: the file is made anew, elsewhere, from those of the quarters.
                self._store.remove(path)
            raise


def _quarter_of(name: str) -> int:
    """What a file's name tells of its quarter: the last byte of its id; -1 for one that is none of a quarter."""
    if len(name) == 10 and name[4] in "SW" and name[5:] == ".json" and name[:4].isdigit():
        hour, minute = divmod(int(name[:4]), 100)
        if hour < 24 and minute % 15 == 0 and minute < 60:
            return (SUMMER_BIT if name[4] == "S" else 0) | hour * 4 + minute // 15
    return -1


def _path(quarter_id: int) -> str:
    year, month = month_of(quarter_id)
    return f"/index/{year:04d}/{month:02d}.idx"


def _position(quarter_id: int) -> int:
    """Where in its month's file the record of a quarter is."""
    return (((quarter_id >> 8 & 0xFF) - 1) * PLACES_A_DAY + place_of(quarter_id)) * INDEX_BYTES
