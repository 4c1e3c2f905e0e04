"""The MicroPython process that is the board: started, started again when it resets, and stopped."""

import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

# As in stand_ins/machine.py: `machine.reset` was called.
EXIT_RESET = 75
POWER_ON = 1
HARD_RESET = 2
WATCHDOG_RESET = 3

# What the stand-ins for `machine`, `network`, `esp32` and the card take of the heap, 9.6 KB, more than what the board
# has in their place: the window and the objects of its FAT file system, 4.2 KB. So the app gets what it gets there.
STAND_IN_BYTES = 5504

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


def heap_bytes(size: str) -> int:
    """Bytes of a size such as ``112k``, ``1m`` or ``65536``.

    :raises ValueError: it is none.
    """
    unit = {"k": 1024, "m": 1024 * 1024}.get(size[-1:].lower(), 1)
    return int(size if unit == 1 else size[:-1]) * unit


class Board:
    """One life of the board after the other."""

    def __init__(self, executable: str, heap: str, stand_ins: Path, flash: Path, settings: dict[str, Any]) -> None:
        """Describe the board; `run` starts it.

        :param executable: 32-bit MicroPython.
        :param heap: what the app has of it, such as ``112k``; the stand-ins get theirs besides.
        :param stand_ins: the folder of the modules that stand in for the board's own.
        :param flash: the folder that is its flash (`image.unpack`).
        :param settings: see stand_ins/settings.py; those of the process itself are added here. `patience` is how
            many seconds the watchdog waits, whatever the board asks of it.
        """
        self._command = [executable, "-X", f"heapsize={heap_bytes(heap) + STAND_IN_BYTES}", "-m", "runner"]
        self._stand_ins = stand_ins
        self._flash = flash
        self._settings = settings
        self._control = -1
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._stood_still = False

    def run(self) -> int:
        """Run until the board is stopped.

        :returns: its exit status.
        """
        self._settings["reset_cause"] = POWER_ON
        while True:
            self._stood_still = False
            status = self._live()
            if self._stopping or (status != EXIT_RESET and not self._stood_still):
                return status
            self._settings["reset_cause"] = WATCHDOG_RESET if self._stood_still else HARD_RESET
            print("the watchdog resets the board" if self._stood_still else "the board resets", flush=True)

    def _live(self) -> int:
        reader, self._control = os.pipe()
        food, feeder = os.pipe()
        inherited = (reader, feeder, self._settings["uart"])
        self._process = subprocess.Popen(
            self._command,
            cwd=self._flash,
            env={
                # The empty one is where the loader goes: the folder of the app.
                "MICROPYPATH": f":{self._stand_ins}:.frozen",
                "DIGIMON_TWIN": json.dumps({**self._settings, "control": reader, "watchdog": feeder}),
            },
            pass_fds=inherited,
            # Ctrl-C is for the launcher, which stops the board in order.
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (calls nothing but prctl)
        )
        os.close(reader)
        os.close(feeder)
        watchdog = threading.Thread(target=self._watch, args=(food,), daemon=True)
        watchdog.start()
        if self._stopping:
            self.stop()
        try:
            return self._process.wait()
        finally:
            watchdog.join()
            os.close(self._control)
            self._control = -1

    def _watch(self, food: int) -> None:
        """The watchdog: ends a board that has asked for one and does not feed it."""
        patience: float | None = None
        while select.select([food], [], [], patience)[0]:
            lines = os.read(food, 4096).decode()
            if not lines:
                break
            asked = [int(line) for line in lines.split("\n") if line]
            if asked:
                patience = self._settings.get("patience", asked[-1] / 1000)
        else:
            self._stood_still = True
            self.kill()
        os.close(food)

    def stop(self) -> None:
        """Ask the board to stop; called from a signal handler."""
        self._stopping = True
        if self._control >= 0:
            # A board that has just ended by itself hears no more.
            with suppress(BrokenPipeError):
                os.write(self._control, b"\n")
            signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)

    def kill(self) -> None:
        """End a board that does not stop."""
        if self._process is not None:
            self._process.kill()
