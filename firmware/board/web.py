"""The web server: reads requests and sends answers, one on each connection. What is answered others decide.

`Server.answers` gives the answer to a GET, `Server.writes` takes everything with POST. An answer is status, content
type, length in bytes (None: as long as the text, or until the connection ends) and body: a text, a generator of pieces
of bytes, or a file, which is closed afterwards. Further headers may follow.

Who takes a POST is ``async def take(request) -> Answer`` and reads the body with `Request.read` until that gives no
more bytes. Where a password is asked for, that end is given only after the proof over all of it was right; else
`read` raises; so whatever a body brings, it counts once it has ended, and not before.
"""

import asyncio

from .guard import Guard, allow
from .request import BAD, LONG_HEAD, TOO_LARGE, Request, receive
from .watchdog import doing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from typing import IO, Any

    from .api import Answer
    from .log import Log
    from .memory import Memory

TEXT = "text/plain; charset=UTF-8"

_ANSWER_MILLISECONDS = 20000
# For what a client still sends when it has its answer already; closing before would reset the connection.
_FAREWELL_MILLISECONDS = 2000

# A browser sends about 600 bytes, Home Assistant 200.
_LONGEST_HEAD = 2048
# With a form or settings in it, every byte of which may be escaped.
LONGEST_BODY = 1024
# Small answers go out in one turn, so that only one client at a time needs the heap for its answer.
_PACKETS_IN_A_TURN = 8
_END_OF_LINE = b"\r\n"

# One text: as a table they would take twice as much.
_REASONS = (
    "200 OK\n"
    "202 Accepted\n"
    "204 No Content\n"
    "304 Not Modified\n"
    "400 Bad Request\n"
    "401 Unauthorized\n"
    "403 Forbidden\n"
    "404 Not Found\n"
    "405 Method Not Allowed\n"
    "413 Payload Too Large\n"
    "422 Unprocessable Content\n"
    "429 Too Many Requests\n"
    "431 Request Header Fields Too Large\n"
    "500 Internal Server Error\n"
    "501 Not Implemented\n"
    "503 Service Unavailable\n"
)
_BUSY = (503, TEXT, None, "busy", {"Retry-After": "1"})
_READING = ("GET", "HEAD")
_WITHOUT_BODY = (204, 304)


