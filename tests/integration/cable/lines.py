"""The two kinds of cable that a campaign pulls out and puts in again."""

import contextlib
import os
import pty
import select
import socket
import tty
from pathlib import Path
from typing import Protocol

from tests.ports import free_port


class Line(Protocol):
    """One end of a cable, the other one is read by the process under test."""

    address: str

    def plug_in(self) -> None:
        """Let somebody connect."""

    def unplug(self) -> None:
        """Take it away, with whoever is connected."""

    def send(self, data: bytes) -> None:
        """Send bytes to whoever is connected."""


class UsbLine:
    """A serial device under a lasting name, which leads to another device each time it is plugged in."""

    def __init__(self, folder: Path) -> None:
        self._link = folder / "usb-P1_cable-if00-port0"
        self.address = str(self._link)
        self._ends: tuple[int, int] | None = None

    def plug_in(self) -> None:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self._ends = ours, theirs
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(os.ttyname(theirs))

    def unplug(self) -> None:
        self._link.unlink(missing_ok=True)
        for end in self._ends or ():
            os.close(end)
        self._ends = None

    def send(self, data: bytes) -> None:
        assert self._ends is not None
        while data:
            data = data[os.write(self._ends[0], data) :]

    def offer(self, data: bytes) -> None:
        """Send what somebody reads; the rest is lost, as on a wire."""
        assert self._ends is not None
        os.set_blocking(self._ends[0], False)
        with contextlib.suppress(BlockingIOError):
            os.write(self._ends[0], data)


class NetworkLine:
    """A cable elsewhere in the house, behind ser2net or the like: ``socket://``."""

    def __init__(self) -> None:
        self._port = free_port()
        self.address = f"socket://127.0.0.1:{self._port}"
        self._server: socket.socket | None = None
        self._client: socket.socket | None = None

    def plug_in(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self._port))

    def unplug(self) -> None:
        for end in (self._client, self._server):
            if end is not None:
                end.close()
        self._client = self._server = None

    def send(self, data: bytes) -> None:
        assert self._server is not None
        # Who was killed or has given up is followed by somebody else.
        while self._client is None or select.select([self._server], [], [], 0)[0]:
            if self._client is not None:
                self._client.close()
            self._client, _ = self._server.accept()
        self._client.sendall(data)
