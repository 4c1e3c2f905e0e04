"""The watchdog, which starts a board again on which something stands still, and what it then knows of before.

The chip's timer is fed only while every task has its turns. What was being done, and the last error, lie in the
memory beside the chip's clock, which outlives every reset but not a loss of power.
"""

import time

from machine import RTC, WDT

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from typing import Any

    from .log import Log

# As the loader has it (firmware/main.py).
_TIMEOUT_MILLISECONDS = 30000
# The longest turn there is, a search for networks, takes 2 s; a write to a bad card not more.
_STALE_MILLISECONDS = 15000
_LONGEST_ERROR = 160

_clock = RTC()
_error = ""


def doing(what: str) -> None:
    """Note what begins now, in case it never ends; empty when it has ended."""
    _clock.memory(f"{what}\n{_error}".encode())


def failed(what: str, error: Exception) -> None:
    """Note an error."""
    global _error  # noqa: PLW0603 (there is one memory)
    _error = f"{what}: {error!r}"[:_LONGEST_ERROR]
    doing(what)


class Watchdog:
    """The timer and what it is fed for.

    :ivar task: what the board was doing when it was reset, empty when nothing or when power was lost.
    :ivar error: the last error before the reset, likewise.
    """

    def __init__(self) -> None:
        try:
            self.task, _, self.error = str(_clock.memory(), "utf-8").partition("\n")
        except ValueError:
            # Half of what was written.
            self.task = self.error = ""
        doing("start")
        self._timer = WDT(timeout=_TIMEOUT_MILLISECONDS)
        self._tasks: list[tuple[str, Any]] = []
        self._stale = ""

    def report(self, log: "Log") -> None:
        """Tell what is known of the reset."""
        if self.task or self.error:
            log.write(f"before the reset: {self.task or 'nothing special'}; last error: {self.error or 'none'}")

    def expect(self, name: str, task: "Any") -> None:
        """Have a task watched.

        :param task: its `beat` is when it last had a turn (ticks in ms).
        """
        self._tasks.append((name, task))

    def look(self, log: "Log", tasks: "Sequence[tuple[str, asyncio.Task[None]]]" = ()) -> bool:
        """Feed the timer if every task is alive; called every second.

        :param tasks: what has to run, by name; those that wait for packets have no beat, but must not end.
        :returns: whether it was fed.
        """
        dead = self._dead(tasks)
        if dead:
            if dead != self._stale:
                self._stale = dead
                log.write(f"watchdog: {dead} stands still")
            doing(f"{dead} stood still")
            return False
        if self._stale:
            # It was slow, not dead.
            self._stale = ""
            doing("")
        self._timer.feed()
        return True

    def _dead(self, tasks: "Sequence[tuple[str, asyncio.Task[None]]]") -> str:
        """The name of a task that is not alive, empty when all are."""
        now = time.ticks_ms()
        for name, beating in self._tasks:
            if time.ticks_diff(now, beating.beat) > _STALE_MILLISECONDS:
                return name
        for name, task in tasks:
            if task.done():
                return name
        return ""
