"""A day on which everything that can go wrong with a board does, again and again, in an order that a seed tells."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from aiohttp.resolver import AsyncResolver
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST, CONF_PORT, EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor.client import REQUEST_SECONDS
from tests.e2e.expected import expected, value_of

from .board import INFO, METER, MONTH_PEAK, QUARTER, Board
from .conftest import unique_id
from .faults import Fault
from .house_boards import HouseBoard, TwinHouseBoard

POLL_SECONDS = 5
NAME = "digimon.local"
_PATHS = [INFO, QUARTER, METER, MONTH_PEAK]
_FAULTS = list(Fault)
# How often something else goes wrong than at the poll before.
_CHANGE = 0.4
# What a poll takes at most of a loop where nothing waits for another process.
_TURNS = 200
_COUNTED = ("consumed_energy", "produced_energy")
_PIPES = ("gas", "water")


class BadDay:
    """Home Assistant, a board and a house, as time passes; every state that is written is looked at.

    :ivar polls: how many there were.
    :ivar shown: after how many of them the power was shown.
    :ivar values: how many states were written that say something.
    :ivar wrong: those that the meter had not said.
    :ivar faults: how often what went wrong.
    """

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, board: HouseBoard | TwinHouseBoard, seed: int
    ) -> None:
        self.board = board
        self.polls = 0
        self.shown = 0
        self.values = 0
        self.wrong: list[str] = []
        self.faults: Counter[str] = Counter()
        self._hass = hass
        self._freezer = freezer
        self._chance = Random(seed)
        self._entry = MockConfigEntry(domain=DOMAIN, title="digimon", unique_id=unique_id(board))
        self._other: Board | None = None
        self._is_known = True
        self._right: dict[str, int | None] = {}
        self._counted: dict[str, int] = {}
        self._began = board.house.energy(board.now_utc)

    async def begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set it up, with nothing wrong yet."""
        monkeypatch.setattr(AsyncResolver, "resolve", self._resolve)
        self._hass.bus.async_listen(EVENT_STATE_CHANGED, self._check)
        await self._come_to(self.board.now_utc + POLL_SECONDS)
        self._freezer.move_to(datetime.fromtimestamp(self.board.now_utc, UTC))
        self._entry.add_to_hass(self._hass)
        self._hass.config_entries.async_update_entry(self._entry, data={CONF_HOST: NAME, CONF_PORT: self.board.port})
        assert await self._hass.config_entries.async_setup(self._entry.entry_id)
        await self._settle()
        assert self._shows()

    async def live(self, seconds: int) -> None:
        """Let everything go wrong for a time."""
        until = self.board.now_utc + seconds
        while self.board.now_utc < until:
            # What goes wrong may go on for a while.
            if self._chance.random() < _CHANGE:
                await self._be_well()
                await self._go_wrong()
            await self._poll()

    async def recover(self, polls: int) -> None:
        """Let nothing go wrong any more."""
        await self._be_well()
        for _ in range(polls):
            await self._poll()
        assert self._shows()

    def counted(self) -> list[tuple[int, int]]:
        """What has been counted and what the house took and gave, in Wh, where the board tells no registers."""
        now = self.board.house.energy(self.board.now_utc)
        took = now.consumed_t1 + now.consumed_t2 - self._began.consumed_t1 - self._began.consumed_t2
        gave = now.produced_t1 + now.produced_t2 - self._began.produced_t1 - self._began.produced_t2
        return [(self._counted[key], ws // 3600) for key, ws in zip(_COUNTED, (took, gave), strict=True)]

    async def end(self) -> None:
        """Take all away."""
        await self._hass.config_entries.async_unload(self._entry.entry_id)
        await self.board.stop()
        if self._other is not None:
            await self._other.stop()

    async def _poll(self) -> None:
        self._freezer.tick(timedelta(seconds=POLL_SECONDS))
        await self._come_to(int(datetime.now(UTC).timestamp()))
        async_fire_time_changed(self._hass)
        await self._settle()
        self.polls += 1
        self.shown += self._shows()

    async def _settle(self) -> None:
        """Wait until all that was begun has ended, and let time pass for who waits in vain."""
        waiting = asyncio.ensure_future(self._hass.async_block_till_done(wait_background_tasks=True))
        turns = 0
        while not waiting.done():
            # A board that is a process has its own time.
            turns += 1
            await (asyncio.sleep(0) if turns < _TURNS else asyncio.to_thread(time.sleep, 0.001))
            if self.board.unanswered:
                self.board.unanswered = 0
                self._freezer.tick(timedelta(seconds=REQUEST_SECONDS + 0.1))
        await waiting

    async def _go_wrong(self) -> None:
        chance = self._chance
        paths = [*_PATHS, self.board.before]
        match chance.randrange(10):
            case 0 | 1:
                self._fail(self.board.faults, chance.choice(paths), chance.choice(_FAULTS))
            case 2 | 3:
                self._fail(self.board.faults_once, chance.choice(paths), chance.choice(_FAULTS))
            case 4:
                fault = chance.choice(_FAULTS)
                for path in paths:
                    self._fail(self.board.faults, path, fault)
            case 5:
                self.faults["off"] += 1
                await self.board.stop()
            case 6:
                self.faults["another board"] += 1
                await self._be_replaced()
            case 7:
                self.faults["no name"] += 1
                self._is_known = False
            case 8:
                self.faults["no power"] += 1
                await self.board.cut_power()

    def _fail(self, faults: dict[str, Fault], path: str, fault: Fault) -> None:
        self.faults[fault.name.lower()] += 1
        faults[path] = fault

    async def _be_well(self) -> None:
        if self._other is not None:
            await self._other.stop()
            self._other = None
        # Who waits for an answer that never comes is sent away.
        await self.board.stop()
        self.board.faults.clear()
        self.board.faults_once.clear()
        self._is_known = True
        await self.board.start()

    async def _be_replaced(self) -> None:
        """Let another board have the address."""
        await self.board.stop()
        if not self.board.ours:
            # With the original firmware nothing but a question to both tells them apart, and a board that starts
            # takes longer than from one poll to the next.
            await self._poll()
        self._other = Board("single_phase")
        self._other.update(METER, time=self.board.now_utc)
        self._other.port = self.board.port
        await self._other.start()

    async def _resolve(self, host: str, port: int = 0, family: int = 0) -> list[dict[str, Any]]:
        """What the name server says."""
        if not self._is_known:
            raise OSError(None, "DNS server returned answer with no data")
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def _come_to(self, utc: int) -> None:
        """Let the meter and the board come to an instant, and note what may be shown from now on."""
        document = await self.board.come_to(utc)
        utc = self.board.told_utc
        samples = document.get("consumed_power_interval_avgs", [])
        known = [value for value in samples if value is not None]
        right: dict[str, int | None] = {"quarter_average": sum(known) // len(known) if known else None}
        if self.board.ours:
            reading = self.board.house.reading(utc)
            right |= expected(self.board.house, utc) | {kind: getattr(reading, kind).litres for kind in _PIPES}
        elif samples:
            consumed, produced = samples[-1], -document["produced_power_interval_avgs"][-1]
            right |= {"net_power": consumed - produced, "consumed_power": consumed, "produced_power": produced}
        self._right = right

    def _shows(self) -> bool:
        """Whether the power is shown, as it is now."""
        entities = er.async_get(self._hass)
        found = entities.async_get_entity_id("sensor", DOMAIN, f"{self._entry.unique_id}_net_power")
        state = self._hass.states.get(found or "")
        return state is not None and value_of("net_power", state.state) == self._right["net_power"]

    def _check(self, event: Event[EventStateChangedData]) -> None:
        """Whatever is written is what the meter said, or nothing."""
        state = event.data["new_state"]
        entity = er.async_get(self._hass).async_get(event.data["entity_id"])
        if state is None or entity is None or state.state in {STATE_UNAVAILABLE, STATE_UNKNOWN}:
            return
        key = entity.unique_id.removeprefix(f"{self._entry.unique_id}_")
        if key.endswith("_volume"):
            key = key.partition("_")[0]
        if key in _COUNTED and not self.board.ours:
            counted = round(float(state.state) * 1000)
            if counted < self._counted.get(key, 0):
                self.wrong.append(f"{key} fell to {state.state}")
            self._counted[key] = counted
        elif key in self._right:
            value = round(float(state.state) * 1000) if key in _PIPES else value_of(key, state.state)
            if value != self._right[key] or self._other is not None:
                self.wrong.append(f"{key} was {state.state}, not {self._right[key]}")
        else:
            return
        self.values += 1
