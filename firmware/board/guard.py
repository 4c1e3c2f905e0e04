"""What stands between the network and the web server: few clients, little memory, no waiting.

The sockets of the chip are ten: the listening one, discovery, five clients and two that are told
to come back.
"""

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from .log import Log
    from .memory import Memory

MOST_CLIENTS = 5
_MOST_REFUSALS = 2
_HEAD_SECONDS = 5
_ANSWER_SECONDS = 20
_REFUSAL_SECONDS = 1

# A browser sends about 600 bytes, Home Assistant 200.
LONGEST_HEAD = 2048
_READ = 256
# An answer goes out in packets of this size, whatever the pieces it is made of.
_PACKET = 1024

_HEAD_END = b"\r\n\r\n"
# The only fields that anything on the board looks at; the others are not kept.
_KEPT_FIELDS = (b"content-length", b"content-type", b"host", b"origin")

_BUSY = (
    b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbusy"
)
_TOO_LARGE = (
    b"HTTP/1.0 431 Request Header Fields Too Large\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 17\r\n\r\nrequest too large"
)


class Guard:
    """Lets a limited number of clients in, each for a limited time."""

    def __init__(self, serve: "Callable[[Request, Answer], Awaitable[None]]", log: "Log", memory: "Memory") -> None:
        """:param serve: answers one request."""
        self._serve = serve
        self._log = log
        self._memory = memory
        self._clients = 0
        self._refusals = 0

    async def admit(self, stream: "Any") -> None:
        """Serve a connection and close it, whatever happens."""
        try:
            if self._clients < MOST_CLIENTS:
                self._clients += 1
                try:
                    await self._handle(stream)
                finally:
                    self._clients -= 1
            elif self._refusals < _MOST_REFUSALS:
                self._refusals += 1
                try:
                    await self._refuse(stream)
                finally:
                    self._refusals -= 1
        except (OSError, asyncio.TimeoutError):
            # The client went away, or was too slow.
            pass
        except Exception as error:  # noqa: BLE001 (no client may bring the server down)
            self._log.error("web", error)
        finally:
            stream.s.close()

    async def _handle(self, stream: "Any") -> None:
        head = await asyncio.wait_for(_read_head(stream), _HEAD_SECONDS)
        if head is None:
            await asyncio.wait_for(stream.awrite(_TOO_LARGE), _REFUSAL_SECONDS)
            return
        end = head.find(_HEAD_END)
        if end < 0:
            return
        answer = Answer(stream)
        request = Request(head[:end], head[end + len(_HEAD_END) :], stream)
        try:
            await asyncio.wait_for(self._serve(request, answer), _ANSWER_SECONDS)
        finally:
            self._memory.note()
            answer.release()

    async def _refuse(self, stream: "Any") -> None:
        # Closing while the request is unread would reset the connection before the answer is seen.
        await asyncio.wait_for(stream.read(_READ), _REFUSAL_SECONDS)
        await asyncio.wait_for(stream.awrite(_BUSY), _REFUSAL_SECONDS)


async def _read_head(stream: "Any") -> "bytes | None":
    """Read a request up to its empty line or beyond.

    :returns: None when it is too long; without the empty line when the client stopped sending.
    """
    head = b""
    while _HEAD_END not in head:
        if len(head) >= LONGEST_HEAD:
            return None
        received = await stream.read(_READ)
        if not received:
            break
        head += received
    return head


class Request:
    """Gives microdot the lines of a request that were read already, and then its body."""

    def __init__(self, head: bytes, rest: bytes, stream: "Any") -> None:
        """:param rest: the bytes behind the head that came with it."""
        self._lines = _kept_lines(head)
        self._rest = rest
        self._stream = stream

    async def readline(self) -> bytes:
        """The next line of the head, an empty one at its end."""
        return self._lines.pop(0) if self._lines else b""

    async def read(self, most: int = _READ) -> bytes:
        """The next bytes of the body, at most so many."""
        if self._rest:
            piece = self._rest[:most]
            self._rest = self._rest[most:]
            return piece
        return await self._stream.read(most)

    async def readexactly(self, length: int) -> bytes:
        """So many bytes of the body.

        :raises OSError: the client stopped sending before.
        """
        body = b""
        while len(body) < length:
            piece = await self.read(length - len(body))
            if not piece:
                raise OSError(104)
            body += piece
        return body


def _kept_lines(head: bytes) -> "list[bytes]":
    lines = head.split(b"\r\n")
    return lines[:1] + [line for line in lines[1:] if line.split(b":", 1)[0].lower() in _KEPT_FIELDS]


class Answer:
    """Collects what microdot writes piece by piece into packets.

    :ivar body: a generator that has to be closed in the end, None if there is none.
    """

    def __init__(self, stream: "Any") -> None:
        self.body: Any = None
        self._stream = stream
        self._packet = memoryview(bytearray(_PACKET))
        self._used = 0

    def get_extra_info(self, name: str) -> "Any":
        """The peer's address, the only thing microdot asks for."""
        return self._stream.get_extra_info(name)

    async def awrite(self, data: bytes) -> None:
        """Add bytes to the answer."""
        position = 0
        while position < len(data):
            number = min(_PACKET - self._used, len(data) - position)
            self._packet[self._used : self._used + number] = data[position : position + number]
            self._used += number
            position += number
            if self._used == _PACKET:
                await self._flush()

    async def aclose(self) -> None:
        """The answer is complete; closing the connection is the guard's."""
        await self._flush()

    async def _flush(self) -> None:
        packet = self._packet[: self._used]
        self._used = 0
        await self._stream.awrite(packet)

    def release(self) -> None:
        """Let go of the file that the body may be read from."""
        if self.body is not None:
            self.body.close()
            self.body = None
