import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.quarter import Quarter
from custom_components.digimon.monitor import MonthPeak, NotABoardError, Sample, UnexpectedAnswerError
from custom_components.digimon.monitor.documents import parse_meter, parse_month_peak, parse_running_quarter
from custom_components.digimon.monitor.identity import parse_description, parse_info
from tests.integration.board import DESCRIPTION, INFO, METER, MONTH_PEAK, QUARTER, Board

QUARTER_ID = 419503967

PARSERS: list[Callable[[bytes], object]] = [
    parse_running_quarter,
    parse_month_peak,
    parse_meter,
    parse_info,
    parse_description,
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=5) | st.dictionaries(st.text(max_size=10), children, max_size=5),
    max_leaves=20,
)


def body(document: object) -> bytes:
    return json.dumps(document).encode()


def quarter(consumed: list[Any], produced: list[Any], **others: Any) -> bytes:
    return body(
        {
            "quarter_id": QUARTER_ID,
            "consumed_power_avg": 0,
            "interval_secs": 5,
            "consumed_power_interval_avgs": consumed,
            "produced_power_interval_avgs": produced,
        }
        | others
    )


@pytest.mark.parametrize("parse", PARSERS)
@given(st.binary(max_size=300))
@example(b"")
@example(b"{")
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"1" * 5_000)
@example(b'{"quarter_id":NaN}')
@example(b'{"quarter_id":1e999}')
@example(b"\xef\xbb\xbf{}")
def test_any_bytes_are_read_or_refused_by_name(parse: Callable[[bytes], object], answer: bytes) -> None:
    with suppress(UnexpectedAnswerError, NotABoardError):
        parse(answer)


@pytest.mark.parametrize("parse", PARSERS)
@given(json_values)
def test_any_json_is_read_or_refused_by_name(parse: Callable[[bytes], object], document: object) -> None:
    with suppress(UnexpectedAnswerError, NotABoardError):
        parse(body(document))


@pytest.mark.parametrize(
    ("path", "parse"),
    [(INFO, parse_info), (QUARTER, parse_running_quarter), (METER, parse_meter), (MONTH_PEAK, parse_month_peak)],
)
@settings(max_examples=200)
@given(st.data())
def test_any_value_in_the_place_of_another_is_read_or_refused_by_name(
    path: str, parse: Callable[[bytes], object], data: st.DataObject
) -> None:
    board = Board("original" if path == MONTH_PEAK else "three_phase")
    document = board.read(path)
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(json_values)
    try:
        model = parse(body(document))
    except UnexpectedAnswerError, NotABoardError:
        return
    assert model is not None or path == MONTH_PEAK
    # Whatever came in can be shown and stored.
    repr(model).encode()


def test_before_the_first_telegram_there_is_nothing() -> None:
    assert parse_running_quarter(b"{}") is None
    assert parse_meter(b"{}") is None
    assert parse_month_peak(b'{"memory":{"size_heap":1}}') is None


def test_injection_is_counted_positive() -> None:
    running = parse_running_quarter(quarter([0, 5], [-1087, 0]))
    assert running is not None
    assert running.samples == (Sample(0, 1087), Sample(5, 0))


def test_an_interval_without_a_telegram_is_a_gap_and_not_zero() -> None:
    running = parse_running_quarter(quarter([None, 5, None, None], [None, 0, None, None]))
    assert running is not None
    assert running.samples == (None, Sample(5, 0))


@pytest.mark.parametrize(
    ("consumed", "produced"), [(-25536, 0), (0, 25536), (2**31, 0), ("5", 0), (5.0, 0), (True, 0), (5, None), (None, 0)]
)
def test_an_impossible_interval_is_a_gap(consumed: object, produced: object) -> None:
    running = parse_running_quarter(quarter([1, consumed, 2], [0, produced, 0]))
    assert running is not None
    assert running.samples == (Sample(1, 0), None, Sample(2, 0))


@pytest.mark.parametrize(
    "answer",
    [
        quarter([1], [0, 0]),
        quarter([1] * 181, [0] * 181),
        quarter([1], [0], interval_secs=10),
        quarter([1], [0], quarter_id=0),
        quarter([1], [0], quarter_id=str(QUARTER_ID)),
        quarter([1], [0], quarter_id=QUARTER_ID | 0x7F),
        quarter([1], [0], consumed_power_interval_avgs=1),
        body({"peak": {}}),
    ],
)
def test_what_is_no_quarter_is_refused(answer: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError):
        parse_running_quarter(answer)


@given(st.lists(st.none() | st.tuples(st.integers(0, 999_999), st.integers(0, 999_999)), max_size=180))
def test_what_a_board_writes_is_what_is_read(intervals: list[tuple[int, int] | None]) -> None:
    written = Quarter(QUARTER_ID)
    for interval, powers in enumerate(intervals):
        if powers is not None:
            written.set_interval(interval, *powers)
    running = parse_running_quarter("".join(written.document()).encode() + b"1,null,0]}")
    assert running is not None
    while intervals and intervals[-1] is None:
        intervals.pop()
    assert list(running.samples) == intervals


