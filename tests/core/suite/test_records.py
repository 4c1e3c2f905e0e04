"""Records of the card, on both runtimes."""

from telegrams import DELTA_GRID, OLD_SINGLE_PHASE, THREE_PHASE, close

from core.clock import quarter_id_of_label
from core.obis import decode
from core.quarter import Quarter
from core.records import (
    INDEX_BYTES,
    JOURNAL_BYTES,
    JOURNAL_MOST,
    journal_head,
    pack_index,
    pack_journal,
    registers_of,
    unpack_index,
    unpack_journal,
)

QUARTER_ID = quarter_id_of_label(2026, 1, 15, "1745W")
REGISTERS = [46077141, 31169657, 4279578, 7760698, 4761307, 872234]


def quarter(intervals):
    made = Quarter(QUARTER_ID)
    for interval, (consumed, produced) in intervals.items():
        made.set_interval(interval, consumed, produced)
    return made


def intervals_of(some):
    return {interval: some.interval(interval) for interval in range(some.end()) if some.interval(interval) is not None}


def test_a_journal_record_is_read_back():
    intervals = {100: (0, 0), 101: (99999, 0), 103: (1, 70000), 104: (32768, 32769)}
    record = bytearray(b"\xff" * JOURNAL_BYTES)
    pack_journal(record, 7, quarter(intervals), 100, REGISTERS)
    assert journal_head(record) == (7, QUARTER_ID)
    read = Quarter(QUARTER_ID)
    registers = unpack_journal(record, read)
    assert intervals_of(read) == intervals
    assert registers == REGISTERS


def test_the_most_intervals_fit():
    intervals = {interval: (interval, 0) for interval in range(180)}
    record = bytearray(JOURNAL_BYTES)
    pack_journal(record, 0xFFFFFFFF, quarter(intervals), 180 - JOURNAL_MOST, [None] * 6)
    assert journal_head(record) == (0xFFFFFFFF, QUARTER_ID)
    read = Quarter(QUARTER_ID)
    registers = unpack_journal(record, read)
    assert len(intervals_of(read)) == JOURNAL_MOST == 79
    assert registers == [None] * 6


def test_what_does_not_fit_is_for_the_next_record():
    whole = quarter({interval: (interval, 0) for interval in range(180)})
    record = bytearray(JOURNAL_BYTES)
    read = Quarter(QUARTER_ID)
    for sequence, first in enumerate(range(0, 180, JOURNAL_MOST)):
        pack_journal(record, sequence, whole, first, REGISTERS)
        unpack_journal(record, read)
    assert intervals_of(read) == intervals_of(whole)


def test_a_later_record_replaces_what_an_earlier_one_says():
    record = bytearray(JOURNAL_BYTES)
    read = Quarter(QUARTER_ID)
    for value in (5, 7):
        pack_journal(record, value, quarter({3: (value, 0), 5: (1, 1)}), 3, REGISTERS)
        unpack_journal(record, read)
    assert intervals_of(read) == {3: (7, 0), 5: (1, 1)}


def test_an_index_record_is_read_back():
    intervals = {0: (720, 0), 1: (1440, 0), 179: (0, 3600)}
    record = bytearray(b"\xff" * INDEX_BYTES)
    pack_index(record, quarter(intervals), REGISTERS)
    # 2160 W for 5 s are 3 Wh, 3600 W for 5 s are 5 Wh.
    assert unpack_index(record) == [QUARTER_ID, 3, 720, 1440, 1200, 3600, 3, 5] + REGISTERS


def test_the_highest_powers_do_not_wrap():
    record = bytearray(INDEX_BYTES)
    pack_index(record, quarter(dict.fromkeys(range(180), (999999, 999999))), [None] * 6)
    wh = 249999 + 1
    assert unpack_index(record) == [QUARTER_ID, 180, 999999, 999999, 999999, 999999, wh, wh] + [None] * 6


def test_what_was_never_written_is_no_record():
    for filler in (b"\x00", b"\xff"):
        assert journal_head(filler * JOURNAL_BYTES) is None
        assert unpack_index(filler * INDEX_BYTES) is None
    assert journal_head(b"") is None
    assert unpack_index(b"") is None


def test_any_changed_byte_is_noticed():
    journal = bytearray(JOURNAL_BYTES)
    pack_journal(journal, 1, quarter({0: (1, 2)}), 0, REGISTERS)
    index = bytearray(INDEX_BYTES)
    pack_index(index, quarter({0: (1, 2)}), REGISTERS)
    for record, read in ((journal, journal_head), (index, unpack_index)):
        assert read(record) is not None
        for position in range(len(record)):
            record[position] ^= 0x10
            assert read(record) is None, position
            record[position] ^= 0x10


def test_registers_of_a_telegram():
    assert registers_of(decode(close(THREE_PHASE))) == REGISTERS
    assert registers_of(decode(close(OLD_SINGLE_PHASE))) == [244844, 226027, 139553, 45390, 71724, None]
    # A dead channel has no value.
    assert registers_of(decode(close(DELTA_GRID))) == [143608, 170853, 2963, 427, None, None]
    assert registers_of({}) == [None] * 6


def test_of_two_gas_meters_the_one_that_counts():
    devices = [{"type": "gas", "value": 0}, {"type": "gas", "value": 5}, {"type": "gas", "value": 6}]
    assert registers_of({"devices": devices})[4] == 5
    assert registers_of({"devices": devices[:1]})[4] == 0
