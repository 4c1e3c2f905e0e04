"""A card that says nothing of the hours that were last looked at.

One that was out tells nothing of the hours before it was put back. What Home Assistant did not see of them either
follows from what the card tells next, as long as these hours are still looked at by then.
"""

from ..core.clock import HOUR_SECONDS

# A board that hears its meter and has its card tells of a quarter after the next one. One without a card that does
# not say so, as the original firmware does not, must not be asked for ever.
PATIENCE_SECONDS = 3 * HOUR_SECONDS


class Silence:
    """How long it has lasted."""

    def __init__(self) -> None:
        self._bearable_until: int | None = None

    def end(self) -> None:
        """The card has told what it has to tell, or nobody asks."""
        self._bearable_until = None

    def is_over(self, told_until: int, until: int) -> bool:
        """Whether there is nothing more to wait for: the card has told all, or had time enough.

        :param told_until: up to where (UTC) the card has told.
        :param until: up to where it was asked.
        """
        if told_until >= until:
            self.end()
            return True
        if self._bearable_until is None:
            self._bearable_until = until + PATIENCE_SECONDS
        return until >= self._bearable_until
