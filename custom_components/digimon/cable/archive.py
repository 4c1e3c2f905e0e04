"""The quarters of a cable for everything that looks back: what `monitor.Archive` is for a board's card."""

import asyncio
from collections.abc import Callable
from datetime import date

from ..core.quarter import Quarter
from ..monitor import RunningQuarter, Sample, StoredDay, UnexpectedAnswerError
from .keeper import Batch
from .store import QuarterStore, StoreError


def stored_quarter(quarter: Quarter) -> RunningQuarter:
    """A quarter as the rest of the integration knows it."""
    values = (quarter.interval(interval) for interval in range(quarter.end()))
    return RunningQuarter(
        quarter_id=quarter.quarter_id, samples=tuple(None if value is None else Sample(*value) for value in values)
    )


class CableArchive:
    """The store of one meter, one access at a time and none of them in the event loop.

    Reading raises `UnexpectedAnswerError` when the disk fails, as a board does whose card fails.
    """

    def __init__(self, store: QuarterStore) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    async def quarter(self, quarter_id: int) -> RunningQuarter | None:
        """A quarter with its samples; None when none are kept of it."""
        quarter = await self._read(self._store.quarter, quarter_id)
        return None if quarter is None or not quarter.end() else stored_quarter(quarter)

    async def day(self, day: date) -> StoredDay:
        """The quarters of a local day."""
        return StoredDay(quarters=tuple(await self._read(self._store.day, day)), complete=True, etag=None)

    async def quarters(self, year: int, month: int, day: int) -> tuple[int, ...]:
        """The ids of the quarters of a local day, in order of time."""
        return tuple(row.quarter_id for row in (await self.day(date(year, month, day))).quarters)

    async def dates(self) -> tuple[date, ...]:
        """The days of which there is something, in order."""
        return tuple(await self._read(self._store.dates))

    async def write(self, batch: Batch) -> None:
        """Write what the keeper has decided.

        :raises StoreError: the disk fails.
        """
        async with self._turn:
            await asyncio.to_thread(self._store.put, batch.standing, batch.quarters, batch.missed)

    async def prune(self, now_utc: int) -> None:
        """Let go of what is older than it is kept for.

        :raises StoreError: the disk fails.
        """
        async with self._turn:
            await asyncio.to_thread(self._store.prune, now_utc)

    async def begin_copy(self) -> None:
        """Let the files be copied one after the other while they are written.

        :raises StoreError: the disk fails.
        """
        async with self._turn:
            await asyncio.to_thread(self._store.begin_copy)

    async def end_copy(self) -> None:
        """The files were copied.

        :raises StoreError: the disk fails.
        """
        async with self._turn:
            await asyncio.to_thread(self._store.end_copy)

    async def size(self) -> int:
        """Bytes on disk.

        :raises StoreError: the disk fails.
        """
        return await asyncio.to_thread(self._store.size)

    async def _read[**P, T](self, what: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
        async with self._turn:
            try:
                return await asyncio.to_thread(what, *arguments, **keywords)
            except StoreError as error:
                raise UnexpectedAnswerError(str(error)) from error
