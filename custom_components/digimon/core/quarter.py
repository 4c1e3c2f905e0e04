"""The quarter: 180 intervals of 5 seconds, with the arithmetic of the original firmware.

An interval is the mean of its telegrams' W, truncated toward zero; the quarter's average is the
mean of the intervals that have a value, truncated. An interval without a telegram is a gap.
Offtake counts positive and injection negative, as the original's documents have it.
"""

from array import array

from .clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS, quarter_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# How many intervals one piece of a document holds; keeps a piece far under 1 KB.
_PIECE_INTERVALS = 30
# No meter on a P1 port reaches a megawatt; sums of so many W and telegrams fit 31 bits.
_POWER_LIMIT_W = 1000000
_MOST_TELEGRAMS = 1000


class Quarter:
    """What is known of one quarter.

    :ivar quarter_id: see `core.clock`.
    """

    def __init__(self, quarter_id: int) -> None:
        self.quarter_id = quarter_id
        self._consumed = array("i", bytes(4 * QUARTER_INTERVALS))
        self._produced = array("i", bytes(4 * QUARTER_INTERVALS))
        self._numbers = array("H", bytes(2 * QUARTER_INTERVALS))
        self._end = 0

    def add(self, second: int, consumed: int, produced: int) -> None:
        """Add one telegram.

        :param second: of the quarter, 0 to 899.
        :param consumed: offtake in W, 0 to 1 MW.
        :param produced: injection in W, 0 to 1 MW.
        """
        interval = second // INTERVAL_SECONDS
        if self._numbers[interval] == _MOST_TELEGRAMS:
            return
        self._consumed[interval] += consumed
        self._produced[interval] += produced
        self._numbers[interval] += 1
        self._end = max(self._end, interval + 1)

    def set_interval(self, interval: int, consumed: int, produced: int) -> None:
        """Set an interval that was averaged before, as documents hold it.

        :param interval: 0 to 179.
        :param consumed: mean offtake in W, >= 0.
        :param produced: mean injection in W, >= 0.
        """
        self._consumed[interval] = consumed
        self._produced[interval] = produced
        self._numbers[interval] = 1
        self._end = max(self._end, interval + 1)

    def clear_interval(self, interval: int) -> None:
        """Make an interval a gap."""
        self._numbers[interval] = 0
        while self._end and not self._numbers[self._end - 1]:
            self._end -= 1

    def clear(self, quarter_id: int) -> None:
        """Become another quarter, of which nothing is known yet: its memory is used again."""
        self.quarter_id = quarter_id
        for interval in range(self._end):
            self._numbers[interval] = 0
        self._end = 0

    def fill_gaps_from(self, other: "Quarter") -> None:
        """Take the intervals that only the other record of the same quarter has."""
        for interval in range(other.end()):
            values = other.interval(interval)
            if values is not None and self._numbers[interval] == 0:
                self.set_interval(interval, values[0], values[1])

    def interval(self, interval: int) -> tuple[int, int] | None:
        """Mean offtake and injection of an interval in W, both >= 0; None for a gap."""
        number = self._numbers[interval]
        if number == 0:
            return None
        return self._consumed[interval] // number, self._produced[interval] // number

    def latest(self) -> tuple[int, int] | None:
        """Mean offtake and injection of the last interval that has a value, in W."""
        return self.interval(self._end - 1) if self._end else None

    def end(self) -> int:
        """One more than the last interval that has a value; 0 in an empty quarter."""
        return self._end

    def number_of_intervals(self) -> int:
        """How many intervals have a value."""
        return sum(1 for interval in range(self._end) if self._numbers[interval])

    def consumed_average(self) -> int | None:
        """Mean offtake in W over the intervals that have a value; None in an empty quarter."""
        total = 0
        number = 0
        for interval in range(self._end):
            if self._numbers[interval]:
                total += self._consumed[interval] // self._numbers[interval]
                number += 1
        return total // number if number else None

    def summary(self) -> tuple[int, int, int, int, int, int, int]:
        """Number of intervals; mean and maximum offtake, mean and maximum injection in W; Wh of both.

        The Wh are those of the intervals that have a value, rounded: what a gap held is not known.
        """
        number = consumed = consumed_most = produced = produced_most = 0
        for interval in range(self._end):
            values = self.interval(interval)
            if values is not None:
                number += 1
                consumed += values[0]
                produced += values[1]
                consumed_most = max(consumed_most, values[0])
                produced_most = max(produced_most, values[1])
        count = max(number, 1)
        return (
            number,
            consumed // count,
            consumed_most,
            produced // count,
            produced_most,
            (consumed * INTERVAL_SECONDS + 1800) // 3600,
            (produced * INTERVAL_SECONDS + 1800) // 3600,
        )

    def document(self) -> "Iterator[str]":
        """The quarter document in pieces, to the byte what the original answers and stores.

        An empty quarter, which never reaches a client, has an average of 0.
        """
        yield f'{{"quarter_id":{self.quarter_id},"consumed_power_avg":{self.consumed_average() or 0},'
        yield f'"interval_secs":{INTERVAL_SECONDS},"consumed_power_interval_avgs":['
        yield from self._array(self._consumed, "")
        yield '],"produced_power_interval_avgs":['
        yield from self._array(self._produced, "-")
        yield "]}"

    def _array(self, sums: "array[int]", sign: str) -> "Iterator[str]":
        for start in range(0, self._end, _PIECE_INTERVALS):
            texts = []
            for interval in range(start, min(start + _PIECE_INTERVALS, self._end)):
                number = self._numbers[interval]
                value = sums[interval] // number if number else 0
                texts.append("null" if number == 0 else f"{sign}{value}" if value else "0")
            yield ("," if start else "") + ",".join(texts)


