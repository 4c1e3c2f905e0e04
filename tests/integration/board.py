"""A board on a real socket, which can be told to misbehave as real ones do.

Answers as the board's web server does: HTTP/1.0, one request per connection.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from pathlib import Path
from typing import Any, Self

from core.clock import quarter_id_at, quarter_path, quarter_start
from core.records import REGISTERS
from tests.ports import free_port

from .faults import Fault, answer
from .records import BYTES, FORM, records_of
from .reply import JSON, NOT_FOUND, TEXT, Reply

FIXTURES = Path(__file__).parent / "fixtures"

OUR_VARIANTS = ("single_phase", "three_phase", "three_phase_230", "without_peaks")
VARIANTS = (*OUR_VARIANTS, "original")

INFO = "/info"
DESCRIPTION = "/description.xml"
QUARTER = "/current/quarter"
METER = "/current/meter"
MONTH_PEAK = "/current/month/peak"

CHALLENGE = "/challenge"
DAY = "/historic/day?"
COLUMNS = (
    "quarter_id",
    "intervals",
    "consumed_power_avg",
    "consumed_power_max",
    "produced_power_avg",
    "produced_power_max",
    "consumed_energy",
    "produced_energy",
    *REGISTERS,
)
"""Of a day."""

# What a board that still reads a day's files says of when to come again, in seconds.
_AGAIN = "5"
_XML = "text/xml; charset=UTF-8"

SALT = bytes(range(16))
ROUNDS = 20

_FILES = {
    INFO: "info.json",
    DESCRIPTION: "description.xml",
    QUARTER: "current_quarter.json",
    METER: "current_meter.json",
    MONTH_PEAK: "current_month_peak.json",
}


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
        self.unanswered = 0
        """How many requests wait for an answer that never comes."""

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
        if INFO in self.documents:
            self.documents[DESCRIPTION] = description_of(self.read(INFO))
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
                status, said = self._take(path, _header(request, "Authorization"), await reader.readexactly(length))
                writer.write(Reply(status=status, kind=TEXT, body=said, is_readable=False).wire)
                await writer.drain()
                return
            path, asked = path.removesuffix(FORM), path
            self.requests.append(path)
            fault = self.faults_once.pop(path, self.faults.get(path))
            self.unanswered += fault is Fault.SLOW
            # Behind records nothing can stand: there are no more than a day has.
            in_records = self.knows_records and asked != path and fault is not Fault.TAIL
            known = _header(request, "If-None-Match")
            await answer(writer, fault, lambda: self.reply(path, known=known, in_records=in_records))
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

    async def reply(self, path: str, *, known: str | None, in_records: bool) -> Reply:
        """What is answered to GET when all is well.

        :param known: the tag of what the client has already.
        :param in_records: whether it asks for a day in records, and may get them.
        """
        document = self.document(path)
        if document is None:
            return NOT_FOUND
        if not path.startswith(DAY):
            return Reply(body=document, kind=_XML if path == DESCRIPTION else JSON)
        etag = self.etags.get(path)
        if etag is not None and etag in (known or ""):
            return Reply(status=304, headers={"ETag": etag})
        headers = {} if etag is None else {"ETag": etag}
        records = records_of(document) if in_records else None
        if records is not None:
            self.answers_in_records += 1
            return Reply(body=records, kind=BYTES, headers=headers)
        if b'"complete":false' in document:
            headers = {"Retry-After": _AGAIN}
        return Reply(body=document, is_sized=False, headers=headers)


def _header(request: bytes, name: str) -> str | None:
    for line in request.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return None


def description_of(info: dict[str, Any]) -> bytes:
    """What a board of ours says to who looks for devices, as its firmware makes it of the same text."""
    uuid = "38323636-4558-4dda-9188-cda0e6" + info["mac"].replace(":", "")[6:]
    text = (FIXTURES.parents[2] / "firmware/www/description.xml").read_text(encoding="utf-8")
    said = {key: info[key] for key in ("name", "serial", "board", "version")}
    # The build puts it on one line.
    return "".join(map(str.strip, text.splitlines())).format(**said, uuid=uuid).encode()


def _document(path: Path) -> bytes:
    """A fixture as it goes over the wire: JSON without spaces."""
    if path.suffix != ".json":
        return path.read_bytes()
    return json.dumps(json.loads(path.read_text(encoding="utf-8")), separators=(",", ":")).encode()
