"""Brings old quarters into the index, in the background: cards of the original firmware have none.

What is indexed stays; so whether a day is done is seen by looking at it, and after a start every day is
looked at once, newest first. Work is done in slices that are over before the next telegram comes, and
not while a client is served, whose answer needs the same card and heap, unless a client waits for the work.
"""

import asyncio
import time

from .guard import FEWER_CLIENTS, MOST_CLIENTS
from .index import Day
from .memory import free, unload
from .store import OK
from .watchdog import doing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
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
# After so many slices that were not done because clients are served, the work lets go of its memory, and begins anew.
_PASSED_SLICES = 10
# Beside clients it begins with so much of the heap free, and lets go of its 5 KB when less than the other is left.
_ROOM_BYTES = 12288
_RESERVE_BYTES = 6144
# For so long somebody who asked for a day that is not done is taken to wait for it.
_WANTED_MILLISECONDS = 10000
# A meter sends once a second; one that does not is not waited for.
_DUE_MILLISECONDS = 700
_SILENT_MILLISECONDS = 3000


class Builder:
    """The task.

    :ivar asked: a day that a client waits for: it is next.
    :ivar pauses: how many there are who need its memory for now.
    :ivar beat: when the task last had a turn (ticks in ms).
    :ivar store: the card.
    :ivar index: what is to be completed.
    :ivar unfinished: tells which quarter runs.
    :ivar days: how many there are.
    :ivar done: how many of them were looked at.
    """

    def __init__(self, store: "Store", index: "Index", keeper: "Keeper", port: "P1Port", guard: "Guard") -> None:
        self.asked: Date | None = None
        self.pauses = 0
        # When somebody last asked for a day that is not done (ticks in ms), and how many slices were passed over.
        self._wanted = time.ticks_add(time.ticks_ms(), -_WANTED_MILLISECONDS)
        self._passed = 0
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
        # Whether the work is to look at every day.
        self._every = False
        self.done = self.days = 0
        self._work: Iterator[None] | None = None

    def progress(self) -> "dict[str, Any]":
        """What ``/info`` tells."""
        state = "waiting" if self.store.state != OK else "ready" if self._ready else "building"
        return {"state": state, "days_done": self.done, "days": self.days}

    def day(self, date: "Date") -> "Day | None":
        """What there is of a day; None while there is no card. What it lacks is made next."""
        if self.store.state != OK:
            return None
        day = Day(date)
        for _ in self.index.look(day, self.unfinished()):
            pass
        if not day.complete:
            self.asked = date
            self._wanted = time.ticks_ms()
        return day

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
        if not self._may_work():
            return
        if self._guard.clients and free() < (_ROOM_BYTES if self._work is None else _RESERVE_BYTES):
            # It is asked for again.
            self.rest()
            return
        if self._work is None:
            self._begin()
        started = time.ticks_ms()
        while (
            self._work is not None
            and not self.index.waiting
            and time.ticks_diff(time.ticks_ms(), started) < _SLICE_MILLISECONDS
        ):
            try:
                next(self._work)
            except StopIteration:
                self.rest()
                self._ready = self._ready or self._every
            except Exception:
                # It has ended with it, and begins anew.
                self.rest()
                raise

    def _may_work(self) -> bool:
        if self.pauses:
            return False
        wanted = time.ticks_diff(time.ticks_ms(), self._wanted) < _WANTED_MILLISECONDS
        if not self._guard.clients or (wanted and (self.asked is not None or self._work is not None)):
            self._passed = 0
            return True
        self._passed += 1
        if self._passed == _PASSED_SLICES:
            self.rest()
        return False

    def _begin(self) -> None:
        if self.asked is not None or not self._ready:
            from . import backlog

            self._guard.places = FEWER_CLIENTS
            self._every = self.asked is None
            self._work = backlog.every_day(self) if self._every else backlog.one_day(self, self.next_asked())

    def pause(self) -> None:
        """Do nothing until the number of pauses is lowered again."""
        self.pauses += 1
        self.rest()

    def rest(self) -> None:
        """Let go of what the work takes."""
        self._work = None
        unload("board.backlog", "core.stored")
        if self._guard.places == FEWER_CLIENTS:
            self._guard.places = MOST_CLIENTS

    def next_asked(self) -> "Date":
        """The day that is asked for, which is being made from now on."""
        asked = self.asked
        self.asked = None
        return asked or (0, 0, 0)
