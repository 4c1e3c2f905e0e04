"""Clients that are too many, too slow, too long or out of their mind never cost a telegram."""

import contextlib
import select
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .telegrams import at, telegram
from .twin import PATIENCE_SECONDS, Twin, Wire, closed_by_board, wait_for

NOW = at("2026-03-15T18:45:00+01:00")

REQUEST = b"GET /watt HTTP/1.1\r\nHost: digimon\r\n\r\n"
MOST_CLIENTS = 5
# What the board gives a request to arrive, and a client who finds no place to get one.
HEAD_SECONDS = 5


class Board:
    """A board that a test can send telegrams to, one second after the other."""

    def __init__(self, twin: Twin, wire: Wire) -> None:
        self.twin = twin
        self._wire = wire
        self._sent = 0

    def send(self) -> None:
        """Send one more telegram."""
        self._sent += 1
        self._wire.send(telegram(NOW + self._sent % 900, 1000 + self._sent))

    def has_taken_all(self) -> bool:
        """Whether every telegram so far was counted, and nothing else."""
        telegrams = self.twin.info()["telegrams"]
        return bool(telegrams["good"] == self._sent and not telegrams["rejected"])

    def still_takes_telegrams(self) -> None:
        """Send one and see it counted."""
        self.send()
        wait_for(self.has_taken_all)


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    with Wire() as wire, Twin(wire.source) as twin:
        board = Board(twin, wire)
        board.still_takes_telegrams()
        yield board
        board.still_takes_telegrams()
        assert "MemoryError" not in twin.output
        assert "Traceback" not in twin.output


@pytest.fixture(autouse=True)
def _leaves_the_board_as_it_was(board: Board) -> Iterator[None]:
    """Each test leaves a board that answers and takes telegrams in no more heap than before."""
    before = board.twin.info()["heap_free"]
    yield
    board.still_takes_telegrams()
    # What the last telegram and answer hold may differ a little.
    wait_for(lambda: board.twin.info()["heap_free"] > before - 2000)


def status(answer: bytes) -> int:
    """The status of an answer; 0 when there was none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.0 ") else 0


@contextlib.contextmanager
def idle_clients(board: Board, number: int) -> Iterator[list[socket.socket]]:
    """Clients that have a place and say nothing."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(board.twin.connect()) for _ in range(number)]
        # Accepted in order: when this many are in, the next one that asks finds what is left.
        time.sleep(0.2)
        yield clients


def test_the_fifth_client_is_served(board: Board) -> None:
    with idle_clients(board, MOST_CLIENTS - 1):
        assert status(board.twin.exchange(REQUEST)) == 200


def test_the_sixth_client_is_told_to_come_back(board: Board) -> None:
    with idle_clients(board, MOST_CLIENTS):
        answer = board.twin.exchange(REQUEST)
        assert status(answer) == 503
        assert b"\r\nRetry-After: 1\r\n" in answer
        assert b"\r\nAccess-Control-Allow-Origin: *\r\n" in answer


def test_the_sixth_client_gets_the_place_of_one_that_leaves(board: Board) -> None:
    with idle_clients(board, MOST_CLIENTS) as clients, board.twin.connect() as waiting:
        waiting.sendall(REQUEST)
        time.sleep(0.1)
        clients[0].close()
        assert status(waiting.recv(4096)) == 200


def test_a_crowd_is_turned_away(board: Board) -> None:
    with idle_clients(board, 20) as clients:
        # The first five have a place, two wait for one; the others are gone before anybody's time is over.
        gone = in_order_of_leaving(clients)
        assert [number for number in gone[: 20 - MOST_CLIENTS - 2] if number < MOST_CLIENTS] == []
        board.send()
    assert status(board.twin.exchange(REQUEST)) == 200


def in_order_of_leaving(clients: list[socket.socket]) -> list[int]:
    """Which of these clients the board has closed, first to last: their numbers from 0."""
    left = dict(enumerate(clients))
    gone: list[int] = []
    while left:
        readable, _, _ = select.select(list(left.values()), [], [], PATIENCE_SECONDS)
        assert readable, "nobody leaves"
        closed = [number for number, client in left.items() if client in readable and closed_by_board(client, 0.1)]
        gone += closed
        for number in closed:
            del left[number]
    return gone


def test_a_request_that_never_ends_is_ended(board: Board) -> None:
    with board.twin.connect() as client:
        client.sendall(b"GET /watt HTTP/1.1\r\nHost: ")
        start = time.monotonic()
        assert closed_by_board(client, PATIENCE_SECONDS)
        assert time.monotonic() - start > HEAD_SECONDS - 1


def test_a_request_that_comes_byte_by_byte_is_ended(board: Board) -> None:
    with board.twin.connect() as client:
        closed = False
        # A tenth of a second for each, so all of it takes three times as long as it may.
        for byte in (REQUEST[:-2] + b"X: y\r\n" * 10 * HEAD_SECONDS)[: 30 * HEAD_SECONDS]:
            try:
                client.sendall(bytes([byte]))
            except OSError:
                closed = True
            if closed := closed or closed_by_board(client, 0.1):
                break
        assert closed