def read_document(text: str) -> Quarter:
    """Read a quarter document.

    The original overwrites files without cutting them off, so the rest of an older, longer
    document may stand behind the JSON: reading stops at the end of the first object.

    :raises ValueError: no quarter document.
    """
    from json import loads

    # The document holds no text values, so its first closing brace ends it.
    end = text.find("}")
    document = loads(text[: end + 1])
    if not isinstance(document, dict):
        raise ValueError("not a quarter document")  # noqa: TRY004 - readers ask one question: is it one?
    quarter_id: Any = document.get("quarter_id")
    consumed = document.get("consumed_power_interval_avgs")
    produced = document.get("produced_power_interval_avgs")
    if not _is_integer(quarter_id) or not isinstance(consumed, list) or not isinstance(produced, list):
        raise ValueError("not a quarter document")
    if len(consumed) != len(produced) or len(consumed) > QUARTER_INTERVALS:
        raise ValueError("not the intervals of a quarter")
    quarter_start(quarter_id)
    quarter = Quarter(quarter_id)
    for interval, offtake in enumerate(consumed):
        injection = produced[interval]
        if offtake is None and injection is None:
            continue
        if not _is_power(offtake) or not _is_power(injection) or offtake < 0 or injection > 0:
            raise ValueError("not a power")
        quarter.set_interval(interval, offtake, -injection)
    return quarter


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_power(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_POWER_LIMIT_W < value < _POWER_LIMIT_W


class QuarterAccumulator:
    """Sorts telegrams into quarters by the meter's own clock.

    :ivar running: the quarter of the last telegram, None before the first one.
    """

    def __init__(self) -> None:
        self.running: Quarter | None = None

    def add(self, meter: "dict[str, Any]") -> Quarter | None:
        """Take a decoded telegram (`core.obis`).

        A telegram without time, or without a possible offtake and injection, belongs to no quarter
        and changes nothing.

        :returns: the finished quarter when this telegram opens another one.
        """
        consumed: Any = meter.get("consumed_power")
        produced: Any = meter.get("produced_power")
        if "time" not in meter or not _is_power(consumed) or not _is_power(produced):
            return None
        finished = None
        running = self.running
        if running is None or running.quarter_id != meter["quarter_id"]:
            finished = running
            running = self.running = Quarter(meter["quarter_id"])
        running.add(meter["time"] % QUARTER_SECONDS, consumed, produced)
        return finished
