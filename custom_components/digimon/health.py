"""How a board is, from what it last told of itself."""

from dataclasses import dataclass

from .monitor import BoardHealth
from .snapshot import Health

# The clocks of board and computer drift apart by some seconds a day; a start that seems to be
# another one by less than this is the same.
SAME_START_SECONDS = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """When a board started, as far as it can be told."""

    utc: int
    uptime_s: int
    """What it said of that when it was last asked."""


def follow_start(before: Start | None, uptime_s: int | None, *, wall_utc: float) -> Start | None:
    """Take another answer: the same start as before, to the second, unless there was a restart in between.

    :param uptime_s: seconds since its start by the board; None when it does not tell.
    :param wall_utc: now, in seconds since 1970.
    """
    if uptime_s is None:
        return None
    utc = int(wall_utc) - uptime_s
    if before is not None and uptime_s >= before.uptime_s and abs(utc - before.utc) < SAME_START_SECONDS:
        utc = before.utc
    return Start(utc=utc, uptime_s=uptime_s)


def health_of(board: BoardHealth | None, start: Start | None) -> Health | None:
    """Put it together; None for the original firmware, which does not tell how it is."""
    if board is None:
        return None
    return Health(
        started_utc=None if start is None else start.utc,
        reset_cause=board.reset_cause,
        heap_free_bytes=board.heap_free,
        rssi_dbm=board.rssi,
        card_state=board.card_state,
        card_free_bytes=board.card_free,
        telegrams_good=board.telegrams_good,
        telegrams_rejected=board.telegrams_rejected,
    )
