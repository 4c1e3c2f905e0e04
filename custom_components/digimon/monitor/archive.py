"""The card of a board: read gently, and what cannot change any more is kept.

The board serves its live values meanwhile, so there is one request at a time, with a breath between
two. Every part of the integration that looks back shares one archive per board.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from ..core.clock import QUARTER_SECONDS, day_start, quarter_start
from .client import BoardClient
from .errors import (
    BoardConnectionError,
    BoardTimeoutError,
    DamagedQuarterError,
    UnexpectedAnswerError,
    UnknownPathError,
)
from .models import QuarterSummary, RunningQuarter, StoredDay
from .stored import summarise

BREATH_SECONDS = 0.05
"""Between two requests."""

AGAIN_SECONDS = 1.0
"""After a failure; the board says so itself when all its places are taken."""

# After this a quarter or a day that is over is as it will stay, also when the meter was silent at its end.
SETTLED_SECONDS = 2 * QUARTER_SECONDS

_BUSY = 503

# A quarter is about 13 KB in memory, a day 20 KB.
_QUARTERS_KEPT = 128
_SUMMARIES_KEPT = 400
_DAYS_KEPT = 64
_MONTHS_KEPT = 400

# What the original firmware creates when it starts before its clock is set.
_NO_DATE = date(2022, 1, 1)


class Archive:
    """What the card of one board holds.

    Every method raises the errors of `BoardClient` after a second attempt.
    """

    def __init__(self, client: BoardClient) -> None:
        self._client = client
        self._turn = asyncio.Lock()
        self._free_at = 0.0
        self._quarters: _Kept[int, RunningQuarter] = _Kept(_QUARTERS_KEPT)
        self._summaries: _Kept[int, QuarterSummary | None] = _Kept(_SUMMARIES_KEPT)
        self._days: _Kept[date, tuple[StoredDay, bool]] = _Kept(_DAYS_KEPT)
        self._months: _Kept[tuple[int, int], tuple[date, ...]] = _Kept(_MONTHS_KEPT)

    async def quarter(self, quarter_id: int) -> RunningQuarter | None:
        """A quarter with its samples; None when the card has none of it.

        :raises DamagedQuarterError: there is a file, but a power cut or a fault of the card has ruined it.
        """
        kept = self._quarters.get(quarter_id)
        if kept is None:
            kept = await self._ask(lambda: self._client.stored_quarter(quarter_id))
            if kept is not None and _is_settled(quarter_start(quarter_id) + QUARTER_SECONDS):
                self._quarters.keep(quarter_id, kept)
        return kept

    async def quarters(self, year: int, month: int, day: int) -> tuple[int, ...]:
        """The ids of the quarters of a day that the card has, in order of time."""
        return await self._ask(lambda: self._client.quarters(year, month, day))

    async def day(self, day: date) -> StoredDay:
        """The quarters of a local day, in one request where the firmware knows how.

        Without it every quarter is a request: a day takes about ten seconds the first time.
        """
        kept, is_final = self._days.get(day) or (None, False)
        if kept is not None and is_final:
            return kept
        # Before it is asked: a day that ends meanwhile is not all there.
        settled = _is_settled(_end_of(day))
        etag = None if kept is None else kept.etag
        try:
            answer = await self._ask(lambda: self._client.day(day.year, day.month, day.day, etag=etag))
        except UnknownPathError:
            return await self._day_by_quarters(day, settled=settled)
        # Without a tag in the question, the answer is a day.
        stored = answer or kept or StoredDay(quarters=(), complete=False, etag=None)
        self._days.keep(day, (stored, settled and stored.complete and not stored.damaged))
        return stored

    async def dates(self) -> tuple[date, ...]:
        """The days of which the card has something, in order."""
        return tuple([found for year in await self._ask(self._client.years) for found in await self._dates_of(year)])

    async def _dates_of(self, year: int) -> list[date]:
        found: list[date] = []
        for month in await self._ask(lambda: self._client.months(year)):
            found += await self._dates_in(year, month)
        return found

    async def _dates_in(self, year: int, month: int) -> tuple[date, ...]:
        kept = self._months.get((year, month))
        if kept is None:
            days = await self._ask(lambda: self._client.days(year, month))
            kept = tuple(filter(None, (_date(year, month, day) for day in days)))
            if _NO_DATE in kept and not await self._ask(
                lambda: self._client.quarters(_NO_DATE.year, _NO_DATE.month, _NO_DATE.day)
            ):
                kept = tuple(day for day in kept if day != _NO_DATE)
            if _is_settled(_end_of(date(year, month, 28) + timedelta(days=4))):
                self._months.keep((year, month), kept)
        return kept

    async def _day_by_quarters(self, day: date, *, settled: bool) -> StoredDay:
        """A day of the original firmware, which tells of one quarter at a time."""
        whole = True
        summaries: list[QuarterSummary] = []
        for quarter_id in await self._ask(lambda: self._client.quarters(day.year, day.month, day.day)):
            try:
                summary = await self._summary(quarter_id)
            except DamagedQuarterError:
                whole = False
                continue
            if summary is not None:
                summaries.append(summary)
        stored = StoredDay(quarters=tuple(summaries), complete=True, etag=None)
        if settled and whole:
            self._days.keep(day, (stored, True))
        return stored

    async def _summary(self, quarter_id: int) -> QuarterSummary | None:
        if quarter_id in self._summaries:
            return self._summaries.get(quarter_id)
        stored = await self.quarter(quarter_id)
        summary = None if stored is None else summarise(stored)
        if stored is not None and _is_settled(quarter_start(quarter_id) + QUARTER_SECONDS):
            self._summaries.keep(quarter_id, summary)
        return summary

    async def _ask[T](self, request: Callable[[], Awaitable[T]]) -> T:
        """Put one request, when it is its turn, and once more when the board did not manage it."""
        async with self._turn:
            await asyncio.sleep(self._free_at - time.monotonic())
            try:
                try:
                    return await request()
                except (BoardConnectionError, BoardTimeoutError, UnexpectedAnswerError) as error:
                    if isinstance(error, UnexpectedAnswerError) and error.status != _BUSY:
                        raise
                await asyncio.sleep(AGAIN_SECONDS)
                return await request()
            finally:
                self._free_at = time.monotonic() + BREATH_SECONDS


class _Kept[K, V]:
    """The values that were used last.

    What was kept by a clock that has been set back since is forgotten: then it may not have been over.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        kept = self._values.get(key)
        if kept is not None and kept[1] > time.time() + SETTLED_SECONDS:
            del self._values[key]
        return key in self._values

    def get(self, key: K) -> V | None:
        if key not in self:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def keep(self, key: K, value: V) -> None:
        self._values[key] = value, time.time()
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)


def _is_settled(end_utc: int) -> bool:
    return time.time() >= end_utc + SETTLED_SECONDS


def _end_of(day: date) -> int:
    following = day + timedelta(days=1)
    return day_start(following.year, following.month, following.day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
