"""The web server: takes requests apart and sends answers, by microdot. What is answered others decide."""

import asyncio

from microdot.microdot import Request, Response

from .guard import Guard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .api import Answer
    from .log import Log
    from .memory import Memory

# The form of set-up mode, with a network and a password of which every byte is escaped.
_LONGEST_BODY = 1024
# The address of a client, which nothing asks for.
_NOBODY = ("", 0)

TEXT = "text/plain; charset=UTF-8"
_METHODS = ("GET", "HEAD")
_REASONS = {
    400: "Bad Request",
    404: "Not Found",
    413: "Payload Too Large",
    503: "Service Unavailable",
    500: "Internal Server Error",
}


class Server:
    """Answers requests.

    :ivar guard: what every connection passes.
    :ivar answers: gives the answer to a request; None before the board is in a network.
    """

    def __init__(self, log: "Log", memory: "Memory") -> None:
        self._log = log
        self.guard = Guard(self._serve, log, memory)
        self.answers: Callable[[Any], Answer] | None = None
        self._listener: Any = None
        Request.max_body_length = _LONGEST_BODY

    async def listen(self, host: str, port: int) -> None:
        """Open the port and answer from now on.

        :raises OSError: the port is taken.
        """
        self._listener = await asyncio.start_server(self._connected, host, port)

    def close(self) -> None:
        """Close the port."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _connected(self, reader: "Any", _writer: "Any") -> None:
        await self.guard.admit(reader)

    async def _serve(self, incoming: "Any", outgoing: "Any") -> None:
        """Answer one request, with the guard's `Incoming` and `Outgoing` where microdot expects streams."""
        try:
            request = await Request.create(None, incoming, outgoing, _NOBODY)
        except (ValueError, IndexError):
            request = None
        try:
            status, kind, length, body, *more = self._answer(request)
        except Exception as error:  # noqa: BLE001 (the client is told that it is not its fault)
            self._log.error("web", error)
            status, kind, length, body, more = 500, TEXT, None, "Internal server error", []
        if not isinstance(body, str):
            # The guard closes what is left open when a client does not read to the end.
            outgoing.body = body
        headers = {"Content-Type": kind}
        if more:
            headers.update(more[0])
        if request is None or request.method in _METHODS:
            # Any page in the house may read; writing is another matter.
            headers["Access-Control-Allow-Origin"] = "*"
        if length is not None:
            headers["Content-Length"] = str(length)
        response = Response(body, status, headers, _REASONS.get(status))
        response.is_head = request is not None and request.method == "HEAD"
        await response.write(outgoing)
        await outgoing.flush()

    def _answer(self, request: "Any") -> "Any":
        if request is None or request.content_length < 0:
            return 400, TEXT, None, "Bad request"
        if request.content_length > _LONGEST_BODY:
            return 413, TEXT, None, "Payload too large"
        if self.answers is None:
            return 503, TEXT, None, "busy"
        return self.answers(request)