class Server:
    """Answers requests.

    :ivar guard: what every connection passes.
    :ivar listener: what waits for connections, None while nothing does; its `task` never ends.
    :ivar answers: gives the answer to a GET; None before the board is in a network.
    :ivar writes: takes a POST, whose body it has to read, and gives the answer; None where nothing can be written.
    """

    def __init__(self, log: "Log", memory: "Memory") -> None:
        self._log = log
        self.guard = Guard(self._serve, log, memory)
        self.answers: Callable[[Request], Answer] | None = None
        self.writes: Callable[[Request], Awaitable[Answer]] | None = None
        self.listener: Any = None
        self._memory = memory
        # Answers go out in packets of this size, whatever the pieces they are made of.
        self._packet = memoryview(memory.scratch)

    async def listen(self, host: str, port: int) -> None:
        """Open the port and answer from now on.

        :raises OSError: the port is taken.
        """
        self.listener = await asyncio.start_server(self.guard.admit, host, port)

    def close(self) -> None:
        """Close the port."""
        if self.listener is not None:
            self.listener.close()
            self.listener = None

    async def _serve(self, stream: "Any", deadline: "list[Any]") -> None:
        """Answer the request of a connection."""
        # Who has sent nothing yet takes as little as possible.
        length = await receive(stream, self._packet)
        request = Request(stream, deadline, self._packet)
        wrong = await _read_head(stream, request, self._packet, length)
        if wrong is None:
            return
        allow(deadline, _ANSWER_MILLISECONDS)
        try:
            answer = await self._answer(request, wrong)
        except EOFError:
            # The client went away before it had sent everything.
            return
        except Exception as error:  # noqa: BLE001 (the client is told that it is not its fault)
            self._log.error("web", error)
            # A moment later there may be room for it.
            answer = _BUSY if isinstance(error, MemoryError) else (500, TEXT, None, "Internal server error")
        await self._send(stream, request.method, answer)
        if request.left:
            allow(deadline, _FAREWELL_MILLISECONDS)
            await request.pass_over()

    async def _answer(self, request: Request, wrong: int) -> "Answer":
        if wrong:
            return wrong, TEXT, None, _reason(wrong)
        if request.method == "POST" and self.writes is not None:
            return await self.writes(request)
        if request.method not in _READING:
            return (204 if request.method == "OPTIONS" else 405), TEXT, None, "", {"Allow": "GET, HEAD"}
        if request.length > LONGEST_BODY:
            return TOO_LARGE, TEXT, None, _reason(TOO_LARGE)
        if self.answers is None:
            return _BUSY
        doing("web")
        answer = self.answers(request)
        doing("")
        return answer

    async def _send(self, stream: "Any", method: str, answer: "Any") -> None:
        status, kind, length, body, *more = answer
        head = f"HTTP/1.0 {status} {_reason(status)}\r\n"
        if method in _READING or not method:
            # Any page in the house may read; writing is another matter.
            head += "Access-Control-Allow-Origin: *\r\n"
        if status not in _WITHOUT_BODY:
            head += f"Content-Type: {kind}\r\n"
            if isinstance(body, str):
                # A view of the text itself: a second copy would be the largest thing of an answer.
                length = len(memoryview(body))  # type: ignore[arg-type]  # MicroPython's texts are UTF-8
            if length is not None:
                head += f"Content-Length: {length}\r\n"
        for fields in more:
            for name, value in fields.items():
                head += f"{name}: {value}\r\n"
        told = method == "HEAD" or status in _WITHOUT_BODY
        try:
            if told or isinstance(body, str):
                await self._write(stream, (head + "\r\n", "" if told else body))
            elif hasattr(body, "readinto"):
                await self._write(stream, (head + "\r\n",))
                await self._write_file(stream, body, length)
            else:
                await self._write(stream, _joined(head + "\r\n", body))
        finally:
            if not isinstance(body, str):
                # The file, or what the generator reads from.
                body.close()

    async def _write_file(self, stream: "Any", file: "IO[bytes]", left: int) -> None:
        """Send so many bytes of a file, or all that it has, straight out of the one packet."""
        packets = 0
        while left > 0:
            number = file.readinto(self._packet[:left])
            if not number:
                break
            left -= number
            packets += 1
            await self._pass_on(stream, number, packets)

    async def _pass_on(self, stream: "Any", number: int, packets: int) -> None:
        stream.write(self._packet[:number])
        if stream.out_buf or packets % _PACKETS_IN_A_TURN == 0:
            await stream.drain()

    async def _write(self, stream: "Any", pieces: "Iterable[str | bytes]") -> None:
        packet = self._packet
        size = len(packet)
        used = packets = 0
        for piece in pieces:
            view = memoryview(piece)  # type: ignore[arg-type]  # as above
            position = 0
            while position < len(view):
                number = min(size - used, len(view) - position)
                packet[used : used + number] = view[position : position + number]
                used += number
                position += number
                if used == size:
                    packets += 1
                    await self._pass_on(stream, used, packets)
                    used = 0
        stream.write(packet[:used])
        if stream.out_buf:
            # Else the answer is gone, and what it was made of need not wait for another turn.
            await stream.drain()


def _reason(status: int) -> str:
    """What a status says in words."""
    start = _REASONS.find(str(status)) + 4
    return _REASONS[start : _REASONS.find("\n", start)]


def _joined(head: str, pieces: "Any") -> "Iterator[str | bytes]":
    yield head
    yield from pieces


async def _read_head(stream: "Any", request: Request, packet: memoryview, received: int) -> "int | None":
    """Read a request up to the empty line behind its head.

    :param packet: its beginning, and room for what follows.
    :param received: how many bytes it has.
    :returns: the status that refuses it, 0 when it is fine, None when the client stopped before.
    """
    wrong = length = 0
    rest = b""
    while received:
        length += received
        rest += packet[:received]
        start = 0
        end = rest.find(_END_OF_LINE)
        while end > start:
            # All of it is read even when something is wrong, for the answer to arrive.
            wrong = wrong or request.take(rest[start:end])
            start = end + 2
            end = rest.find(_END_OF_LINE, start)
        if end == start:
            request.rest = rest[end + 2 :]
            return wrong if wrong or request.method else BAD
        rest = rest[start:]
        if length > _LONGEST_HEAD:
            return LONG_HEAD
        received = await receive(stream, packet)
    return None
