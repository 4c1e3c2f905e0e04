"""Lets the house find the board: answers and announces by multicast DNS (RFC 6762, RFC 6763).

The socket takes UDP port 5353 before the board has an address. From then on MicroPython's own
responder, which knows no services, would hold it (network_wlan.c).
"""

import asyncio
from random import randrange

from . import dns, multicast
from .watchdog import doing

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from typing import Any

    from .log import Log

_GROUP = "224.0.0.251"
_PORT = 5353
# RFC 6762 section 10: for records with the host in their name or data, and for all others.
_HOST_TTL = 120
_OTHER_TTL = 4500
# RFC 6762 section 8.1 and 8.2: how often and how fast a name is asked for before it is used, and how
# long the one waits who asks for the same name at the same moment and has to give way.
_PROBES = 3
_PROBE_MILLISECONDS = 250
_WAY_MILLISECONDS = 1000
# A name that is taken again and again: somebody answers to whatever name the board takes.
_MOST_HASTY_NAMES = 4
_PATIENT_MILLISECONDS = 5000
# A second apart.
_ANNOUNCEMENTS = 2
# A flood of queries must not become a flood of answers.
_SHORTEST_PAUSE_MILLISECONDS = 20
# What is read of a packet, for which memory is wanted in one piece. Home Assistant looks for everything that it knows
# at once, in 1,460 bytes: when the questions go on, ours is taken to be among them.
_LONGEST_QUERY = 512

_FLUSH = dns.CLASS_IN | dns.TOP_BIT
_SERVICE = ("_http", "_tcp", "local")
_SERVICE_TYPE = dns.name(*_SERVICE)
_ENUMERATION = dns.name("_services", "_dns-sd", "_udp", "local")

# What is known of a name that the board asks for.
_FREE = 0
_TAKEN = 1
_GIVE_WAY = 2


