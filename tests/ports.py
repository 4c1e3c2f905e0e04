"""A port for a server that has to know it before it listens, or that goes and comes back at the same one."""

import contextlib
import os
import secrets
import socket

# Below those that Linux gives to whoever asks for any (ip_local_port_range): a client of anybody may have one of them
# just when the server wants it.
_FIRST, _NUMBER = 20_000, 1_500
# So many processes that test at the same time never want the same, of so many ports each.
_PROCESSES = 8


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of this machine that nobody has."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _PROCESSES
    while True:
        port = _FIRST + secrets.randbelow(_NUMBER) * _PROCESSES + process
        with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
