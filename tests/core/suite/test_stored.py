"""Stored quarters read piece by piece, on both runtimes."""

from io import BytesIO

from core.clock import quarter_id_of_label
from core.quarter import Quarter
from core.stored import read_stored

QUARTER_ID = quarter_id_of_label(2026, 1, 15, "1745W")


def document(consumed, produced, quarter_id=QUARTER_ID):
    return (
        f'{{"quarter_id":{quarter_id},"consumed_power_avg":1,"interval_secs":5,'
        f'"consumed_power_interval_avgs":[{consumed}],"produced_power_interval_avgs":[{produced}]}}'
    )


def intervals(text):
    quarter = read_stored(BytesIO(text.encode()))
    if quarter is None:
        return None
    return [quarter.interval(interval) for interval in range(quarter.end())]


def test_what_a_quarter_writes_is_read_back():
    quarter = Quarter(QUARTER_ID)
    for interval in range(180):
        if interval % 7 != 3:
            quarter.set_interval(interval, interval * 997, (180 - interval) * 991 % 5 * 1000)
    text = "".join(quarter.document())
    read = read_stored(BytesIO(text.encode()))
    assert read.quarter_id == QUARTER_ID
    assert "".join(read.document()) == text


def test_gaps_and_an_empty_quarter():
    assert intervals(document("5,null,0", "-2,null,0")) == [(5, 2), None, (0, 0)]
    assert intervals(document("", "")) == []
    assert intervals(document("null", "null")) == []
    # A gap in one of them is one.
    assert intervals(document("5,null,7", "null,0,-1")) == [None, None, (7, 1)]


def test_the_rest_of_an_older_text_is_not_read():
    text = document("1,2", "0,-4")
    for tail in ("}", ",0,0]}", "garbage", document("9,9,9", "0,0,0")):
        assert intervals(text + tail) == [(1, 0), (2, 4)]


def test_spaces_as_other_writers_put_them():
    text = document("1, null ,\n3", "0,null , -2").replace('"quarter_id":', '"quarter_id": ')
    assert intervals(text) == [(1, 0), None, (3, 2)]


def test_a_power_that_wrapped_around_is_a_gap():
    assert intervals(document("-32768,5,12345678901234,6", "0,4,0,0")) == [None, None, None, (6, 0)]
    assert intervals(document("999999,1000000", "-999999,0")) == [(999999, 999999)]


def test_whatever_was_cut_is_no_quarter():
    text = document("100,200,null", "0,-4,null")
    for length in range(len(text)):
        assert intervals(text[:length]) is None, length


def test_what_is_no_document():
    for text in (
        "",
        "[]",
        "\xff\xfe",
        "{" * 4000,
        '{"quarter_id":1}',
        document("1", "0", quarter_id=1),
        document("1", "0", quarter_id="x"),
        document("1", "0", quarter_id=99999999999),
        document("1,2", "0"),
        document("1", "0,0"),
        document("1.5", "0"),
        document('"1"', "0"),
        document("[1]", "0"),
        document(",".join(["1"] * 181), ",".join(["0"] * 181)),
        document("1", "0").replace("consumed_power_interval", "other"),
    ):
        assert intervals(text) is None, text[:40]


def test_the_longest_document():
    text = document(",".join(["999999"] * 180), ",".join(["-999999"] * 180))
    assert intervals(text) == [(999999, 999999)] * 180