class Responder:
    """Answers for ``<name>.local`` and the service ``<name>._http._tcp.local``.

    :ivar name: under which the board is found: the one it was given, or with a number when that is taken.
    """

    def __init__(self, name: str, port: int, entries: "list[str]", log: "Log") -> None:
        """:param entries: of the TXT record, ``key=value``."""
        self._port = port
        self._text = dns.text_data(entries)
        self._log = log
        self._address = ""
        self._claiming: asyncio.Task[None] | None = None
        # Whether the name is ours to answer for, and what was heard about it meanwhile.
        self._ours = False
        self._heard = _FREE
        self._socket: socket.socket | None = None
        self.rename(name)

    def rename(self, name: str) -> None:
        """Take another name; the next time the board joins a network it asks for it."""
        self._wanted = self.name = name
        self._leave()

    def open(self) -> None:
        """Take the port; without it the board is still there, only not found by itself."""
        try:
            self._socket = multicast.open_port("0.0.0.0", _PORT)
        except OSError as error:
            self._log.write(f"discovery: {error!r}")

    def look(self, address: "str | None") -> None:
        """Announce the board when it has joined, or joined again; called every second.

        :param address: the one it has now, None while it is not on the network.
        """
        if self._socket is None:
            return
        if address is None:
            self._leave()
        elif address != self._address:
            self._address = address
            try:
                multicast.join(self._socket, _GROUP, address)
            except OSError as error:
                # After a reconnect the board may still be a member.
                self._log.write(f"discovery: {error!r}")
            self._begin()
        elif self._claiming is not None and self._claiming.done() and not self._ours:
            # It has failed.
            self._begin()

    async def answer(self) -> None:
        """Answer queries for ever."""
        receiver = self._socket
        while receiver is not None:
            await multicast.readable(receiver)
            try:
                message, sender = receiver.recvfrom(_LONGEST_QUERY)
            except OSError:
                continue
            doing("discovery")
            self._take(message, sender)
            doing("")
            await asyncio.sleep_ms(_SHORTEST_PAUSE_MILLISECONDS)

    def close(self, farewell: bool = True) -> None:
        """Let go of the port.

        :param farewell: whether to say goodbye: the records hold no more.
        """
        if self._ours and farewell:
            self._tell_all(0, 0)
        self._leave()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _leave(self) -> None:
        self._address = ""
        self._stop_claiming()

    def _stop_claiming(self) -> None:
        self._ours = False
        if self._claiming is not None:
            self._claiming.cancel()
            self._claiming = None

    def _begin(self) -> None:
        self._stop_claiming()
        self._claiming = asyncio.create_task(self._claim())

    async def _claim(self) -> None:
        """Ask whether the name is free, take another one until it is, and announce it."""
        names = 1
        self.name = self._wanted
        while True:
            self._heard = _FREE
            await asyncio.sleep_ms(randrange(_PROBE_MILLISECONDS))  # noqa: S311 (no secret)
            for _ in range(_PROBES):
                if self._heard == _FREE:
                    self._probe()
                    await asyncio.sleep_ms(_PROBE_MILLISECONDS)
            if self._heard == _FREE:
                break
            if self._heard == _GIVE_WAY:
                await asyncio.sleep_ms(_WAY_MILLISECONDS)
                continue
            names += 1
            self.name = f"{self._wanted}-{names}"
            self._log.write(f"discovery: the name is taken, trying {self.name}")
            if names > _MOST_HASTY_NAMES:
                await asyncio.sleep_ms(_PATIENT_MILLISECONDS)
        self._ours = True
        for _ in range(_ANNOUNCEMENTS):
            self._tell_all(_HOST_TTL, _OTHER_TTL)
            await asyncio.sleep(1)

    def _take(self, message: bytes, sender: "Any") -> None:
        if len(message) < dns.HEADER_BYTES or not self._address:
            return
        response = dns.number(message, 2) & dns.RESPONSE
        if response or not self._ours:
            heard = self._rival(message, response != 0)
            if heard != _FREE:
                self._heard = heard
                if self._ours:
                    # Somebody uses the name all the same: whoever is asked and answers keeps it.
                    self._begin()
        else:
            self._reply(message, sender)

    def _rival(self, message: bytes, response: bool) -> int:
        """Whether a message says that another one has the name, or asks for it and goes first."""
        own = dns.address_data(self._address)
        service = dns.service_data(self._port, self._host().lower())
        for section, owner, kind, ttl, data in dns.records(message):
            if owner == self._host().lower():
                if response and ttl and (kind == dns.AAAA or (kind == dns.A and data != own)):
                    return _TAKEN
                # Two who ask at once compare what they want it for; the greater goes first.
                if not response and section == 1 and kind == dns.A and data > own:
                    return _GIVE_WAY
            elif owner == self._instance().lower() and kind == dns.SRV and response and ttl and data != service:
                return _TAKEN
        return _FREE

    def _reply(self, query: bytes, sender: "Any") -> None:
        """Answer a query to everybody, or to the one who asks for that."""
        answers: list[bytes] = []
        additional: list[bytes] = []
        unicast = True
        for asked, kind, group in _questions(query):
            if group & ~dns.TOP_BIT not in (dns.CLASS_IN, dns.ANY):
                continue
            found = self._answers(asked, kind, query)
            if not found:
                continue
            answers += found
            unicast = unicast and group & dns.TOP_BIT != 0
            if asked == _SERVICE_TYPE:
                additional = [self._service(_HOST_TTL), self._texts(_OTHER_TTL), self._addresses(_HOST_TTL)]
            elif asked == self._instance().lower():
                additional = [self._addresses(_HOST_TTL)]
        if not answers:
            return
        # A query with an identification comes from a simple resolver that only waits on its own port.
        identification = dns.number(query, 0)
        reply = dns.message(identification, dns.AUTHORITATIVE, answers, additional)
        self._send(reply, sender if unicast or identification else None)

    def _answers(self, asked: bytes, kind: int, query: bytes) -> "list[bytes]":
        """The records that a question asks for, less what the one who asks says to know (RFC 6762 section 7.1)."""
        found = []
        instance = self._instance().lower()
        if asked == _SERVICE_TYPE and kind in (dns.PTR, dns.ANY):
            for section, owner, known, ttl, data in dns.records(query):
                if (section, owner, known, data) == (0, asked, dns.PTR, instance) and ttl > _OTHER_TTL // 2:
                    return []
            found.append(self._pointer(_OTHER_TTL))
        elif asked == _ENUMERATION and kind in (dns.PTR, dns.ANY):
            found.append(dns.record(_ENUMERATION, dns.PTR, dns.CLASS_IN, _OTHER_TTL, _SERVICE_TYPE))
        elif asked == instance:
            if kind in (dns.SRV, dns.ANY):
                found.append(self._service(_HOST_TTL))
            if kind in (dns.TXT, dns.ANY):
                found.append(self._texts(_OTHER_TTL))
        elif asked == self._host().lower() and kind in (dns.A, dns.ANY):
            found.append(self._addresses(_HOST_TTL))
        return found

    def _probe(self) -> None:
        wanted = [self._service(_HOST_TTL), self._addresses(_HOST_TTL)]
        self._send(dns.probe((self._instance(), self._host()), wanted), None)

    def _tell_all(self, host_ttl: int, other_ttl: int) -> None:
        records = [
            self._pointer(other_ttl),
            self._service(host_ttl),
            self._texts(other_ttl),
            self._addresses(host_ttl),
        ]
        self._send(dns.message(0, dns.AUTHORITATIVE, records, []), None)

    def _send(self, message: bytes, receiver: "Any") -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(message, receiver or multicast.peer(_GROUP, _PORT))
        except OSError:
            # The network is gone; the board announces itself when it is back.
            pass

    def _host(self) -> bytes:
        return dns.name(self.name, "local")

    def _instance(self) -> bytes:
        return dns.name(self.name, *_SERVICE)

    def _pointer(self, ttl: int) -> bytes:
        return dns.record(_SERVICE_TYPE, dns.PTR, dns.CLASS_IN, ttl, self._instance())

    def _service(self, ttl: int) -> bytes:
        return dns.record(self._instance(), dns.SRV, _FLUSH, ttl, dns.service_data(self._port, self._host()))

    def _texts(self, ttl: int) -> bytes:
        return dns.record(self._instance(), dns.TXT, _FLUSH, ttl, self._text)

    def _addresses(self, ttl: int) -> bytes:
        return dns.record(self._host(), dns.A, _FLUSH, ttl, dns.address_data(self._address))


def _questions(query: bytes) -> "Iterator[tuple[bytes, int, int]]":
    """Name in lower case, type and class of what a query asks for."""
    read = 0
    found = False
    for question in dns.questions(query):
        read += 1
        found = found or question[0] == _SERVICE_TYPE
        yield question
    if not found and 0 < read < dns.number(query, 4) and len(query) == _LONGEST_QUERY:
        yield _SERVICE_TYPE, dns.PTR, dns.CLASS_IN
