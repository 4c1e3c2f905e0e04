"""Polls a source and keeps everyone behind it up to date."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER
from .counting import EnergyCounter
from .history.card import Archive
from .monitor import BoardClient
from .peak_keeper import PeakKeeper
from .silence import Progress, follow, is_silent
from .snapshot import Device, Snapshot
from .source import Source, SourceError

if TYPE_CHECKING:
    from .history.historian import Historian
    from .tariff import Tariff

# The interval over which a board averages: faster gives nothing new, slower misses what happens.
UPDATE_INTERVAL = timedelta(seconds=5)

# A meter whose clock is not ours looks silent at first sight, and not at the next.
CONFIRMING_POLLS = 2


@dataclass(kw_only=True)
class DigimonRuntimeData:
    """What an entry holds while it is loaded; a part that has something to keep gets a line here."""

    coordinator: DigimonCoordinator

    client: BoardClient | None
    """Of the same board, for everything that is not the live poll; None for a cable."""

    archive: Archive
    """The stored quarters, for everyone who looks back."""

    tariff: Tariff
    """The bill, the forecast and the warning; follows the coordinator before the entities do."""

    forecast: Callable[[], dict[str, Any] | None] = lambda: None
    """What is expected of the running quarter, as plain data for the card; None while nothing is."""

    counter: EnergyCounter | None = None
    """The energy of a board that tells no registers."""

    history: Historian | None = None
    """What brings the card into the statistics; None without a recorder."""


type DigimonConfigEntry = ConfigEntry[DigimonRuntimeData]


class DigimonCoordinator(DataUpdateCoordinator[Snapshot]):
    """Reads one meter every five seconds."""

    config_entry: DigimonConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DigimonConfigEntry,
        source: Source,
        peaks: PeakKeeper,
        counter: EnergyCounter | None = None,
    ) -> None:
        """Read a source.

        :param peaks: what keeps the month peaks of a meter that is replaced.
        :param counter: what counts the energy where the source tells none.
        """
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=UPDATE_INTERVAL,
            always_update=False,
        )
        self.source = source
        self.peaks = peaks
        self._counter = counter
        self._progress: Progress | None = None
        self._device: Device | None = None
        self._silent_polls = 0
        self.read_at = time.monotonic()
        """When the last snapshot was read, in monotonic seconds."""

    @property
    def board_id(self) -> str:
        """What all that is registered for this board goes by."""
        return str(self.config_entry.unique_id)

    @property
    def counts_energy(self) -> bool:
        """Whether the energy that is shown is counted by us, as of a board that tells, or once told, no registers."""
        return self._counter is not None and self._counter.has_begun

    def counted_at(self, hour_utc: int) -> tuple[int, int] | None:
        """What we had counted at the beginning of the running hour, offtake and injection in Wh; None if unknown."""
        return None if self._counter is None else self._counter.at_hour(hour_utc)

    @property
    def identifiers(self) -> set[tuple[str, str]]:
        """Of the devices that are there: the board, and the meters that last reported."""
        reading = self.data.reading
        meters = reading.sub_meters if reading else ()
        return {(DOMAIN, self.board_id), *((DOMAIN, f"{self.board_id}_{meter.key}") for meter in meters)}

    @override
    async def _async_update_data(self) -> Snapshot:
        try:
            snapshot = await self.source.read()
        except SourceError as error:
            # The meter's time may have stood still while we could not see it.
            self._progress = None
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error.failure,
                translation_placeholders={"name": self.name},
            ) from error
        self.read_at = time.monotonic()
        self._register(snapshot.device)
        snapshot = self.peaks.apply(self._without_old_news(snapshot))
        return snapshot if self._counter is None else self._counter.apply(snapshot)

    def _without_old_news(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot, less a reading that the meter has not renewed for too long."""
        if snapshot.reading is None:
            self._progress = None
            silent = True
        else:
            now = time.monotonic()
            self._progress = follow(
                self._progress, snapshot.reading.time_utc, monotonic=now, wall_utc=dt_util.utcnow().timestamp()
            )
            silent = is_silent(self._progress, monotonic=now)
        self._log_silence(silent=silent)
        if not silent:
            return replace(snapshot, silent=False)
        return replace(snapshot, reading=None, silent=True if self._silent_polls >= CONFIRMING_POLLS else None)

    def _log_silence(self, *, silent: bool) -> None:
        """Say once that the meter fell silent and once that it is back."""
        if silent:
            self._silent_polls += 1
            if self._silent_polls == CONFIRMING_POLLS:
                LOGGER.warning("%s answers, but its meter sends no telegrams", self.name)
            return
        if self._silent_polls >= CONFIRMING_POLLS:
            LOGGER.info("The meter of %s sends telegrams again", self.name)
        self._silent_polls = 0

    def _register(self, device: Device) -> None:
        """Keep the device registry up to date: a name or firmware may change while we run."""
        if device == self._device:
            return
        self._device = device
        best = next(iter(device.identifiers), self.board_id)
        if self.config_entry.state is ConfigEntryState.LOADED and best != self.board_id:
            # With another firmware it has a better name, which everything takes over when it is set up anew.
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
        dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.config_entry.entry_id,
            identifiers={(DOMAIN, self.board_id)},
            connections={(dr.CONNECTION_NETWORK_MAC, device.mac)} if device.mac else set(),
            configuration_url=device.configuration_url,
            manufacturer=device.manufacturer,
            model=device.model,
            name=device.name,
            serial_number=device.serial,
            sw_version=device.sw_version,
        )
