"""Brings old quarters into the index, in the background: cards of the original firmware have none.

What is indexed stays; so whether a day is done is seen by looking at it, and after a start every day is
looked at once, newest first. Work is done in slices that are over before the next telegram comes, and
not while a client is served, whose answer needs the same card and heap.
"""

import asyncio
import time

from .index import Day
from .memory import unload
from .store import OK
from .watchdog import doing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

    from .guard import Guard
    from .index import Index
    from .keeper import Keeper
    from .p1 import P1Port
    from .store import Store

    Date = tuple[int, int, int]

# A step takes up to 30 ms on the board, so a slice ends within 60.
_SLICE_MILLISECONDS = 30
_PAUSE_MILLISECONDS = 100
_IDLE_MILLISECONDS = 1000
# A meter sends once a second; one that does not is not waited for.
_DUE_MILLISECONDS = 700
_SILENT_MILLISECONDS = 3000


class Builder:
    """The task.

    :ivar asked: a day that a client waits for: it is next.
    :ivar beat: when the task last had a turn (ticks in ms).
    :ivar store: the card.
    :ivar index: what is to be completed.
    :ivar unfinished: tells which quarter runs.
    :ivar days: how many there are.
    :ivar done: how many of them were looked at.
    """

    def __init__(self, store: "Store", index: "Index", keeper: "Keeper", port: "P1Port", guard: "Guard") -> None:
        self.asked: Date | None = None
        self.beat = time.ticks_ms()
        self.store = store
        self.index = index
        self.unfinished = keeper.unfinished
        self._port = port
        self._guard = guard
        self.restart()

    def restart(self) -> None:
        """Look at every day anew: it may be another card."""
        self._ready = False
        self.done = self.days = 0
        self._work: Iterator[None] | None = None

    def progress(self) -> "dict[str, Any]":
        """What ``/info`` tells."""
        state = "waiting" if self.store.state != OK else "ready" if self._ready else "building"
        return {"state": state, "days_done": self.done, "days": self.days}

    def day(self, date: "Date") -> "tuple[Day, Generator[str]] | None":
        """What there is of a day and its rows; None while there is no card. What it lacks is made next."""
        if self.store.state != OK:
            return None
        day = Day(date)
        unfinished = self.unfinished()
        for _ in self.index.look(day, unfinished):
            pass
        if not day.complete():
            self.asked = date
        return day, self.index.rows(day)

    async def run(self) -> None:
        """Work for ever."""
        while True:
            self.beat = time.ticks_ms()
            busy = self.index.waiting or self.asked is not None or not self._ready
            await asyncio.sleep_ms(_PAUSE_MILLISECONDS if busy else _IDLE_MILLISECONDS)
            since = time.ticks_diff(time.ticks_ms(), self._port.taken)
            if self.store.state == OK and not _DUE_MILLISECONDS < since < _SILENT_MILLISECONDS:
                self.step()

    def step(self) -> None:
        """Work for a moment."""
        doing("index")
        try:
            self._slice()
        except OSError as error:
            self.store.fault(error)
        doing("")

    def _slice(self) -> None:
        # These are of now, and wait for nobody.
        self.index.step(_SLICE_MILLISECONDS)
        if self._work is None and not self._guard.clients:
            self._begin()
        started = time.ticks_ms()
        while (
            self._work is not None
            and not self.index.waiting
            and not self._guard.clients
            and time.ticks_diff(time.ticks_ms(), started) < _SLICE_MILLISECONDS
        ):
            try:
                next(self._work)
            except StopIteration:
                self.rest()
                self._ready = True
            except Exception:
                # It has ended with it, and begins anew.
                self.rest()
                raise

    def _begin(self) -> None:
        if self.asked is not None or not self._ready:
            from . import backlog

            self._work = backlog.one_day(self, self.next_asked()) if self._ready else backlog.every_day(self)

    def rest(self) -> None:
        """Let go of what the work takes, until nobody is served any more."""
        self._work = None
        unload("board.backlog")
        unload("core.stored")

    def next_asked(self) -> "Date":
        """The day that is asked for, which is being made from now on."""
        asked = self.asked
        self.asked = None
        return asked or (0, 0, 0)