def test_half_a_request(board: Board) -> None:
    assert board.twin.exchange(b"GET /wa") == b""


def test_nothing_at_all(board: Board) -> None:
    assert board.twin.exchange(b"") == b""


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        # What browsers send.
        (b"GET /watt HTTP/1.1\r\n" + b"X-Field: " + b"y" * 100 + b"\r\n\r\n", 200),
        (b"GET /watt HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(100)) + b"\r\n", 200),
        # Headers that do not end, lines that do not end, paths that do not end.
        (b"GET /watt HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(2000)) + b"\r\n", 431),
        (b"GET /watt HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET /watt?" + b"a=b&" * 400 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET /watt?" + b"a=b&" * 7 + b" HTTP/1.1\r\n\r\n", 200),
        # Who writes has to know by which name.
        (b"POST /watt HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\na=b", 405),
        # Bodies that are announced.
        (b"POST /watt HTTP/1.1\r\nContent-Length: 999999\r\n\r\n", 403),
        (b"POST /watt HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"GET /watt HTTP/1.1\r\nContent-Length: 1025\r\n\r\n", 413),
        (b"POST /watt HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b", 403),
        (b"GET /watt HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b", 200),
        (b"GET /watt HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"GET /watt HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET /watt HTTP/1.1\r\nContent-Length:\r\n\r\n", 400),
        # No HTTP.
        (b"\r\n\r\n", 400),
        (b"hello\r\n\r\n", 400),
        (b"GET /watt\r\n\r\n", 400),
        (b"GET  /watt  HTTP/1.1  x\r\n\r\n", 400),
        (b"\xff\xfe\x00\x01 \xff HTTP/1.1\r\n\r\n", 400),
        (b"GET /watt?%zz=1 HTTP/1.1\r\n\r\n", 200),
        (b"GET /watt HTTP/1.1\r\nHost\r\n\r\n", 400),
        (b"GET /watt FTP/1.0\r\n\r\n", 400),
        # What two readers could understand in two ways.
        (b"POST /watt HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 501),
        (b"POST /watt HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        (b"GET /watt HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\nContent-Length: 0x5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\nContent-Length : 5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\n Content-Length: 5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\nX: y\r\n and: on\r\n\r\n", 400),
        (b"GET /watt HTTP/1.1\r\nX: y\nContent-Length: 5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\nX: y\rContent-Length: 5\r\n\r\nhello", 400),
        (b"GET /watt HTTP/1.1\r\nX: y\0z\r\n\r\n", 400),
        (b"GET /watt HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /watt HTTP/1.1\r\nHost: \xff\r\n\r\n", 400),
        (b"GET\t/watt HTTP/1.1\r\n\r\n", 400),
        (b"G\xcbT /watt HTTP/1.1\r\n\r\n", 400),
        # A second request on the connection is none.
        (b"GET /watt HTTP/1.1\r\n\r\nPOST /restart HTTP/1.1\r\n\r\n", 200),
    ],
)
def test_requests_of_every_kind(board: Board, request_: bytes, expected: int) -> None:
    with board.twin.connect() as client:
        client.sendall(request_)
        assert status(client.recv(4096)) == expected


def test_a_body_that_does_not_come(board: Board) -> None:
    # Nobody waits for what nobody reads.
    assert status(board.twin.exchange(b"GET /watt HTTP/1.1\r\nContent-Length: 100\r\n\r\nshort")) == 200
    assert status(board.twin.exchange(b"POST /watt HTTP/1.1\r\nContent-Length: 100\r\n\r\nshort")) == 403


def test_a_client_that_does_not_read(board: Board) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_CLIENTS):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            stack.enter_context(client)
            client.connect(("127.0.0.1", board.twin.port))
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        board.send()


def test_a_client_that_leaves_without_reading(board: Board) -> None:
    for path in (b"/", b"/current/meter", b"/info"):
        for _ in range(10):
            # Not faster than the board accepts: Linux waits a second before it knocks again.
            time.sleep(0.02)
            with board.twin.connect() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                client.sendall(b"GET " + path + b" HTTP/1.1\r\n\r\n")


fuzz = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

WORDS = st.sampled_from(
    [b"GET", b"HEAD", b"POST", b" ", b"/", b"/watt", b"/meter/", b"..", b"%", b"%2e", b"?", b"&", b"=", b"year",
     b"HTTP/1.1", b"\r\n", b"\n", b":", b"Content-Length", b"Host", b"-1", b"5", b"\0", b"\xff"]
)  # fmt: skip


@fuzz
@given(request_=st.one_of(st.binary(max_size=3000), st.lists(WORDS, max_size=60).map(b"".join)))
def test_random_bytes(board: Board, request_: bytes) -> None:
    assert status(board.twin.exchange(request_)) in (0, 200, 204, 400, 403, 404, 405, 413, 431, 501)


@fuzz
@given(request_=st.lists(WORDS, max_size=40).map(b"".join))
def test_random_words_in_a_whole_request(board: Board, request_: bytes) -> None:
    answer = board.twin.exchange(b"GET /historic/quarters" + request_ + b"\r\n\r\n")
    assert status(answer) in (0, 200, 400, 404, 413, 501)
