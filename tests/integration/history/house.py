"""A house that is simple enough to know the truth of every hour at a glance.

Every five minutes it takes or gives another power; gas and water pass in litres. All of it follows from a
seed, and the registers are exact sums.
"""

import random
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from core.clock import HOUR_SECONDS, INTERVAL_SECONDS, QUARTER_SECONDS, local_fields

SLOT_SECONDS = 300
_GAS_MOST_L = 120
_WATER_MOST_L = 60
_NOTHING: tuple[int, ...] = (0,) * 6


class Registers(NamedTuple):
    """In the order of core.records.REGISTERS: Wh and l, as the meter shows them."""

    consumed_energy_t1: int
    consumed_energy_t2: int
    produced_energy_t1: int
    produced_energy_t2: int
    gas: int
    water: int


class Replacement(NamedTuple):
    """Another meter from an instant on."""

    utc: int
    registers: Registers


class ModelHouse:
    """What a house takes and gives between two instants."""

    def __init__(self, seed: int, start: int, hours: int, *, replaced: Replacement | None = None) -> None:
        """:param start: utc of the installation of its meter, a full hour."""
        chance = random.Random(seed)
        self.start = start
        self.end = start + hours * HOUR_SECONDS
        self.first = Registers._make([*(chance.randrange(1000, 20_000_000) for _ in range(4)), 812_345, 93_210])
        self.replaced = replaced
        slots = range(start, self.end, SLOT_SECONDS)
        self._powers = [_power(chance) for _ in slots]
        flows: list[tuple[int, ...]] = []
        for slot, power in zip(slots, self._powers, strict=True):
            *_, hour, _, _, _ = local_fields(slot)
            taken, given = max(power, 0) * SLOT_SECONDS, max(-power, 0) * SLOT_SECONDS
            by_day = 7 <= hour < 22
            water = chance.randrange(_WATER_MOST_L) if chance.random() < 0.1 else 0
            gas = chance.randrange(_GAS_MOST_L) if chance.random() < 0.3 else 0
            flows.append(
                (
                    taken if by_day else 0,
                    0 if by_day else taken,
                    given if by_day else 0,
                    0 if by_day else given,
                    gas,
                    water,
                )
            )
        self._flows = flows
        self._sums = list(accumulate(flows, _plus, initial=_NOTHING))

    def cut(self, first: int, until: int) -> None:
        """Let nothing pass in a time to come, from the slot it begins in to the end of that of its end."""
        slots = range((first - self.start) // SLOT_SECONDS, (until - self.start - 1) // SLOT_SECONDS + 1)
        for slot in slots:
            self._powers[slot] = 0
            self._flows[slot] = _NOTHING
        self._sums = list(accumulate(self._flows, _plus, initial=_NOTHING))

    def power(self, utc: int) -> int:
        """Net offtake in W."""
        return self._powers[(utc - self.start) // SLOT_SECONDS]

    def flow(self, utc: int) -> tuple[float, ...]:
        """What has passed since the start, Ws and l, in the order of the registers."""
        slot, rest = divmod(utc - self.start, SLOT_SECONDS)
        sums = self._sums[slot]
        if not rest:
            return sums
        power = self._powers[slot]
        following = self._sums[slot + 1]
        electricity = [a + (b - a) * rest // SLOT_SECONDS for a, b in zip(sums[:4], following[:4], strict=True)]
        assert sum(electricity) - sum(sums[:4]) == abs(power) * rest
        # Pipes report at the end of a slot.
        return (*electricity, *sums[4:])

    def registers(self, utc: int) -> Registers:
        """What the meter shows at an instant."""
        flow = self.flow(utc)
        first: Registers = self.first
        before: tuple[float, ...] = (0.0,) * 6
        if self.replaced is not None and utc >= self.replaced.utc:
            first, before = self.replaced.registers, self.flow(self.replaced.utc)
        passed = [now - then for now, then in zip(flow, before, strict=True)]
        # A new electricity meter reads the old pipes.
        electricity = [int(start + ws // HOUR_SECONDS) for start, ws in zip(first[:4], passed[:4], strict=True)]
        return Registers._make([*electricity, int(self.first.gas + flow[4]), int(self.first.water + flow[5])])

    def between(self, first: int, until: int) -> tuple[float, ...]:
        """What passed between two instants: offtake day, night, injection day, night in Wh, gas and water in l."""
        before, after = self.flow(first), self.flow(until)
        flow = [b - a for a, b in zip(before, after, strict=True)]
        return (*(ws / HOUR_SECONDS for ws in flow[:4]), *flow[4:])

    def intervals(self, quarter: int) -> list[tuple[int, int]]:
        """Mean offtake and injection of each interval of 5 seconds of a quarter."""
        means = []
        for utc in range(quarter, quarter + QUARTER_SECONDS, SLOT_SECONDS):
            power = self.power(utc)
            means += [(max(power, 0), max(-power, 0))] * (SLOT_SECONDS // INTERVAL_SECONDS)
        return means


def _plus(sums: tuple[int, ...], flow: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(sums, flow, strict=True)))


def _power(chance: random.Random) -> int:
    kind = chance.random()
    if kind < 0.3:
        return -chance.randrange(1, 5000)
    return chance.randrange(0, 400) if kind < 0.8 else chance.randrange(400, 9000)


class Outages:
    """When something was away."""

    def __init__(self, spans: list[tuple[int, int]] | None = None) -> None:
        self.spans = sorted(spans or [])

    def covers(self, utc: int) -> bool:
        """Whether it was away at an instant."""
        index = bisect_right(self.spans, (utc, 1 << 62)) - 1
        return index >= 0 and self.spans[index][0] <= utc < self.spans[index][1]

    def touches(self, first: int, until: int) -> bool:
        """Whether it was away at some moment of a period."""
        return any(start < until and end > first for start, end in self.spans)
