"""A day in the form of records, as docs/board-api.md has it, and not with what is tested."""

import json
import struct
from typing import Any

FORM = "&form=records"
BYTES = "application/octet-stream"

RECORD_BYTES = 64
PLACES = 100
_NOT_KNOWN = 0xFFFFFFFF
_REGISTERS = 6


def records_of(body: bytes) -> bytes | None:
    """What a board sends in place of the JSON of a day; None where it sends that."""
    try:
        document = json.loads(body)
        if not document["complete"] or not document["quarters"]:
            return None
        return pack_day(document["quarters"])
    except KeyError, TypeError, ValueError, OverflowError, struct.error:
        # A document that no board would make.
        return None


def pack_day(rows: list[Any]) -> bytes:
    """The records of rows, which are in order of time."""
    day = bytearray(PLACES * RECORD_BYTES)
    last = -1
    for row in rows:
        number = row[0] & 0x7F
        # The hour that October has twice: its quarters come again.
        place = number + 88 if number <= last and 8 <= number < 12 else number
        last = max(last, number)
        day[place * RECORD_BYTES : (place + 1) * RECORD_BYTES] = pack(row)
    return bytes(day)


def pack(row: list[Any]) -> bytes:
    """The record of a row."""
    quarter_id, intervals, *powers = row[:6]
    registers = [_NOT_KNOWN if register is None else register for register in row[8 : 8 + _REGISTERS]]
    record = struct.pack("<IB", quarter_id, intervals)
    record += b"".join(power.to_bytes(3, "little") for power in powers)
    record += struct.pack("<II6I", *row[6:8], *registers)
    record = record.ljust(RECORD_BYTES - 2, b"\0")
    return record + struct.pack("<H", check_of(record))


def check_of(record: bytes) -> int:
    """CRC-16 with the polynomial 0xA001 and start 0, all its bits inverted."""
    crc = 0
    for byte in record:
        crc = crc >> 8 ^ _TABLE[crc & 0xFF ^ byte]
    return crc ^ 0xFFFF


def _eight_bits(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


_TABLE = [_eight_bits(byte) for byte in range(256)]
