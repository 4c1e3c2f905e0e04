"""The quarter before the running one, read once from the card.

A poll every five seconds sees the last of a quarter only by chance; the card has all of it. The
board writes it when the first telegram of the next quarter comes, so it may not be there at once.
With the original firmware a restart in the middle leaves only the later part on the card; what was
seen before it is put in front.
"""

from dataclasses import replace
from itertools import zip_longest

from .core.clock import QUARTER_SECONDS, quarter_id_at, quarter_start
from .monitor import BoardClient, BoardError, RunningQuarter

# Half a minute of polls. A board without a card never has it, and what was seen has to do.
TRIES = 6


class FinishedQuarter:
    """Follows the running quarter and holds the one before it.

    :ivar quarter: the last one of which no more is to be expected; None when nothing is known of it.
    """

    def __init__(self, client: BoardClient) -> None:
        self.quarter: RunningQuarter | None = None
        self._client = client
        self._running: RunningQuarter | None = None
        self._seen: RunningQuarter | None = None
        self._tries_left = 0

    async def follow(self, running: RunningQuarter | None) -> None:
        """Take another answer of the running quarter; raises nothing."""
        if running is None:
            return
        if self._running is None or running.quarter_id != self._running.quarter_id:
            self._turn(running)
        self._running = _together(self._running, running)
        if self._tries_left:
            self._tries_left -= 1
            await self._read(_quarter_before(running.quarter_id))

    def _turn(self, running: RunningQuarter) -> None:
        """Begin anew: another quarter runs."""
        before = _quarter_before(running.quarter_id)
        seen = self._running
        self._seen = seen if seen is not None and seen.quarter_id == before else None
        self._tries_left = TRIES

    async def _read(self, quarter_id: int) -> None:
        """Ask the card; when it ends before what was seen, ask again until the tries are used up."""
        try:
            stored = await self._client.stored_quarter(quarter_id)
        except BoardError:
            stored = None
        seen = self._seen
        if stored is not None and (seen is None or len(stored.samples) >= len(seen.samples)):
            self._tries_left = 0
            self.quarter = _together(seen, stored)
        elif not self._tries_left:
            self.quarter = seen if seen is None else _together(stored, seen)


def _quarter_before(quarter_id: int) -> int:
    return quarter_id_at(quarter_start(quarter_id) - QUARTER_SECONDS)


def _together(earlier: RunningQuarter | None, later: RunningQuarter) -> RunningQuarter:
    """All that two records of a quarter have; the later one is right where both have something."""
    if earlier is None or earlier.quarter_id != later.quarter_id:
        return later
    samples = zip_longest(earlier.samples, later.samples)
    return replace(later, samples=tuple(old if new is None else new for old, new in samples))
