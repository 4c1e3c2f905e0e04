"""Follows the energy of one board whose firmware tells no registers, across restarts of everything.

Between source and entities: a snapshot comes in without energy and goes out with it. What was missed is read from the
card before anything is shown, so that no hour gets the energy of a night.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN, LOGGER
from .core.clock import INTERVAL_SECONDS, QUARTER_SECONDS, day_of, day_quarters, quarter_id_at, quarter_start
from .counter import (
    FILLED_SECONDS,
    Count,
    HourStart,
    begin,
    count_finished,
    count_running,
    enter_hour,
    set_back,
    set_forward,
    skip,
)
from .history.card import Archive
from .monitor import BoardError, DamagedQuarterError, RunningQuarter, Sample
from .snapshot import Reading, Snapshot

_VERSION: Final = 1

# At most this much is counted anew after a crash; what is counted anew comes out the same, and memory cards wear out.
_SAVE_SECONDS: Final = 300

# Those who count many quarters in a row need one write for all of them.
_SETTLE_SECONDS: Final = 1

# After this many intervals of a quarter the one before it does not come any more.
_LATE_INTERVALS: Final = 12

# A meter's clock is put right by less; by more, it is another clock.
_FUTURE_SECONDS: Final = 3600

_HOUR_SECONDS: Final = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Offset:
    """What the registers were above the count when the firmware began to tell them, in Wh."""

    consumed_wh: int
    produced_wh: int


class EnergyCounter:
    """The energy of one board."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, archive: Archive) -> None:
        self._hass = hass
        self._entry = entry
        self._archive = archive
        self._store: Store[dict[str, Any]] = store_of(hass, entry.entry_id)
        self._count: Count | None = None
        self._offset: Offset | None = None
        self._running: RunningQuarter | None = None
        self._is_shown = False
        self._is_catching_up = False
        self._saved_utc = 0

    @property
    def has_begun(self) -> bool:
        """Whether anything has ever been counted of this board."""
        return self._count is not None

    def at_hour(self, utc: int) -> tuple[int, int] | None:
        """What had been counted at the beginning of the running hour, offtake and injection in Wh.

        :param utc: of that hour.
        :returns: None for any other one, and where nobody counted that it began.
        """
        hour = None if self._count is None else self._count.hour
        if hour is None or hour.utc != utc:
            return None
        return hour.consumed_ws // _HOUR_SECONDS, hour.produced_ws // _HOUR_SECONDS

    async def async_load(self) -> None:
        """Remember how far we were."""
        stored = await self._store.async_load()
        if stored is not None:
            try:
                self._count, self._offset = _count_of(stored["count"]), _offset_of(stored["offset"])
            except KeyError, TypeError, ValueError:
                LOGGER.warning("What was counted of %s cannot be read, and is counted anew", self._entry.title)
            # Where the registers go on from, nothing has to be read first.
            self._is_shown = self._offset is not None

    async def async_save(self) -> None:
        """Keep how far we are."""
        if self._count is not None:
            await self._store.async_save(self._stored())

    @callback
    def apply(self, snapshot: Snapshot) -> Snapshot:
        """The same with energy, if that has to be counted and is known."""
        reading, running = snapshot.reading, snapshot.running
        if reading is None or running is None or (self._count is None and not snapshot.without_registers):
            return snapshot
        if self._offset is None or snapshot.without_registers:
            self._offset = None
            self._advance(running, snapshot.finished)
        count = self._count if self._is_shown else None
        if count is not None and not snapshot.without_registers:
            count = self._by_registers(count, reading)
        if count is None:
            return replace(snapshot, reading=replace(reading, is_counted=True))
        self._keep(count)
        return replace(
            snapshot,
            reading=replace(
                reading,
                is_counted=True,
                counted_consumed_wh=count.consumed_wh,
                counted_produced_wh=count.produced_wh,
            ),
        )

    def _advance(self, running: RunningQuarter, finished: RunningQuarter | None) -> None:
        """Count what can be counted now; what takes longer goes on in the background."""
        self._running = running
        start = quarter_start(running.quarter_id)
        count = self._count or begin(running.quarter_id)
        if count.until_utc > start + QUARTER_SECONDS + _FUTURE_SECONDS:
            count = set_back(count, start)
        if count.until_utc < start - QUARTER_SECONDS:
            count = set_forward(count, start)
        if count.until_utc < start - QUARTER_SECONDS:
            self._is_shown = False
            self._catch_up()
        elif count.until_utc < start:
            count = self._end_quarter(count, running, finished)
        if count.until_utc >= start:
            count = count_running(count, running)
            self._is_shown = True
        self._keep(count)

    def _end_quarter(self, count: Count, running: RunningQuarter, finished: RunningQuarter | None) -> Count:
        """Count the rest of the quarter before the running one, as soon as all of it is known."""
        before = quarter_id_at(quarter_start(running.quarter_id) - QUARTER_SECONDS)
        if finished is not None and finished.quarter_id == before:
            return count_finished(count, finished)
        return skip(count, before) if len(running.samples) > _LATE_INTERVALS else count

    def _by_registers(self, count: Count, reading: Reading) -> Count | None:
        """Go on with the differences of the registers: a family that changes the firmware keeps its history."""
        consumed_wh, produced_wh = reading.register_consumed_wh, reading.register_produced_wh
        if consumed_wh is None or produced_wh is None:
            return None
        offset = self._offset
        if (
            offset is None
            or consumed_wh - offset.consumed_wh < count.consumed_wh - 1
            or (produced_wh - offset.produced_wh < count.produced_wh - 1)
        ):
            # They begin to be told, or another meter counts from its own beginning.
            self._offset = offset = Offset(
                consumed_wh=consumed_wh - count.consumed_wh, produced_wh=produced_wh - count.produced_wh
            )
        until_utc = max(count.until_utc, reading.time_utc - reading.time_utc % INTERVAL_SECONDS)
        hour = reading.time_utc // _HOUR_SECONDS * _HOUR_SECONDS
        if count.hour is None or count.hour.utc != hour:
            count = enter_hour(count, hour) if count.until_utc >= hour - FILLED_SECONDS else replace(count, hour=None)
        return Count(
            consumed_ws=max(count.consumed_ws, (consumed_wh - offset.consumed_wh) * _HOUR_SECONDS),
            produced_ws=max(count.produced_ws, (produced_wh - offset.produced_wh) * _HOUR_SECONDS),
            until_utc=until_utc,
            known_utc=until_utc,
            last=None,
            hour=count.hour,
        )

    def _keep(self, count: Count) -> None:
        self._count = count
        # Not with every poll: each call puts the write off again.
        if abs(count.until_utc - self._saved_utc) >= _SAVE_SECONDS:
            self._saved_utc = count.until_utc
            self._store.async_delay_save(self._stored, _SETTLE_SECONDS)

    def _stored(self) -> dict[str, Any]:
        return {
            "count": None if self._count is None else asdict(self._count),
            "offset": None if self._offset is None else asdict(self._offset),
        }

    def _catch_up(self) -> None:
        """Read what was missed, unless that is being done."""
        if not self._is_catching_up:
            self._is_catching_up = True
            self._entry.async_create_background_task(self._hass, self._read_missed(), f"{DOMAIN} energy")

    async def _read_missed(self) -> None:
        """Count from the card up to the quarter before the running one; after a failure the next poll goes on."""
        try:
            while (count := self._count) is not None and self._running is not None:
                last = quarter_start(self._running.quarter_id) - QUARTER_SECONDS
                if count.until_utc >= last:
                    break
                self._keep(await self._read_day(count, last))
        except BoardError:
            pass
        finally:
            self._is_catching_up = False

    async def _read_day(self, count: Count, before_utc: int) -> Count:
        """Count the rest of the local day that the count is in, up to an instant."""
        year, month, day = day_of(quarter_id_at(count.until_utc))
        for quarter_id in await self._archive.quarters(year, month, day):
            start = quarter_start(quarter_id)
            if start + QUARTER_SECONDS <= count.until_utc or start >= before_utc:
                continue
            try:
                quarter = await self._archive.quarter(quarter_id)
            except DamagedQuarterError:
                continue
            if quarter is not None:
                count = count_finished(count, quarter)
                self._keep(count)
        return replace(count, until_utc=max(count.until_utc, min(before_utc, _end_of_day(year, month, day))))


def store_of(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Where the count of an entry is kept."""
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.energy")


def _count_of(stored: dict[str, Any]) -> Count:
    last, hour = stored["last"], stored.get("hour")
    numbers = [value for key, value in stored.items() if key not in {"last", "hour"}]
    _expect_numbers(*numbers, *(last or ()), *(hour or {}).values())
    return Count(
        **stored
        | {
            "last": None if last is None else Sample(*last),
            "hour": None if hour is None else HourStart(**hour),
        }
    )


def _offset_of(stored: dict[str, int] | None) -> Offset | None:
    if stored is None:
        return None
    _expect_numbers(*stored.values())
    return Offset(**stored)


def _expect_numbers(*values: object) -> None:
    """See that what was stored can be counted with.

    :raises TypeError: it cannot.
    """
    if not all(isinstance(value, int) for value in values):
        raise TypeError("not a number")


def _end_of_day(year: int, month: int, day: int) -> int:
    return quarter_start(day_quarters(year, month, day)[-1]) + QUARTER_SECONDS
