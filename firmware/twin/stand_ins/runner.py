"""Runs the app until the launcher says stop."""

import asyncio
import sys

from board import memory
from board.main import Application
from machine import UART
from settings import SETTINGS

_LOOK_MILLISECONDS = 20

if "hurry" in SETTINGS:
    asyncio.sleep = lambda seconds: asyncio.sleep_ms(int(1000 * seconds / SETTINGS["hurry"]))  # type: ignore[assignment]
_CONTROL = open(SETTINGS["control"], "rb")


async def _report_end(application: Application) -> None:
    """Tell when a file of telegrams is through."""
    while not UART.ended:
        await asyncio.sleep_ms(_LOOK_MILLISECONDS)
    splitter = application.port.splitter
    print(f"replayed {splitter.good} telegrams, {sum(splitter.rejected.values())} rejected")


async def _run() -> None:
    application = Application(SETTINGS["host"], SETTINGS["port"], SETTINGS["announced"])
    await application.start()
    print(f"listening on http://127.0.0.1:{SETTINGS['port']}")
    report = asyncio.create_task(_report_end(application)) if SETTINGS["replaying"] else None
    # The launcher writes a byte to end the twin; its own end closes the pipe, which reads as one too.
    await asyncio.StreamReader(_CONTROL).read(1)
    if report is not None:
        report.cancel()
    await application.stop()
    application.memory.note()
    print(f"highest heap use: {application.memory.highest} of {memory.size()} bytes")


asyncio.run(_run())
sys.exit(0)
