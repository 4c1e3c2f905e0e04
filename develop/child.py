"""A process that this one starts, listens to and ends."""

import asyncio
import contextlib
import ctypes
import os
import re
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

_START_SECONDS = 180
_TAIL_LINES = 12
_PIECE = 65536
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


class ChildError(Exception):
    """A process ended that should not have, or did not begin to work; the message says which and its last lines."""


def end_with_parent() -> None:
    """Runs in a child: whatever ends this process, even without a chance to tidy up, ends the child."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process. Everything it prints goes to its log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        ready: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Describe a process.

        :param name: for messages to a person.
        :param ready: regular expression of the line by which it says that it works.
        :param log: file for what it prints; begun anew with each start.
        :param environment: variables besides those of this process.
        """
        self.name = name
        self._command = command
        self._ready_pattern = re.compile(ready)
        self._log = log
        self._environment = {**os.environ, **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)

    async def start(self) -> re.Match[str]:
        """Start the process and wait until it says that it works.

        :returns: the match of the line that said so.
        :raises ChildError: it ended instead, or said nothing for too long.
        """
        self._tail.clear()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._environment,
            # Ctrl-C is for this process, which ends its children in order.
            start_new_session=True,
            preexec_fn=end_with_parent,  # calls nothing but prctl
        )
        ready: asyncio.Future[re.Match[str]] = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen(self._process, ready))
        try:
            async with asyncio.timeout(_START_SECONDS):
                await asyncio.wait((ready, self._listener), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise ChildError(self._report(f"did not start within {_START_SECONDS} s")) from None
        if not ready.done():
            await self._process.wait()
            raise self.error()
        return ready.result()

    @property
    def status(self) -> int | None:
        """Its exit status, None while it runs and before its start."""
        return None if self._process is None else self._process.returncode

    async def ended(self) -> int:
        """Wait for the end of the process and of its output.

        :returns: its exit status, that of a signal below 0.
        """
        if self._process is None or self._listener is None:
            raise RuntimeError("not started")
        status = await self._process.wait()
        # Who came from this process may hold its output open: not for long.
        await asyncio.wait((self._listener,), timeout=1)
        return status

    def error(self) -> ChildError:
        """What to say of a process that ended by itself."""
        return ChildError(self._report(f"ended with {_status_text(self.status)}"))

    async def stop(self, patience_seconds: float) -> None:
        """Ask the process to end, and end it when it takes too long."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(patience_seconds):
                    await process.wait()
            except TimeoutError:
                self.kill()
                await process.wait()
        if self._listener is not None:
            await asyncio.wait((self._listener,), timeout=1)

    def kill(self) -> None:
        """End the process and all of its group at once."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _listen(self, process: asyncio.subprocess.Process, ready: asyncio.Future[re.Match[str]]) -> None:
        if process.stdout is None:
            raise RuntimeError("started without a pipe")
        rest = b""
        with self._log.open("wb", buffering=0) as log:
            while piece := await process.stdout.read(_PIECE):
                log.write(piece)
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._take(line.decode(errors="replace"), ready)

    def _take(self, line: str, ready: asyncio.Future[re.Match[str]]) -> None:
        self._tail.append(line)
        if not ready.done() and (match := self._ready_pattern.search(line)):
            ready.set_result(match)

    def _report(self, what: str) -> str:
        lines = [f"the {self.name} {what}; all it said is in {self._log}", *(f"    {line}" for line in self._tail)]
        return "\n".join(lines)


def _status_text(status: int | None) -> str:
    if status is not None and status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"status {status}"
