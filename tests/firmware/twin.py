"""The board as a process, for tests."""

import contextlib
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]

# Many times what anything here takes on a machine that is busy.
PATIENCE_SECONDS = 180.0


def wait_for[T](what: Callable[[], T | None], seconds: float = PATIENCE_SECONDS, pause: float = 0.02) -> T:
    """Ask again until the answer is true, and give it.

    :param pause: between two questions, in seconds: what a board does in the background waits while it is asked.
    """
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < end, "waited in vain"
        time.sleep(pause)


@dataclass
class Answer:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Twin:
    """scripts/twin, started and stopped."""

    def __init__(
        self,
        p1: str | Path,
        *,
        sd: Path | None = None,
        speed: str = "max",
        discovery: bool = False,
        options: tuple[str, ...] = (),
    ) -> None:
        command = [str(ROOT / "scripts" / "twin"), "--p1", str(p1), "--speed", speed, *options]
        if sd is not None:
            command += ["--sd", str(sd)]
        if not discovery:
            command.append("--no-discovery")
        self.lines: list[str] = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = int(self.wait_line(r"listening on http://127\.0\.0\.1:(\d+)$")[1])

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line.rstrip("\n") for line in iter(self.process.stdout.readline, ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_line(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
        """The first line of output that matches."""

        def look() -> re.Match[str] | None:
            assert self.process.poll() is None or not self._reader.is_alive(), self.output
            for line in list(self.lines):
                if found := re.search(pattern, line):
                    return found
            assert self.process.poll() is None, self.output
            return None

        return wait_for(look, seconds)

    def wait_replayed(self, seconds: float = 4 * PATIENCE_SECONDS) -> tuple[int, int]:
        """Wait for the end of a file: telegrams taken and rejected."""
        found = self.wait_line(r"^replayed (\d+) telegrams, (\d+) rejected$", seconds)
        return int(found[1]), int(found[2])

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it in order: its exit status."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return status

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def info(self) -> Any:
        return self.get("/info").json()

    def started_again(self) -> Any:
        """What the board says of itself when it is back: between two starts it does not listen or has no network."""

        def answer() -> Any:
            try:
                found = self.get("/info")
            except ConnectionError, http.client.HTTPException:
                return None
            return found.json() if found.status == 200 else None

        return wait_for(answer)

    def connect(self) -> socket.socket:
        """A connection on which nothing was sent yet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)

    def exchange(self, request: bytes) -> bytes:
        """Send bytes and read until the board closes, which it may do at any time."""
        with self.connect() as connection:
            received = b""
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while chunk := connection.recv(4096):
                    received += chunk
            except OSError:
                pass
            return received


class Wire:
    """A server that sends a board its telegrams."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._connection: socket.socket | None = None
        self.source = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        self._server.close()

    def accept(self) -> None:
        """Take the connection of the board."""
        self._server.settimeout(PATIENCE_SECONDS)
        self._connection, _ = self._server.accept()

    def send(self, data: bytes) -> None:
        if self._connection is None:
            self.accept()
        assert self._connection is not None
        self._connection.sendall(data)

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        # A board that went before anything was sent to it would be taken for the next one.
        self._server.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._server.accept()[0].close()


def closed_by_board(connection: socket.socket, seconds: float) -> bool:
    """Whether the board closes a connection within some time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not select.select([connection], [], [], left)[0]:
            return False
        try:
            if not connection.recv(4096):
                return True
        except OSError:
            return True
    return False


def environment(variable: str) -> str:
    """A variable that scripts/test sets."""
    return os.environ.get(variable, "")
