"""The net power of one local day, second by second, with exact integrals.

The day is a row of steps of constant net power (offtake positive, injection negative, W). Over each
step lies a ripple, as real appliances are never quite steady: it changes every second, sums to zero
over each 16 seconds and is too small to change the sign, so that no register feels it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise, repeat

from core.clock import QUARTER_SECONDS
from simulator.chance import Dice

_RIPPLE_SECONDS = 16
_RIPPLE_PATTERNS = 64
_RIPPLE_MOST_W = 6
# Ripple starts at this power, and grows by its own size for every further 800 W.
_RIPPLE_FROM_W = 60
_RIPPLE_STEP_W = 800
_GOLDEN = 0x9E3779B1


class Ripple:
    """The patterns of the ripple of one house."""

    def __init__(self, seed: int) -> None:
        """Make the patterns of a seed."""
        self.patterns = [_pattern(seed, number) for number in range(_RIPPLE_PATTERNS)]
        self.sums = [(0, *accumulate(pattern)) for pattern in self.patterns]

    @staticmethod
    def at(second: int) -> int:
        """Which pattern a run of 16 seconds has that starts at a second of the day."""
        return (second * _GOLDEN >> 15) % _RIPPLE_PATTERNS


def _pattern(seed: int, number: int) -> tuple[int, ...]:
    """Sixteen steps that sum to zero."""
    dice = Dice(seed, "ripple", number)
    steps = [dice.between(-_RIPPLE_MOST_W, _RIPPLE_MOST_W) for _ in range(_RIPPLE_SECONDS // 2)]
    steps += [-step for step in steps]
    order = [dice.between(0, 60000) for _ in steps]
    return tuple(step for _, step in sorted(zip(order, steps, strict=True)))


def _ripple_size(power: int) -> int:
    """How many times its pattern a ripple has on a power."""
    size = abs(power)
    return 0 if size < _RIPPLE_FROM_W else 1 + size // _RIPPLE_STEP_W


class Profile:
    """The steps of one day and what they add up to.

    :ivar length: seconds in the day.
    """

    def __init__(self, phases: Sequence[dict[int, int]], length: int, ripple: Ripple) -> None:
        """Build the steps.

        :param phases: per phase, second since local midnight -> change of the power in W.
        :param length: seconds in the day.
        """
        self.length = length
        self._phases = phases
        self._ripple = ripple
        # Every quarter begins a step, which makes its energy a difference of two sums.
        changes = dict.fromkeys(range(0, length + 1, QUARTER_SECONDS), 0)
        for phase in phases:
            for second, change in phase.items():
                changes[second] = changes.get(second, 0) + change
        starts = sorted(changes)
        powers = list(accumulate(map(changes.__getitem__, starts)))
        energies = [power * (end - start) for power, (start, end) in zip(powers, pairwise(starts), strict=False)]
        net = [0, *accumulate(energies)]
        self._starts = starts
        self._powers = powers
        self._consumed = [0, *accumulate(map(max, energies, repeat(0)))]
        self._produced = [consumed - total for consumed, total in zip(self._consumed, net, strict=True)]
        self._phase_steps: list[tuple[list[int], list[int]]] | None = None

    def power(self, second: int) -> int:
        """Net power in W during the second that begins at a second of the day."""
        step = bisect_right(self._starts, second) - 1
        power = self._powers[step]
        size = _ripple_size(power)
        if not size:
            return power
        start = self._starts[step]
        block, offset = divmod(second - start, _RIPPLE_SECONDS)
        begin = start + block * _RIPPLE_SECONDS
        if begin + _RIPPLE_SECONDS > self._starts[step + 1]:
            return power
        return power + size * self._ripple.patterns[self._ripple.at(begin)][offset]

    def energy(self, second: int) -> tuple[int, int]:
        """Offtake and injection in Ws from local midnight to a second of the day, 0 to its length."""
        step = bisect_right(self._starts, second) - 1
        consumed, produced = self._consumed[step], self._produced[step]
        start = self._starts[step]
        if second == start:
            return consumed, produced
        power = self._powers[step]
        energy = power * (second - start)
        size = _ripple_size(power)
        if size:
            block, offset = divmod(second - start, _RIPPLE_SECONDS)
            begin = start + block * _RIPPLE_SECONDS
            if offset and begin + _RIPPLE_SECONDS <= self._starts[step + 1]:
                energy += size * self._ripple.sums[self._ripple.at(begin)][offset]
        return (consumed + energy, produced) if energy > 0 else (consumed, produced - energy)

    def powers(self, start: int, end: int) -> list[int]:
        """Net power in W of every second from one second of the day up to another."""
        step = bisect_right(self._starts, start) - 1
        first = self._starts[step]
        result: list[int] = []
        while self._starts[step] < end:
            result += self._step_powers(step)
            step += 1
        return result[start - first : end - first]

    def highest(self, start: int, end: int) -> int:
        """The highest step in W, without its ripple, from one second of the day up to another."""
        first = bisect_right(self._starts, start) - 1
        return max(self._powers[first : bisect_left(self._starts, end)])

    def _step_powers(self, step: int) -> list[int]:
        """Net power in W of every second of a step."""
        power, begin, stop = self._powers[step], self._starts[step], self._starts[step + 1]
        size = _ripple_size(power)
        if not size:
            return [power] * (stop - begin)
        ripple = self._ripple
        result: list[int] = []
        for block in range(begin, stop - _RIPPLE_SECONDS + 1, _RIPPLE_SECONDS):
            result += [power + size * change for change in ripple.patterns[ripple.at(block)]]
        return result + [power] * (stop - begin - len(result))

    def quarter_energies(self) -> list[tuple[int, int]]:
        """Offtake and injection in Ws of every quarter of the day."""
        consumed = dict(zip(self._starts, self._consumed, strict=True))
        produced = dict(zip(self._starts, self._produced, strict=True))
        return [
            (consumed[end] - consumed[end - QUARTER_SECONDS], produced[end] - produced[end - QUARTER_SECONDS])
            for end in range(QUARTER_SECONDS, self.length + 1, QUARTER_SECONDS)
        ]

    def phase_powers(self, second: int) -> tuple[int, int, int]:
        """Net power in W of the three phases, which sum to `power`; the ripple is on the first."""
        if self._phase_steps is None:
            self._phase_steps = [_steps(phase) for phase in self._phases[1:]]
        others = [powers[bisect_right(starts, second) - 1] for starts, powers in self._phase_steps]
        return self.power(second) - sum(others), others[0], others[1]


def _steps(changes: dict[int, int]) -> tuple[list[int], list[int]]:
    """Start and power of the steps of one phase."""
    starts = sorted({0: 0, **changes})
    return starts, list(accumulate(changes.get(start, 0) for start in starts))
