"""Records of fixed size in which the card keeps quarters besides their files.

A journal record holds the last intervals of the running quarter, so that a power cut costs no more
than what came after it. An index record holds the summary of a stored quarter, so that a year can be
read without opening 35,040 files. Each ends in a CRC-16 and is a divisor of a card's sector of 512
bytes: a record is there whole or not at all. Integers are little-endian.
"""

from struct import pack_into, unpack_from

from .clock import HOUR_SECONDS, QUARTER_INTERVALS, SUMMER_BIT, is_summer, quarter_start
from .quarter import Quarter
from .telegram import crc16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

JOURNAL_BYTES = 512
INDEX_BYTES = 64
# Of index records: 96 quarters, and 96 to 99 for the hour that October has twice.
PLACES_A_DAY = 100

# sequence, quarter id, first interval, number of intervals, then the registers
_JOURNAL_HEAD = "<IIBB"
_JOURNAL_INTERVALS = 34
_INTERVAL_BYTES = 6
# The most intervals that fit between the head, the registers and the CRC.
JOURNAL_MOST = (JOURNAL_BYTES - _JOURNAL_INTERVALS - 2) // _INTERVAL_BYTES

# quarter id, number of intervals, then mean and maximum, Wh and the registers
_INDEX_HEAD = "<IB"
_INDEX_POWERS = 5
_INDEX_ENERGY = 17
_INDEX_REGISTERS = 25
# All of them at once; a power is of 24 bits.
_INDEX_ROW = "<IBHBHBHBHB8I"

_GAP = 0xFFFFFF
_NO_REGISTER = 0xFFFFFFFF

# The order in which a record holds them, all as 32 bits.
REGISTERS = (
    "consumed_energy_t1",
    "consumed_energy_t2",
    "produced_energy_t1",
    "produced_energy_t2",
    "gas",
    "water",
)


def pack_journal(record: bytearray, sequence: int, quarter: Quarter, first: int, registers: "list[int | None]") -> None:
    """Write intervals of a quarter, from ``first`` on, into a record.

    :param record: `JOURNAL_BYTES` long, overwritten whole.
    :param sequence: one more than that of the record before, modulo 2**32.
    :param first: of at most `JOURNAL_MOST` intervals; what comes behind them is for another record.
    :param registers: in the order of `REGISTERS`, Wh and l, None for what the meter does not send.
    """
    _clear(record)
    number = min(quarter.end() - first, JOURNAL_MOST)
    pack_into(_JOURNAL_HEAD, record, 0, sequence & 0xFFFFFFFF, quarter.quarter_id, first, number)
    _pack_registers(record, 10, registers)
    position = _JOURNAL_INTERVALS
    for interval in range(first, first + number):
        values = quarter.interval(interval)
        _pack_24(record, position, _GAP if values is None else values[0])
        _pack_24(record, position + 3, _GAP if values is None else values[1])
        position += _INTERVAL_BYTES
    _close(record)


def journal_head(record: "bytes | bytearray") -> tuple[int, int] | None:
    """The sequence number and the quarter id of a journal record; None when it is none, or damaged."""
    if len(record) != JOURNAL_BYTES or not _is_whole(record, 0, JOURNAL_BYTES):
        return None
    sequence, quarter_id, first, number = unpack_from(_JOURNAL_HEAD, record, 0)
    if number > JOURNAL_MOST or first + number > QUARTER_INTERVALS or not _is_quarter(quarter_id):
        return None
    return int(sequence), int(quarter_id)


def unpack_journal(record: "bytes | bytearray", quarter: Quarter) -> "list[int | None]":
    """Set the intervals of a journal record in a quarter, over what it has.

    :param record: one for which `journal_head` gave the id of this quarter.
    :returns: the registers.
    """
    _, _, first, number = unpack_from(_JOURNAL_HEAD, record, 0)
    position = _JOURNAL_INTERVALS
    for interval in range(first, first + number):
        consumed = _unpack_24(record, position)
        produced = _unpack_24(record, position + 3)
        if _GAP not in (consumed, produced):
            quarter.set_interval(interval, consumed, produced)
        position += _INTERVAL_BYTES
    return _unpack_registers(record, 10)


def pack_index(record: bytearray, quarter: Quarter, registers: "list[int | None]") -> None:
    """Write the summary of a quarter into a record.

    :param record: `INDEX_BYTES` long, overwritten whole.
    :param registers: at the quarter's end, in the order of `REGISTERS`; all None for a quarter that
        only its file tells of.
    """
    _clear(record)
    summary = quarter.summary()
    pack_into(_INDEX_HEAD, record, 0, quarter.quarter_id, summary[0])
    for place in range(4):
        _pack_24(record, _INDEX_POWERS + 3 * place, summary[1 + place])
    pack_into("<II", record, _INDEX_ENERGY, summary[5], summary[6])
    _pack_registers(record, _INDEX_REGISTERS, registers)
    _close(record)


