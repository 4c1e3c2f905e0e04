"""The quarter and its document, on both runtimes."""

from core.clock import quarter_id_of_label, quarter_start
from core.quarter import Quarter, QuarterAccumulator, read_document

QUARTER_ID = quarter_id_of_label(2026, 1, 15, "1745W")


def telegram(second, consumed, produced, quarter_id=QUARTER_ID):
    return {
        "time": quarter_start(quarter_id) + second,
        "quarter_id": quarter_id,
        "consumed_power": consumed,
        "produced_power": produced,
    }


def text(quarter):
    return "".join(quarter.document())


def test_the_document_to_the_byte():
    quarter = Quarter(QUARTER_ID)
    for second, consumed, produced in ((0, 100, 0), (1, 101, 0), (2, 101, 0), (11, 0, 3), (12, 0, 4), (14, 0, 0)):
        quarter.add(second, consumed, produced)
    # 302 / 3 and -7 / 3 are truncated toward zero; the average is (100 + 0) / 2; 5 to 9 s are a gap.
    assert text(quarter) == (
        '{"quarter_id":' + str(QUARTER_ID) + ',"consumed_power_avg":50,"interval_secs":5,'
        '"consumed_power_interval_avgs":[100,null,0],"produced_power_interval_avgs":[0,null,-2]}'
    )
    assert quarter.latest() == (0, 2)
    assert quarter.end() == 3
    assert quarter.number_of_intervals() == 2


def test_no_minus_zero():
    quarter = Quarter(QUARTER_ID)
    for produced in (0, 0, 2):
        quarter.add(0, 0, produced)
    assert text(quarter).endswith('"produced_power_interval_avgs":[0]}')


def test_a_full_quarter_comes_in_small_pieces():
    quarter = Quarter(QUARTER_ID)
    for second in range(900):
        quarter.add(second, 12345 + second, 99999)
    assert max(len(piece) for piece in quarter.document()) < 512
    assert read_document(text(quarter)).consumed_average() == quarter.consumed_average() == 12345 + 449


def test_powers_above_15_bits_do_not_wrap():
    quarter = Quarter(QUARTER_ID)
    for second in range(5):
        quarter.add(second, 99999, 40000)
    assert quarter.latest() == (99999, 40000)


def test_an_empty_quarter_has_no_average():
    quarter = Quarter(QUARTER_ID)
    assert quarter.consumed_average() is None
    assert quarter.latest() is None
    assert quarter.end() == 0


def test_a_document_is_read_back_whole():
    quarter = Quarter(QUARTER_ID)
    for second in (0, 3, 300, 899):
        quarter.add(second, second * 7, second)
    assert text(read_document(text(quarter))) == text(quarter)


def test_the_tail_of_an_older_document_is_not_read():
    quarter = Quarter(QUARTER_ID)
    quarter.add(0, 700, 0)
    assert text(read_document(text(quarter) + "0,0,-3]}")) == text(quarter)


def test_what_is_no_quarter_document_is_refused():
    good = text(Quarter(QUARTER_ID))
    arrays = '"consumed_power_interval_avgs":{},"produced_power_interval_avgs":{}}}'
    head = f'{{"quarter_id":{QUARTER_ID},'
    refused = (
        "",
        "{}",
        "[]",
        "null",
        good[:-2],
        good.replace(str(QUARTER_ID), "1"),
        good.replace(str(QUARTER_ID), '"x"'),
        good.replace(str(QUARTER_ID), "true"),
        head + arrays.format("[1]", "[]"),
        head + arrays.format("[1]", "[1]"),
        head + arrays.format("[-1]", "[0]"),
        head + arrays.format("[1.5]", "[0]"),
        head + arrays.format("[1]", "[null]"),
        head + arrays.format('["1"]', "[0]"),
        head + arrays.format("[2000000]", "[0]"),
        head + arrays.format("0", "0"),
        head + arrays.format("[" + "0," * 180 + "0]", "[" + "0," * 180 + "0]"),
    )
    for document in refused:
        try:
            read_document(document)
        except ValueError:
            continue
        raise AssertionError(document)


def test_gaps_are_filled_from_another_record_of_the_quarter():
    first = Quarter(QUARTER_ID)
    first.add(0, 100, 0)
    first.add(10, 200, 0)
    second = Quarter(QUARTER_ID)
    second.add(10, 300, 0)
    second.add(899, 400, 5)
    second.fill_gaps_from(first)
    assert second.interval(0) == (100, 0)
    assert second.interval(1) is None
    assert second.interval(2) == (300, 0)
    assert second.interval(179) == (400, 5)
    assert second.end() == 180


def test_a_quarter_is_finished_by_the_first_telegram_of_another():
    accumulator = QuarterAccumulator()
    following = quarter_id_of_label(2026, 1, 15, "1800W")
    assert accumulator.add(telegram(890, 500, 0)) is None
    assert accumulator.add(telegram(899, 700, 0)) is None
    finished = accumulator.add(telegram(2, 10, 0, following))
    assert finished.quarter_id == QUARTER_ID
    assert finished.consumed_average() == 600
    assert accumulator.running.quarter_id == following
    assert accumulator.running.latest() == (10, 0)


def test_the_repeated_hour_is_two_quarters():
    accumulator = QuarterAccumulator()
    summer = quarter_id_of_label(2025, 10, 26, "0200S")
    winter = quarter_id_of_label(2025, 10, 26, "0200W")
    accumulator.add(telegram(0, 1, 0, summer))
    assert accumulator.add(telegram(0, 2, 0, winter)).quarter_id == summer


def test_a_telegram_without_what_a_quarter_needs_changes_nothing():
    accumulator = QuarterAccumulator()
    accumulator.add(telegram(0, 500, 0))
    for missing in ("time", "consumed_power", "produced_power"):
        meter = telegram(1, 900, 0)
        del meter[missing]
        assert accumulator.add(meter) is None
    assert accumulator.add(telegram(1, 10**9, 0)) is None
    assert accumulator.running.latest() == (500, 0)


def test_a_storm_of_telegrams_does_not_overflow():
    accumulator = QuarterAccumulator()
    for _ in range(3000):
        accumulator.add(telegram(0, 999999, 999999))
    assert accumulator.running.latest() == (999999, 999999)
