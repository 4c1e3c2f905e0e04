"""The background job of one board: first what Home Assistant itself missed, then the rest of the card.

It wakes when Home Assistant has started, when the board is heard again, when an hour has been made into
statistics, and when a person asks. Killed at any moment it goes on where it was, because what has to be
written is always found in the database.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from homeassistant.const import (
    EVENT_RECORDER_5MIN_STATISTICS_GENERATED,
    EVENT_RECORDER_HOURLY_STATISTICS_GENERATED,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..coordinator import DigimonConfigEntry, DigimonCoordinator
from ..core.clock import HOUR_SECONDS
from ..monitor import BoardError, UnexpectedAnswerError
from . import statistics
from .card import Card
from .ledger import Ledger, Month
from .quarters import CardQuarter
from .reconcile import Part, Report, UnsettledError, reconcile
from .series import Counted
from .status import HistoryState, HistoryStatus
from .targets import Target, Targets, find_targets
from .times import (
    Day,
    closed_until,
    days_between,
    local_days,
    month_name,
    months_newest_first,
    parts,
    span_of,
)

_FAILED = "history_failed"
_UNREADABLE = "history_unreadable"
# A person looks at the first ones; the log has them all.
_DAYS_SHOWN = 5

_STILL_READING = "the board is still reading its card"


class NotReadyError(Exception):
    """The board is still reading its card, or is away."""


class Historian:
    """Keeps the statistics of one board as complete as its card."""

    def __init__(
        self, hass: HomeAssistant, entry: DigimonConfigEntry, coordinator: DigimonCoordinator, card: Card
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._card = card
        self._ledger = Ledger(hass, entry.entry_id)
        self._status = HistoryStatus(state=HistoryState.WAITING)
        self._listeners: list[Callable[[], None]] = []
        self._awake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._compiled: int | None = None
        self._heard = self._is_heard()
        # A start is the end of an interruption, however short.
        self._interrupted_at = self._now()
        self._open_ends: set[str] = set()
        self._past_is_done = False
        self._check_database = True
        self._keys: set[str] = set()
        self._is_settled = asyncio.Event()

    @property
    def status(self) -> HistoryStatus:
        """How it stands."""
        return self._status

    @callback
    def add_listener(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when the status changes.

        :returns: what ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def start(self) -> None:
        """Begin; the work itself waits until Home Assistant runs."""
        await self._ledger.load()
        entry, hass = self._entry, self._hass
        entry.async_on_unload(self._coordinator.async_add_listener(self._polled))
        entry.async_on_unload(hass.bus.async_listen(EVENT_RECORDER_HOURLY_STATISTICS_GENERATED, self._hour_is_made))
        entry.async_on_unload(hass.bus.async_listen(EVENT_RECORDER_5MIN_STATISTICS_GENERATED, self._minutes_are_made))
        entry.async_on_unload(async_at_started(hass, self._home_assistant_runs))
        entry.async_create_background_task(hass, self._run(), name=f"{DOMAIN} history of {entry.title}")

    async def save(self) -> None:
        """Write down how far it has come, before the entry is unloaded."""
        await self._ledger.save()

    @callback
    def request(self) -> None:
        """Look at all of the card again, as a person asks."""
        self._ledger.progress.stopped = False
        self._ledger.save_soon()
        self._past_is_done = False
        self._check_database = True
        self._wake()

    @callback
    def stop(self) -> None:
        """Bring over no more of the past; gaps of Home Assistant's own are still repaired."""
        self._ledger.progress.stopped = True
        self._ledger.save_soon()

    async def settled(self) -> None:
        """Wait until there is nothing to do, or nothing that can be done now."""
        await self._is_settled.wait()

    async def import_range(self, first: int, until: int, *, dry_run: bool) -> dict[str, Any]:
        """Compare a period with the card, and write what is missing.

        :param first: UTC.
        :param until: UTC; hours that are not closed are left out.
        :returns: what was written or would be, by sensor.
        :raises BoardError: the card cannot be read.
        :raises UnsettledError: the database does not keep it.
        """
        report = Report()
        first = first // HOUR_SECONDS * HOUR_SECONDS
        until = min(until // HOUR_SECONDS * HOUR_SECONDS, self._closed_until())
        card = await self._card.days()
        dates = days_between(card, first, until)
        noted = self._ledger.progress.months
        targets = await self._targets()
        complete = True
        # The newest first, as the past is brought over.
        for start, end in reversed(parts(first, until, by_day=self._card.by_quarters)):
            days = days_between(dates, start, end)
            if not days:
                continue
            unread = [span_of([day]) for day in card if day < days[0] and month_name(day) not in noted]
            async with self._turn:
                complete &= await self._bring_over(days, start, end, targets.found, report, unread, dry_run=dry_run)
        return {
            "sensors": {
                key: {
                    "entity_id": written.statistic_id,
                    "hours": written.hours,
                    "first": _iso(written.first),
                    "last": _iso(written.last),
                }
                for key, written in report.written.items()
            },
            "skipped": dict(targets.skipped),
            "days": len(dates),
            "complete": complete,
            "dry_run": dry_run,
        }

    @callback
    def _polled(self) -> None:
        heard = self._is_heard()
        if heard and not self._heard:
            self._interrupted_at = self._now()
            # The card may be another one.
            self._past_is_done = False
            self._wake()
        self._heard = heard

    def _is_heard(self) -> bool:
        """Whether the meter can be heard through the board."""
        return self._coordinator.last_update_success and self._coordinator.data.reading is not None

    @callback
    def _home_assistant_runs(self, _: HomeAssistant) -> None:
        self._wake()

    @callback
    def _hour_is_made(self, _: Event) -> None:
        self._compiled = int(self._now()) // HOUR_SECONDS * HOUR_SECONDS
        self._wake()

    @callback
    def _minutes_are_made(self, _: Event) -> None:
        if self._open_ends or self._status.state is HistoryState.WAITING:
            self._wake()

    @callback
    def _wake(self) -> None:
        self._is_settled.clear()
        self._awake.set()

    async def _run(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            if self._hass.is_running:
                await self._work()
            if not self._awake.is_set():
                self._is_settled.set()

    async def _work(self) -> None:
        """All that can be done now."""
        try:
            await self._repair_recent()
            if {target.series.key for target in (await self._targets()).found} - self._keys:
                # A sensor that came later, or that a person enabled, has a past as well.
                self._past_is_done = False
            await self._bring_over_past()
        except (BoardError, NotReadyError) as error:
            LOGGER.debug("The history of %s waits: %s", self._entry.title, error)
            self._show(HistoryState.WAITING)
        except UnsettledError as error:
            LOGGER.error("The statistics of %s do not keep what the card says", error.statistic_id)
            self._raise_issue(_FAILED, {"name": self._entry.title, "entity_id": error.statistic_id})
            self._show(HistoryState.FAILED)

    async def _repair_recent(self) -> None:
        """What Home Assistant itself missed since it last looked."""
        progress = self._ledger.progress
        until = self._closed_until()
        if progress.checked_until is None:
            progress.checked_until = until
            self._ledger.save_soon()
        first = progress.checked_until
        if self._open_ends:
            # The row that was not there then.
            first = min(first, until - HOUR_SECONDS)
        if first >= until or not self._heard:
            return
        if self._interrupted_at < first and not self._open_ends:
            progress.checked_until = until
            self._ledger.save_soon()
            return
        targets = await self._targets()
        report = Report()
        for start, end in parts(first, until, by_day=self._card.by_quarters):
            async with self._turn:
                complete = await self._bring_over(local_days(start, end), start, end, targets.found, report, ())
            if not complete:
                raise NotReadyError(_STILL_READING)
            progress.checked_until = max(end, progress.checked_until)
            self._ledger.save_soon()
        self._open_ends = report.open_ends
        self._log(report, "filled a gap")

    async def _bring_over_past(self) -> None:
        """What is on the card from before Home Assistant looked, the newest month first."""
        if self._is_stopped():
            return
        if self._past_is_done or not self._heard:
            self._show(HistoryState.UP_TO_DATE if self._past_is_done else HistoryState.WAITING)
            return
        # Who asks while this runs asks for more than this.
        self._past_is_done = True
        try:
            await self._bring_over_months(await self._targets())
        except BaseException:
            self._past_is_done = False
            self._check_database = True
            raise

    async def _bring_over_months(self, targets: Targets) -> None:
        """The months of the card that were not looked at yet, for these sensors."""
        self._keys = {target.series.key for target in targets.found}
        check_database, self._check_database = self._check_database, False
        dates = await self._card.days() if self._keys else ()
        pending = [
            month
            for month in months_newest_first(dates)
            if await self._is_pending(month, targets, check_database=check_database)
        ]
        total = sum(map(len, pending))
        done = 0
        report = Report()
        unreadable: list[Day] = []
        complete = True
        for index, month in enumerate(pending):
            unread = [span_of(other) for other in pending[index + 1 :]]
            whole = True
            for days in [[day] for day in month] if self._card.by_quarters else [list(month)]:
                if self._is_stopped():
                    return
                self._show(HistoryState.IMPORTING, done, total)
                async with self._turn:
                    whole &= await self._bring_over_days(days, targets, report, unread, unreadable)
                done += len(days)
            if whole:
                await self._note(month, targets)
            complete &= whole
        self._open_ends |= report.open_ends
        self._log(report, "brought over")
        self._tell_unreadable(unreadable)
        if not complete and not unreadable:
            raise NotReadyError(_STILL_READING)
        ir.async_delete_issue(self._hass, DOMAIN, self._issue(_FAILED))
        self._show(HistoryState.FAILED if unreadable else HistoryState.UP_TO_DATE)

    def _is_stopped(self) -> bool:
        """Whether a person wants no more of the past."""
        if self._ledger.progress.stopped:
            self._show(HistoryState.STOPPED)
        return self._ledger.progress.stopped

    async def _bring_over_days(
        self,
        days: list[Day],
        targets: Targets,
        report: Report,
        unread: Sequence[tuple[int, int]],
        unreadable: list[Day],
    ) -> bool:
        """Some days of a month; a day that cannot be read is left out, and the others are not.

        :returns: whether nothing is missing.
        """
        first, until = span_of(days)
        until = min(until, self._ledger.progress.checked_until or until)
        if first >= until:
            return True
        failed: list[Day] = []
        complete = await self._bring_over(days, first, until, targets.found, report, unread, unreadable=failed)
        unreadable += failed
        return complete and not failed

    async def _bring_over(  # noqa: PLR0913, PLR0917 - what a part of the past is
        self,
        days: Sequence[Day],
        first: int,
        until: int,
        targets: Sequence[Target],
        report: Report,
        unread: Sequence[tuple[int, int]],
        *,
        dry_run: bool = False,
        unreadable: list[Day] | None = None,
    ) -> bool:
        """Read a part of the card and bring the statistics in line with it.

        :param unreadable: takes the days of which the board gives no sensible answer; without it such an
            answer is an error.
        :returns: False when the board is still reading its card; then nothing is written.
        """
        quarters: list[CardQuarter] = []
        complete = True
        for day in days:
            try:
                read = await self._card.read([day], first, until)
            except UnexpectedAnswerError as error:
                if unreadable is None:
                    raise
                LOGGER.debug("The card of %s tells nothing of %s: %s", self._entry.title, day, error)
                unreadable.append(day)
                continue
            quarters += read.quarters
            complete = complete and read.complete
        if not complete:
            # What is missing would look like a gap.
            return False
        LOGGER.debug(
            "%s: %d quarters of the card from %s to %s", self._entry.title, len(quarters), _iso(first), _iso(until)
        )
        part = Part(first=first, until=until, quarters=quarters, unread=unread)
        # What Home Assistant has in its queue comes first.
        await statistics.settle(self._hass)
        part.following = await self._following(part, targets)
        for target in targets:
            await reconcile(self._hass, target, part, report, dry_run=dry_run)
        return True

    async def _following(self, part: Part, targets: Sequence[Target]) -> Sequence[CardQuarter]:
        """The quarters of the hour of the next row, where only they tell what that hour added."""
        counted = next((target for target in targets if isinstance(target.series, Counted)), None)
        if counted is None or not self._card.by_quarters or not part.quarters:
            return ()
        after = (await statistics.neighbours(self._hass, counted, part.first, part.until)).after
        if after is None or after.end - after.start != HOUR_SECONDS:
            return ()
        day = local_days(after.start, after.end)
        return (await self._card.read(day, after.start, after.end)).quarters

    async def _is_pending(self, month: Sequence[Day], targets: Targets, *, check_database: bool) -> bool:
        """Whether a month of the card has to be looked at."""
        progress = self._ledger.progress
        noted = progress.months.get(month_name(month[0]))
        until = progress.checked_until or 0
        if span_of(month)[0] >= until:
            return False
        if noted is None or len(month) > noted.days or not {t.series.key for t in targets.found} <= noted.hours.keys():
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
        self._ledger.progress.months[month_name(month[0])] = Month(
            # The running month gets more days by itself.
            days=len(month) if end <= until else 31,
            hours={
                target.series.key: await statistics.number_of_hours(self._hass, target, first, min(end, until))
                for target in targets.found
            },
        )
        self._ledger.save_soon()

    async def _targets(self) -> Targets:
        return await find_targets(self._hass, self._coordinator)

    def _now(self) -> float:
        return dt_util.utcnow().timestamp()

    def _closed_until(self) -> int:
        return closed_until(self._now(), self._compiled)

    def _show(self, state: HistoryState, done: int = 0, total: int = 0) -> None:
        status = HistoryStatus(state=state, days_done=done, days_total=total)
        if status != self._status:
            self._status = status
            for listener in list(self._listeners):
                listener()

    def _log(self, report: Report, what: str) -> None:
        written = [line for line in report.written.values() if line.hours or line.shifted]
        if not written:
            return
        starts = [line.first for line in written if line.first is not None]
        LOGGER.info(
            "History of %s: %s, %d hours of %d sensors%s",
            self._entry.title,
            what,
            sum(line.hours for line in written),
            len(written),
            f" since {_iso(min(starts))}" if starts else "",
        )

    def _tell_unreadable(self, days: Sequence[Day]) -> None:
        if not days:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue(_UNREADABLE))
            return
        texts = [f"{year:04d}-{month:02d}-{day:02d}" for year, month, day in sorted(days)]
        LOGGER.warning("The card of %s cannot be read for %s", self._entry.title, ", ".join(texts))
        shown = ", ".join(texts[:_DAYS_SHOWN]) + (", …" if len(texts) > _DAYS_SHOWN else "")
        self._raise_issue(_UNREADABLE, {"name": self._entry.title, "days": shown})

    def _raise_issue(self, key: str, placeholders: dict[str, str]) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue(key),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders=placeholders,
        )

    def _issue(self, key: str) -> str:
        return f"{key}_{self._entry.entry_id}"


def _iso(utc: int | None) -> str | None:
    return None if utc is None else dt_util.as_local(dt_util.utc_from_timestamp(utc)).isoformat()
