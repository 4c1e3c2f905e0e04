"""Reads a stored quarter piece by piece, so that 3 KB of text never need 3 KB of heap.

What is read is the quarter document as the card has it, also as the original firmware left it: with
the rest of an older, longer text behind it, or with powers that wrapped around, which count as gaps.
"""

from array import array

from .clock import QUARTER_INTERVALS, quarter_start
from .quarter import Quarter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Long enough for everything before the first power.
PIECE_BYTES = 256

_ID = b'"quarter_id":'
_CONSUMED = b'"consumed_power_interval_avgs"'
_NONE = -1
# No meter on a P1 port reaches a megawatt; one more digit is held so that it is noticed.
_POWER_LIMIT_W = 1000000
_LARGEST = 9999999


def read_stored(file: "Any") -> Quarter | None:
    """Read the first document of a file.

    :param file: something with ``readinto``.
    :returns: the quarter; None when the file holds no whole document, as after a power cut.
    :raises OSError: the file cannot be read.
    """
    buffer = bytearray(PIECE_BYTES)
    length = file.readinto(buffer)
    head = bytes(memoryview(buffer)[:length])
    start = head.find(b"[") + 1
    quarter_id = _quarter_id(head[:start])
    if quarter_id is None:
        return None
    quarter = Quarter(quarter_id)
    consumed = array("i", bytes(4 * QUARTER_INTERVALS))
    # 0 in the offtakes, 1 between the arrays, 2 in the injections, 3 behind them
    part = 0
    interval = offtakes = 0
    value = _NONE
    negative = begun = False
    while length:
        for position in range(start, length):
            byte = buffer[position]
            if part & 1:
                if part == 1 and byte == 0x5B:
                    part = 2
                elif byte == 0x7D:
                    return quarter if part == 3 else None
            elif 0x30 <= byte <= 0x39:
                begun = True
                value = min(10 * max(value, 0) + byte - 0x30, _LARGEST)
            elif byte in (0x2C, 0x5D):
                if byte == 0x2C or begun:
                    if interval == QUARTER_INTERVALS or (part == 2 and interval == offtakes):
                        return None
                    if part == 0:
                        consumed[interval] = _NONE if negative and value else value
                    elif consumed[interval] != _NONE and value != _NONE and (negative or value == 0):
                        if consumed[interval] < _POWER_LIMIT_W and value < _POWER_LIMIT_W:
                            quarter.set_interval(interval, consumed[interval], value)
                    interval += 1
                value = _NONE
                negative = begun = False
                if byte == 0x5D:
                    if part == 0:
                        offtakes = interval
                    elif interval != offtakes:
                        return None
                    interval = 0
                    part += 1
            elif byte == 0x2D:
                negative = begun = True
            elif byte in b"nul":
                begun = True
            elif byte not in b" \r\n\t":
                return None
        start = 0
        length = file.readinto(buffer)
    return None


def _quarter_id(head: bytes) -> int | None:
    """The id in the beginning of a document; None when it is none."""
    start = head.find(_ID)
    if start < 0 or _CONSUMED not in head:
        return None
    start += len(_ID)
    digits = head[start : head.find(b",", start)].strip()
    if not digits.isdigit() or len(digits) > 10:
        return None
    quarter_id = int(digits)
    try:
        quarter_start(quarter_id)
    except ValueError:
        return None
    return quarter_id
