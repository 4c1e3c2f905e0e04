"""The journal: the last half hour of intervals, in a file whose place on the card never changes.

Sixty-four records go round. Writing one changes one sector of data and the file's entry in its folder,
and every cut in between leaves a card without damage. Which place a record has follows from its
sequence number. What reads them is `recovery`.
"""

from core.quarter import Quarter
from core.records import JOURNAL_BYTES, JOURNAL_MOST, pack_journal

from .store import JOURNAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .store import Store

    Registers = list[int | None]

RECORDS = 64


class Journal:
    """The file and what is to be written next.

    :ivar store: the card.
    :ivar record: room for one record.
    :ivar sequence: the number of the next one.
    """

    def __init__(self, store: "Store") -> None:
        self.store = store
        self.record = bytearray(JOURNAL_BYTES)
        self.sequence = 0

    def write(self, quarter: Quarter, first: int, registers: "Registers") -> None:
        """Add the intervals of a quarter from one on; afterwards they are on the card.

        :raises OSError: it fails.
        """
        with self.store.open(JOURNAL, "r+b") as file:
            while first < quarter.end():
                pack_journal(self.record, self.sequence, quarter, first, registers)
                file.seek(self.sequence % RECORDS * JOURNAL_BYTES)
                file.write(self.record)
                self.sequence += 1
                first += JOURNAL_MOST
