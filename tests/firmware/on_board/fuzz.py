"""What the board makes of bytes that nobody meant, in bulk, for `tests.firmware.fuzz`.

Reads one command a line from standard input, JSON: a parser, and a file of cases, each with its length in two bytes
before it. Answers with a line of JSON: how many there were, what became of them, and the first that went wrong.
"""

import asyncio
import gc
import io
import json
import sys
from struct import unpack

import vfs
from board import api, captive, config, dns, led, multicast, password, settings_change, ssdp
from board.builder import Builder
from board.discovery import Responder
from board.identity import Identity
from board.index import Index
from board.journal import Journal
from board.keeper import Keeper
from board.live import Live
from board.log import Log
from board.memory import Memory
from board.net import Network
from board.p1 import P1Port
from board.request import Request
from board.setup_mode import SetUp
from board.store import Store
from board.watchdog import Watchdog
from board.web import Server

from core.telegram import TelegramSplitter

_MOST_FAILURES = 5
_UART_CHUNK = 512
_ADDRESS = "10.0.0.7"
_BLOCK = 512
_BLOCKS = 256
_LONGEST_PACKET = 1472
# The head of an answer, the longest of the pages, and every text of the set-up form that a client can make longer.
_LONGEST_ANSWER = 65536
# A page reads each of its texts from a file: all of it only for one case among so many.
_WHOLE_PAGES = 50
_STATUSES = (200, 204, 304, 400, 401, 403, 404, 405, 413, 422, 429, 431, 501)


