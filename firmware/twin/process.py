"""The MicroPython process that is the board: started, started again when it resets, and stopped."""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

# As in stand_ins/machine.py: `machine.reset` was called.
EXIT_RESET = 75
POWER_ON = 1
HARD_RESET = 2

# Half of the two seconds within which the twin is gone.
STOP_SECONDS = 1.5

# The driver's receive buffer on the board, and the least that a pipe of Linux holds.
_PIPE_BYTES = 4096
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Runs in a child: whatever ends the launcher ends it too."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Wire:
    """The pipe between a source and the stand-in of the UART."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        fcntl.fcntl(self._writer, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        # The board polls; it never waits for bytes.
        os.set_blocking(self.reader, False)

    def write(self, data: bytes) -> None:
        """Send bytes, waiting while the board does not take them."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._writer, view) :]

    def close(self) -> None:
        """No more bytes, ever."""
        os.close(self._writer)


class Board:
    """One life of the board after the other."""

    def __init__(self, executable: str, heap: str, build: Path, settings: dict[str, Any]) -> None:
        """Describe the board; `run` starts it.

        :param executable: 32-bit MicroPython.
        :param heap: its size, such as ``112k``.
        :param build: the folder of `build.build`.
        :param settings: see stand_ins/settings.py; those of the process itself are added here.
        """
        self._command = [executable, "-X", f"heapsize={heap}", "-m", "runner"]
        self._build = build
        self._settings = settings
        self._control = -1
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def run(self) -> int:
        """Run until the board is stopped.

        :returns: its exit status.
        """
        self._settings["reset_cause"] = POWER_ON
        while True:
            status = self._live()
            if status != EXIT_RESET or self._stopping:
                return status
            self._settings["reset_cause"] = HARD_RESET
            print("the board resets", flush=True)

    def _live(self) -> int:
        reader, self._control = os.pipe()
        inherited = (reader, self._settings["uart"])
        app, stand_ins = self._build / "app", self._build / "twin"
        self._process = subprocess.Popen(
            self._command,
            cwd=app,
            env={
                "MICROPYPATH": f"{app}:{stand_ins}:.frozen",
                "DIGIMON_TWIN": json.dumps({**self._settings, "control": reader}),
            },
            pass_fds=inherited,
            # Ctrl-C is for the launcher, which stops the board in order.
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (calls nothing but prctl)
        )
        os.close(reader)
        if self._stopping:
            self.stop()
        try:
            return self._process.wait()
        finally:
            os.close(self._control)
            self._control = -1

    def stop(self) -> None:
        """Ask the board to stop; called from a signal handler."""
        self._stopping = True
        if self._control >= 0:
            os.write(self._control, b"\n")
            signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)

    def kill(self) -> None:
        """End a board that does not stop."""
        if self._process is not None:
            self._process.kill()
