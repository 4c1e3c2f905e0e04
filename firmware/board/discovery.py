"""Lets the house find the board: answers and announces by multicast DNS (RFC 6762, RFC 6763).

The socket takes UDP port 5353 before the board has an address. From then on MicroPython's own
responder, which knows no services, would hold it (network_wlan.c).
"""

import asyncio
import socket

from . import dns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .log import Log

_GROUP = "224.0.0.251"
_PORT = 5353
# RFC 6762 section 10: for records with the host in their name or data, and for all others.
_HOST_TTL = 120
_OTHER_TTL = 4500
# A second apart.
_ANNOUNCEMENTS = 2
# A flood of queries must not become a flood of answers.
_SHORTEST_PAUSE_MILLISECONDS = 20
# Home Assistant looks for everything it knows at once: 1,460 bytes, which one packet of Ethernet holds.
_LONGEST_QUERY = 1472

_FLUSH = dns.CLASS_IN | dns.TOP_BIT
_SERVICE = ("_http", "_tcp", "local")
_SERVICE_TYPE = dns.name(*_SERVICE)
_ENUMERATION = dns.name("_services", "_dns-sd", "_udp", "local")


class Responder:
    """Answers for ``<name>.local`` and the service ``<name>._http._tcp.local``."""

    def __init__(self, name: str, port: int, entries: "list[str]", log: "Log") -> None:
        """:param entries: of the TXT record, ``key=value``."""
        self._host = dns.name(name, "local")
        self._instance = dns.name(name, *_SERVICE)
        self._port = port
        self._text = dns.text_data(entries)
        self._log = log
        self._address = ""
        self._announcements = 0
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Take the port; without it the board is still there, only not found by itself."""
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            receiver.bind(socket.getaddrinfo("0.0.0.0", _PORT)[0][-1])
        except OSError as error:
            receiver.close()
            self._log.write(f"discovery: {error!r}")
            return
        receiver.setblocking(False)
        self._socket = receiver

    def look(self, address: "str | None") -> None:
        """Announce the board when it has joined, or joined again; called every second.

        :param address: the one it has now, None while it is not on the network.
        """
        if self._socket is None:
            return
        if address is None:
            self._address = ""
        elif address != self._address:
            self._address = address
            self._announcements = _ANNOUNCEMENTS
            try:
                group = dns.address_data(_GROUP) + dns.address_data(address)
                self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
            except OSError as error:
                # After a reconnect the board may still be a member.
                self._log.write(f"discovery: {error!r}")
        if self._announcements and self._address:
            self._announcements -= 1
            self._tell_all(_HOST_TTL, _OTHER_TTL)

    async def answer(self) -> None:
        """Answer queries for ever."""
        receiver = self._socket
        while receiver is not None:
            await _readable(receiver)
            try:
                query, sender = receiver.recvfrom(_LONGEST_QUERY)
            except OSError:
                continue
            self._reply(query, sender)
            await asyncio.sleep_ms(_SHORTEST_PAUSE_MILLISECONDS)

    def close(self) -> None:
        """Say goodbye: the records hold no more."""
        if self._socket is not None:
            self._tell_all(0, 0)
            self._socket.close()
            self._socket = None

    def _reply(self, query: bytes, sender: "Any") -> None:
        """Answer a query to everybody, or to the one who asks for that."""
        answers: list[bytes] = []
        additional: list[bytes] = []
        unicast = True
        for asked, kind, group in dns.questions(query):
            if group & ~dns.TOP_BIT not in (dns.CLASS_IN, dns.ANY):
                continue
            found = self._answers(asked, kind)
            if not found:
                continue
            answers += found
            unicast = unicast and group & dns.TOP_BIT != 0
            if asked == _SERVICE_TYPE:
                additional = [self._service(_HOST_TTL), self._texts(_OTHER_TTL), self._addresses(_HOST_TTL)]
            elif asked == self._instance.lower():
                additional = [self._addresses(_HOST_TTL)]
        if not answers or not self._address:
            return
        # A query with an identification comes from a simple resolver that only waits on its own port.
        identification = dns.number(query, 0)
        reply = dns.message(identification, dns.AUTHORITATIVE, answers, additional)
        self._send(reply, sender if unicast or identification else None)

    def _answers(self, asked: bytes, kind: int) -> "list[bytes]":
        """The records that a question asks for."""
        found = []
        if asked == _SERVICE_TYPE and kind in (dns.PTR, dns.ANY):
            found.append(self._pointer(_OTHER_TTL))
        elif asked == _ENUMERATION and kind in (dns.PTR, dns.ANY):
            found.append(dns.record(_ENUMERATION, dns.PTR, dns.CLASS_IN, _OTHER_TTL, _SERVICE_TYPE))
        elif asked == self._instance.lower():
            if kind in (dns.SRV, dns.ANY):
                found.append(self._service(_HOST_TTL))
            if kind in (dns.TXT, dns.ANY):
                found.append(self._texts(_OTHER_TTL))
        elif asked == self._host.lower() and kind in (dns.A, dns.ANY):
            found.append(self._addresses(_HOST_TTL))
        return found

    def _tell_all(self, host_ttl: int, other_ttl: int) -> None:
        if not self._address:
            return
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
            self._socket.sendto(message, receiver or socket.getaddrinfo(_GROUP, _PORT)[0][-1])
        except OSError:
            # The network is gone; the board announces itself when it is back.
            pass

    def _pointer(self, ttl: int) -> bytes:
        return dns.record(_SERVICE_TYPE, dns.PTR, dns.CLASS_IN, ttl, self._instance)

    def _service(self, ttl: int) -> bytes:
        return dns.record(self._instance, dns.SRV, _FLUSH, ttl, dns.service_data(self._port, self._host))

    def _texts(self, ttl: int) -> bytes:
        return dns.record(self._instance, dns.TXT, _FLUSH, ttl, self._text)

    def _addresses(self, ttl: int) -> bytes:
        return dns.record(self._host, dns.A, _FLUSH, ttl, dns.address_data(self._address))


def _readable(receiver: socket.socket) -> "Any":
    """Wait until something came.

    The queue keeps the running task, so nothing may stand between it and the loop but this.
    """
    yield asyncio.core._io_queue.queue_read(receiver)  # type: ignore[attr-defined]  # noqa: SLF001 (no public way)
