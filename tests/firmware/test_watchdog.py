"""Every task of the board has to be alive, or it starts again and says why."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from .micropython import run
from .panel import Panel
from .telegrams import at, telegram
from .twin import Twin, Wire, wait_for

START = at("2026-03-15T18:45:00+01:00")
MDNS = ("224.0.0.251", 5353)
# Which services are there (PTR).
QUESTION = b"\0\0\0\0\0\1\0\0\0\0\0\0\5_http\4_tcp\5local\0\0\x0c\0\1"


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    return Panel(tmp_path / "panel")


def ask(twin: Twin) -> None:
    """A request that nobody answers any more."""

    def get() -> None:
        # The board that it was sent to is no more.
        with suppress(OSError):
            twin.get("/watt")

    threading.Thread(target=get, daemon=True).start()


def look_for_services() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(QUESTION, MDNS)


@pytest.mark.parametrize("task", ["web", "index", "discovery"])
def test_a_task_that_never_returns_is_ended_and_told_afterwards(
    card: Path, panel: Panel, wire: Wire, task: str
) -> None:
    options = ("--panel", str(panel.folder), "--watchdog", "12")
    with Twin(wire.source, sd=card, discovery=task == "discovery", options=options) as twin:
        wire.send(telegram(START))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 1)
        panel.set(stuck=task)
        if task == "web":
            ask(twin)
        if task == "discovery":
            look_for_services()
        twin.wait_line("^the watchdog resets the board$")
        panel.set()
        twin.wait_line(f"before the reset: {task}; last error: none")
        info = twin.started_again()
        assert (info["reset_cause"], info["reset_task"]) == ("watchdog", task)


def test_the_watchdog_goes_hungry_when_a_task_has_ended(tmp_path: Path, panel: Panel) -> None:
    script = """
import asyncio
from board.watchdog import Watchdog

class Log:
    def write(self, text):
        print(text)

async def waits():
    await asyncio.sleep(100)

async def ends():
    pass

async def main():
    watchdog = Watchdog()
    tasks = [("discovery", asyncio.create_task(waits())), ("web", asyncio.create_task(ends()))]
    print(watchdog.look(Log(), tasks))
    await asyncio.sleep_ms(0)
    print(watchdog.look(Log(), tasks), watchdog.look(Log(), tasks))
    print(watchdog.look(Log(), tasks[:1]))

asyncio.run(main())
"""
    result = run(script, tmp_path, panel=str(panel.folder), rtc=str(tmp_path / "rtc"))
    assert result.stdout.splitlines() == ["True", "watchdog: web stands still", "False False", "True"], result.stderr
    assert len(panel.outputs("feed")) == 2