class RamDisk:
    """A card that is gone with the process."""

    def __init__(self):
        self._data = bytearray(_BLOCK * _BLOCKS)

    def readblocks(self, block, buffer, offset=0):
        start = block * _BLOCK + offset
        buffer[:] = self._data[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * _BLOCK + offset
        self._data[start : start + len(buffer)] = buffer

    def ioctl(self, what, _argument):
        return {4: _BLOCKS, 5: _BLOCK}.get(what, 0)


class Stream:
    """A connection over which a case has come: as asyncio's streams are."""

    def __init__(self, received):
        self._received = received
        self.out_buf = b""
        self.sent = b""
        self.length = 0
        self.s = self

    def close(self):
        """The other end is no socket."""

    async def readinto(self, buffer):
        piece = self._received[: len(buffer)]
        buffer[: len(piece)] = piece
        self._received = self._received[len(piece) :]
        return len(piece)

    def write(self, piece):
        if not self.length:
            self.sent = bytes(piece)
        self.length += len(piece)

    async def drain(self):
        pass


class Telegrams:
    """The P1 port, whose first case is a telegram that has to be taken after each of the others."""

    def __init__(self):
        self._splitter = TelegramSplitter()
        self._live = Live()
        self._good = None

    async def take(self, case):
        if self._good is None:
            self._good = case
        before = self._splitter.good
        self._feed(case)
        found = self._splitter.good - before
        self._feed(self._good)
        assert self._splitter.good > before + found, "the next telegram is lost"
        assert b"".join(self._live.telegram) == self._good.rstrip()
        return "taken" if found else "refused"

    def _feed(self, data):
        for start in range(0, len(data), _UART_CHUNK):
            chunk = data[start : start + _UART_CHUNK]
            self._splitter.pass_on(chunk, len(chunk), self._take)

    def _take(self, telegram, length):
        live = self._live
        live.take(telegram, length)
        for pieces in (live.quarter_document(), live.meter_document()):
            assert isinstance(json.loads(str(b"".join(pieces), "utf-8")), dict)
        assert live.watt() >= -1


class Board:
    """What settings are changed on."""

    def __init__(self, store):
        self.store = store

    def restart_soon(self, why):
        """Whoever asks the questions is not restarted."""


class Settings:
    """The body of `POST /config`, whose proof was right, and the file that it may also be."""

    def __init__(self):
        self._board = Board(_card())
        config.store_document({"wifi": {"ssid": "home", "password": "secret-x"}, "network": {"device_name": "kast"}})

    async def take(self, case):
        try:
            loaded = config.load(str(case, "utf-8"))
            assert 0 < len(loaded.name) <= 32
        except UnicodeError:
            # The card's text is none then, either.
            pass
        status = settings_change.change(case, bytes(32), "nonce", self._board)[0]
        assert status in (200, 400, 422), status
        document = config.saved_document(self._board.store)
        loaded = config.settings_in(document)
        assert "admin" not in document or password.stored(document["admin"]) is not None
        assert status != 200 or "device_name" not in document["network"] or loaded.name
        return str(status)


class Heard:
    """The radio of set-up mode."""

    # There is nobody else.
    station = None

    def __init__(self):
        self.networks = {"thuis": (-60, True), "<b>[[x]]": (-80, False)}


class Form:
    """The form of set-up mode as it comes over a connection."""

    def __init__(self):
        # A key takes half a second, and nobody looks at this one.
        password.ROUNDS = 1
        self._restarts = 0
        self._cases = 0
        self._set_up = SetUp(Heard(), _card(), Log(), self._restart)

    def _restart(self):
        self._restarts += 1

    async def take(self, case):
        request = Request(Stream(case), [None, 0], memoryview(bytearray(_BLOCK)))
        request.method, request.path = "POST", "/"
        request.length = request.left = len(case)
        before = self._restarts
        status, _, _, body = (await self._set_up.save(request))[:4]
        self._cases += 1
        if isinstance(body, str) or self._cases % _WHOLE_PAGES == 0:
            length = len(body) if isinstance(body, str) else sum(len(piece) for piece in body)
            assert length <= _LONGEST_ANSWER
        return "saved" if self._restarts > before else str(status)


class Datagrams:
    """A socket over which the cases come, and that keeps what is sent."""

    def __init__(self):
        self.received = []
        self.sent = []

    def readable(self):
        """Wait until something came."""
        while not self.received:
            yield from _sleep_ms(0)

    def recvfrom(self, most):
        return self.received.pop()[:most], ("10.0.0.9", 5353)

    def sendto(self, message, _receiver):
        assert len(message) <= _LONGEST_PACKET
        self.sent.append(message)

    def setsockopt(self, *_what):
        """It is a member of every group."""


class Names:
    """Multicast DNS, and the name server of set-up mode."""

    def __init__(self):
        self._socket = Datagrams()
        multicast.open_port = lambda _address, _port: self._socket
        multicast.readable = _readable
        # The board waits some milliseconds after each packet, and seconds before it takes a name.
        asyncio.sleep_ms = asyncio.sleep = lambda _time: _sleep_ms(0)
        self._responder = Responder("digimon", 80, ["board=x"], Log())
        self._responder.open()
        self._task = None

    async def take(self, case):
        reply = captive.answer(case[:_BLOCK], b"\x0a\0\0\x07")
        # The name comes back twice.
        assert reply is None or len(reply) <= 2 * len(case) + 16
        for name, _, _ in dns.questions(case):
            assert len(name) <= 255
        for _, owner, _, _, data in dns.records(case):
            assert len(owner) <= 255
            assert len(data) <= _LONGEST_PACKET
        responder = self._responder
        if self._task is None or responder.name != "digimon":
            # After a rival it has another name, which the next case would not know.
            responder.rename("digimon")
            responder.look(_ADDRESS)
            await self._turns()
        if self._task is None:
            self._task = asyncio.create_task(responder.answer())
        sent = self._socket.sent
        sent.clear()
        self._socket.received.append(case)
        while self._socket.received and not self._task.done():
            await _sleep_ms(0)
        if self._task.done():
            failed, self._task = self._task, None
            await failed
        # An answer; or the questions and announcements of another name.
        assert len(sent) <= 3 * 5 + 2
        return "answered" if sent or reply else "ignored"

    async def _turns(self):
        for _ in range(40):
            await _sleep_ms(0)


def _readable(receiver):
    yield from receiver.readable()


class Searches:
    """SSDP."""

    async def take(self, case):
        found = ssdp.search(case)
        if found is None:
            return "ignored"
        assert isinstance(found[0], bytes)
        assert 1 <= found[1] <= 5
        return "answered"


class Requests:
    """HTTP, with everything that the board answers behind it."""

    def __init__(self):
        log, memory, live, store = Log(), Memory(), Live(), _card()
        # A key takes half a second, and here nobody has it.
        admin = {"salt": "00", "rounds": 1, "key": "00" * 32}
        wifi = {"ssid": "home", "password": "secret-x"}
        config.store_document({"wifi": wifi, "network": {"device_name": "digimon"}, "admin": admin})
        index = Index(store)
        keeper = Keeper(store, Journal(store), index)
        port = P1Port(live, keeper, log, memory)
        settings = config.load(None)
        identity = Identity(settings, Network(settings, log), store, port, memory)
        identity.watchdog = Watchdog()
        self._server = Server(log, memory)
        identity.builder = Builder(store, index, keeper, port, self._server.guard)
        board = api.Board(identity.uuid, store, led.Led(port), self, identity.names)
        answers = api.Api(live, store, identity, identity.builder, board)
        self._server.answers, self._server.writes = answers.answer, answers.write

    def restart_soon(self, why):
        raise AssertionError("nobody has the password")

    def make_room(self, wanted):
        raise AssertionError("nobody has the password")

    async def take(self, case):
        stream = Stream(case)
        await self._server.guard.admit(stream, stream)
        answer = stream.sent
        assert stream.length <= _LONGEST_ANSWER
        if not answer:
            return "ignored"
        status = int(answer[9:12])
        assert answer.startswith(b"HTTP/1.0 ")
        assert status in _STATUSES, status
        return str(status)


_PARSERS = {
    "telegrams": Telegrams,
    "settings": Settings,
    "form": Form,
    "names": Names,
    "searches": Searches,
    "requests": Requests,
}

_sleep_ms = asyncio.sleep_ms


def _card():
    return Store(Log())


def _used():
    gc.collect()
    return gc.mem_alloc()


async def _run(command):
    parser = _PARSERS[command["parser"]]()
    verdicts = {}
    failures = []
    number = used = 0
    with open(command["cases"], "rb") as file:  # noqa: ASYNC230 (nobody else waits)
        while True:
            head = file.read(2)
            if not head:
                break
            case = file.read(unpack("<H", head)[0])
            try:
                verdict = await parser.take(case)
            except Exception as error:  # noqa: BLE001 (that there is none is what is asked)
                verdict = "failed"
                if len(failures) < _MOST_FAILURES:
                    text = io.StringIO()
                    sys.print_exception(error, text)
                    failures.append([number, text.getvalue()])
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
            number += 1
            if number == command["settled"]:
                used = _used()
    # What the modules that it loads on the way take is there by then.
    grown = _used() - used if used else 0
    return {"cases": number, "verdicts": verdicts, "failures": failures, "grown": grown}


def run():
    disk = RamDisk()
    vfs.VfsFat.mkfs(disk)
    vfs.mount(disk, "/sd")
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        print("=" + json.dumps(asyncio.run(_run(json.loads(line)))))


run()
