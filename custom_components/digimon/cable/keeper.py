"""What of a cable's telegrams has to be stored, and when: decisions only, nothing is written here."""

from dataclasses import dataclass
from typing import Any

from ..core.quarter import Quarter
from ..core.records import registers_of
from .gap import Missed, Registers, Standing, missed_quarters, registers_at_end

# As on the board: no more than this is lost when the power fails.
SAVE_SECONDS = 30

# A day of quarters waits for a disk that fails.
_MOST_OWED = 96


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What is written together."""

    standing: Standing
    quarters: tuple[tuple[Quarter, Registers], ...]
    missed: tuple[Missed, ...] = ()

    def behind(self, earlier: Batch) -> Batch:
        """The same, with what comes before it."""
        return Batch(
            standing=self.standing,
            quarters=(*earlier.quarters, *self.quarters),
            missed=(*earlier.missed, *self.missed),
        )


class Keeper:
    """Follows the telegrams of one meter.

    :ivar standing: the registers of the last telegram, or as they were stored before this start.
    :ivar interrupted: the quarter that was stored last before this start, until a telegram has come.
    """

    def __init__(self) -> None:
        self.standing: Standing | None = None
        self.interrupted: Quarter | None = None
        self._first: Standing | None = None
        self._saved_utc: int | None = None
        self._owed: Batch | None = None

    def remember(self, standing: Standing | None, interrupted: Quarter | None) -> Batch | None:
        """Go on with what was stored before this start; a disk may tell of it only later.

        :param standing: what was stored last; None when nothing was.
        :param interrupted: the quarter that was stored last, as far as it had come.
        :returns: what to write of the time in between, where telegrams have come before this was known.
        """
        first = self._first
        if first is None:
            self.standing, self.interrupted = standing, interrupted
            return None
        if standing is None or interrupted is None or standing.utc >= first.utc:
            return None
        at_end = registers_at_end(standing, first, interrupted.quarter_id)
        missed = tuple(missed_quarters(standing, first))
        return Batch(standing=first, quarters=((interrupted, at_end),), missed=missed)

    def take(self, document: dict[str, Any], running: Quarter, finished: Quarter | None) -> Batch | None:
        """Look at what a telegram has changed.

        :param document: the telegram, decoded; it has a time.
        :param running: the quarter that it was added to.
        :param finished: the quarter before, when this telegram is the first of another one.
        :returns: what to write now; None when nothing is due.
        """
        before = self.standing
        now = Standing(utc=document["time"], registers=tuple(registers_of(document)), serial=document.get("serial"))
        self.standing = now
        self._first = self._first or now
        ended = finished
        if self.interrupted is not None:
            if self.interrupted.quarter_id == running.quarter_id:
                running.fill_gaps_from(self.interrupted)
            else:
                ended = self.interrupted
            self.interrupted = None
        if before is None:
            return self._save(now, running)
        missed = tuple(missed_quarters(before, now))
        if ended is not None:
            at_end = registers_at_end(before, now, ended.quarter_id)
            return self._save(now, running, (ended, at_end), missed=missed)
        if missed or self._is_due(now.utc):
            return self._save(now, running, missed=missed)
        return None

    def last(self, running: Quarter | None) -> Batch | None:
        """What to write before everything stops."""
        return None if self.standing is None or running is None else self._save(self.standing, running)

    def failed(self, batch: Batch) -> None:
        """A batch was not written: it comes again with the next telegram."""
        self._owed = batch
        self._saved_utc = None

    def _is_due(self, utc: int) -> bool:
        return self._saved_utc is None or not 0 <= utc - self._saved_utc < SAVE_SECONDS

    def _save(
        self, now: Standing, running: Quarter, *ended: tuple[Quarter, Registers], missed: tuple[Missed, ...] = ()
    ) -> Batch:
        self._saved_utc = now.utc
        owed, self._owed = self._owed, None
        if owed is not None:
            known = {quarter.quarter_id for quarter, _ in ended} | {running.quarter_id}
            ended = (*[kept for kept in owed.quarters if kept[0].quarter_id not in known][-_MOST_OWED:], *ended)
            missed = owed.missed + missed
        return Batch(standing=now, quarters=(*ended, (running, now.registers)), missed=missed)
