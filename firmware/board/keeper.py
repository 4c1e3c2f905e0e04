"""Brings the quarters to the card, so that a power cut costs half a minute at most.

While a quarter runs, its intervals go to the journal. When it ends, its last intervals go there, then
its file is written, then its record in the index. At start, and when a card comes back, what the
journal has and a file lacks is put there.
"""

from core.clock import QUARTER_SECONDS, quarter_start
from core.quarter import Quarter
from core.records import registers_of

from .memory import unload
from .store import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .index import Index
    from .journal import Journal, Registers
    from .store import Store

# With what came while it was written no more than 30 seconds are lost.
_JOURNAL_INTERVALS = 5
# An hour of quarters waits for a card; each takes 2 KB.
_MOST_WAITING = 4


class Keeper:
    """What has to get to the card.

    :ivar waiting: quarters that have ended and that the card did not take yet: each with its registers
        and the first interval that the journal may not have.
    """

    def __init__(self, store: "Store", journal: "Journal", index: "Index") -> None:
        self.waiting: list[tuple[Quarter, Registers, int]] = []
        self._store = store
        self._journal = journal
        self._index = index
        self._running: Quarter | None = None
        self._registers: Registers = []
        # The first interval of the running quarter that the journal may not have whole.
        self._first = 0
        # The newest quarter of the journal at start, which may go on.
        self._recovered = 0

    def unfinished(self) -> int:
        """The quarter that runs, or the one that may go on after a restart; 0 for none."""
        return self._running.quarter_id if self._running is not None else self._recovered

    def take(self, running: "Quarter | None", meter: "dict[str, Any]") -> None:
        """Look at what a telegram has changed.

        :param running: the quarter that it was added to.
        :param meter: the telegram, decoded.
        """
        if running is None:
            return
        registers = registers_of(meter)
        finished = self._running
        if running is not finished:
            self._running = running
            if finished is not None:
                # The registers of the first second after a quarter are those at its end.
                at_end = meter.get("time") == quarter_start(finished.quarter_id) + QUARTER_SECONDS
                self.waiting.append((finished, registers if at_end else self._registers, self._first))
                del self.waiting[:-_MOST_WAITING]
            self._first = 0
        self._registers = registers
        if self._store.state != OK:
            return
        try:
            if self.waiting:
                self._write_waiting()
            if running is not finished:
                self._begin(running)
            if running.end() - 1 - self._first >= _JOURNAL_INTERVALS:
                self._note(running)
        except OSError as error:
            self._store.fault(error)

    def card_came(self) -> None:
        """Put on the card what waits for it, and finish what its journal has; called when it was mounted."""
        if self._store.state != OK:
            return
        try:
            from . import recovery

            found = recovery.quarters_of(self._journal)
            self._recovered = found.pop() if found and self._running is None else 0
            for quarter_id in found:
                if self._running is not None and self._running.quarter_id == quarter_id:
                    self._running.fill_gaps_from(recovery.read(self._journal, quarter_id)[0])
                else:
                    self._recover(quarter_id)
            # It may be another card than the one whose journal had their beginnings.
            self.waiting = [(quarter, registers, 0) for quarter, registers, _ in self.waiting]
            self._write_waiting()
        except OSError as error:
            self._store.fault(error)
        unload("board.recovery")
        # Whatever the card has of the running quarter, the journal gets all of it.
        self._first = 0

    def stop(self) -> None:
        """Store what the running quarter has; it goes on when the board starts again."""
        if self._running is None or self._store.state != OK:
            return
        try:
            self._note(self._running)
            self._save(self._running, self._registers)
        except OSError as error:
            self._store.fault(error)

    def _begin(self, running: Quarter) -> None:
        """A quarter begins, or goes on after a restart."""
        recovered = self._recovered
        if recovered:
            from . import recovery

            if recovered == running.quarter_id:
                running.fill_gaps_from(recovery.read(self._journal, recovered)[0])
            else:
                self._recover(recovered)
            self._recovered = 0
            unload("board.recovery")
        earlier = self._store.quarter(running.quarter_id)
        if earlier is not None:
            running.fill_gaps_from(earlier)

    def _note(self, running: Quarter) -> None:
        """Bring the running quarter to the journal; its last interval is not over and comes again."""
        self._journal.write(running, self._first, self._registers)
        self._first = running.end() - 1

    def _write_waiting(self) -> None:
        while self.waiting:
            quarter, registers, first = self.waiting[0]
            self._journal.write(quarter, first, registers)
            self._write(quarter, registers)
            del self.waiting[:1]

    def _recover(self, quarter_id: int) -> None:
        """Complete the file and the index of a quarter that ended while the board had no power."""
        from . import recovery

        quarter, registers = recovery.read(self._journal, quarter_id)
        earlier = self._store.quarter(quarter_id)
        if earlier is None or not recovery.covers(earlier, quarter):
            self._write(quarter, registers)
        elif not self._index.has(quarter_id):
            self._index.put(earlier, registers)

    def _write(self, quarter: Quarter, registers: "Registers") -> None:
        self._save(quarter, registers)
        self._index.put(quarter, registers)

    def _save(self, quarter: Quarter, registers: "Registers") -> None:
        """Write a quarter's file; intervals that only the file has are kept."""
        earlier = self._store.quarter(quarter.quarter_id)
        if earlier is not None:
            quarter.fill_gaps_from(earlier)
            if _same(earlier, quarter):
                return
            # For a moment the file will be empty, and then only the journal knows.
            self._journal.write(quarter, 0, registers)
        self._store.save(quarter)


def _same(one: Quarter, other: Quarter) -> bool:
    return one.end() == other.end() and all(one.interval(place) == other.interval(place) for place in range(one.end()))
