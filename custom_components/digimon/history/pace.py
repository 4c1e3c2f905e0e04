"""How fast the card may be read.

The board has one processor for its card, its answers and the telegrams of the meter. It is left alone for a part of
what its last answer took, and longer when several answers in a row are slower than this board needs when it has
nothing else to do.
"""

# Longer would make a year of the original firmware a matter of days.
LONGEST_REST_SECONDS = 5.0

# For so much of the time that an answer took, the board is left alone. Of the original a year takes 35,040 answers.
ORIGINAL_REST = 1.0
# Ours sends a day in pieces and answers whoever else asks between two of them.
OUR_REST = 0.5

_BUSY_FACTOR = 2
_DOUBLED = 2
# So much of the usual duration is that of the last answer.
_WEIGHT = 0.1


class Pace:
    """Adapts to one board; pure arithmetic on durations in seconds."""

    def __init__(self) -> None:
        self._usual: float | None = None
        self._factor = 1.0
        self._slow = 0

    def rest_after(self, seconds: float, part: float) -> float:
        """How long to leave the board alone.

        :param seconds: that its last answer took.
        :param part: of that time, as long as the board is not busy.
        """
        if self._usual is None:
            self._usual = seconds
        if seconds > _BUSY_FACTOR * self._usual:
            self._slow += 1
            # One alone has met a poll of the live values.
            if self._slow > 1:
                self._factor *= _DOUBLED
        else:
            self._slow = 0
            self._factor = max(1.0, self._factor / _DOUBLED)
        # A board that has become slow for good is the usual one after a while.
        self._usual += _WEIGHT * (seconds - self._usual)
        rest = min(self._factor * part * seconds, LONGEST_REST_SECONDS)
        # No further than to the longest rest, from which it would be long in coming back; and never below its part.
        self._factor = max(1.0, min(self._factor, LONGEST_REST_SECONDS / max(part * seconds, 0.001)))
        return rest
