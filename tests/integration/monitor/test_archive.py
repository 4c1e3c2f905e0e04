import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
from hypothesis import given
from hypothesis import strategies as st

from core.clock import day_quarters, quarter_path, quarter_start
from core.quarter import Quarter
from custom_components.digimon.monitor import (
    Address,
    Archive,
    BoardClient,
    BoardConnectionError,
    DamagedQuarterError,
    RunningQuarter,
    Sample,
    UnexpectedAnswerError,
)
from custom_components.digimon.monitor.documents import parse_stored_quarter
from custom_components.digimon.monitor.stored import (
    parse_day,
    parse_days,
    parse_months,
    parse_quarters,
    parse_years,
    summarise,
)
from tests.integration.board import Board
from tests.integration.card import forget_days, house_of, put_day, put_folders, put_quarter, quarter_of
from tests.integration.faults import Fault

DAY = date(2026, 3, 15)
IDS = day_quarters(2026, 3, 15)
LATER = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUSE = house_of(3)
QUERY = "?year=2026&month=3&day=15"
DAY_PATH = f"/historic/day{QUERY}"


@pytest.fixture
def variant() -> str:
    return "original"


@pytest.fixture
async def archive(board: Board, freezer: FrozenDateTimeFactory, without_breath: None) -> AsyncIterator[Archive]:
    freezer.move_to(LATER)
    async with ClientSession() as session:
        client = BoardClient(Address(host="127.0.0.1", port=board.port), session)
        yield Archive(client)


async def test_a_stored_quarter_is_read_once(board: Board, archive: Archive) -> None:
    quarter = quarter_of(HOUSE, IDS[40])
    put_quarter(board, quarter)
    stored = await archive.quarter(IDS[40])
    assert stored is not None
    assert [sample and tuple(sample) for sample in stored.samples] == [
        quarter.interval(number) for number in range(180)
    ]
    assert await archive.quarter(IDS[40]) == stored
    assert board.requests == [quarter_path(IDS[40])]


async def test_a_quarter_that_just_ended_is_read_again(
    board: Board, archive: Archive, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime.fromtimestamp(quarter_start(IDS[41]), UTC))
    put_quarter(board, quarter_of(HOUSE, IDS[40]))
    await archive.quarter(IDS[40])
    await archive.quarter(IDS[40])
    assert len(board.requests) == 2


@pytest.mark.parametrize("knows_days", [True, False])
async def test_what_was_kept_by_a_clock_that_was_ahead_is_asked_for_again(
    board: Board, archive: Archive, monkeypatch: pytest.MonkeyPatch, *, knows_days: bool
) -> None:
    put_folders(board, DAY)
    for right, known in ((LATER.timestamp(), 20), (quarter_start(IDS[30]), 25)):
        # The one that nobody sets goes on.
        clocks = SimpleNamespace(time=lambda right=right: right, monotonic=time.monotonic)
        monkeypatch.setattr("custom_components.digimon.monitor.archive.time", clocks)
        put_day(board, HOUSE, DAY, quarters=range(known))
        if not knows_days:
            forget_days(board)
        assert len((await archive.day(DAY)).quarters) == known


async def test_the_tail_that_the_original_leaves_behind_a_quarter_is_not_read(board: Board, archive: Archive) -> None:
    put_quarter(board, quarter_of(HOUSE, IDS[40]), tail=',-1087,0,0]}"}')
    stored = await archive.quarter(IDS[40])
    assert stored is not None
    assert len(stored.samples) == 180


async def test_a_quarter_that_is_not_on_the_card_is_none_and_asked_for_again(board: Board, archive: Archive) -> None:
    assert await archive.quarter(IDS[40]) is None
    put_quarter(board, quarter_of(HOUSE, IDS[40]))
    assert await archive.quarter(IDS[40]) is not None


@pytest.mark.parametrize("ruin", [b"", b'{"quarter_id":436408104,"consumed_power_avg":1', b'{"quarter_id":1}', b"[]"])
async def test_a_ruined_quarter_says_so(board: Board, archive: Archive, ruin: bytes) -> None:
    board.documents[quarter_path(IDS[40])] = ruin
    with pytest.raises(DamagedQuarterError):
        await archive.quarter(IDS[40])


