"""A day in the form of records: the same as its JSON, for less work."""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
from hypothesis import given
from hypothesis import strategies as st

from bench import card
from core.clock import HOUR_SECONDS, day_of, day_quarters, day_start, quarter_start
from core.quarter import Quarter
from core.records import INDEX_BYTES, PLACES_A_DAY, pack_index, place_of, unpack_index
from custom_components.digimon.monitor import Address, Archive, BoardClient, UnexpectedAnswerError
from custom_components.digimon.monitor.stored import parse_day, parse_records
from simulator.house import House
from tests.integration.board import Board
from tests.integration.card import house_of, put_day
from tests.integration.faults import Fault
from tests.integration.records import BYTES, FORM, pack, pack_day

ROOT = Path(__file__).parents[3]
DAYS = [(2026, 3, 15), (2026, 3, 29), (2025, 10, 26), (2024, 2, 29)]
DAY = date(2026, 3, 15)
PATH = "/historic/day?year=2026&month=3&day=15"
LATER = datetime(2026, 3, 20, 12, tzinfo=UTC)

_power = st.integers(0, 999_999)
_counted = st.integers(0, 0xFFFFFFFE)
_row = st.tuples(
    st.integers(0, 180),
    *[_power] * 4,
    *[_counted] * 2,
    *[st.none() | _counted] * 6,
)


def document(when: tuple[int, int, int], rows: list[list[Any]]) -> bytes:
    """The JSON of a day, without the rows of files that say nothing."""
    year, month, day = when
    told = [row for row in rows if row[1]]
    return json.dumps({"year": year, "month": month, "day": day, "complete": True, "quarters": told}).encode()


@given(st.sampled_from(DAYS), st.data())
def test_records_and_json_say_the_same_of_any_day(when: tuple[int, int, int], data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.sampled_from(day_quarters(*when)), unique=True, max_size=100).map(sorted))
    ids.sort(key=quarter_start)
    rows = [[quarter_id, *data.draw(_row)] for quarter_id in ids]
    # Each in its place, also when the first pass of the hour is not there.
    body = bytearray(PLACES_A_DAY * INDEX_BYTES)
    for row in rows:
        position = place_of(row[0]) * INDEX_BYTES
        body[position : position + INDEX_BYTES] = pack(row)
    assert parse_records(bytes(body), when, etag='"1"') == parse_day(document(when, rows), when, etag='"1"')


@pytest.mark.parametrize("when", DAYS)
def test_every_quarter_of_a_day_has_its_place_in_order_of_the_clock(when: tuple[int, int, int]) -> None:
    ids = day_quarters(*when)
    places = [place_of(quarter_id) for quarter_id in ids]
    assert len(set(places)) == len(ids)
    assert all(
        place == quarter_id & 0x7F or 96 <= place < PLACES_A_DAY for place, quarter_id in zip(places, ids, strict=True)
    )
    # As docs/board-api.md has it: the second pass of the hour stands at the end.
    rows = [[quarter_id, 180, 1, 2, 3, 4, 5, 6, *[None] * 6] for quarter_id in ids]
    assert parse_records(pack_day(rows), when, etag=None) == parse_day(document(when, rows), when, etag=None)


@given(st.integers(0, 180), st.lists(st.none() | _counted, min_size=6, max_size=6))
def test_a_record_of_the_board_is_as_it_is_written_down(intervals: int, registers: list[int | None]) -> None:
    quarter = Quarter(day_quarters(*DAYS[0])[40])
    for number in range(intervals):
        quarter.set_interval(number, 700, 30)
    record = bytearray(INDEX_BYTES)
    pack_index(record, quarter, registers)
    row = [quarter.quarter_id, *quarter.summary(), *registers]
    assert record == pack(row)
    assert unpack_index(record) == row


@given(st.binary(max_size=INDEX_BYTES * 3), st.integers(0, 99), st.sampled_from(DAYS))
def test_any_bytes_are_records_of_that_day_or_none(noise: bytes, place: int, when: tuple[int, int, int]) -> None:
    ids = day_quarters(*when)
    rows = [[quarter_id, 180, 1, 2, 3, 4, 5, 6, *[None] * 6] for quarter_id in ids]
    body = bytearray(pack_day(rows))
    body[place * INDEX_BYTES : place * INDEX_BYTES + len(noise)] = noise
    if len(body) > PLACES_A_DAY * INDEX_BYTES:
        with pytest.raises(UnexpectedAnswerError):
            parse_records(bytes(body), when, etag=None)
        return
    day = parse_records(bytes(body), when, etag=None)
    last = place + len(noise) // INDEX_BYTES
    untouched = {quarter_id for quarter_id in ids if not place <= place_of(quarter_id) <= last}
    assert untouched <= {summary.quarter_id for summary in day.quarters}
    assert all(day_of(summary.quarter_id) == when for summary in day.quarters)


@given(st.binary(max_size=7000))
def test_no_bytes_give_more_than_a_named_error(body: bytes) -> None:
    try:
        day = parse_records(body, DAYS[0], etag=None)
    except UnexpectedAnswerError:
        assert len(body) > PLACES_A_DAY * INDEX_BYTES
    else:
        assert len(day.quarters) + day.damaged <= len(body) // INDEX_BYTES


