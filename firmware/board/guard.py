"""What stands between the network and the web server: few clients, little memory, no waiting.

The sockets of the chip are ten: the listening one, discovery, five clients and two that wait for the
place of one of them.
"""

import asyncio
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from .log import Log
    from .memory import Memory

MOST_CLIENTS = 5
_MOST_WAITING = 2
# A client gets the next place that is free within this time; who reads slowly must not keep others waiting.
_WAIT_MILLISECONDS = 500
_WAIT_STEP_MILLISECONDS = 20

_HEAD_MILLISECONDS = 5000
_ANSWER_MILLISECONDS = 20000
_REFUSAL_MILLISECONDS = 1000

# A browser sends about 600 bytes, Home Assistant 200.
LONGEST_HEAD = 2048
# Every argument costs heap several times its length.
_MOST_ARGUMENTS = 8
_READ = 256
# An answer goes out in packets of this size, whatever the pieces it is made of.
_PACKET = 512
# Small answers go out in one turn, so that only one client at a time needs the heap for its answer.
_PACKETS_IN_A_TURN = 8

_HEAD_END = b"\r\n\r\n"
# The only fields that anything on the board looks at; the others are not kept.
_KEPT_FIELDS = (b"content-length", b"content-type", b"host", b"origin", b"accept-language")

_BUSY = (
    b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbusy"
)
_TOO_LARGE = (
    b"HTTP/1.0 431 Request Header Fields Too Large\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 17\r\n\r\nrequest too large"
)


class Guard:
    """Lets a limited number of clients in, each for a limited time.

    :ivar clients: how many are served now.
    """

    def __init__(self, serve: "Callable[[Incoming, Outgoing], Awaitable[None]]", log: "Log", memory: "Memory") -> None:
        """:param serve: answers one request."""
        self._serve = serve
        self._log = log
        self._memory = memory
        self.clients = 0
        self._waiting = 0
        # Of every connection, its task and until when (ticks in ms) it may take.
        self._deadlines: list[list[Any]] = []

    def look(self) -> None:
        """End the connections that took too long; called every second."""
        now = time.ticks_ms()
        for task, deadline in self._deadlines:
            if time.ticks_diff(deadline, now) < 0:
                task.cancel()

    async def admit(self, stream: "Any") -> None:
        """Serve a connection and close it, whatever happens."""
        deadline = [asyncio.current_task(), 0]
        _allow(deadline, _HEAD_MILLISECONDS)
        self._deadlines.append(deadline)
        try:
            if await self._place():
                self.clients += 1
                try:
                    await self._handle(stream, deadline)
                finally:
                    self.clients -= 1
            elif self._waiting < _MOST_WAITING:
                _allow(deadline, _REFUSAL_MILLISECONDS)
                # Closing while the request is unread would reset the connection before the answer is seen.
                await stream.read(_READ)
                await stream.awrite(_BUSY)
        except (OSError, asyncio.CancelledError):
            # The client went away, or was too slow.
            pass
        except Exception as error:  # noqa: BLE001 (no client may bring the server down)
            self._log.error("web", error)
        finally:
            self._deadlines.remove(deadline)
            stream.s.close()

    async def _place(self) -> bool:
        """Whether there is a place for one more client, now or soon."""
        if self.clients < MOST_CLIENTS:
            return True
        if self._waiting >= _MOST_WAITING:
            return False
        self._waiting += 1
        try:
            for _ in range(_WAIT_MILLISECONDS // _WAIT_STEP_MILLISECONDS):
                await asyncio.sleep_ms(_WAIT_STEP_MILLISECONDS)
                if self.clients < MOST_CLIENTS:
                    return True
        finally:
            self._waiting -= 1
        return False

    async def _handle(self, stream: "Any", deadline: "list[Any]") -> None:
        head = await _read_head(stream)
        if len(head) > LONGEST_HEAD:
            await stream.awrite(_TOO_LARGE)
            return
        end = head.find(_HEAD_END)
        if end < 0:
            return
        if head[: head.find(b"\r")].count(b"&") >= _MOST_ARGUMENTS:
            await stream.awrite(_TOO_LARGE)
            return
        _allow(deadline, _ANSWER_MILLISECONDS)
        incoming = Incoming(head[:end], head[end + len(_HEAD_END) :], stream)
        outgoing = Outgoing(stream)
        try:
            await self._serve(incoming, outgoing)
        finally:
            self._memory.note()
            outgoing.release()


def _allow(deadline: "list[Any]", milliseconds: int) -> None:
    """Give a connection so much time from now on."""
    deadline[1] = time.ticks_add(time.ticks_ms(), milliseconds)


async def _read_head(stream: "Any") -> bytes:
    """Read a request up to its empty line or beyond.

    :returns: more than `LONGEST_HEAD` bytes when it is too long; without the empty line when the client stopped.
    """
    head = b""
    while _HEAD_END not in head and len(head) <= LONGEST_HEAD:
        received = await stream.read(_READ)
        if not received:
            break
        head += received
    return head


class Incoming:
    """Gives microdot the lines of a request that were read already, and then its body."""

    def __init__(self, head: bytes, rest: bytes, stream: "Any") -> None:
        """:param rest: the bytes behind the head that came with it."""
        self._lines = _kept_lines(head)
        self._rest = rest
        self._stream = stream

    async def readline(self) -> bytes:
        """The next line of the head, an empty one at its end."""
        return self._lines.pop(0) if self._lines else b""

    async def readexactly(self, length: int) -> bytes:
        """So many bytes of the body.

        :raises OSError: the client stopped sending before.
        """
        body = self._rest[: max(length, 0)]
        while len(body) < length:
            piece = await self._stream.read(length - len(body))
            if not piece:
                raise OSError(104)
            body += piece
        return body


def _kept_lines(head: bytes) -> "list[bytes]":
    lines = head.split(b"\r\n")
    return lines[:1] + [line for line in lines[1:] if line.split(b":", 1)[0].lower() in _KEPT_FIELDS]


class Outgoing:
    """Collects what microdot writes piece by piece into packets.

    :ivar body: a generator that has to be closed in the end, None if there is none.
    """

    def __init__(self, stream: "Any") -> None:
        self.body: Any = None
        self._stream = stream
        self._packet = memoryview(bytearray(_PACKET))
        self._used = 0
        self._packets = 0

    async def awrite(self, data: bytes) -> None:
        """Add bytes to the answer."""
        position = 0
        while position < len(data):
            number = min(_PACKET - self._used, len(data) - position)
            self._packet[self._used : self._used + number] = data[position : position + number]
            self._used += number
            position += number
            if self._used == _PACKET:
                await self.flush()

    async def flush(self) -> None:
        """Send what is left of the answer."""
        self._stream.write(self._packet[: self._used])
        self._used = 0
        self._packets += 1
        if self._stream.out_buf or self._packets % _PACKETS_IN_A_TURN == 0:
            await self._stream.drain()

    def release(self) -> None:
        """Let go of the file that the body may be read from."""
        if self.body is not None:
            self.body.close()
            self.body = None
