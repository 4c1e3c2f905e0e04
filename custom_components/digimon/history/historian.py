"""The background job of one board: first what Home Assistant itself missed, then the rest of the card.

It wakes when Home Assistant has started, when the board is heard again, when an hour has been made into
statistics, and when a person asks. Killed at any moment it goes on where it was, because what has to be
written is always found in the database.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.const import (
    EVENT_RECORDER_5MIN_STATISTICS_GENERATED,
    EVENT_RECORDER_HOURLY_STATISTICS_GENERATED,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from sqlalchemy.exc import SQLAlchemyError

from ..const import DOMAIN, LOGGER
from ..coordinator import DigimonConfigEntry, DigimonCoordinator
from ..core.clock import HOUR_SECONDS
from ..monitor import BoardError
from .card import Card
from .importer import STILL_READING, Importer, NotReadyError, TargetsChangedError
from .ledger import Ledger
from .notices import Notices
from .past import Past
from .period import import_period
from .reconcile import Report, UnsettledError
from .silence import Silence
from .status import HistoryState, HistoryStatus
from .targets import Targets, find_targets
from .times import closed_until, local_days, month_name, parts


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
        self._importer = Importer(hass, entry.title, card, self._targets)
        self._notices = Notices(hass, entry)
        self._past = Past(hass, card, self._importer, self._ledger, self._notices, self._show)
        self._compiled: int | None = None
        self._heard = self._is_heard()
        # A start is the end of an interruption, however short.
        self._interrupted_at = self._now()
        self._open_ends: dict[str, int] = {}
        self._silence = Silence()
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
        self._ledger.progress.begun = None
        self._ledger.save_soon()
        self._past_is_done = False
        self._check_database = True
        self._wake()

    @callback
    def stop(self) -> None:
        """Bring over no more of the past; gaps of Home Assistant's own are still repaired.

        Days that cannot be read are given up with it, so nobody is asked to mend the card for them.
        """
        self._ledger.progress.stopped = True
        self._notices.unreadable(())
        self._ledger.save_soon()
        self._show(HistoryState.STOPPED)

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
        until = min(until // HOUR_SECONDS * HOUR_SECONDS, self._closed_until())
        try:
            return await import_period(
                self._card, self._importer, self._ledger.progress, self._targets, report, first, until, dry_run=dry_run
            )
        finally:
            if not dry_run:
                self._keep_open_ends(report)

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
            await self._note_missing()
            await self._repair_recent()
            if (await self._targets()).keys - self._keys:
                # A sensor that came later, or that a person enabled, has a past as well.
                self._past_is_done = False
            await self._bring_over_past()
        except TargetsChangedError:
            # What was written already is found in the database, under whatever name.
            self._awake.set()
        except (BoardError, NotReadyError) as error:
            LOGGER.debug("The history of %s waits: %s", self._entry.title, error)
            self._show(HistoryState.WAITING)
        except UnsettledError as error:
            self._notices.failed(error.statistic_id)
            self._show(HistoryState.FAILED)
        except SQLAlchemyError as error:
            # A database that is restarted, or out of room: what could not be written is found the next time.
            LOGGER.warning("The history of %s waits for the database: %s", self._entry.title, error)
            self._show(HistoryState.WAITING)
        except Exception:  # noqa: BLE001 - a fault of ours must not keep the hours to come from being looked at
            LOGGER.exception("The history of %s cannot be brought over", self._entry.title)
            self._show(HistoryState.FAILED)

    async def _note_missing(self) -> None:
        """While a sensor is disabled or left out of the recorder, hours go by that it will have to get."""
        progress = self._ledger.progress
        if self._heard and progress.checked_until is not None:
            running = local_days(progress.checked_until - 1, progress.checked_until)[0]
            progress.forget_missing((await self._targets()).keys, since=month_name(running))

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
            first = min(first, min(self._open_ends.values()) - HOUR_SECONDS)
        if first >= until or not self._heard:
            return
        if self._interrupted_at < first and not self._open_ends:
            self._silence.end()
            progress.checked_until = until
            self._ledger.save_soon()
            return
        looked_at = dict(self._open_ends)
        targets = await self._targets()
        report = Report()
        for cut, end in parts(first, until, by_day=self._card.by_quarters):
            # What the card has not told of belongs to what it tells next, also over midnight.
            start = min(cut, max(first, progress.checked_until))
            if not await self._importer.bring_over(local_days(start, end), start, end, targets.found, report):
                raise NotReadyError(STILL_READING)
            told_until = min(end, report.told_until // HOUR_SECONDS * HOUR_SECONDS)
            progress.checked_until = max(told_until, progress.checked_until)
            self._ledger.save_soon()
        if self._silence.is_over(progress.checked_until, until):
            progress.checked_until = until
            self._ledger.save_soon()
        # What was asked for meanwhile may have left others.
        self._open_ends = {key: end for key, end in self._open_ends.items() if looked_at.get(key) != end}
        self._keep_open_ends(report)
        self._notices.log(report, "filled a gap")

    async def _bring_over_past(self) -> None:
        """What is on the card from before Home Assistant looked, the newest month first."""
        if self._is_stopped():
            if self._heard:
                # What was missed is in the database by now, and the past is given up.
                self._notices.kept()
            return
        if self._past_is_done or not self._heard:
            self._show(HistoryState.UP_TO_DATE if self._past_is_done else HistoryState.WAITING)
            return
        # Who asks while this runs asks for more than this.
        self._past_is_done = True
        report = Report()
        try:
            targets = await self._targets()
            self._keys = targets.keys
            check_database, self._check_database = self._check_database, False
            if not await self._past.bring_over(targets, report, check_database=check_database):
                self._past_is_done = False
        except BaseException:
            self._past_is_done = False
            self._check_database = True
            raise
        finally:
            self._keep_open_ends(report)

    def _keep_open_ends(self, report: Report) -> None:
        """What comes behind these hours is looked at when it is there."""
        for key, end in report.open_ends.items():
            self._open_ends[key] = max(end, self._open_ends.get(key, end))

    def _is_stopped(self) -> bool:
        """Whether a person wants no more of the past."""
        if self._ledger.progress.stopped:
            self._show(HistoryState.STOPPED)
        return self._ledger.progress.stopped

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
