import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from custom_components.digimon.monitor import (
    Address,
    BoardClient,
    BoardConnectionError,
    BoardError,
    BoardTimeoutError,
    NotABoardError,
    UnexpectedAnswerError,
    UnknownPathError,
)
from tests.integration.board import INFO, METER, QUARTER, VARIANTS, Board
from tests.integration.faults import Fault


@pytest.fixture
async def client(board: Board) -> AsyncIterator[BoardClient]:
    async with ClientSession() as session:
        yield BoardClient(Address(host="127.0.0.1", port=board.port), session, timeout_seconds=0.3)


@pytest.mark.parametrize("variant", VARIANTS)
async def test_every_board_can_be_read(client: BoardClient, variant: str) -> None:
    board = await client.identify()
    assert board.original is (variant == "original")
    quarter = await client.running_quarter()
    assert quarter is not None
    assert quarter.samples[-1] is not None
    if board.original:
        assert await client.month_peak() is not None
        with pytest.raises(UnknownPathError):
            await client.meter()
    else:
        assert await client.meter() is not None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.CUT, BoardConnectionError),
        (Fault.HUNG_UP, BoardConnectionError),
        (Fault.SLOW, BoardTimeoutError),
        (Fault.ENDLESS, UnexpectedAnswerError),
        (Fault.NO_HTTP, UnexpectedAnswerError),
        (Fault.NO_JSON, UnexpectedAnswerError),
        (Fault.WRONG_JSON, UnexpectedAnswerError),
        (Fault.REDIRECT, UnexpectedAnswerError),
        (Fault.SERVER_ERROR, UnexpectedAnswerError),
        (Fault.NOT_FOUND, UnknownPathError),
    ],
)
async def test_every_fault_has_its_name(
    board: Board, client: BoardClient, fault: Fault, error: type[BoardError]
) -> None:
    board.faults = {QUARTER: fault, METER: fault}
    for ask in (client.running_quarter, client.meter):
        with pytest.raises(BoardError) as raised:
            await ask()
        assert raised.type is error


async def test_a_redirect_is_not_followed(board: Board, client: BoardClient) -> None:
    board.faults[INFO] = Fault.REDIRECT
    with pytest.raises(NotABoardError):
        await client.identify()
    assert board.requests == [INFO]


async def test_a_board_that_fails_for_the_moment_is_still_a_board(board: Board, client: BoardClient) -> None:
    board.faults[INFO] = Fault.SERVER_ERROR
    with pytest.raises(UnexpectedAnswerError) as raised:
        await client.identify()
    assert raised.value.status == 500


async def test_a_port_where_nobody_listens_is_no_connection(board: Board, client: BoardClient) -> None:
    await board.stop()
    with pytest.raises(BoardConnectionError):
        await client.identify()


async def test_a_host_that_no_name_server_could_know_is_no_connection(socket_enabled: None) -> None:
    async with ClientSession() as session:
        client = BoardClient(Address(host=f"{'a' * 70}.local"), session, timeout_seconds=2)
        with pytest.raises(BoardConnectionError):
            await client.identify()


async def test_stopping_is_not_mistaken_for_a_fault(board: Board, client: BoardClient) -> None:
    board.faults[QUARTER] = Fault.SLOW
    poll = asyncio.ensure_future(client.running_quarter())
    await asyncio.sleep(0.05)
    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll
