"""The web server: the only place that knows microdot."""

import asyncio

from microdot.microdot import Microdot, Response, urldecode
from microdot.microdot import Request as MicrodotRequest

from .guard import Answer, Guard, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .api import Api
    from .log import Log
    from .memory import Memory

# No request of the board has a body yet.
_LONGEST_BODY = 512
_REASONS = {400: "Bad Request", 404: "Not Found", 413: "Payload Too Large", 500: "Internal Server Error"}


class Server(Microdot):  # type: ignore[misc]  # microdot has no types
    """Answers requests from the table of `api`."""

    def __init__(self, api: "Api", log: "Log", memory: "Memory") -> None:
        super().__init__()
        self._api = api
        self._log = log
        self._guard = Guard(self.handle_request, log, memory)
        self._listener: Any = None
        MicrodotRequest.max_content_length = _LONGEST_BODY
        MicrodotRequest.max_body_length = _LONGEST_BODY
        self.error_handlers = {404: _not_found}
        self.after_error_request_handlers = [_finish]

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
        await self._guard.admit(reader)

    def find_route(self, req: "Any") -> "tuple[Any, str, None]":
        """The one function that answers everything: a table of our own needs no patterns and less heap."""
        req.url_args = {}
        return (self._answer if req.method in ("GET", "HEAD") else 404), "", None

    def _answer(self, request: "Any") -> Response:
        status, kind, length, body = self._api.answer(_path(request.path), request.args)
        if not isinstance(body, str):
            # The guard closes what is left open when a client does not read to the end.
            request.sock[1].body = body
        response = Response(body, status, {"Content-Type": kind})
        if length is not None:
            response.headers["Content-Length"] = str(length)
        return _finish(request, response)


def _path(path: str) -> str:
    """A path decoded once; one that cannot be decoded is one that does not exist."""
    if "%" not in path:
        return path
    try:
        return urldecode(path.replace("+", "%2B"))
    except ValueError:
        return ""


def _not_found(_request: "Any") -> "tuple[str, int]":
    return "Item not found", 404


def _finish(request: "Any", response: Response) -> Response:
    """What every answer has: a reason, and that any page of the house may read it."""
    response.reason = _REASONS.get(response.status_code, response.reason)
    if request is None or request.method in ("GET", "HEAD"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
