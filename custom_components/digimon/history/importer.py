"""Brings over one part of a card: reads it, and brings the statistics of all sensors in line with it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence

from homeassistant.core import HomeAssistant

from ..const import DOMAIN, LOGGER
from ..core.clock import HOUR_SECONDS
from ..monitor import UnexpectedAnswerError
from . import statistics
from .card import Card
from .notices import iso
from .plan import CountedRow
from .quarters import CardQuarter
from .reconcile import Part, Report, reconcile
from .series import Counted
from .targets import Target, Targets
from .times import Day, local_days

STILL_READING = "the board is still reading its card"
NO_DAYS = "the board has no card"


class NotReadyError(Exception):
    """The board is still reading its card, or has none."""


class TargetsChangedError(NotReadyError):
    """A person renamed a sensor, chose another unit or took one away while the card was read for it."""


class Importer:
    """Of one board."""

    def __init__(self, hass: HomeAssistant, title: str, card: Card, find: Callable[[], Awaitable[Targets]]) -> None:
        """Bring over what is asked for.

        :param title: of the board, for the log.
        :param find: looks for the sensors of the board.
        """
        self._hass = hass
        self._title = title
        self._card = card
        self._find = find
        self._turn = asyncio.Lock()

    async def bring_over(  # noqa: PLR0913 - what a part of the past is
        self,
        days: Sequence[Day],
        first: int,
        until: int,
        targets: Sequence[Target],
        report: Report,
        *,
        unread: Sequence[tuple[int, int]] = (),
        is_followed: bool = False,
        dry_run: bool = False,
        unreadable: list[Day] | None = None,
        meanwhile: Callable[[], Coroutine[None, None, None]] | None = None,
    ) -> bool:
        """Read a part of the card and bring the statistics in line with it.

        :param first: UTC, a full hour.
        :param until: UTC, a full hour that is closed.
        :param unread: times (UTC) of which the card has something that has not been brought over yet.
        :param is_followed: whether the card has more behind this part, which has been brought over.
        :param unreadable: takes the days of which the board gives no sensible answer; without it such an
            answer is an error.
        :param meanwhile: what is done while the database works, because the board has nothing else to do then.
        :returns: False when the board is still reading its card; then nothing is written.
        :raises BoardError: the card cannot be read.
        :raises TargetsChangedError: the sensors are not what they were; nothing is written.
        :raises UnsettledError: the database does not keep it.
        """
        async with self._turn:
            if is_followed:
                days, until = await self._up_to_what_follows(days, first, until, targets)
            quarters, complete = await self._read(days, first, until, unreadable)
            if not complete:
                # What is missing would look like a gap.
                return False
            LOGGER.debug(
                "%s: %d quarters of the card from %s to %s", self._title, len(quarters), iso(first), iso(until)
            )
            part = Part(first=first, until=until, quarters=quarters, unread=unread)
            # What Home Assistant has in its queue comes first.
            await statistics.settle(self._hass)
            # Reading may have taken minutes. Under an old name nobody would find it, in an old unit it would be wrong.
            if not set(targets) <= set((await self._find()).found):
                raise TargetsChangedError("the sensors have changed")
            report.note_quarters(quarters)
            part.following = await self._following(part, targets)
            reading = None
            if meanwhile is not None:
                name = f"{DOMAIN} reads ahead of {self._title}"
                reading = self._hass.async_create_background_task(meanwhile(), name)
            try:
                for target in targets:
                    await reconcile(self._hass, target, part, report, dry_run=dry_run)
                if reading is not None:
                    await reading
            finally:
                if reading is not None:
                    reading.cancel()
            return True

    async def _read(
        self, days: Sequence[Day], first: int, until: int, unreadable: list[Day] | None
    ) -> tuple[list[CardQuarter], bool]:
        """The quarters of a part, and whether the board has read all of its card there."""
        quarters: list[CardQuarter] = []
        complete = True
        for day in days:
            try:
                read = await self._card.read([day], first, until)
            except UnexpectedAnswerError as error:
                if unreadable is None:
                    raise
                LOGGER.debug("The card of %s tells nothing of %s: %s", self._title, day, error)
                unreadable.append(day)
                continue
            quarters += read.quarters
            complete = complete and read.complete
        return quarters, complete

    async def _up_to_what_follows(
        self, days: Sequence[Day], first: int, until: int, targets: Sequence[Target]
    ) -> tuple[Sequence[Day], int]:
        """The days of a part and its end, up to the first hour that is known behind it.

        What a register counted up to there belongs to the hours in between too, and these would be in no part.
        """
        after = await self._row_behind(first, until, targets)
        if after is None or after.start <= until or self._card.by_quarters:
            return days, until
        return [*days, *(day for day in local_days(after.start, after.end) if day not in days)], after.end

    async def _row_behind(self, first: int, until: int, targets: Sequence[Target]) -> CountedRow | None:
        """The hour that the database has next behind a part."""
        counted = next((target for target in targets if isinstance(target.series, Counted)), None)
        if counted is None:
            return None
        # What was written just now may be in the queue still.
        await statistics.settle(self._hass)
        after = (await statistics.neighbours(self._hass, counted, first, until)).after
        return None if after is None or after.end - after.start != HOUR_SECONDS else after

    async def _following(self, part: Part, targets: Sequence[Target]) -> Sequence[CardQuarter]:
        """The quarters of the hour of the next row, where only they tell what that hour added."""
        if not self._card.by_quarters or not part.quarters:
            return ()
        after = await self._row_behind(part.first, part.until, targets)
        if after is None:
            return ()
        day = local_days(after.start, after.end)
        return (await self._card.read(day, after.start, after.end)).quarters
