"""Where telegrams go: standard output, everyone who connects, or a serial device."""

import asyncio
import contextlib
import os
import sys
from typing import Any, Protocol
from urllib.parse import urlsplit

import serial_asyncio

_BAUD_RATE = 115200
_STDOUT = "stdout"
_TCP = "tcp"
# What a reader may leave lying before it misses telegrams, bytes; a serial line keeps nothing at all.
_MOST_WAITING = 65536
_CLOSE_SECONDS = 5


class OutputError(Exception):
    """The output cannot be used; the message says why in one line."""


class Output(Protocol):
    """Somewhere telegrams can go."""

    async def open(self) -> None:
        """Make it ready.

        :raises OutputError: it cannot be used.
        """

    async def send(self, telegram: bytes) -> bool:
        """Send one telegram.

        :returns: False when nobody will read any more.
        :raises OutputError: it cannot be used any more.
        """

    async def close(self) -> None:
        """Send what still waits, to readers who take it."""

    def abandon(self) -> None:
        """Let go at once."""


def output(target: str, *, patient: bool) -> Output:
    """The output of a target of the command line: ``stdout``, ``tcp://host:port`` or a device.

    :param patient: wait for slow readers, and for the first one, instead of letting them miss telegrams.
    :raises OutputError: no such target.
    """
    if target == _STDOUT:
        return _StandardOutput()
    if "://" not in target:
        return _Device(target, patient=patient)
    try:
        parts = urlsplit(target)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = None, None, None
    if scheme != _TCP or host is None or port is None:
        raise OutputError(f"{target}: not of the form tcp://host:port")
    return _Listener(host, port, patient=patient)


class _StandardOutput:
    """Raw telegrams on standard output."""

    async def open(self) -> None:
        """Nothing to prepare."""

    async def send(self, telegram: bytes) -> bool:
        # Without a buffer of its own: what waits there for a reader who sleeps would wait at the exit too.
        rest = memoryview(telegram)
        try:
            while rest:
                rest = rest[os.write(sys.stdout.fileno(), rest) :]
        except BrokenPipeError:
            return False
        return True

    async def close(self) -> None:
        """Nothing waits."""

    def abandon(self) -> None:
        """Nothing is held."""


class _Listener:
    """Everyone who connects to a port gets every telegram from then on, as ser2net does it."""

    def __init__(self, host: str, port: int, *, patient: bool) -> None:
        self._host = host
        self._port = port
        self._patient = patient
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._somebody = asyncio.Event()

    async def open(self) -> None:
        try:
            self._server = await asyncio.start_server(self._serve, self._host, self._port)
        except OSError as error:
            raise OutputError(f"tcp://{self._address(self._port)}: {error.strerror or error}") from error
        port = self._server.sockets[0].getsockname()[1]
        print(f"listening on tcp://{self._address(port)}", file=sys.stderr, flush=True)

    def _address(self, port: int) -> str:
        return f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        self._somebody.set()
        # What a client sends is not for the meter; the end of it tells that the client left.
        with contextlib.suppress(OSError):
            while await reader.read(_MOST_WAITING):
                pass
        self._leave(writer)

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        self._clients.discard(writer)
        if not self._clients:
            self._somebody.clear()
        writer.close()

    async def send(self, telegram: bytes) -> bool:
        if self._patient:
            await self._somebody.wait()
        for writer in tuple(self._clients):
            try:
                await _write(writer, telegram, patient=self._patient)
            except OSError:
                self._leave(writer)
        return True

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._clients):
            await _finish(writer)

    def abandon(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._clients:
            writer.transport.abort()


class _Device:
    """A serial device or a pseudo terminal."""

    def __init__(self, path: str, *, patient: bool) -> None:
        self._path = path
        self._patient = patient
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        try:
            _, self._writer = await serial_asyncio.open_serial_connection(url=self._path, baudrate=_BAUD_RATE)
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
            raise self._error(reason) from error
        asyncio.get_running_loop().set_exception_handler(self._quiet)

    def _quiet(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Leave it to `send` to tell that the device went away."""
        if not isinstance(context.get("exception"), OSError):
            loop.default_exception_handler(context)

    async def send(self, telegram: bytes) -> bool:
        if self._writer is None or self._writer.transport.is_closing():
            raise self._error("the device went away")
        try:
            await _write(self._writer, telegram, patient=self._patient)
        except OSError as error:
            raise self._error("the device went away") from error
        return True

    async def close(self) -> None:
        if self._writer is not None:
            await _finish(self._writer)

    def abandon(self) -> None:
        if self._writer is not None and not self._writer.transport.is_closing():
            self._writer.transport.abort()

    def _error(self, reason: str) -> OutputError:
        return OutputError(f"{self._path}: {reason}")


async def _write(writer: asyncio.StreamWriter, telegram: bytes, *, patient: bool) -> None:
    """Write a whole telegram or, to a reader who does not keep up, none of it."""
    if patient:
        writer.write(telegram)
        await writer.drain()
        # Draining an empty buffer does not let others run.
        await asyncio.sleep(0)
    elif writer.transport.get_write_buffer_size() < _MOST_WAITING:
        writer.write(telegram)


async def _finish(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), _CLOSE_SECONDS)
    except TimeoutError:
        writer.transport.abort()
    except OSError:
        pass
