"""The journal: the last half hour of intervals, in a file whose place on the card never changes.

Sixty-four records go round. Writing one changes one sector of data and the file's entry in its folder,
and every cut in between leaves a card without damage. Which place a record has follows from its
sequence number.
"""

from struct import unpack_from

from core.quarter import Quarter
from core.records import JOURNAL_BYTES, JOURNAL_MOST, REGISTERS, journal_head, pack_journal, unpack_journal

from .store import JOURNAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .store import Store

    Registers = list[int | None]

_RECORDS = 64


class Journal:
    """The file and what is to be written next. Every method raises OSError when the card fails."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._record = bytearray(JOURNAL_BYTES)
        self._sequence = 0

    def open(self) -> "set[int]":
        """Make the file if it is not there, and look for the newest record.

        :returns: the quarters that it knows of.
        """
        self._store.grow(JOURNAL, _RECORDS * JOURNAL_BYTES)
        quarters = set()
        self._sequence = 0
        with self._store.open(JOURNAL) as file:
            for place in range(_RECORDS):
                file.readinto(self._record)
                head = journal_head(self._record)
                if head is not None and head[0] % _RECORDS == place:
                    self._sequence = max(self._sequence, head[0] + 1)
                    quarters.add(head[1])
        return quarters

    def read(self, quarter_id: int) -> "tuple[Quarter, Registers]":
        """What the journal knows of a quarter, and its last registers.

        :param quarter_id: one that `open` gave.
        """
        quarter = Quarter(quarter_id)
        registers: Registers = [None] * len(REGISTERS)
        with self._store.open(JOURNAL) as file:
            # Oldest first: what was written later knows better.
            for number in range(self._sequence, self._sequence + _RECORDS):
                file.seek(number % _RECORDS * JOURNAL_BYTES)
                file.readinto(self._record)
                if unpack_from("<I", self._record, 4)[0] == quarter_id and journal_head(self._record) is not None:
                    registers = unpack_journal(self._record, quarter)
        return quarter, registers

    def write(self, quarter: Quarter, first: int, registers: "Registers") -> None:
        """Add the intervals of a quarter from one on; afterwards they are on the card."""
        with self._store.open(JOURNAL, "r+b") as file:
            while first < quarter.end():
                pack_journal(self._record, self._sequence, quarter, first, registers)
                file.seek(self._sequence % _RECORDS * JOURNAL_BYTES)
                file.write(self._record)
                self._sequence += 1
                first += JOURNAL_MOST
