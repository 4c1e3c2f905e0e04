"""The card of a board, for who reads a lot of it: whole days or single quarters, never two at once.

Our firmware tells of a day in one answer. Of the original every quarter is a request, so only those that are
needed are asked for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

from ..core.clock import QUARTER_SECONDS, day_quarters, quarter_start
from ..monitor import BoardError, DamagedQuarterError, RunningQuarter, StoredDay, UnknownPathError
from .pace import ORIGINAL_REST, OUR_REST, Pace
from .quarters import CardQuarter, of_samples, of_summary
from .times import Day

# What comes sooner was not asked of the board: the archive had it.
_ASKED_SECONDS = 0.001


class Archive(Protocol):
    """What reads the card, one request at a time (`monitor.Archive`)."""

    async def dates(self) -> tuple[date, ...]:
        """The days of which the card has something, in order."""

    async def day(self, day: date) -> StoredDay:
        """The quarters of a local day."""

    async def quarters(self, year: int, month: int, day: int) -> tuple[int, ...]:
        """The ids of the quarters of a local day, in order of time."""

    async def quarter(self, quarter_id: int) -> RunningQuarter | None:
        """A quarter with its samples; None when the card has none of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CardDay:
    """What the card has of a day, or of a part of it."""

    quarters: tuple[CardQuarter, ...]
    """In order of time."""

    complete: bool
    """False while the board is still reading that day's files."""


class Card:
    """Reads the card of one board."""

    def __init__(
        self,
        archive: Archive,
        *,
        is_original: Callable[[], bool],
        is_in: Callable[[], bool] = lambda: True,
        on_read: Callable[[Sequence[CardQuarter]], None] = lambda _: None,
    ) -> None:
        """Read an archive.

        :param is_original: whether the board runs the original firmware at the moment.
        :param is_in: whether the board has its card, as far as it tells.
        :param on_read: is told of every quarter that is read, in order of time, whoever wants it.
        """
        self._archive = archive
        self._is_original = is_original
        self._is_in = is_in
        self._on_read = on_read
        self._pace = Pace()

    @property
    def by_quarters(self) -> bool:
        """Whether each quarter is a request, so that a day is a lot of work."""
        return self._is_original()

    @property
    def is_in(self) -> bool:
        """Whether the board has it; where a board does not tell, it is taken to be in."""
        return self._is_in()

    async def days(self) -> tuple[Day, ...]:
        """The days of which the card has something, in order."""
        return tuple((day.year, day.month, day.day) for day in await self._paced(self._archive.dates))

    async def read(self, days: Sequence[Day], first: int, until: int) -> CardDay:
        """The quarters of some days that lie in a period.

        :param first: UTC; quarters that begin earlier are left out.
        :param until: UTC; quarters that end later are left out.
        :raises BoardError: of the first day that could not be read.
        """
        quarters: list[CardQuarter] = []
        complete = True
        for day in days:
            if self.by_quarters:
                quarters += await self._by_quarters(day, first, until)
                continue
            stored = await self._paced(partial(self._archive.day, date(*day)))
            complete = complete and stored.complete
            quarters += [of_summary(summary) for summary in stored.quarters]
        wanted = tuple(quarter for quarter in quarters if first <= quarter.start and quarter.end <= until)
        self._on_read(wanted)
        return CardDay(quarters=wanted, complete=complete)

    async def read_ahead(self, days: Sequence[Day], is_wanted: Callable[[], bool]) -> None:
        """Read days before they are wanted, for the archive to have them; of single quarters it could keep too few.

        :param is_wanted: whether to go on.
        """
        for day in days:
            if self.by_quarters or not is_wanted():
                return
            try:
                await self._paced(partial(self._archive.day, date(*day)))
            except BoardError:
                # Who wants it is told when it is no better then.
                return

    async def _by_quarters(self, day: Day, first: int, until: int) -> list[CardQuarter]:
        found = []
        for quarter_id in day_quarters(*day):
            start = quarter_start(quarter_id)
            if not first <= start <= until - QUARTER_SECONDS:
                continue
            try:
                stored = await self._paced(partial(self._archive.quarter, quarter_id))
            except DamagedQuarterError, UnknownPathError:
                # A gap like any other: the rest of the day is none the worse.
                continue
            quarter = None if stored is None else of_samples(stored)
            if quarter is not None:
                found.append(quarter)
        return found

    async def _paced[T](self, request: Callable[[], Awaitable[T]]) -> T:
        started = time.monotonic()
        answer = await request()
        seconds = time.monotonic() - started
        if seconds >= _ASKED_SECONDS:
            part = ORIGINAL_REST if self.by_quarters else OUR_REST
            await asyncio.sleep(self._pace.rest_after(seconds, part))
        return answer
