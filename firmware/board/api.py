"""The HTTP API: what each path answers. Knows neither sockets nor the web server.

An answer is status, content type, length in bytes (None: as long as the text) and body: a text, or
a generator of pieces of bytes or a file for everything that may be longer than a packet; without a length it ends with
the connection. Further headers may follow.
"""

import gc

from . import historic
from .index import FIELDS
from .live import packed, to_json
from .memory import unload
from .store import CRASH_LOG
from .web import TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import IO

    from .admin import Admin
    from .builder import Builder
    from .identity import Identity
    from .led import Led
    from .live import Live
    from .main import Application
    from .request import Request
    from .store import Store

    Body = str | Iterator[bytes] | IO[bytes]
    Answer = tuple[int, str, int | None, Body] | tuple[int, str, int | None, Body, dict[str, str]]

_JSON = "application/json"
_HTML = "text/html; charset=UTF-8"
_XML = "text/xml; charset=UTF-8"
_SCRIPT = "text/javascript; charset=UTF-8"
_PNG = "image/png"
_BYTES = "application/octet-stream"
_CACHED = "max-age=31536000,immutable"

_ICON = ("electric-meter.png", _PNG)
_DESCRIPTION = "www/description.xml"
# What is answered with a file. Who looks for devices may know nothing of compression, which is for the pages.
_FILES = {
    "/": ("index.html.gz", _HTML),
    "/index.html": ("index.html.gz", _HTML),
    "/app.js": ("app.js.gz", _SCRIPT),
    "/update": ("update.html.gz", _HTML),
    "/update.js": ("update.js.gz", _SCRIPT),
    "/electric-meter.png": _ICON,
    # The original's own misspelling, which its clients ask for.
    "/electic-meter.png": _ICON,
}
_PIECE = 512
_IDS_IN_A_PIECE = 40
_DATE = ("year", "month", "day")
# A day of an old card takes about four.
_BUILD_SECONDS = "5"

NOT_FOUND = (404, TEXT, None, "Item not found")


class Board:
    """What can be done with the board by who has its password.

    :ivar uuid: under which UPnP knows the board.
    :ivar store: where its settings are.
    :ivar led: its light.
    :ivar restart_soon: restarts it in a moment; is given why.
    :ivar make_room: has it do without what can wait, and with it again; is given which.
    :ivar names: tells by which names and addresses it is reached.
    :ivar wrong: how many proofs of the password in a row were wrong.
    :ivar until: uptime in s before which no proof is looked at.
    """

    def __init__(
        self,
        uuid: str,
        store: "Store",
        led: "Led",
        application: "Application",
        names: "Callable[[], list[str]]",
    ) -> None:
        self.uuid = uuid
        self.store = store
        self.led = led
        self.restart_soon = application.restart_soon
        self.make_room = application.make_room
        self.names = names
        self.wrong = 0
        self.until = 0


