"""Random lives of a Home Assistant, a board and its card, and what must be true of the statistics at any time."""

import random
from collections.abc import Awaitable, Callable

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.util import session_scope
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from core.clock import HOUR_SECONDS, QUARTER_SECONDS
from custom_components.digimon.counting import store_of
from custom_components.digimon.history.ledger import forget
from tests.integration.twin_board import LOST_SECONDS

from .conftest import World
from .house import SLOT_SECONDS, Outages, Registers, Replacement

_KEYS = ("consumed_energy", "produced_energy")
# Only our firmware tells them.
_MORE_KEYS = ("consumed_energy_t2",)
_PLACES = {"consumed_energy": (0, 1), "produced_energy": (2, 3), "consumed_energy_t2": (1,)}
# Two registers are each cut off at whole Wh, at both ends.
_ALLOWED_TOTAL = 3
# When the hour that ended has been made into statistics.
_AFTER_HOUR = 20
_UNITS = (UnitOfEnergy.KILO_WATT_HOUR, UnitOfEnergy.MEGA_WATT_HOUR, UnitOfEnergy.WATT_HOUR)


class Life:
    """One life; all of it follows from its seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.diary: list[str] = []
        self._seen: set[int] = set()
        """Ends of hours at which Home Assistant saw the meter."""

        self._lived: set[int] = set()
        """Hours in which it saw all of it."""

        self._untold = 0.0
        """Wh around a replacement of the meter, of which nobody can tell more than a part."""

    async def live(self, hours: int) -> None:
        """Live from the time the board is added; what happens, happens between the hours."""
        world = self.world
        await world.start()
        end = world.now + hours * HOUR_SECONDS
        while world.now < end:
            await self._hours(self.chance.randrange(1, 9))
            happening = self.chance.choice(_HAPPENINGS)
            self.diary.append(f"{(world.now - world.board.house.start) / HOUR_SECONDS:.2f} {happening.__name__}")
            await happening(self)
        await self._hours(3)

    async def _hours(self, number: int) -> None:
        hour = self.world.now // HOUR_SECONDS * HOUR_SECONDS
        await self._live_until(hour + number * HOUR_SECONDS + _AFTER_HOUR)

    async def _live_until(self, utc: int) -> None:
        while self.world.now < utc:
            now = self.world.now
            start = now // HOUR_SECONDS * HOUR_SECONDS
            end = start + HOUR_SECONDS
            await self.world.live_until(min(end + _AFTER_HOUR, utc))
            if self._is_heard() and self.world.now >= end:
                self._seen.add(end)
                if start in self._seen and now <= start + _AFTER_HOUR:
                    self._lived.add(start)

    def _is_heard(self) -> bool:
        entry = self.world.entry
        if entry.state is not ConfigEntryState.LOADED:
            return False
        coordinator = entry.runtime_data.coordinator
        return coordinator.last_update_success and coordinator.data.reading is not None

    def _pass(self, most: int) -> int:
        """A moment some seconds from now."""
        return self.world.now + self.chance.randrange(60, most)

    async def home_assistant_restarts(self) -> None:
        await self.world.stop()
        self.world.move_to(self._pass(HOUR_SECONDS))
        await self.world.start()

    async def home_assistant_is_down(self) -> None:
        await self.world.stop()
        self.world.move_to(self._pass(40 * HOUR_SECONDS))
        await self.world.start()

    async def home_assistant_forgets(self) -> None:
        """A crash, or somebody clears the storage: what it had written down is gone."""
        await self.world.stop()
        await forget(self.world.hass, self.world.entry.entry_id)
        self.world.move_to(self._pass(20 * HOUR_SECONDS))
        await self.world.start()

    async def network_is_down(self) -> None:
        await self.world.board.stop()
        await self._live_until(self._pass(12 * HOUR_SECONDS))
        await self.world.board.start()
        await self.world.poll()

    async def board_is_off(self) -> None:
        await self._away(self.world.board.deaf, 6 * HOUR_SECONDS, stopped=True)

    async def cable_is_loose(self) -> None:
        await self._away(self.world.board.deaf, 3 * HOUR_SECONDS, stopped=False)

    async def board_and_home_assistant_are_off(self) -> None:
        until = self._pass(8 * HOUR_SECONDS)
        self.world.board.deaf.spans.append((self.world.now, until))
        await self.world.board.power_off()
        await self.world.stop()
        self.world.move_to(until)
        await self.world.board.power_on()
        await self.world.start()

    async def card_is_out(self) -> None:
        await self._away(self.world.board.without_card, 10 * HOUR_SECONDS, stopped=False)

    async def card_is_out_and_home_assistant_down(self) -> None:
        """One after the other, and back in any order."""
        start = self.world.now
        times = sorted(self._pass(12 * HOUR_SECONDS) for _ in range(3))
        back, up = self.chance.sample(times[1:], 2)
        self.world.board.without_card.spans.append((start, back))
        await self._live_until(times[0])
        await self.world.stop()
        self.world.move_to(up)
        await self.world.start()
        await self._live_until(max(back, up))
        await self.world.poll()

    async def _away(self, outages: Outages, most: int, *, stopped: bool) -> None:
        until = self._pass(most)
        outages.spans.append((self.world.now, until))
        if stopped:
            await self.world.board.power_off()
        await self._live_until(until)
        if stopped:
            await self.world.board.power_on()
        await self.world.poll()

    async def meter_is_replaced(self) -> None:
        """The house is without power meanwhile, and the registers of the new meter begin anew."""
        world, house = self.world, self.world.board.house
        if house.replaced is not None:
            return
        off = -(-world.now // SLOT_SECONDS) * SLOT_SECONDS
        await self._live_until(off)
        until = off + self.chance.randrange(2, 13) * SLOT_SECONDS
        house.cut(off, until)
        world.board.deaf.spans.append((off, until))
        await world.board.power_off()
        await self._live_until(until)
        registers = [self.chance.randrange(4000) for _ in house.first]
        house.replaced = Replacement(until, Registers._make(registers))
        await world.board.power_on()
        await world.poll()
        first = until // QUARTER_SECONDS * QUARTER_SECONDS
        # And of the old one, what a power cut has cost the board.
        lost = house.between(off - LOST_SECONDS, off)
        self._untold = sum(lost[:4]) + sum(house.between(first, first + QUARTER_SECONDS)[:4])

    async def counter_is_lost(self) -> None:
        """Only a board with the original firmware needs one; it begins at nothing again."""
        await self.world.stop()
        await store_of(self.world.hass, self.world.entry.entry_id).async_remove()
        self.world.move_to(self._pass(2 * HOUR_SECONDS))
        await self.world.start()

    async def sensor_is_left_out_of_the_recorder(self) -> None:
        """For some hours; both need a restart of Home Assistant."""
        recorder = get_instance(self.world.hass)
        left_out = self.entity_id(self.chance.choice(self._keys))
        recorded = recorder.entity_filter
        for chosen in (lambda entity_id: entity_id != left_out, recorded):
            await self.world.stop()
            recorder.entity_filter = chosen
            self.world.move_to(self._pass(HOUR_SECONDS))
            await self.world.start()
            if chosen is not recorded:
                await self._hours(self.chance.randrange(1, 5))

    async def sensor_is_renamed(self) -> None:
        registry = er.async_get(self.world.hass)
        entity_id = self.entity_id(self.chance.choice(self._keys))
        registry.async_update_entity(entity_id, new_entity_id=f"sensor.renamed_{self.chance.randrange(10**9)}")
        await self.world.hass.async_block_till_done()
        await self.world.recorded()

    async def unit_is_changed(self) -> None:
        registry = er.async_get(self.world.hass)
        registry.async_update_entity_options(
            self.entity_id(self.chance.choice(self._keys)),
            "sensor",
            {"unit_of_measurement": self.chance.choice(_UNITS)},
        )
        await self.world.hass.async_block_till_done()

    async def old_states_are_purged(self) -> None:
        await self.world.recorded()
        await get_instance(self.world.hass).async_add_executor_job(_purge, self.world.hass, self.world.now)

    async def a_person_asks_for_all_of_it(self) -> None:
        self.world.historian.request()
        await self.world.settled()

    async def a_person_asks_for_a_part(self) -> None:
        start = self.world.board.house.start
        first = self.chance.randrange(start, self.world.now)
        await self.world.historian.import_range(first, self.chance.randrange(first, self.world.now), dry_run=False)

    @property
    def _keys(self) -> tuple[str, ...]:
        return _KEYS if self.world.board.original else _KEYS + _MORE_KEYS

    def entity_id(self, key: str) -> str:
        """What a sensor is called now."""
        board = self.world.entry.runtime_data.coordinator.board_id
        entity_id = er.async_get(self.world.hass).async_get_entity_id("sensor", "digimon", f"{board}_{key}")
        assert entity_id is not None
        return entity_id

    async def check(self) -> None:
        """What must be true."""
        world = self.world
        start = world.board.house.start
        end = world.now // HOUR_SECONDS * HOUR_SECONDS
        for key in self._keys:
            changes = await world.changes(self.entity_id(key))
            assert min(changes) >= start, self.diary
            falls = {(hour - start) // HOUR_SECONDS: change for hour, change in changes.items() if change < -0.01}
            assert not falls, (key, falls, self.diary)
            wrong = {}
            for hour in range(start, end, HOUR_SECONDS):
                true = self._truth(key, hour, hour + HOUR_SECONDS)
                change = changes.get(hour)
                if hour == start and key == "consumed_energy_t2":
                    continue
                if self._is_known(hour) and (change is None or abs(change - true) > self._allowed(hour, true)):
                    wrong[(hour - start) // HOUR_SECONDS] = (change, true)
            assert not wrong, (key, wrong, self.diary)
            if not self.world.board.original:
                # A register tells of every hour, if only together with others: none stands for those before it.
                last = max(hour for hour in range(start, end, HOUR_SECONDS) if self._is_known(hour))
                missing = [hour for hour in range(start, last, HOUR_SECONDS) if hour not in changes]
                assert not missing, (key, [(hour - start) // HOUR_SECONDS for hour in missing], self.diary)
            # Of a tariff the first quarter on the card has no beginning.
            first = start + (QUARTER_SECONDS if key == "consumed_energy_t2" else 0)
            total = self._truth(key, first, end)
            # What nobody counted, nobody knows.
            if not self.world.board.original:
                assert abs(sum(changes.values()) - total) < _ALLOWED_TOTAL + self._untold, (key, self.diary)

    async def check_second_run(self) -> None:
        """Looking at all of it once more writes nothing."""
        world = self.world
        await world.historian.import_range(world.board.house.start, world.now, dry_run=False)
        answer = await world.historian.import_range(world.board.house.start, world.now, dry_run=False)
        assert answer["sensors"] == {}, self.diary

    def _allowed(self, hour: int, true: float) -> float:
        """Wh, up or down."""
        if not self.world.board.original:
            return 1.01
        allowed = max(2, true * 0.005)
        return allowed + self.world.last_interval(hour) if hour in self._lived else allowed

    def _truth(self, key: str, first: int, until: int) -> float:
        flow = self.world.board.house.between(first, until)
        return sum(flow[place] for place in _PLACES[key])

    def _is_known(self, hour: int) -> bool:
        """Whether the card or Home Assistant can know what happened in an hour."""
        board = self.world.board
        end = hour + HOUR_SECONDS
        if board.missed(hour, end):
            return False
        if board.original:
            # What was neither on the card nor seen is lost, as there is no register to tell of it.
            return hour in self._lived or board.is_on_card(hour, end)
        # The last quarter of the hour before tells where the register stood.
        return {hour, end} <= self._seen or board.is_on_card(hour - QUARTER_SECONDS, end)


def _purge(hass: HomeAssistant, now: int) -> None:
    """As the recorder does after ten days, only sooner."""
    with session_scope(hass=hass) as session:
        session.query(StatisticsShortTerm).filter(StatisticsShortTerm.start_ts < now - 2 * HOUR_SECONDS).delete()


_HAPPENINGS: tuple[Callable[[Life], Awaitable[None]], ...] = (
    Life.home_assistant_restarts,
    Life.home_assistant_is_down,
    Life.home_assistant_forgets,
    Life.network_is_down,
    Life.board_is_off,
    Life.cable_is_loose,
    Life.board_and_home_assistant_are_off,
    Life.card_is_out,
    Life.card_is_out_and_home_assistant_down,
    Life.meter_is_replaced,
    Life.counter_is_lost,
    Life.sensor_is_left_out_of_the_recorder,
    Life.sensor_is_renamed,
    Life.unit_is_changed,
    Life.old_states_are_purged,
    Life.a_person_asks_for_all_of_it,
    Life.a_person_asks_for_a_part,
)


async def live_through(world: World, seed: int, hours_before: int, hours: int) -> None:
    """Live some hours of a life, and look at what it left, twice.

    :param seed: printed, to live it again.
    :param hours_before: that the house has been there when the board is added.
    """
    print(f"seed {seed}")  # noqa: T201
    life = Life(world, seed)
    world.move_to(world.board.house.start + hours_before * HOUR_SECONDS + 600)
    await life.live(hours)
    await life.check()
    await life.check_second_run()
    await life.check()
