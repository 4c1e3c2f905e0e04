"""Starts what MicroPython starts on the board, `main.py`, and runs its app until the launcher says stop."""

# ruff: noqa: E402 (what is imported is measured in between)
import gc

gc.collect()
_before = gc.mem_alloc()
import asyncio

gc.collect()
_asyncio = gc.mem_alloc() - _before
import sys

import esp32  # noqa: F401 (the app would; here it shows what it takes)
import network  # noqa: F401 (as above)
from machine import UART
from settings import SETTINGS

gc.collect()
# Of the heap, what a board has no use for: all but asyncio, which is the board's too.
_STAND_IN_BYTES = gc.mem_alloc() - _asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from board.main import Application

_LOOK_MILLISECONDS = 20

if "hurry" in SETTINGS:
    asyncio.sleep = lambda seconds: asyncio.sleep_ms(int(1000 * seconds / SETTINGS["hurry"]))  # type: ignore[assignment]
if "crash" in SETTINGS:
    import crash

    crash.prepare(SETTINGS["crash"])
_CONTROL = open(SETTINGS["control"], "rb")
_run_asyncio = asyncio.run
# The app and its highest use, once there is one.
_life: "list[tuple[Application, list[int]]]" = []


async def _report_end(application: "Application") -> None:
    """Tell when a file of telegrams is through."""
    while not UART.ended:
        await asyncio.sleep_ms(_LOOK_MILLISECONDS)
    splitter = application.port.splitter
    print(f"replayed {splitter.good} telegrams, {sum(splitter.rejected.values())} rejected")


def _measure(application: "Application") -> "list[int]":
    """Have the app's own collections note what is left in use after them: the most so far."""
    live = [0]
    memory = application.memory
    collect = memory.collect

    def measured() -> None:
        collect()
        live[0] = max(live[0], gc.mem_alloc())

    memory.collect = measured  # type: ignore[method-assign]
    return live


async def _run() -> None:
    # Not before the loader has chosen whose app it is.
    from board.main import Application

    application = Application(SETTINGS["host"], SETTINGS["port"], SETTINGS["announced"])
    live = _measure(application)
    _life.append((application, live))
    await application.start()
    print(f"listening on http://127.0.0.1:{SETTINGS['port']}")
    report = asyncio.create_task(_report_end(application)) if SETTINGS["replaying"] else None
    # The launcher writes a byte to end the twin; its own end closes the pipe, which reads as one too.
    await asyncio.StreamReader(_CONTROL).read(1)
    if report is not None:
        report.cancel()
    await application.stop()
    sys.exit(0)


def _tell(application: "Application", live: int) -> None:
    """Tell what the heap held in this life, however it ends."""
    application.memory.note()
    print(f"stand-ins: {_STAND_IN_BYTES} bytes")
    print(f"highest heap use without garbage: {live} bytes")
    print(f"highest heap use: {application.memory.highest} of {gc.mem_alloc() + gc.mem_free()} bytes")


def _run_instead(app: "Any") -> None:
    """What the app's own `run` calls: the same app, told where to serve."""
    app.close()
    try:
        _run_asyncio(_run())
    finally:
        for application, live in _life:
            _tell(application, live[0])


asyncio.run = _run_instead  # type: ignore[assignment]
# As text, as MicroPython does on the board.
__import__("main")
