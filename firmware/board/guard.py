"""What stands between the network and the web server: few clients, little memory, no waiting.

The sockets of the chip are ten: the listening one, discovery, five clients and two that wait for the
place of one of them.
"""

import asyncio
import time

from .request import receive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from .log import Log
    from .memory import Memory

MOST_CLIENTS = 5
# While old quarters are being looked at, which takes 5 KB.
FEWER_CLIENTS = 3
# While an update comes in: who brings it, and one other.
FEWEST_CLIENTS = 2
_MOST_CONNECTIONS = 7
# A client gets the next place that is free within this time; who reads slowly must not keep others waiting.
_WAIT_MILLISECONDS = 500
_WAIT_STEP_MILLISECONDS = 20

_HEAD_MILLISECONDS = 5000
_REFUSAL_MILLISECONDS = 1000

_BUSY = (
    b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbusy"
)


class Guard:
    """Lets a limited number of clients in, each for a limited time.

    :ivar clients: how many are served now.
    :ivar places: how many may be; the others wait.
    """

    def __init__(self, serve: "Callable[[Any, list[Any]], Awaitable[None]]", log: "Log", memory: "Memory") -> None:
        """:param serve: answers the request of a connection, which it is given with its deadline (see `allow`)."""
        self._serve = serve
        self._log = log
        self._memory = memory
        self.clients = 0
        self.places = MOST_CLIENTS
        self._waiting = 0
        # Of every connection, its task and until when (ticks in ms) it may take.
        self._deadlines: list[list[Any]] = []

    def look(self) -> None:
        """End the connections that took too long; called every second."""
        now = time.ticks_ms()
        for task, deadline in self._deadlines:
            if time.ticks_diff(deadline, now) < 0:
                task.cancel()

    async def admit(self, stream: "Any", _writer: "Any") -> None:
        """Serve a connection and close it, whatever happens."""
        deadline = [asyncio.current_task(), 0]
        allow(deadline, _HEAD_MILLISECONDS)
        self._deadlines.append(deadline)
        try:
            if await self._place():
                self.clients += 1
                try:
                    await self._serve(stream, deadline)
                finally:
                    self.clients -= 1
                    self._memory.note()
            elif self._waiting < _MOST_CONNECTIONS - self.places:
                allow(deadline, _REFUSAL_MILLISECONDS)
                # Closing while the request is unread would reset the connection before the answer is seen.
                await receive(stream, self._memory.scratch)
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
        if self.clients < self.places:
            return True
        if self._waiting >= _MOST_CONNECTIONS - self.places:
            return False
        self._waiting += 1
        try:
            for _ in range(_WAIT_MILLISECONDS // _WAIT_STEP_MILLISECONDS):
                await asyncio.sleep_ms(_WAIT_STEP_MILLISECONDS)
                if self.clients < self.places:
                    return True
        finally:
            self._waiting -= 1
        return False


def allow(deadline: "list[Any]", milliseconds: int) -> None:
    """Give a connection so much time from now on."""
    deadline[1] = time.ticks_add(time.ticks_ms(), milliseconds)