def test_what_is_damaged_or_out_of_place_is_left_out_and_counted() -> None:
    ids = day_quarters(*DAYS[0])
    rows = [[quarter_id, 180, 1, 2, 3, 4, 5, 6, *[7] * 6] for quarter_id in ids]
    body = bytearray(pack_day(rows))
    body[10 * INDEX_BYTES + 20] ^= 4
    body[20 * INDEX_BYTES : 21 * INDEX_BYTES] = pack(rows[21])
    body[30 * INDEX_BYTES : 31 * INDEX_BYTES] = pack([day_quarters(2026, 3, 16)[30], *rows[30][1:]])
    body[40 * INDEX_BYTES : 41 * INDEX_BYTES] = bytes(INDEX_BYTES)
    day = parse_records(bytes(body), DAYS[0], etag=None)
    assert day.damaged == 3
    assert [summary.quarter_id for summary in day.quarters] == [
        quarter_id for number, quarter_id in enumerate(ids) if number not in {10, 20, 30, 40}
    ]


@pytest.fixture
async def archive(board: Board, freezer: FrozenDateTimeFactory) -> AsyncIterator[Archive]:
    freezer.move_to(LATER)
    async with ClientSession() as session:
        yield Archive(BoardClient(Address(host="127.0.0.1", port=board.port), session))


@pytest.mark.parametrize("day", [date(*when) for when in DAYS])
async def test_a_board_that_knows_no_records_is_asked_no_second_time(board: Board, archive: Archive, day: date) -> None:
    put_day(board, house_of(3), day)
    in_records = await archive.day(day)
    assert (len(board.requests), board.answers_in_records) == (1, 1)
    board.knows_records = False
    async with ClientSession() as session:
        older = await Archive(BoardClient(Address(host="127.0.0.1", port=board.port), session)).day(day)
    assert (len(board.requests), board.answers_in_records) == (2, 1)
    assert older == in_records
    assert older.complete


async def test_a_day_that_is_not_complete_is_read_from_json(board: Board, archive: Archive) -> None:
    put_day(board, house_of(3), DAY, complete=False, quarters=range(8))
    day = await archive.day(DAY)
    assert (day.complete, len(day.quarters), board.answers_in_records) == (False, 8, 0)


async def test_records_that_are_cut_off_are_asked_for_again(
    board: Board, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    put_day(board, house_of(3), DAY)
    board.faults_once[PATH] = Fault.CUT
    assert len((await archive.day(DAY)).quarters) == 96
    assert (len(board.requests), board.answers_in_records) == (2, 2)


async def test_a_tag_serves_for_records_as_well(board: Board, archive: Archive, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(datetime.fromtimestamp(quarter_start(day_quarters(*DAYS[0])[42]), UTC))
    put_day(board, house_of(3), DAY, quarters=range(40))
    board.etags[PATH] = '"40"'
    first = await archive.day(DAY)
    assert await archive.day(DAY) is first
    assert (len(board.requests), board.answers_in_records) == (2, 1)


async def test_a_day_with_damaged_records_is_looked_at_again(
    board: Board, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_day(board, house_of(3), DAY)

    def damaged(rows: list[Any]) -> bytes:
        body = bytearray(pack_day(rows))
        body[10 * INDEX_BYTES + 20] ^= 4
        return bytes(body)

    with monkeypatch.context() as bad_sector:
        bad_sector.setattr("tests.integration.records.pack_day", damaged)
        day = await archive.day(DAY)
    assert (len(day.quarters), day.damaged) == (95, 1)
    assert len((await archive.day(DAY)).quarters) == 96
    assert await archive.day(DAY) == await archive.day(DAY)
    assert len(board.requests) == 2


@asynccontextmanager
async def twin_of(folder: Path) -> AsyncIterator[int]:
    """The port of a twin with this card."""
    command: list[str | Path] = [
        ROOT / "scripts/twin",
        "--sd",
        folder,
        "--p1",
        "/dev/null",
        "--no-discovery",
        "--heap",
        "112k",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220 (one line of it)
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith("listening on "))
            yield int(line.rsplit(":", 1)[1])
        finally:
            process.terminate()


async def test_the_twin_tells_a_day_in_records_as_in_json(tmp_path: Path, socket_enabled: None) -> None:
    begin = day_start(2025, 10, 25) + 5 * HOUR_SECONDS
    card.write(tmp_path, House(1), begin, day_start(2025, 10, 28) - 3 * HOUR_SECONDS)
    kinds = []
    async with twin_of(tmp_path) as port, ClientSession() as session:
        client = BoardClient(Address(host="127.0.0.1", port=port), session)
        for day, quarters in ((25, 76), (26, 100), (27, 84), (28, 0)):
            path = f"http://127.0.0.1:{port}/historic/day?year=2025&month=10&day={day}"
            async with session.get(path) as answer:
                told = parse_day(await answer.read(), (2025, 10, day), etag=answer.headers["ETag"])
            async with session.get(path + FORM) as answer:
                kinds.append(answer.headers["Content-Type"])
            stored = await client.day(2025, 10, day)
            assert stored == told
            assert len(told.quarters) == quarters
            assert await client.day(2025, 10, day, etag=told.etag) is None
    assert kinds == [BYTES, BYTES, BYTES, "application/json"]
