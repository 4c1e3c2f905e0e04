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

# For an answer that never comes; any other may take longer on a busy machine.
IMPATIENCE_SECONDS = 0.1
PATIENCE_SECONDS = 60


@pytest.fixture
def patience() -> float:
    """How long is waited for an answer; parametrise to wait less."""
    return PATIENCE_SECONDS


@pytest.fixture
async def client(board: Board, patience: float) -> AsyncIterator[BoardClient]:
    async with ClientSession() as session:
        yield BoardClient(Address(host="127.0.0.1", port=board.port), session, timeout_seconds=patience)


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
    ("fault", "error", "patience"),
    [
        (Fault.CUT, BoardConnectionError, PATIENCE_SECONDS),
        (Fault.HUNG_UP, BoardConnectionError, PATIENCE_SECONDS),
        (Fault.SLOW, BoardTimeoutError, IMPATIENCE_SECONDS),
        (Fault.ENDLESS, UnexpectedAnswerError, PATIENCE_SECONDS),
        (Fault.NO_HTTP, UnexpectedAnswerError, PATIENCE_SECONDS),
        (Fault.NO_JSON, UnexpectedAnswerError, PATIENCE_SECONDS),
        (Fault.WRONG_JSON, UnexpectedAnswerError, PATIENCE_SECONDS),
        (Fault.REDIRECT, UnexpectedAnswerError, PATIENCE_SECONDS),
        (Fault.SERVER_ERROR, UnexpectedAnswerError, PATIENCE_SECONDS),
        (Fault.NOT_FOUND, UnknownPathError, PATIENCE_SECONDS),
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
        client = BoardClient(Address(host=f"{'a' * 70}.local"), session, timeout_seconds=PATIENCE_SECONDS)
        with pytest.raises(BoardConnectionError):
            await client.identify()


async def test_stopping_is_not_mistaken_for_a_fault(board: Board, client: BoardClient) -> None:
    board.faults[QUARTER] = Fault.SLOW
    poll = asyncio.ensure_future(client.running_quarter())
    while not board.unanswered:  # noqa: ASYNC110 - a board does not tell what it was asked
        await asyncio.sleep(0)
    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll
