"""A board on a real socket, which can be told to misbehave as real ones do.

Answers as the board's web server does: HTTP/1.0, one request per connection.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from pathlib import Path
from typing import Any, Self

from core.clock import quarter_id_at, quarter_path, quarter_start
from tests.integration.records import BYTES, FORM, records_of
from tests.ports import free_port

FIXTURES = Path(__file__).parent / "fixtures"

OUR_VARIANTS = ("single_phase", "three_phase", "three_phase_230", "without_peaks")
VARIANTS = (*OUR_VARIANTS, "original")

INFO = "/info"
DESCRIPTION = "/description.xml"
QUARTER = "/current/quarter"
METER = "/current/meter"
MONTH_PEAK = "/current/month/peak"

CHALLENGE = "/challenge"
JSON = "application/json"

SALT = bytes(range(16))
ROUNDS = 20

_FILES = {
    INFO: "info.json",
    DESCRIPTION: "description.xml",
    QUARTER: "current_quarter.json",
    METER: "current_meter.json",
    MONTH_PEAK: "current_month_peak.json",
}


class Fault(Enum):
    """What can go wrong with an answer."""

    TAIL = auto()
    """The end of an older, longer document stands behind it."""

    CUT = auto()
    """The connection is lost in the middle."""

    HUNG_UP = auto()
    """The connection is closed without an answer."""

    SLOW = auto()
    """It never comes."""

    ENDLESS = auto()
    """It never ends."""

    NO_HTTP = auto()
    """It is not HTTP."""

    WRONG_JSON = auto()
    """It is JSON of something else."""

    NO_JSON = auto()
    """It is no JSON at all."""

    NOT_FOUND = auto()
    SERVER_ERROR = auto()
    REDIRECT = auto()

    BUSY = auto()
    """All its places are taken."""


class Board:
    """Serves the documents of a variant on 127.0.0.1."""

    def __init__(self, variant: str = "single_phase") -> None:
        self.port = 0
        self.documents: dict[str, bytes] = {}
        self.faults: dict[str, Fault] = {}
        self.faults_once: dict[str, Fault] = {}
        self.etags: dict[str, str] = {}
        self.requests: list[str] = []
        self.knows_records = True
        """Whether it tells of a day in records to who asks for them."""

        self.answers_in_records = 0
        self.password: str | None = None
        self.posts: list[tuple[str, bytes]] = []
        self.refusals: dict[str, tuple[int, bytes]] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.become(variant)

    def become(self, variant: str) -> None:
        """Answer as the board of another fixture, as after new firmware or a new owner of the address."""
        self.documents = {
            path: _document(FIXTURES / variant / name)
            for path, name in _FILES.items()
            if (FIXTURES / variant / name).exists()
        }
        self.store(quarter_id_at(quarter_start(self.read(QUARTER)["quarter_id"]) - 900))

    def store(self, quarter_id: int, *, consumed: int = 400, produced: int = 0, intervals: int = 180) -> str:
        """Put a quarter on the card, the same power all the time; its path."""
        path = quarter_path(quarter_id)
        document = {
            "quarter_id": quarter_id,
            "consumed_power_avg": consumed,
            "interval_secs": 5,
            "consumed_power_interval_avgs": [consumed] * intervals,
            "produced_power_interval_avgs": [-produced] * intervals,
        }
        self.write(path, document)
        return path

    @property
    def before(self) -> str:
        """The path of the quarter before the running one."""
        return quarter_path(quarter_id_at(quarter_start(self.read(QUARTER)["quarter_id"]) - 900))

    def read(self, path: str) -> Any:
        """The document of a path."""
        return json.loads(self.documents[path])

    def update(self, path: str, **values: Any) -> None:
        """Change keys of a document; None as JSON has it."""
        self.write(path, self.read(path) | values)

    def remove(self, path: str, *keys: str) -> None:
        """Take keys out of a document."""
        self.write(path, {key: value for key, value in self.read(path).items() if key not in keys})

    def write(self, path: str, document: Any) -> None:
        """Answer something else at a path."""
        self.documents[path] = json.dumps(document, separators=(",", ":")).encode()

    def telegram(self, seconds: int = 5) -> None:
        """Let the meter go on for some seconds of the same quarter."""
        quarter = self.read(QUARTER)
        for key in ("consumed_power_interval_avgs", "produced_power_interval_avgs"):
            quarter[key] += quarter[key][-1:] * (seconds // 5)
        self.write(QUARTER, quarter)
        if METER in self.documents:
            self.update(METER, time=self.read(METER)["time"] + seconds)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def is_serving(self) -> bool:
        """Whether it can be asked."""
        return self._server is not None

    async def start(self) -> None:
        """Come up, at the same port as before."""
        self.port = self.port or free_port()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Vanish from the network."""
        if self._server is not None:
            self._server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            # Who does not read an answer would be waited for, for ever.
            self._server.abort_clients()
            await self._server.wait_closed()
            self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        # Also of a task that was cancelled before its first step: the server is closed when all connections are.
        task.add_done_callback(lambda _: writer.close())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            method, path = request.decode("latin-1").split(" ", 2)[:2]
            if method == "POST":
                length = int(_header(request, "Content-Length") or 0)
                status, answer = self._take(path, _header(request, "Authorization"), await reader.readexactly(length))
                writer.write(_head(status, len(answer)) + answer)
                await writer.drain()
                return
            path, asked = path.removesuffix(FORM), path
            self.requests.append(path)
            etag = self.etags.get(path)
            if etag is not None and f"If-None-Match: {etag}".encode() in request:
                writer.write(_head(304))
            else:
                await self._answer(path, writer, in_records=self.knows_records and asked != path)
            await writer.drain()
        except ConnectionError, asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    def document(self, path: str) -> bytes | None:
        """What is answered at a path; None for 404."""
        return self.documents.get(path)

    def expect_password(self, password: str) -> None:
        """Take writes of who proves this password."""
        self.password = password
        self.new_nonce()

    def new_nonce(self) -> None:
        """Another challenge; the one before serves no more."""
        self.write(CHALLENGE, {"nonce": secrets.token_hex(16), "salt": SALT.hex(), "rounds": ROUNDS})

    def _take(self, path: str, authorization: str | None, body: bytes) -> tuple[int, bytes]:
        if path in self.refusals:
            return self.refusals[path]
        if path not in ("/restart", "/identify", "/update") or self.password is None:
            return 404, b"Item not found"
        nonce = self.read(CHALLENGE)["nonce"]
        self.new_nonce()
        # As docs/board-api.md has it, and not with what is tested.
        digest = hashlib.sha256(SALT + self.password.encode()).digest()
        for _ in range(ROUNDS - 1):
            digest = hashlib.sha256(digest + SALT).digest()
        message = "\n".join((nonce, "POST", path, hashlib.sha256(body).hexdigest()))
        proof = hmac.new(digest, message.encode(), hashlib.sha256).hexdigest()
        if authorization != f"Digimon {nonce}:{proof}":
            return 401, b"Wrong password"
        self.posts.append((path, body))
        return (204, b"") if path == "/identify" else (202, b"") if path == "/restart" else (200, b"")

    async def _answer(self, path: str, writer: asyncio.StreamWriter, *, in_records: bool) -> None:
        fault = self.faults_once.pop(path, self.faults.get(path))
        if fault in _WITHOUT_END:
            await _WITHOUT_END[fault](writer)
            return
        document = self.document(path)
        status = _STATUS.get(fault, 404 if document is None else 200)
        body = _BODIES.get(fault, b"Item not found" if document is None else document)
        if fault is Fault.TAIL:
            body += b'1087,0,0]}"}'
        records = records_of(body) if in_records and fault in _AS_RECORDS and status == 200 else None
        if records is not None:
            body = records
            self.answers_in_records += 1
        head = _head(status, len(body), self.etags.get(path), JSON if records is None else BYTES)
        writer.write(head + (body[: len(body) // 2] if fault is Fault.CUT else body))


async def _hang_up(_: asyncio.StreamWriter) -> None:
    pass


async def _say_nothing(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _speak_something_else(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")


async def _go_on_for_ever(writer: asyncio.StreamWriter) -> None:
    writer.write(_head(200))
    while True:
        writer.write(b" " * 4096)
        await writer.drain()


_WITHOUT_END: dict[Fault | None, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    Fault.HUNG_UP: _hang_up,
    Fault.SLOW: _say_nothing,
    Fault.NO_HTTP: _speak_something_else,
    Fault.ENDLESS: _go_on_for_ever,
}
_BODIES: dict[Fault | None, bytes] = {
    Fault.WRONG_JSON: b'[{"temperature":21.5}]',
    Fault.NO_JSON: b"<!DOCTYPE html><title>Router</title>",
}
_AS_RECORDS = (None, Fault.CUT)
_STATUS: dict[Fault | None, int] = {
    Fault.NOT_FOUND: 404,
    Fault.SERVER_ERROR: 500,
    Fault.REDIRECT: 302,
    Fault.BUSY: 503,
}


def _header(request: bytes, name: str) -> str | None:
    for line in request.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return None


def _head(status: int, length: int | None = None, etag: str | None = None, kind: str = JSON) -> bytes:
    lines = [f"HTTP/1.0 {status} {'OK' if status == 200 else 'N/A'}", f"Content-Type: {kind}"]
    if status == 302:
        lines.append("Location: http://127.0.0.1:9/login")
    if etag is not None:
        lines.append(f"ETag: {etag}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def _document(path: Path) -> bytes:
    """A fixture as it goes over the wire: JSON without spaces."""
    if path.suffix != ".json":
        return path.read_bytes()
    return json.dumps(json.loads(path.read_text(encoding="utf-8")), separators=(",", ":")).encode()
