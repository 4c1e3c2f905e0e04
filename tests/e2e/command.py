"""scripts/develop as a person runs it, and the processes that come of it."""

import asyncio
import contextlib
import json
import re
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from develop.child import end_with_parent
from develop.home import Board
from develop.state import State, state_of
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SEED = 7

# Many times what anything takes on a machine that is not busy.
PATIENCE_SECONDS = 300

_LOOK_SECONDS = 0.1


async def eventually(what: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Wait for something that no event tells of.

    :raises TimeoutError: it does not come to be.
    """
    async with asyncio.timeout(seconds):
        while True:
            if await what():
                return
            await asyncio.sleep(_LOOK_SECONDS)


@dataclass(frozen=True)
class Process:
    """A process by what no later one shares with it."""

    pid: int
    started: str

    @property
    def lives(self) -> bool:
        """Whether it is still there; one that only waits to be noticed is not."""
        status = _status(self.pid)
        return status is not None and status[0] != "Z" and status[19] == self.started

    @property
    def command(self) -> str:
        """Its words; empty after its end."""
        try:
            return Path(f"/proc/{self.pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            return ""


def _status(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third on (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def descendants(pid: int) -> list[Process]:
    """The processes that came from one, in any generation."""
    children: dict[int, list[Process]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        status = _status(int(folder.name))
        if status is not None:
            children.setdefault(int(status[1]), []).append(Process(int(folder.name), status[19]))
    found = list(children.get(pid, ()))
    for process in found:
        found += children.get(process.pid, ())
    return found


class Command:
    """One run of scripts/develop."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        """:param folder: for its state."""
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.state: State = state_of(SEED, folder)
        self.output = ""
        self._options = ["--port", str(self.port), "--state", str(folder), "--seed", str(SEED), *options]
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process

    async def start(self) -> None:
        """Start it."""
        self._process = await asyncio.create_subprocess_exec(
            ROOT / "scripts" / "develop",
            *self._options,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Of two processes that test, one may be ended before it has tidied up.
            preexec_fn=end_with_parent,
        )

    async def ready(self) -> None:
        """Wait until it says that the page is there."""
        await self.says(r"^ready +http")

    async def says(self, pattern: str) -> None:
        """Wait until it says something."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not re.search(pattern, self.output, re.MULTILINE):
                assert await self._read_line(), self.output

    async def ended(self) -> int:
        """Wait until it has ended; its status."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._read_line():
                pass
            return await self.process.wait()

    async def stop(self) -> None:
        """End it if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self.ended()

    def descendants(self) -> list[Process]:
        """All that it has started."""
        return descendants(self.process.pid)

    def runs(self, word: str) -> bool:
        """Whether one of them has a word in its command."""
        return any(word in process.command for process in self.descendants())

    def micropython(self) -> Process:
        """The board itself."""
        (board,) = (process for process in self.descendants() if "heapsize" in process.command)
        return board

    def before_the_board(self) -> range:
        """The seconds (utc) from when its card was filled until the board heard its first telegram.

        How long a machine takes to start it is not ours.
        """
        said = re.search(r"new to the card, which ends at (\S+)$", self.output, re.MULTILINE)
        assert said is not None, self.output
        telegrams = self.board_document("/info")["telegrams"]
        # One a second: what was lost on the way makes the board begin later.
        return range(int(datetime.fromisoformat(said[1]).timestamp()), telegrams["last"] - telegrams["good"] + 1)

    def board(self) -> Board:
        """The board as Home Assistant knows it."""
        return Board(port=self._board_port, serial=self.board_document("/info")["serial"])

    def board_document(self, path: str) -> Any:
        """What the board answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._board_port}{path}", timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    @property
    def _board_port(self) -> int:
        port = self.state.board_port()
        assert port is not None, "there was no board yet"
        return port

    async def _read_line(self) -> bool:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        self.output += line.decode()
        return bool(line)


@contextlib.asynccontextmanager
async def running(folder: Path, *options: str) -> AsyncIterator[Command]:
    """One run of it from when it is ready.

    :param folder: for its state.
    """
    command = Command(folder, *options)
    try:
        await command.start()
        await command.ready()
        yield command
    finally:
        await command.stop()
