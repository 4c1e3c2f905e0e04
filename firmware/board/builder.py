"""Brings old quarters into the index, in the background: cards of the original firmware have none.

What is indexed stays; so whether a day is done is seen by looking at it, and after a start every day is
looked at once, newest first. Work is done in slices that are over before the next telegram comes, and
not while a client is served, whose answer needs the same card and heap.
"""

import asyncio
import time

from core.quarter import Quarter
from core.records import REGISTERS

from . import historic
from .index import Day, quarter_at
from .store import OK

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
    """

    def __init__(self, store: "Store", index: "Index", keeper: "Keeper", port: "P1Port", guard: "Guard") -> None:
        self.asked: Date | None = None
        self._store = store
        self._index = index
        self._keeper = keeper
        self._port = port
        self._guard = guard
        self._work: Iterator[None] | None = None
        self._done = 0
        self._days = 0
        self._ready = False
        self.restart()

    def restart(self) -> None:
        """Look at every day anew: it may be another card."""
        self._ready = False
        self._done = self._days = 0
        self._work = self._every_day()

    def progress(self) -> "dict[str, Any]":
        """What ``/info`` tells."""
        state = "waiting" if self._store.state != OK else "ready" if self._ready else "building"
        return {"state": state, "days_done": self._done, "days": self._days}

    def day(self, date: "Date") -> "tuple[Day, Generator[str]] | None":
        """What there is of a day and its rows; None while there is no card. What it lacks is made next."""
        if self._store.state != OK:
            return None
        day = Day(date)
        unfinished = self._keeper.unfinished()
        for _ in self._index.look(day, unfinished):
            pass
        if not day.complete():
            self.asked = date
        return day, self._index.rows(date, unfinished)

    async def run(self) -> None:
        """Work for ever."""
        while True:
            busy = self._index.waiting or self.asked is not None or not self._ready
            await asyncio.sleep_ms(_PAUSE_MILLISECONDS if busy else _IDLE_MILLISECONDS)
            since = time.ticks_diff(time.ticks_ms(), self._port.taken)
            if self._store.state == OK and not _DUE_MILLISECONDS < since < _SILENT_MILLISECONDS:
                self.step()

    def step(self) -> None:
        """Work for a moment."""
        try:
            self._slice()
        except OSError as error:
            self._store.fault(error)

    def _slice(self) -> None:
        # These are of now, and wait for nobody.
        self._index.step(_SLICE_MILLISECONDS)
        if self._work is None and self.asked is not None:
            self._work = self._day(self._next_asked())
        started = time.ticks_ms()
        while (
            self._work is not None
            and not self._index.waiting
            and not self._guard.clients
            and time.ticks_diff(time.ticks_ms(), started) < _SLICE_MILLISECONDS
        ):
            try:
                next(self._work)
            except StopIteration:
                self._work = None

    def _next_asked(self) -> "Date":
        asked = self.asked
        self.asked = None
        return asked or (0, 0, 0)

    def _every_day(self) -> "Iterator[None]":
        """All days with a folder, newest first; each step is short."""
        store = self._store
        for year in historic.years(store):
            for month in historic.months(store, year):
                self._days += len(historic.days(store, year, month))
                yield
        for year in reversed(historic.years(store)):
            for month in reversed(historic.months(store, year)):
                for day in reversed(historic.days(store, year, month)):
                    for _ in self._day((year, month, day)):
                        yield
                        while self.asked is not None:
                            yield from self._day(self._next_asked())
                    self._done += 1
        self._ready = True

    def _day(self, date: "Date") -> "Iterator[None]":
        """Give every file of a day that has no record one."""
        day = Day(date)
        yield from self._index.look(day, self._keeper.unfinished())
        if day.complete():
            return
        memory = Quarter(0)
        for place, season in enumerate(day.missing):
            if season:
                quarter_id = quarter_at(*date, place, season)
                quarter = self._store.quarter(quarter_id, memory)
                if quarter is None:
                    # What says nothing is noted as empty, so that it is not read again and again.
                    quarter = memory
                    quarter.clear(quarter_id)
                self._index.put(quarter, [None] * len(REGISTERS))
                yield
