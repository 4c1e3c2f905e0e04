"""The name server of set-up mode: whatever a phone asks for, it finds the board (RFC 1035)."""

import asyncio

from . import dns, multicast

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket

_PORT = 53
# The answer must not outlive set-up mode.
_TTL_SECONDS = 1
_SHORTEST_PAUSE_MILLISECONDS = 5
_LONGEST_QUERY = 512
# A resolver that may ask anything, which is what a phone expects of the one it was given.
_RECURSION_AVAILABLE = 0x0080
_RECURSION_DESIRED = 0x0100


class NameServer:
    """Answers every question for an IPv4 address with the board's own, and any other with nothing."""

    def __init__(self, address: str) -> None:
        """Take the port.

        :raises OSError: it is taken.
        """
        self._address = dns.address_data(address)
        self._socket: socket.socket = multicast.open_port(address, _PORT)

    async def answer(self) -> None:
        """Answer for ever."""
        while True:
            await multicast.readable(self._socket)
            try:
                query, sender = self._socket.recvfrom(_LONGEST_QUERY)
                reply = answer(query, self._address)
                if reply is not None:
                    self._socket.sendto(reply, sender)
            except OSError:
                # The phone has gone.
                pass
            await asyncio.sleep_ms(_SHORTEST_PAUSE_MILLISECONDS)


def answer(query: bytes, address: bytes) -> "bytes | None":
    """The answer to a query, None when it is none.

    :param address: four bytes.
    """
    for name, kind, group in dns.questions(query):
        end = dns.HEADER_BYTES + len(name)
        # As it was asked: some send capitals and want them back.
        owner = query[dns.HEADER_BYTES : end]
        if owner.lower() != name:
            # Compressed, which nobody sends in a first question.
            return None
        asked = kind in (dns.A, dns.ANY) and group == dns.CLASS_IN
        record = dns.record(owner, dns.A, dns.CLASS_IN, _TTL_SECONDS, address) if asked else b""
        flags = dns.AUTHORITATIVE | _RECURSION_AVAILABLE | dns.number(query, 2) & _RECURSION_DESIRED
        counts = b"\0\1\0\1\0\0\0\0" if asked else b"\0\1\0\0\0\0\0\0"
        return query[:2] + flags.to_bytes(2, "big") + counts + query[dns.HEADER_BYTES : end + 4] + record
    return None