class Api:
    """The table of paths."""

    def __init__(self, live: "Live", store: "Store", identity: "Identity", builder: "Builder", board: "Board") -> None:
        """:param board: what can be done with it by who has its password."""
        self._live = live
        self._store = store
        self._identity = identity
        self._builder = builder
        self._board = board
        self._admin: Admin | None = None

    async def write(self, request: "Request") -> "Answer":
        """The answer to a POST."""
        # What it takes, the work on old quarters has to give.
        builder = self._builder
        builder.pause()
        try:
            admin = self._writer()
            gc.collect()
            from .writing import take

            return await take(admin, request)
        finally:
            builder.pauses -= 1

    def answer(self, request: "Request") -> "Answer":
        """The answer to a GET."""
        if self._admin is not None and self._admin.idle():
            self._admin = None
            unload("board.writing", "board.admin")
        path = request.path
        if path in _FILES:
            return _static(request, *_FILES[path])
        for known, answer in self._ANSWERS:
            if known == path:
                return answer(self, request)
        if historic.is_quarter_path(path):
            return self._stored_quarter(path)
        return NOT_FOUND

    def _writer(self) -> "Admin":
        """What looks after the password, loaded for as long as it has something to look after."""
        if self._admin is None:
            from .admin import Admin

            self._admin = Admin(self._board)
        return self._admin

    def _challenge(self, _request: "Request") -> "Answer":
        return self._writer().challenge()

    def _watt(self, _request: "Request") -> "Answer":
        return 200, TEXT, None, str(self._live.watt())

    def _quarter(self, _request: "Request") -> "Answer":
        return _pieces(_JSON, self._live.quarter_document())

    def _meter(self, _request: "Request") -> "Answer":
        return _pieces(_JSON, self._live.meter_document())

    def _month_peak(self, _request: "Request") -> "Answer":
        memory = to_json(self._identity.memory())
        peak = self._live.meter.get("peak")
        if peak is None:
            return 200, _JSON, None, f'{{"memory":{memory}}}'
        quarter_id, power = peak["quarter_id"], peak["power"]
        return 200, _JSON, None, f'{{"memory":{memory},"peak":{{"quarter_id":{quarter_id},"power":{power}}}}}'

    def _telegram(self, _request: "Request") -> "Answer":
        telegram = self._live.telegram
        if not telegram:
            return NOT_FOUND
        # With the end of line that stands behind the CRC on the wire.
        telegram.append(b"\r\n")
        return _pieces(TEXT, telegram)

    def _info(self, _request: "Request") -> "Answer":
        return _pieces(_JSON, packed(self._identity.info()))

    def _description(self, _request: "Request") -> "Answer":
        said = self._identity.description()
        with open(_DESCRIPTION) as file:
            return _pieces(_XML, [line.format(**said).encode() for line in file])

    def _stored_quarter(self, path: str) -> "Answer":
        """A quarter's file, without what an older, longer one may have left behind the document."""
        try:
            file = self._store.open(path)
            length = _document_length(file)
            if length:
                file.seek(0)
                return 200, _JSON, length, file
            file.close()
        except OSError:
            # The card fails, or has no such file.
            pass
        return NOT_FOUND

    def _crash_log(self, _request: "Request") -> "Answer":
        try:
            return _whole(self._store.open(CRASH_LOG), TEXT)
        except OSError:
            return NOT_FOUND

    def _years(self, _request: "Request") -> "Answer":
        years = historic.years(self._store)
        return 200, _JSON, None, to_json({"years": years}) if years else "{}"

    def _months(self, request: "Request") -> "Answer":
        arguments = request.arguments
        if "year" not in arguments:
            return _missing("year")
        year = _number(arguments, "year")
        months = historic.months(self._store, year)
        return 200, _JSON, None, f'{{"year":{year},"months":{to_json(months)}}}' if months else "{}"

    def _days(self, request: "Request") -> "Answer":
        arguments = request.arguments
        for needed in _DATE[:2]:
            if needed not in arguments:
                return _missing(needed)
        year = _number(arguments, "year")
        month = _number(arguments, "month")
        days = historic.days(self._store, year, month)
        return 200, _JSON, None, f'{{"year":{year},"month":{month},"days":{to_json(days)}}}' if days else "{}"

    def _quarters(self, request: "Request") -> "Answer":
        arguments = request.arguments
        for needed in _DATE:
            if needed not in arguments:
                return _missing(needed)
        year, month, day = _date(arguments)
        quarters = historic.quarters(self._store, year, month, day)
        if not quarters:
            return 200, _JSON, None, "{}"
        pieces = [f'{{"year":{year},"month":{month},"day":{day},"quarters":['.encode()]
        for start in range(0, len(quarters), _IDS_IN_A_PIECE):
            ids = ",".join(str(quarter) for quarter in quarters[start : start + _IDS_IN_A_PIECE])
            pieces.append((("," if start else "") + ids).encode())
        pieces.append(b"]}")
        return _pieces(_JSON, pieces)

    def _day(self, request: "Request") -> "Answer":
        """The index of a day. Without a card nothing is known, least of all that the day is empty."""
        arguments = request.arguments
        for needed in _DATE:
            if needed not in arguments:
                return _missing(needed)
        date = _date(arguments)
        rows: Generator[str] | None = None
        complete = False
        headers = {"Retry-After": _BUILD_SECONDS}
        try:
            day = self._builder.day(date)
            if day is not None:
                index = self._builder.index
                if complete := day.complete:
                    headers = {"ETag": day.tag()}
                    if headers["ETag"] in request.headers.get("if-none-match", ""):
                        return 304, _JSON, None, "", headers
                    if day.records and day.is_over and arguments.get("form") == "records":
                        length, file = index.records(day)
                        return 200, _BYTES, length, file, headers
                rows = index.rows(day)
        except OSError as error:
            self._store.fault(error)
        return 200, _JSON, None, _day(date, complete, rows), headers

    # Tells of a path what answers it.
    _ANSWERS = (
        ("/watt", _watt),
        ("/current/quarter", _quarter),
        ("/current/month/peak", _month_peak),
        ("/current/meter", _meter),
        ("/telegram", _telegram),
        ("/info", _info),
        ("/crashlog.txt", _crash_log),
        ("/historic/years", _years),
        ("/historic/months", _months),
        ("/historic/days", _days),
        ("/historic/quarters", _quarters),
        ("/historic/day", _day),
        ("/challenge", _challenge),
        ("/description.xml", _description),
    )


