"""The quarter before the running one, read once from the card.

A poll every five seconds sees the last of a quarter only by chance; the card has all of it. The
board writes it when the first telegram of the next quarter comes, so it may not be there at once.
"""

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
        self._running = running
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
        """Ask the card; when it has less than what was seen, ask again until the tries are used up."""
        try:
            stored = await self._client.stored_quarter(quarter_id)
        except BoardError:
            stored = None
        if stored is not None and _values(stored) >= _values(self._seen):
            self.quarter = stored
            self._tries_left = 0
        elif not self._tries_left:
            self.quarter = max(stored, self._seen, key=_values)


def _quarter_before(quarter_id: int) -> int:
    return quarter_id_at(quarter_start(quarter_id) - QUARTER_SECONDS)


def _values(quarter: RunningQuarter | None) -> int:
    """How many intervals are known."""
    return 0 if quarter is None else sum(sample is not None for sample in quarter.samples)