async def test_the_file_of_another_quarter_is_not_taken(board: Board, archive: Archive) -> None:
    put_quarter(board, quarter_of(HOUSE, IDS[40]))
    board.documents[quarter_path(IDS[41])] = board.documents[quarter_path(IDS[40])]
    with pytest.raises(DamagedQuarterError):
        await archive.quarter(IDS[41])


@pytest.mark.parametrize(("day", "quarters"), [(DAY, 96), (date(2026, 3, 29), 92), (date(2025, 10, 26), 100)])
async def test_a_day_is_the_same_from_both_firmwares(board: Board, archive: Archive, day: date, quarters: int) -> None:
    put_day(board, HOUSE, day)
    ours = await archive.day(day)
    assert len(ours.quarters) == quarters
    assert ours.complete
    forget_days(board)
    async with ClientSession() as session:
        client = BoardClient(Address(host="127.0.0.1", port=board.port), session)
        original = await Archive(client).day(day)
    assert [summary.quarter_id for summary in original.quarters] == day_quarters(day.year, day.month, day.day)
    for mine, theirs in zip(ours.quarters, original.quarters, strict=True):
        assert mine.registers is not None
        assert theirs.registers is None
        fields = [name for name in mine.__slots__ if name != "registers"]
        assert [getattr(mine, name) for name in fields] == [getattr(theirs, name) for name in fields]


async def test_a_day_that_is_over_is_one_request_for_ever(board: Board, archive: Archive) -> None:
    put_day(board, HOUSE, DAY)
    assert await archive.day(DAY) == await archive.day(DAY)
    assert board.requests == [DAY_PATH]


async def test_a_day_that_is_not_over_is_asked_for_by_its_tag(
    board: Board, archive: Archive, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime.fromtimestamp(quarter_start(IDS[42]), UTC))
    put_day(board, HOUSE, DAY, quarters=range(40))
    board.etags[DAY_PATH] = '"40"'
    first = await archive.day(DAY)
    assert len(first.quarters) == 40
    assert await archive.day(DAY) is first
    put_day(board, HOUSE, DAY, quarters=range(41))
    board.etags[DAY_PATH] = '"41"'
    assert len((await archive.day(DAY)).quarters) == 41
    assert len(board.requests) == 3


async def test_a_day_that_was_read_before_it_was_over_is_read_again_afterwards(
    board: Board, archive: Archive, freezer: FrozenDateTimeFactory
) -> None:
    put_day(board, HOUSE, DAY, quarters=range(48))
    freezer.move_to(datetime(2026, 3, 15, 11, 1, tzinfo=UTC))
    assert len((await archive.day(DAY)).quarters) == 48
    freezer.move_to(LATER)
    put_day(board, HOUSE, DAY)
    assert len((await archive.day(DAY)).quarters) == 96


async def test_a_day_that_the_board_is_still_reading_is_asked_for_again(board: Board, archive: Archive) -> None:
    put_day(board, HOUSE, DAY, complete=False, quarters=range(8))
    assert not (await archive.day(DAY)).complete
    put_day(board, HOUSE, DAY)
    assert len((await archive.day(DAY)).quarters) == 96


async def test_a_ruined_quarter_is_left_out_of_its_day(board: Board, archive: Archive) -> None:
    put_day(board, HOUSE, DAY)
    forget_days(board)
    board.documents[quarter_path(IDS[7])] = b'{"quarter_id":'
    assert len((await archive.day(DAY)).quarters) == 95
    board.requests.clear()
    assert len((await archive.day(DAY)).quarters) == 95
    # It may have been a fault of the moment; the other quarters are not read again for it.
    assert board.requests == [DAY_PATH, f"/historic/quarters{QUERY}", quarter_path(IDS[7])]


async def test_a_day_without_anything_is_an_empty_one(board: Board, archive: Archive) -> None:
    board.write(f"/historic/quarters{QUERY}", {})
    assert (await archive.day(DAY)).quarters == ()


async def test_the_days_of_the_card_do_not_include_the_one_without_a_date(board: Board, archive: Archive) -> None:
    put_folders(board, date(2022, 1, 1), date(2025, 12, 31), DAY, date(2026, 3, 16))
    board.write("/historic/quarters?year=2022&month=1&day=1", {})
    expected = (date(2025, 12, 31), DAY, date(2026, 3, 16))
    assert await archive.dates() == expected
    board.requests.clear()
    assert await archive.dates() == expected
    # The month that goes on is looked at again.
    assert [path for path in board.requests if path.startswith("/historic/days")] == [
        "/historic/days?year=2026&month=3"
    ]