def _pieces(kind: str, pieces: "list[bytes]") -> "Answer":
    return 200, kind, sum(len(piece) for piece in pieces), (piece for piece in pieces)


def _static(request: "Request", name: str, kind: str) -> "Answer":
    """A file of the board's pages, which the build has compressed where that helps."""
    file = open(f"www/{name}", "rb")  # noqa: SIM115 (closed with the answer)
    answer = _whole(file, kind)
    if not name.endswith(".gz"):
        return answer
    # The page names the content's hash: another content has another address.
    caching = _CACHED if "v" in request.arguments else "no-cache"
    return answer + ({"Content-Encoding": "gzip", "Cache-Control": caching},)


def _whole(file: "IO[bytes]", kind: str) -> "tuple[int, str, int | None, Body]":
    """A file as it is."""
    length = file.seek(0, 2)
    file.seek(0)
    return 200, kind, length, file


def _day(date: "tuple[int, int, int]", complete: bool, rows: "Generator[str] | None") -> "Iterator[bytes]":
    year, month, day = date
    yield f'{{"year":{year},"month":{month},"day":{day},"complete":{to_json(complete)},"fields":'.encode()
    yield f'{to_json(FIELDS)},"quarters":['.encode()
    if rows is not None:
        try:
            for row in rows:
                yield row.encode()
        finally:
            rows.close()
    yield b"]}"


def _document_length(file: "IO[bytes]") -> int:
    """Bytes up to the end of the document in a quarter's file; 0 when it has no end.

    The document holds no texts and no further objects, so its first closing brace ends it.
    """
    length = 0
    while True:
        piece = file.read(_PIECE)
        if not piece:
            return 0
        end = piece.find(b"}")
        if end >= 0:
            return length + end + 1
        length += len(piece)


def _missing(argument: str) -> "Answer":
    return 400, TEXT, None, f"ERROR: Need a {argument} argument"


def _date(arguments: "dict[str, str]") -> "tuple[int, int, int]":
    return _number(arguments, "year"), _number(arguments, "month"), _number(arguments, "day")


def _number(arguments: "dict[str, str]", key: str) -> int:
    """An argument as a number of at most four digits; 0, for which there are no files, when it is none."""
    text = arguments[key]
    return int(text) if text.isdigit() and len(text) <= 4 else 0
