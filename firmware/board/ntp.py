"""The time from a server (NTP, RFC 5905), for lines of the log of a board that hears no meter.

Loaded by such a board only, and once: it keeps nobody waiting.
"""

import socket

from .uptime import uptime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .log import Log

_HOST = "be.pool.ntp.org"
_PORT = 123
# Finding the server takes the driver up to some 15 s; with this, less than half of what the watchdog allows is left.
_TIMEOUT_SECONDS = 2
_PACKET_BYTES = 48
# Version 4, client.
_REQUEST = b"\x23" + bytes(_PACKET_BYTES - 1)
_SERVER = 4
# From 1900-01-01 to 1970-01-01; the 32 bits of the protocol start again in 2036.
_EPOCH_SECONDS = 2208988800
_ERA_SECONDS = 1 << 32


def give_time(log: "Log") -> None:
    """Give the log a time, if there is one to be had."""
    utc = ask(log)
    if utc is not None:
        log.start = utc - uptime()
        log.write("clock: from a time server until the meter is heard")


def ask(log: "Log") -> "int | None":
    """Seconds since 1970 now, None without an answer."""
    try:
        address = socket.getaddrinfo(_HOST, _PORT)[0][-1]
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            link.settimeout(_TIMEOUT_SECONDS)
            link.sendto(_REQUEST, address)
            answer = link.recv(_PACKET_BYTES)
        finally:
            link.close()
    except OSError as error:
        log.write(f"clock: no time server, {error!r}")
        return None
    return instant(answer)


def instant(answer: bytes) -> "int | None":
    """Seconds since 1970 of a server's answer, None if it is none, or of a server that has no time itself."""
    if len(answer) < _PACKET_BYTES or answer[0] & 7 != _SERVER or not 0 < answer[1] < 16:
        return None
    seconds = int.from_bytes(answer[40:44], "big")
    return seconds - _EPOCH_SECONDS + (_ERA_SECONDS if seconds < _EPOCH_SECONDS else 0)
