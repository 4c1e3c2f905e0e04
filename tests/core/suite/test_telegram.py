"""Telegrams out of a stream of bytes, on both runtimes."""

from telegrams import METERS, THREE_PHASE, close, crc_bit_by_bit

from core.telegram import LONGEST_TELEGRAM, TelegramSplitter, crc16

NONE = {"crc": 0, "no_crc": 0, "too_long": 0, "cut": 0}
GOOD = close(THREE_PHASE)
TAKEN = GOOD[:-2]


def rejected(**counts):
    expected = dict(NONE)
    expected.update(counts)
    return expected


def split(stream, size=None):
    """What a splitter takes from a stream given in chunks of a size, and what it rejects."""
    splitter = TelegramSplitter()
    found = []
    size = size or len(stream) or 1
    for start in range(0, len(stream), size):
        found.extend(splitter.feed(stream[start : start + size]))
    assert splitter.good == len(found)
    return found, splitter.rejected


def test_the_crc():
    assert crc16(b"123456789") == 0xBB3D
    assert crc16(b"") == 0
    assert crc16(b"xx123456789y", 2, 11) == 0xBB3D
    every = bytes(range(256))
    assert crc16(every) == crc_bit_by_bit(every)


def test_every_meter_in_any_chunks():
    for lines, _, _ in METERS.values():
        stream = close(lines)
        for size in (1, 2, 3, 7, 64, 230, len(stream)):
            assert split(stream * 3, size) == ([stream[:-2]] * 3, NONE)


def test_the_crc_may_be_in_small_letters():
    body = GOOD[:-6]
    small = body + GOOD[-6:].lower()
    assert split(small) == ([small[:-2]], NONE)


def test_bytes_between_telegrams_are_nobodys():
    assert split(b"\xff\x00" + GOOD + b"\xff\xfe!\r\n" + GOOD) == ([TAKEN, TAKEN], NONE)


def test_a_wrong_crc_costs_one_telegram_only():
    broken = GOOD.replace(b"09.258", b"09.259")
    assert split(broken + GOOD) == ([TAKEN], rejected(crc=1))


def test_a_telegram_cut_anywhere_does_not_cost_the_next():
    for length in range(1, len(TAKEN)):
        for size in (64, len(GOOD) * 2):
            found, counts = split(TAKEN[:length] + GOOD, size)
            assert found == [TAKEN], length
            assert sum(counts.values()) == 1, length


def test_a_telegram_without_crc_is_told_apart():
    version_2 = b"/ISk5\\2MT382-1004\r\n\r\n0-0:96.14.0(0001)\r\n!\r\n"
    assert split(version_2 + GOOD + version_2) == ([TAKEN], rejected(no_crc=2))


def test_a_line_of_5000_bytes():
    long = b"/FLU5\\253769484_A\r\n\r\n" + b"0-0:96.13.0(" + b"30" * 2500 + b")\r\n"
    stream = long + b"!0000\r\n" + GOOD
    found, counts = split(stream)
    assert found == [TAKEN]
    assert counts["too_long"] == 1
    assert split(stream, 17) == (found, counts)


def test_the_longest_telegram_is_taken_and_one_byte_more_is_not():
    start = b"/FLU5\\253769484_A\r\n\r\n0-0:96.13.0("
    for length, taken in ((LONGEST_TELEGRAM, 1), (LONGEST_TELEGRAM + 1, 0)):
        body = start + b"3" * (length - len(start) - 8) + b")\r\n!"
        telegram = body + f"{crc_bit_by_bit(body):04X}".encode()
        assert len(telegram) == length
        found, _ = split(telegram + b"\r\n" + GOOD, 100)
        assert found == [telegram] * taken + [TAKEN]


def test_slashes_everywhere():
    assert split(b"/" * 5000 + GOOD)[0] == [TAKEN]
    assert split(b"/FLU" + GOOD)[0] == [TAKEN]
    assert split(b"/FLU5/FLU5/F" + GOOD)[0] == [TAKEN]
    assert split(b"/ !" + GOOD)[0] == [TAKEN]
    assert split(b"/!12" + GOOD)[0] == [TAKEN]


def test_nothing_is_found_in_nothing():
    assert split(b"") == ([], NONE)
    splitter = TelegramSplitter()
    assert splitter.feed(b"") == []