async def test_new_years_day_of_2022_counts_when_something_was_measured(board: Board, archive: Archive) -> None:
    put_folders(board, date(2022, 1, 1))
    quarter_id = day_quarters(2022, 1, 1)[0]
    board.write("/historic/quarters?year=2022&month=1&day=1", {"quarters": [quarter_id]})
    assert await archive.dates() == (date(2022, 1, 1),)


async def test_an_empty_card_has_no_days(board: Board, archive: Archive) -> None:
    board.write("/historic/years", {})
    assert await archive.dates() == ()


async def test_two_who_ask_at_once_are_served_one_after_the_other(board: Board, archive: Archive) -> None:
    put_day(board, HOUSE, DAY)
    one, other = await asyncio.gather(archive.day(DAY), archive.day(DAY))
    assert one == other


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.CUT, Fault.HUNG_UP])
async def test_a_fault_of_the_moment_costs_nothing(
    board: Board, archive: Archive, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    put_day(board, HOUSE, DAY)
    board.faults_once[DAY_PATH] = fault
    assert len((await archive.day(DAY)).quarters) == 96


async def test_a_fault_that_stays_is_told(board: Board, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    put_day(board, HOUSE, DAY)
    board.faults[DAY_PATH] = Fault.SERVER_ERROR
    with pytest.raises(UnexpectedAnswerError):
        await archive.day(DAY)
    await board.stop()
    with pytest.raises(BoardConnectionError):
        await archive.day(DAY)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"year":2026,"month":3,"day":16,"quarters":[]}', b'{"year":2026,"month":3,"day":15}', b"[1]"]
)
def test_another_day_is_not_taken_for_the_one_asked_for(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError):
        parse_day(body, (2026, 3, 15), etag=None)


@pytest.mark.parametrize(
    "row",
    ["7", "[]", f"[{IDS[3]},180,1]", f"[{IDS[3]},181,1,1,1,1,1,1]", f"[{IDS[3]},9,-1,1,1,1,1,1]", "[1,9,1,1,1,1,1,1]"],
)
def test_a_row_that_is_none_is_left_out(row: str) -> None:
    body = f'{{"year":2026,"month":3,"day":15,"complete":true,"quarters":[{row},[{IDS[4]},9,5,6,0,0,1,0]]}}'
    day = parse_day(body.encode(), (2026, 3, 15), etag=None)
    assert [summary.quarter_id for summary in day.quarters] == [IDS[4]]
    assert day.quarters[0].registers is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["year", "quarters", "days"]), inner),
    max_leaves=12,
)


@given(st.binary(max_size=40))
def test_no_bytes_give_more_than_a_named_error(body: bytes) -> None:
    for read in (parse_years, parse_months, parse_days, parse_stored_quarter):
        try:
            read(body)
        except UnexpectedAnswerError:
            continue


@given(st.lists(JSON, max_size=5))
def test_lists_hold_what_they_should_whatever_comes(values: list[object]) -> None:
    assert all(2000 <= year <= 2099 for year in parse_years(json.dumps({"years": values}).encode()))
    assert all(1 <= month <= 12 for month in parse_months(json.dumps({"months": values}).encode()))
    assert all(1 <= day <= 31 for day in parse_days(json.dumps({"days": values}).encode()))
    assert parse_quarters(json.dumps({"quarters": [*values, IDS[3]]}).encode(), (2026, 3, 15)) == (IDS[3],)


@given(st.lists(st.none() | st.tuples(st.integers(0, 999_999), st.integers(0, 999_999)), max_size=180))
def test_a_quarter_is_summed_up_as_on_the_board(samples: list[tuple[int, int] | None]) -> None:
    quarter = Quarter(IDS[0])
    for number, sample in enumerate(samples):
        if sample is not None:
            quarter.set_interval(number, *sample)
    stored = RunningQuarter(quarter_id=IDS[0], samples=tuple(sample and Sample(*sample) for sample in samples))
    summary = summarise(stored)
    if not any(samples):
        assert summary is None
    else:
        assert summary is not None
        assert quarter.summary() == (
            summary.intervals,
            summary.consumed_power_avg,
            summary.consumed_power_max,
            summary.produced_power_avg,
            summary.produced_power_max,
            summary.consumed_energy,
            summary.produced_energy,
        )
