"""How the history of a board stands, for people."""

from dataclasses import dataclass
from enum import StrEnum


class HistoryState(StrEnum):
    """What is being done about the past."""

    UP_TO_DATE = "up_to_date"
    IMPORTING = "importing"
    WAITING = "waiting"
    """For the board, which is away or still reading its card."""

    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryStatus:
    """What is shown."""

    state: HistoryState
    days_done: int = 0
    days_total: int = 0

    @property
    def percent(self) -> int:
        """How much of the card has been brought over."""
        if self.state is HistoryState.UP_TO_DATE or not self.days_total:
            return 100 if self.state is HistoryState.UP_TO_DATE else 0
        return min(99, 100 * self.days_done // self.days_total)
