"""Sockets for datagrams, which discovery and set-up mode wait on."""

import asyncio
import socket

from . import dns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def open_port(address: str, port: int) -> socket.socket:
    """A socket that receives datagrams and never waits.

    :raises OSError: the port is taken.
    """
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        receiver.bind(peer(address, port))
    except OSError:
        receiver.close()
        raise
    receiver.setblocking(False)
    return receiver


def peer(address: str, port: int) -> "Any":
    """An address as sockets take it."""
    return socket.getaddrinfo(address, port)[0][-1]


def join(receiver: socket.socket, group: str, own: str) -> None:
    """Hear what is said to a group on the interface that has the board's own address.

    :raises OSError: the board is a member of it already, as it may be after a reconnect.
    """
    receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, dns.address_data(group) + dns.address_data(own))


def readable(receiver: socket.socket) -> "Any":
    """Wait until something came.

    The queue keeps the running task, so nothing may stand between it and the loop but this.
    """
    yield asyncio.core._io_queue.queue_read(receiver)  # type: ignore[attr-defined]  # noqa: SLF001 (no public way)