def place_of(quarter_id: int) -> int:
    """The place of a quarter's index record among those of its day."""
    quarter = quarter_id & 0x7F
    if 8 <= quarter < 12 and not quarter_id & SUMMER_BIT and is_summer(quarter_start(quarter_id) - HOUR_SECONDS):
        return quarter + 88
    return quarter


def index_head(record: "bytes | bytearray", position: int = 0) -> int:
    """The quarter id of an index record; 0 for one that is empty or damaged.

    :param record: some of them.
    :param position: where it begins in them.
    """
    quarter_id, number = unpack_from(_INDEX_HEAD, record, position)
    if quarter_id and number <= QUARTER_INTERVALS and _is_whole(record, position, INDEX_BYTES):
        return int(quarter_id) if _is_quarter(quarter_id) else 0
    return 0


def index_row(record: "bytes | bytearray", position: int = 0) -> "list[int | None]":
    """The row of a quarter.

    :param record: some of them.
    :param position: where one begins in them for which `index_head` gave an id.
    :returns: quarter id, number of intervals, mean and maximum offtake in W, mean and maximum
        injection in W, offtake and injection in Wh, and the registers.
    """
    values = unpack_from(_INDEX_ROW, record, position)
    row: list[int | None] = [
        values[0],
        values[1],
        values[2] | values[3] << 16,
        values[4] | values[5] << 16,
        values[6] | values[7] << 16,
        values[8] | values[9] << 16,
    ]
    row.extend(values[10:12])
    registers = values[12:]
    if _NO_REGISTER in registers:
        row.extend([None if register == _NO_REGISTER else register for register in registers])
    else:
        row.extend(registers)
    return row


def unpack_index(record: "bytes | bytearray") -> "list[int | None] | None":
    """The row of a quarter, as `index_row` gives it; None for a record that is empty or damaged."""
    return index_row(record) if len(record) == INDEX_BYTES and index_head(record) else None


def _is_quarter(quarter_id: int) -> bool:
    try:
        quarter_start(quarter_id)
    except ValueError:
        return False
    return True


def _clear(record: bytearray) -> None:
    for position in range(len(record)):
        record[position] = 0


def _close(record: bytearray) -> None:
    pack_into("<H", record, len(record) - 2, _check_of(record, 0, len(record)))


def _is_whole(record: "bytes | bytearray", position: int, length: int) -> bool:
    return int(unpack_from("<H", record, position + length - 2)[0]) == _check_of(record, position, length)


def _check_of(record: "bytes | bytearray", position: int, length: int) -> int:
    # Inverted: the CRC of zeros is zero, and a sector that was never written must not pass.
    return crc16(record, position, position + length - 2) ^ 0xFFFF


def _pack_24(record: bytearray, position: int, value: int) -> None:
    value = min(value, _GAP)
    record[position] = value & 0xFF
    record[position + 1] = value >> 8 & 0xFF
    record[position + 2] = value >> 16


def _unpack_24(record: "bytes | bytearray", position: int) -> int:
    return record[position] | record[position + 1] << 8 | record[position + 2] << 16


def _pack_registers(record: bytearray, position: int, registers: "list[int | None]") -> None:
    for register in registers:
        pack_into("<I", record, position, _NO_REGISTER if register is None else register)
        position += 4


def _unpack_registers(record: "bytes | bytearray", position: int) -> "list[int | None]":
    registers: list[int | None] = []
    for _ in REGISTERS:
        (register,) = unpack_from("<I", record, position)
        registers.append(None if register == _NO_REGISTER else register)
        position += 4
    return registers


def registers_of(meter: "dict[str, Any]") -> "list[int | None]":
    """The registers of a decoded telegram, in the order of `REGISTERS`.

    Of several meters of a kind the first one that counts is taken: a channel without a meter behind
    it sends no value, or 0 for ever.
    """
    registers: list[int | None] = [meter.get(key) for key in REGISTERS[:4]]
    for kind in REGISTERS[4:]:
        counted: int | None = None
        for device in meter.get("devices", ()):
            if device["type"] == kind and "value" in device and not counted:
                counted = device["value"]
        registers.append(counted)
    return [register if register is None or register < _NO_REGISTER else None for register in registers]
