"""Reads a stored quarter piece by piece, so that 3 KB of text never need 3 KB of heap.

What is read is the quarter document as the card has it, also as the original firmware left it: with
the rest of an older, longer text behind it, or with powers that wrapped around, which count as gaps.
"""

from .clock import QUARTER_INTERVALS, quarter_start
from .quarter import Quarter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# Long enough for everything before the first power.
PIECE_BYTES = 256

_ID = b'"quarter_id":'
_CONSUMED = b'"consumed_power_interval_avgs"'
# No meter on a P1 port reaches a megawatt; one more digit is held so that it is noticed.
_POWER_LIMIT_W = 1000000
_LARGEST = 9999999

_OPENED = 0x5B
_CLOSED = 0x5D
_COMMA = 0x2C
_MINUS = 0x2D
_ENDED = 0x7D
# What else may stand in an array: the letters of null, and white space.
_OTHERS = b"nul \r\n\t"


def read_stored(file: "Any", into: Quarter | None = None) -> Quarter | None:
    """Read the first document of a file.

    :param file: something with ``readinto``.
    :param into: a quarter that is not needed any more, overwritten whatever comes of it; a new one when None.
    :returns: the quarter; None when the file holds no whole document, as after a power cut.
    :raises OSError: the file cannot be read.
    """
    text = _Text(file)
    quarter = into or Quarter(0)
    try:
        quarter.clear(_quarter_id(text.up_to(_OPENED)))
        consumed = 0
        for power in text.powers():
            if power is not None and 0 <= power < _POWER_LIMIT_W:
                quarter.set_interval(consumed, power, 0)
            consumed += 1
        text.up_to(_OPENED)
        produced = 0
        for power in text.powers():
            values = quarter.interval(produced)
            if values is not None:
                if power is not None and -_POWER_LIMIT_W < power <= 0:
                    quarter.set_interval(produced, values[0], -power)
                else:
                    quarter.clear_interval(produced)
            produced += 1
        text.up_to(_ENDED)
    except ValueError:
        return None
    return quarter if produced == consumed else None


class _Text:
    """The bytes of a file one after the other, of which one piece is on the heap."""

    def __init__(self, file: "Any") -> None:
        self._file = file
        self._piece = bytearray(PIECE_BYTES)
        self._length = 0
        self._position = 0
        self._last = 0

    def _next(self) -> int:
        """The next byte.

        :raises ValueError: there is none.
        """
        if self._position == self._length:
            self._length = self._file.readinto(self._piece)
            self._position = 0
            if not self._length:
                raise ValueError("end of file")
        byte = self._piece[self._position]
        self._position += 1
        return byte

    def up_to(self, wanted: int) -> bytearray:
        """The bytes before the next one that is wanted, which is skipped.

        :raises ValueError: it does not come, or not soon.
        """
        passed = bytearray()
        while True:
            byte = self._next()
            if byte == wanted:
                return passed
            if len(passed) == PIECE_BYTES:
                raise ValueError("too far")
            passed.append(byte)

    def powers(self) -> "Iterator[int | None]":
        """The elements of an array whose beginning was passed, None for null.

        :raises ValueError: it holds something else, has no end, or has more elements than a quarter.
        """
        for _ in range(QUARTER_INTERVALS):
            begun, power = self._element()
            if not begun and self._last == _CLOSED:
                return
            yield power
            if self._last == _CLOSED:
                return
        raise ValueError("too many")

    def _element(self) -> "tuple[bool, int | None]":
        """Whether something stands before the next comma or bracket, and the number that it is."""
        power: int | None = None
        negative = begun = False
        while True:
            byte = self._next()
            if byte in (_COMMA, _CLOSED):
                self._last = byte
                return begun, -power if negative and power else power
            begun = True
            if 0x30 <= byte <= 0x39:
                power = min(10 * (power or 0) + byte - 0x30, _LARGEST)
            elif byte == _MINUS:
                negative = True
            elif byte not in _OTHERS:
                raise ValueError("no power")


def _quarter_id(beginning: bytearray) -> int:
    """The id in the beginning of a document.

    :raises ValueError: it is no beginning of one.
    """
    head = bytes(beginning)
    start = head.find(_ID)
    if start < 0 or _CONSUMED not in head:
        raise ValueError("no quarter document")
    start += len(_ID)
    digits = head[start : head.find(b",", start)].strip()
    if not digits.isdigit() or len(digits) > 10:
        raise ValueError("no quarter id")
    quarter_id = int(digits)
    quarter_start(quarter_id)
    return quarter_id
