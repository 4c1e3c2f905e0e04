"""The past of a card from before Home Assistant looked, month by month, the newest first."""

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Protocol

from homeassistant.core import HomeAssistant

from . import statistics
from .card import Card
from .importer import NO_DAYS, STILL_READING, Importer, NotReadyError
from .ledger import Begun, Ledger, Month
from .notices import Notices
from .reconcile import Report
from .status import HistoryState
from .targets import Targets
from .times import Day, month_name, months_newest_first, span_of


class Show(Protocol):
    """Shows how it stands."""

    def __call__(self, state: HistoryState, done: int = 0, total: int = 0) -> None:
        """:param done: days of the card that were looked at, of `total`."""


class Past:
    """Of one board."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it brings together
        self,
        hass: HomeAssistant,
        card: Card,
        importer: Importer,
        ledger: Ledger,
        notices: Notices,
        show: Show,
    ) -> None:
        self._hass = hass
        self._card = card
        self._importer = importer
        self._ledger = ledger
        self._notices = notices
        self._show = show

    async def bring_over(self, targets: Targets, report: Report, *, check_database: bool) -> bool:
        """Bring over the months that were not looked at yet, for these sensors, unless a person stops it.

        :param check_database: look whether months that were looked at are still there.
        :returns: whether there is nothing left to look at; a card that tells of no day may be out.
        :raises NotReadyError: the board is still reading its card, or has none.
        :raises BoardError: the card cannot be read.
        :raises UnsettledError: the database does not keep it.
        """
        dates = await self._card.days() if targets.found else ()
        if not dates and not self._card.is_in:
            raise NotReadyError(NO_DAYS)
        pending = [
            month
            for month in months_newest_first(dates)
            if await self._is_pending(month, targets, check_database=check_database)
        ]
        total = sum(len(days) for month in pending for days in self._portions(month, targets))
        done = 0
        unreadable: list[Day] = []
        complete = True
        for index, month in enumerate(pending):
            unread = [span_of(other) for other in pending[index + 1 :]]
            read_ahead = partial(self._read_ahead, pending[index + 1] if index + 1 < len(pending) else ())
            whole = True
            for days in self._portions(month, targets):
                if self._ledger.progress.stopped:
                    self._show(HistoryState.STOPPED)
                    return True
                self._show(HistoryState.IMPORTING, done, total)
                whole &= await self._bring_over_days(days, targets, report, unread, unreadable, read_ahead)
                done += len(days)
                if whole:
                    self._note_begun(days[-1], targets)
            if whole:
                await self._note(month, targets)
            complete &= whole
        self._notices.log(report, "brought over")
        self._notices.unreadable(unreadable)
        if not complete and not unreadable:
            raise NotReadyError(STILL_READING)
        self._notices.kept()
        self._show(HistoryState.FAILED if unreadable else HistoryState.UP_TO_DATE)
        return bool(dates) or not targets.found

    async def _read_ahead(self, days: Sequence[Day]) -> None:
        """Read the month that is next, unless a person stops it."""
        await self._card.read_ahead(days, lambda: not self._ledger.progress.stopped)

    def _portions(self, month: Sequence[Day], targets: Targets) -> list[list[Day]]:
        """The days of a month that are brought over at once: each alone where a day is much work, and none twice."""
        if not self._card.by_quarters:
            return [list(month)]
        begun = self._ledger.progress.begun
        if begun is not None and begun.month == month_name(month[0]) and targets.keys <= begun.keys:
            month = [day for day in month if day[2] > begun.day]
        return [[day] for day in month]

    def _note_begun(self, day: Day, targets: Targets) -> None:
        """Remember that a month was brought over up to a day."""
        self._ledger.progress.begun = Begun(month=month_name(day), day=day[2], keys=frozenset(targets.keys))
        self._ledger.save_soon()

    async def _bring_over_days(  # noqa: PLR0913, PLR0917 - what one step of it is
        self,
        days: list[Day],
        targets: Targets,
        report: Report,
        unread: Sequence[tuple[int, int]],
        unreadable: list[Day],
        read_ahead: Callable[[], Coroutine[None, None, None]],
    ) -> bool:
        """Some days of a month; a day that cannot be read is left out, and the others are not.

        :returns: whether nothing is missing.
        """
        first, end = span_of(days)
        until = min(end, self._ledger.progress.checked_until or end)
        if first >= until:
            return True
        failed: list[Day] = []
        complete = await self._importer.bring_over(
            days,
            first,
            until,
            targets.found,
            report,
            unread=unread,
            is_followed=until == end,
            unreadable=failed,
            meanwhile=read_ahead,
        )
        unreadable += failed
        return complete and not failed

    async def _is_pending(self, month: Sequence[Day], targets: Targets, *, check_database: bool) -> bool:
        """Whether a month of the card has to be looked at."""
        noted = self._ledger.progress.months.get(month_name(month[0]))
        until = self._ledger.progress.checked_until or 0
        if span_of(month)[0] >= until:
            return False
        if noted is None or len(month) > noted.days or not targets.keys <= noted.hours.keys():
            return True
        if not check_database:
            return False
        first, end = span_of(month)
        for target in targets.found:
            number = await statistics.number_of_hours(self._hass, target, first, min(end, until))
            if number < noted.hours[target.series.key]:
                return True
        return False

    async def _note(self, month: Sequence[Day], targets: Targets) -> None:
        """Remember that a month was brought over."""
        first, end = span_of(month)
        until = self._ledger.progress.checked_until or end
        self._ledger.progress.begun = None
        self._ledger.progress.months[month_name(month[0])] = Month(
            # The running month gets more days by itself.
            days=len(month) if end <= until else 31,
            hours={
                target.series.key: await statistics.number_of_hours(self._hass, target, first, min(end, until))
                for target in targets.found
            },
        )
        self._ledger.save_soon()