def test_reading_stops_at_the_end_of_the_first_json_value() -> None:
    assert parse_month_peak(b'{"peak":{"quarter_id":419503967,"power":7}}"power":8}}') == MonthPeak(
        quarter_id=419503967, power=7
    )


@pytest.mark.parametrize("peak", [None, [], {}, {"quarter_id": 419503967}, {"quarter_id": 1, "power": 5}])
def test_half_a_peak_is_none(peak: object) -> None:
    assert parse_month_peak(body({"peak": peak})) is None


def test_a_telegram_is_read_whole() -> None:
    board = Board("three_phase")
    meter = parse_meter(board.documents[METER])
    assert meter is not None
    assert meter.average_demand == 5
    assert meter.fuse == "unlimited"
    assert meter.limiter == "unlimited"
    assert [phase.produced_power for phase in meter.phases] == [440, 132, 0]
    assert [(device.type, device.value, device.unit) for device in meter.devices] == [
        ("water", 872234, "l"),
        ("gas", 112384, "l"),
    ]
    assert [(peak.month, peak.quarter_id is None, peak.power) for peak in meter.peaks] == [
        (4, True, 0),
        (5, False, 5012),
    ]


def test_a_limit_that_is_set_is_a_number_and_one_that_is_not_sent_is_none() -> None:
    board = Board("single_phase")
    board.update(METER, limiter=9200)
    board.remove(METER, "fuse")
    meter = parse_meter(board.documents[METER])
    assert meter is not None
    assert meter.limiter == 9200
    assert meter.fuse is None


def test_what_cannot_be_read_in_a_list_is_left_out() -> None:
    board = Board("single_phase")
    board.update(METER, phases=[7, {"phase": 4}], devices=[{"channel": 1}, {"type": "gas"}], peaks=[{"year": 2023}])
    meter = parse_meter(board.documents[METER])
    assert meter is not None
    assert (meter.phases, meter.devices, meter.peaks) == ((), (), ())


def test_control_characters_of_a_message_are_dropped() -> None:
    board = Board("single_phase")
    board.update(METER, message="Onderhoud\x00 om\ud800 8 u")
    meter = parse_meter(board.documents[METER])
    assert meter is not None
    assert meter.message == "Onderhoud om 8 u"


def test_our_board_says_who_it_is_and_how_it_is() -> None:
    info = parse_info(Board("single_phase").documents[INFO])
    assert info.original is False
    assert info.unique_id == "6055f9a1b2c3d4e5f60718293a4b"
    assert info.identifiers[1:] == ("38323636-4558-4dda-9188-cda0e6123456",)
    assert info.health is not None
    assert info.health.telegrams_rejected == 3
    assert info.health.rssi == -60


@pytest.mark.parametrize("serial", ["", " ", "Unknown", "0" * 28, None, 5])
def test_a_board_without_serial_number_is_known_by_its_mac(serial: object) -> None:
    board = Board("single_phase")
    board.update(INFO, serial=serial)
    assert parse_info(board.documents[INFO]).identifiers == ("38323636-4558-4dda-9188-cda0e6123456",)


@pytest.mark.parametrize("keys", [("api",), ("board",), ("name",), ("serial", "mac")])
def test_without_an_identity_it_is_no_board(keys: tuple[str, ...]) -> None:
    board = Board("single_phase")
    board.remove(INFO, *keys)
    with pytest.raises(NotABoardError):
        parse_info(board.documents[INFO])


def test_the_original_says_who_it_is() -> None:
    info = parse_description(Board("original").documents[DESCRIPTION])
    assert info.original is True
    assert info.identifiers == ("6055f9a1b2c3d4e5f60718293a4f", "38323636-4558-4dda-9188-cda0e612345a")
    assert (info.name, info.model, info.version) == ("digimon", "LilyGo TTGO T8 ESP32 S2 V1.1", "1.2.0")
    assert info.health is None


def test_the_original_that_does_not_know_its_serial_number_is_known_by_its_udn() -> None:
    description = Board("original").documents[DESCRIPTION].replace(b"6055F9A1B2C3D4E5F60718293A4F", b"Unknown")
    assert parse_description(description).identifiers == ("38323636-4558-4dda-9188-cda0e612345a",)


def test_a_name_that_is_no_xml_does_not_hide_the_identity() -> None:
    description = Board("original").documents[DESCRIPTION].replace(b">digimon<", b">Jan & Mieke &lt;3 <")
    info = parse_description(description)
    assert info.name == "Jan & Mieke <3"
    assert info.serial == "6055f9a1b2c3d4e5f60718293a4f"


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE root [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    description = bomb + Board("original").documents[DESCRIPTION].replace(b">digimon<", b">&b;<")
    assert parse_description(description).name == "&b;"


@pytest.mark.parametrize(
    "description",
    [
        b"",
        b"<root/>",
        b"<root><device><friendlyName>digimon</friendlyName><UDN>uuid:1234</UDN></device></root>",
        b"<modelDescription>Digitale Meter Monitor</modelDescription>",
    ],
)
def test_the_description_of_something_else_is_no_board(description: bytes) -> None:
    with pytest.raises(NotABoardError):
        parse_description(description)
