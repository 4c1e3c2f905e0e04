"""Where the twin's telegrams come from. A source writes bytes into the pipe that stands in for the UART's wire."""

import gzip
import os
import socket
import stat
import subprocess
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

Write = Callable[[bytes], object]

# A meter sends one telegram a second.
TELEGRAM_SECONDS = 1.0
RECONNECT_SECONDS = 1.0

_CHUNK = 4096
_GZIP = b"\x1f\x8b"
_TELEGRAM_END = b"!"


class FileSource:
    """A file of raw telegrams, plain or compressed by gzip."""

    ends = True

    def __init__(self, path: Path, *, at_once: bool) -> None:
        """Look at the file.

        :param at_once: as fast as they are taken, else one telegram a second.
        :raises OSError: the file cannot be read.
        """
        with path.open("rb") as file:
            compressed = file.read(len(_GZIP)) == _GZIP
        self._path = path
        self._open = gzip.open if compressed else open
        self._at_once = at_once

    def run(self, write: Write) -> None:
        """Write the whole file."""
        due = time.monotonic()
        with self._open(self._path, "rb") as file:
            if self._at_once:
                while chunk := file.read(_CHUNK):
                    write(chunk)
                return
            for telegram in _telegrams(file):
                write(telegram)
                due += TELEGRAM_SECONDS
                time.sleep(max(0.0, due - time.monotonic()))


def _telegrams(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in portions that end where a telegram does."""
    portion = b""
    for line in lines:
        portion += line
        if line.startswith(_TELEGRAM_END) or len(portion) > _CHUNK:
            yield portion
            portion = b""
    if portion:
        yield portion


class NetworkSource:
    """A server that sends telegrams, as ser2net and scripts/meter do. A lost connection is made again."""

    ends = False

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    def run(self, write: Write) -> None:
        """Write what the server sends, for ever."""
        while True:
            with suppress(OSError):
                connection = socket.create_connection(self._address, timeout=10)
                connection.settimeout(None)
                with connection:
                    while chunk := connection.recv(_CHUNK):
                        write(chunk)
            time.sleep(RECONNECT_SECONDS)


class SerialSource:
    """A serial device or the terminal end of a pty. A device that was pulled out is opened again."""

    ends = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(self, write: Write) -> None:
        """Write what the device sends, for ever."""
        while True:
            with suppress(OSError, termios.error), closing(_Descriptor(self._path)) as device:
                tty.setraw(device.number)
                settings = termios.tcgetattr(device.number)
                settings[4] = settings[5] = termios.B115200
                termios.tcsetattr(device.number, termios.TCSANOW, settings)
                while chunk := os.read(device.number, _CHUNK):
                    write(chunk)
            time.sleep(RECONNECT_SECONDS)


class _Descriptor:
    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | os.O_NOCTTY)

    def close(self) -> None:
        os.close(self.number)


class SimulatedSource:
    """The simulated house, as a child process."""

    ends = False

    def __init__(self, command: list[str], prepare: Callable[[], None]) -> None:
        """Start the house.

        :param command: scripts/meter with its options except ``--to``.
        :param prepare: runs in the child before it becomes the command.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._network = NetworkSource("127.0.0.1", port)
        self._child = subprocess.Popen(
            [*command, "--to", f"tcp://127.0.0.1:{port}"],
            stdin=subprocess.DEVNULL,
            preexec_fn=prepare,  # noqa: PLW1509 (no other thread has begun yet)
        )

    def run(self, write: Write) -> None:
        """Write what the house sends, for ever."""
        self._network.run(write)

    def stop(self) -> None:
        """End the house."""
        self._child.terminate()
        self._child.wait()


Source = FileSource | NetworkSource | SerialSource | SimulatedSource


def open_source(name: str, *, at_once: bool, meter: Path, prepare: Callable[[], None]) -> Source:
    """The source that ``--p1`` names.

    :param meter: scripts/meter.
    :raises OSError: there is no such file.
    :raises ValueError: the address of a server cannot be read.
    """
    if name == "sim":
        return SimulatedSource([str(meter), "--speed", "max" if at_once else "real"], prepare)
    if name.startswith("tcp://"):
        host, separator, port = name.removeprefix("tcp://").rpartition(":")
        if not separator or not port.isdigit():
            raise ValueError(f"not tcp://host:port: {name}")
        return NetworkSource(host, int(port))
    path = Path(name)
    if stat.S_ISCHR(path.stat().st_mode):
        return SerialSource(path)
    return FileSource(path, at_once=at_once)
