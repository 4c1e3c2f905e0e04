"""Lets the house find the board by SSDP, as the original does (UPnP Device Architecture 1.1, section 1)."""

import asyncio
from random import randrange

from . import multicast
from .build import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any

    from .log import Log

_GROUP = "239.255.255.250"
_PORT = 1900
_HOST = b"239.255.255.250:1900"

_ALL = b"ssdp:all"
_ROOT = b"upnp:rootdevice"
_BASIC = b"urn:schemas-upnp-org:device:Basic:1"

# The board counts as gone when it has not been heard for this long; it says twice as often that it is there.
_MAX_AGE_SECONDS = 1800
_ALIVE_SECONDS = 900
# On joining, a second apart: a datagram may get lost.
_ANNOUNCEMENTS = 2
# A search is answered within the time it gives, at most five seconds of it.
_LONGEST_WAIT_SECONDS = 5
# A flood of searches must become neither a flood of answers nor of tasks that wait to give one.
_SHORTEST_PAUSE_MILLISECONDS = 20
_MOST_WAITING = 4
# A search has about 130 bytes, up to 300 with the name of the program that asks.
_LONGEST_SEARCH = 512


class Ssdp:
    """Answers searches and tells that the board is there."""

    def __init__(self, uuid: str, port: int, log: "Log") -> None:
        """:param port: at which ``/description.xml`` is served."""
        self._uuid = b"uuid:" + uuid.encode()
        self._port = port
        self._log = log
        self._address: str | None = None
        self._seconds = 0
        # Those that wait to answer a search.
        self._replies: list[asyncio.Task[None]] = []
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Take the port; without it the board is there all the same."""
        try:
            self._socket = multicast.open_port("0.0.0.0", _PORT)
        except OSError as error:
            self._log.write(f"ssdp: {error!r}")

    def look(self, address: "str | None") -> None:
        """Tell that the board is there when it has joined, and now and then; called every second.

        :param address: the one it has now, None while it is not on the network.
        """
        if self._socket is None:
            return
        if address != self._address:
            self._address = address
            self._seconds = 0
            if address is not None:
                try:
                    multicast.join(self._socket, _GROUP, address)
                except OSError as error:
                    self._log.write(f"ssdp: {error!r}")
        if self._seconds % _ALIVE_SECONDS < _ANNOUNCEMENTS:
            self._notify(b"alive")
        self._seconds += 1

    async def answer(self) -> None:
        """Answer searches for ever."""
        receiver = self._socket
        while receiver is not None and receiver is self._socket:
            await multicast.readable(receiver)
            try:
                packet, sender = receiver.recvfrom(_LONGEST_SEARCH)
            except OSError:
                continue
            found = search(packet)
            if found is not None and len(self._replies) < _MOST_WAITING:
                targets = [target for target in self._targets() if found[0] in (_ALL, target)]
                if targets:
                    wait = randrange(1000 * found[1])  # noqa: S311 (no secret)
                    self._replies.append(asyncio.create_task(self._answer_later(targets, sender, wait)))
            await asyncio.sleep_ms(_SHORTEST_PAUSE_MILLISECONDS)

    def close(self, farewell: bool = True) -> None:
        """Let go of the port.

        :param farewell: whether to say goodbye.
        """
        for reply in self._replies:
            reply.cancel()
        if self._socket is not None:
            if farewell:
                self._notify(b"byebye")
            self._socket.close()
            self._socket = None

    def _targets(self) -> "tuple[bytes, ...]":
        return _ROOT, self._uuid, _BASIC

    async def _answer_later(self, targets: "list[bytes]", receiver: "Any", milliseconds: int) -> None:
        try:
            await asyncio.sleep_ms(milliseconds)
        finally:
            self._replies.remove(asyncio.current_task())  # type: ignore[arg-type]  # it is one of them
        for target in targets:
            self._send(b"HTTP/1.1 200 OK", b"\r\nEXT:\r\nST: ", target, receiver)

    def _notify(self, what: bytes) -> None:
        for target in self._targets():
            self._send(b"NOTIFY * HTTP/1.1\r\nHOST: " + _HOST, b"\r\nNTS: ssdp:" + what + b"\r\nNT: ", target, None)

    def _send(self, start: bytes, about: bytes, target: bytes, receiver: "Any") -> None:
        if self._socket is None or self._address is None:
            return
        name = self._uuid if target == self._uuid else self._uuid + b"::" + target
        where = self._address if self._port == 80 else f"{self._address}:{self._port}"
        rest = (
            f"\r\nCACHE-CONTROL: max-age={_MAX_AGE_SECONDS}\r\nLOCATION: http://{where}/description.xml"
            f"\r\nSERVER: MicroPython UPnP/1.1 digimon/{VERSION}\r\n\r\n"
        )
        message = start + about + target + b"\r\nUSN: " + name + rest.encode()
        try:
            self._socket.sendto(message, receiver or multicast.peer(_GROUP, _PORT))
        except OSError:
            # The network is gone; the board tells that it is there when it is back.
            pass


def search(packet: bytes) -> "tuple[bytes, int] | None":
    """What a search is for and within how many seconds (1 to 5) it wants an answer; None when it is no search."""
    lines = packet.split(b"\r\n")
    if not lines[0].startswith(b"M-SEARCH * HTTP/1."):
        return None
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields[bytes(name).upper()] = value.strip()
    if fields.get(b"MAN") != b'"ssdp:discover"':
        return None
    wait = fields.get(b"MX", b"")
    seconds = int(wait) if wait.isdigit() and len(wait) < 4 else 1
    return fields.get(b"ST", b""), min(max(seconds, 1), _LONGEST_WAIT_SECONDS)
