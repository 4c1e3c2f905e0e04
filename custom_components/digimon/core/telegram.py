"""Cuts telegrams out of the bytes of a P1 port and verifies them.

A telegram runs from ``/`` to ``!`` and four hexadecimal digits, the CRC-16/ARC of everything from
``/`` up to and including ``!`` (DSMR 5.0.2 P1 section 6.2; e-MUCS P1 1.7.1).
"""

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# A telegram with a text message of 1,024 characters and every field is about 3,600 bytes.
LONGEST_TELEGRAM = 4096

# Why something between two telegrams was not taken.
CRC = "crc"
NO_CRC = "no_crc"
TOO_LONG = "too_long"
CUT = "cut"

_SLASH = 0x2F
_EXCLAMATION = 0x21
_CRC_DIGITS = 4
# "/", three letters of the manufacturer and a digit: what every meter's first line starts with.
_IDENT_LENGTH = 5


def _crc_table() -> "array[int]":
    table = array("H")
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return table


_TABLE = _crc_table()


def crc16(data: "bytes | bytearray | memoryview", start: int = 0, end: int | None = None) -> int:
    """CRC-16/ARC of a part of some bytes: polynomial 0xA001 reflected, start 0, no final XOR."""
    table = _TABLE
    crc = 0
    for byte in memoryview(data)[start : len(data) if end is None else end]:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


def _letter(byte: int) -> bool:
    return 0x41 <= byte & 0xDF <= 0x5A


def _hexadecimal(byte: int) -> bool:
    return 0x30 <= byte <= 0x39 or 0x41 <= byte & 0xDF <= 0x46


class TelegramSplitter:
    """Takes every telegram whose bytes all arrived, whatever stands before, between or after.

    Fed with chunks of any size; the result does not depend on where they are cut. Memory is one
    buffer of ``limit`` bytes.

    :ivar good: telegrams taken.
    :ivar rejected: how often something was dropped, by reason: ``crc`` (complete, wrong CRC),
        ``no_crc`` (an end without four digits, as DSMR 2 and 3 send), ``too_long``, ``cut`` (a new
        telegram began before the end of this one).
    """

    def __init__(self, limit: int = LONGEST_TELEGRAM) -> None:
        """:param limit: the longest telegram taken, in bytes with its CRC."""
        self.good = 0
        self.rejected = {CRC: 0, NO_CRC: 0, TOO_LONG: 0, CUT: 0}
        self._limit = limit
        self._buffer = bytearray(limit)
        # Bytes are moved by views of it: slices would be copies, each of them garbage.
        self._view = memoryview(self._buffer)
        self._used = 0
        # Index of the "!" whose digits are being collected, -1 before it came.
        self._end = -1

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take the next bytes of the port.

        :returns: the telegrams that they complete, from ``/`` up to and including the CRC.
        """
        found: list[bytes] = []
        self.pass_on(chunk, len(chunk), lambda buffer, length: found.append(bytes(buffer[:length])))
        return found

    def pass_on(self, chunk: bytes | bytearray, length: int, take: "Callable[[bytearray, int], None]") -> None:
        """Take the next bytes of the port and pass each telegram on where it lies, so that no memory is needed for it.

        :param length: how many bytes of the chunk came.
        :param take: is given a buffer and how many of its bytes are the telegram, which stays there until it returns.
        """
        view = memoryview(chunk)
        position = 0
        while position < length:
            if self._used == 0:
                position = chunk.find(b"/", position, length)
                if position < 0:
                    break
            if self._end >= 0 and not _hexadecimal(chunk[position]):
                # Not consumed: it may be the "/" of the next telegram.
                self._reject(NO_CRC)
                continue
            if self._used == self._limit:
                self._resume_at_next_beginning()
                continue
            if self._end >= 0:
                self._append(view, position, position + 1)
                position += 1
                if self._used - self._end > _CRC_DIGITS:
                    self._close(take)
                continue
            stop = chunk.find(b"!", position, length) + 1
            if stop == 0:
                stop = length
            stop = min(stop, position + self._limit - self._used)
            self._append(view, position, stop)
            position = stop
            if self._buffer[self._used - 1] == _EXCLAMATION:
                self._end = self._used - 1

    def _append(self, chunk: memoryview, start: int, stop: int) -> None:
        used = self._used + stop - start
        self._view[self._used : used] = chunk[start:stop]
        self._used = used

    def _close(self, take: "Callable[[bytearray, int], None]") -> None:
        """Take or reject the buffer, which now ends like a telegram."""
        covered = self._end + 1
        stated = int(bytes(self._view[covered : self._used]), 16)
        if crc16(self._view, 0, covered) != stated:
            # A telegram that was cut off runs into the next one, which may be whole.
            start = self._last_beginning()
            if start == 0 or crc16(self._view, start, covered) != stated:
                self._reject(CRC)
                return
            self.rejected[CUT] += 1
            self._move_to_front(start)
        self.good += 1
        length = self._used
        # It is over before somebody else may fail with it.
        self._clear()
        take(self._buffer, length)

    def _reject(self, reason: str) -> None:
        self.rejected[reason] += 1
        self._clear()

    def _clear(self) -> None:
        self._used = 0
        self._end = -1

    def _resume_at_next_beginning(self) -> None:
        """Make room in a full buffer: what stands before the next beginning can be no telegram any more."""
        start = 1
        while start < self._used and not self._may_begin_at(start):
            start += 1
        if start == self._used:
            self._reject(TOO_LONG)
            return
        self.rejected[CUT] += 1
        self._move_to_front(start)
        if self._end >= 0:
            self._end -= start

    def _move_to_front(self, start: int) -> None:
        """Drop what stands before a position of the buffer."""
        self._used -= start
        self._view[: self._used] = self._view[start : start + self._used]

    def _last_beginning(self) -> int:
        """Where in the buffer the last beginning is; 0 when that is the first one."""
        start = self._used - 1
        while start > 0 and not self._may_begin_at(start):
            start -= 1
        return start

    def _may_begin_at(self, position: int) -> bool:
        """Whether a telegram can begin here, as far as its ident has arrived."""
        buffer = self._buffer
        if buffer[position] != _SLASH:
            return False
        ident = buffer[position + 1 : min(position + _IDENT_LENGTH, self._used)]
        return all(_letter(byte) for byte in ident[:3]) and all(0x30 <= byte <= 0x39 for byte in ident[3:])
