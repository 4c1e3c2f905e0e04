"""The web server: the only place that knows microdot, whose requests and responses it uses."""

import asyncio

from microdot.microdot import Request, Response, urldecode

from .api import TEXT
from .guard import Guard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .api import Api
    from .log import Log
    from .memory import Memory

# No request of the board has a body yet.
_LONGEST_BODY = 512
# The address of a client, which nothing asks for.
_NOBODY = ("", 0)

_METHODS = ("GET", "HEAD")
_REASONS = {400: "Bad Request", 404: "Not Found", 413: "Payload Too Large", 500: "Internal Server Error"}


class Server:
    """Answers requests from the table of `api`.

    :ivar guard: what every connection passes.
    """

    def __init__(self, api: "Api", log: "Log", memory: "Memory") -> None:
        self._api = api
        self._log = log
        self.guard = Guard(self._serve, log, memory)
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
        path = _path(request.path) if request.method in _METHODS else ""
        return self._api.answer(path, request.args)


def _path(path: str) -> str:
    """A path decoded once; one that cannot be decoded is one that does not exist."""
    if "%" not in path:
        return path
    try:
        return urldecode(path.replace("+", "%2B"))
    except ValueError:
        return ""
