"""Keeps what the capacity tariff has to remember over a restart, one file per entry."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .capacity.habits import Run
from .capacity.ledger import Ledger, MonthStart, Quarter
from .capacity.months import Month
from .capacity.state import Memory
from .const import DOMAIN

_VERSION = 1

# What is lost at most when the power fails; a month peak is in the meter all the same.
_SAVE_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is remembered."""

    memory: Memory = field(default_factory=Memory)
    ledger: Ledger = field(default_factory=Ledger)
    runs: tuple[Run, ...] = ()
    """How long the loads of this house ran."""


class TariffStore:
    """Memory, ledger and habits of one entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.capacity.{entry_id}")
        self._kept = Kept()

    async def load(self) -> Kept:
        """What was kept; nothing of what cannot be read."""
        stored: object = await self._store.async_load()
        data = stored if isinstance(stored, Mapping) else {}
        self._kept = Kept(
            memory=memory_of(data.get("memory")), ledger=ledger_of(data.get("ledger")), runs=runs_of(data.get("runs"))
        )
        return self._kept

    def keep(self, kept: Kept) -> None:
        """Write it before long, when it is not what is kept already."""
        if kept == self._kept:
            return
        self._kept = kept
        self._store.async_delay_save(self._data, _SAVE_SECONDS)

    async def save(self) -> None:
        """Write it now."""
        await self._store.async_save(self._data())

    async def remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    def _data(self) -> dict[str, Any]:
        ledger = self._kept.ledger
        start = ledger.month_start
        return {
            "memory": asdict(self._kept.memory),
            "runs": [list(run) for run in self._kept.runs],
            "ledger": {
                "days": [[day, *quarter] for day, quarter in ledger.days.items()],
                "month_start": None if start is None else [*start.month, start.register_wh],
                "tells_peaks": ledger.tells_peaks,
            },
        }


def memory_of(data: object) -> Memory:
    """A memory that was stored; keys of other versions are left out."""
    if not isinstance(data, Mapping):
        return Memory()
    names = {known.name for known in fields(Memory)}
    known = {name: value for name, value in data.items() if name in names and isinstance(value, int)}
    return Memory(**known)


def runs_of(data: object) -> tuple[Run, ...]:
    """Habits that were stored."""
    with suppress(TypeError, ValueError):
        if isinstance(data, list):
            return tuple(Run(int(size_w), int(seconds)) for size_w, seconds in data)
    return ()


def ledger_of(data: object) -> Ledger:
    """A ledger that was stored."""
    with suppress(KeyError, TypeError, ValueError):
        if isinstance(data, Mapping):
            start = data["month_start"]
            return Ledger(
                days={int(day): Quarter(int(begin), int(power_w)) for day, begin, power_w in data["days"]},
                month_start=None if start is None else MonthStart(Month(*start[:2]), int(start[2])),
                tells_peaks=bool(data["tells_peaks"]),
            )
    return Ledger()
