"""What a power cut has left in the journal. Loaded when a card was mounted, and when the quarter of before goes on."""

from struct import unpack_from

from core.clock import quarter_start
from core.quarter import Quarter
from core.records import JOURNAL_BYTES, REGISTERS, journal_head, unpack_journal

from .journal import RECORDS
from .store import JOURNAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .journal import Journal, Registers


def quarters_of(journal: "Journal") -> "list[int]":
    """Make the journal's file if it is not there, and look for the newest record.

    :returns: the quarters that it knows of, in order of time.
    :raises OSError: the card fails.
    """
    journal.store.grow(JOURNAL, RECORDS * JOURNAL_BYTES)
    quarters = set()
    journal.sequence = 0
    with journal.store.open(JOURNAL) as file:
        for place in range(RECORDS):
            file.readinto(journal.record)
            head = journal_head(journal.record)
            if head is not None and head[0] % RECORDS == place:
                journal.sequence = max(journal.sequence, head[0] + 1)
                quarters.add(head[1])
    return sorted(quarters, key=quarter_start)


def read(journal: "Journal", quarter_id: int) -> "tuple[Quarter, Registers]":
    """What the journal knows of a quarter, and its last registers.

    :param quarter_id: one that `quarters_of` gave.
    :raises OSError: the card fails.
    """
    quarter = Quarter(quarter_id)
    registers: Registers = [None] * len(REGISTERS)
    record = journal.record
    with journal.store.open(JOURNAL) as file:
        # Oldest first: what was written later knows better.
        for number in range(journal.sequence, journal.sequence + RECORDS):
            file.seek(number % RECORDS * JOURNAL_BYTES)
            file.readinto(record)
            if unpack_from("<I", record, 4)[0] == quarter_id and journal_head(record) is not None:
                registers = unpack_journal(record, quarter)
    return quarter, registers


def covers(one: Quarter, other: Quarter) -> bool:
    """Whether one has every interval that the other has."""
    return all(other.interval(place) is None or one.interval(place) is not None for place in range(other.end()))
