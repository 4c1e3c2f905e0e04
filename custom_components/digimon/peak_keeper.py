"""Keeps over a restart what the meters of an entry told of month peaks, one file per entry."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .capacity.months import Month
from .const import DOMAIN
from .snapshot import Snapshot
from .told_peaks import ToldPeak, ToldPeaks, told_peaks_of

_VERSION: Final = 1

# What is lost at most when the power fails, and then the meter would have to be replaced in between.
_SAVE_SECONDS: Final = 60


class PeakKeeper:
    """Between source and entities: what a replaced meter told goes on in what the new one says."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.told_peaks.{entry_id}")
        self._told = ToldPeaks()
        self.months: Mapping[Month, ToldPeak] = {}
        """Month -> the highest that was told of it, on the connection that is read."""

    async def async_load(self) -> None:
        """Remember."""
        self._told = told_peaks_of(await self._store.async_load())
        self.months = self._told.months

    async def async_save(self) -> None:
        """Write it now."""
        if self._told.ean is not None:
            await self._store.async_save(self._told.stored())

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    @callback
    def apply(self, snapshot: Snapshot) -> Snapshot:
        """The same with the peaks that the meter no longer tells as high."""
        if snapshot.reading is None:
            return snapshot
        told = self._told.with_reading(snapshot.reading)
        if told is not self._told:
            self._told = told
            self._store.async_delay_save(told.stored, _SAVE_SECONDS)
        self.months = told.months if snapshot.reading.ean == told.ean else {}
        reading = told.complete(snapshot.reading)
        return snapshot if reading is snapshot.reading else replace(snapshot, reading=reading)
