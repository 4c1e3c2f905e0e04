"""How the meter is connected: volts, amperes and the power of each phase."""

from enum import StrEnum
from math import isqrt

from simulator.chance import Dice
from simulator.dates import HOUR
from simulator.reading import Phase

_NOISE_SECONDS = 10
# Volts and amperes are in the resolution of the telegram: 0.1 V and 0.01 A.
_NOMINAL = 2335
_NOISE = 14
_SWING = 22
# The cable to the street costs 0.1 V for every 100 W of a phase, and gains as much from the sun.
_WATT_PER_TENTH = 100
# A load whose current lags makes one of the two elements count more and the other less.
_MOST_LAG_W = 45


class Grid(StrEnum):
    """Kinds of connection: one phase, three phases with neutral (400 V), three without (230 V)."""

    SINGLE = "single"
    THREE = "three"
    THREE_230 = "three_230"


class Electrics:
    """The electrical side of one connection."""

    def __init__(self, seed: int, grid: Grid) -> None:
        """Connect the house of a seed."""
        self._seed = seed
        self._grid = grid
        self._noise_of = -1
        self._noise: tuple[int, ...] = ()

    def phases(self, powers: tuple[int, int, int], utc: int) -> tuple[Phase, ...]:
        """The phases that the meter shows.

        :param powers: net power in W of the three circuits of the house.
        """
        noise = self._noise_at(utc)
        if self._grid is Grid.SINGLE:
            return (_phase(sum(powers), noise[0]),)
        if self._grid is Grid.THREE:
            return tuple(_phase(power, volt) for power, volt in zip(powers, noise, strict=False))
        return _three_wires(
            powers[0] + powers[1] // 2 + noise[3], powers[2] + powers[1] - powers[1] // 2 - noise[3], noise
        )

    def _noise_at(self, utc: int) -> tuple[int, ...]:
        """The voltages of three phases without load in 0.1 V, and the lag in W."""
        if utc // _NOISE_SECONDS != self._noise_of:
            self._noise_of = utc // _NOISE_SECONDS
            hour, into = divmod(utc, HOUR)
            before, after = (Dice(self._seed, "grid", number).between(-_SWING, _SWING) for number in (hour, hour + 1))
            street = _NOMINAL + before + (after - before) * into // HOUR
            dice = Dice(self._seed, "voltage", self._noise_of)
            volts = (street + dice.between(-_NOISE, _NOISE) for _ in range(3))
            self._noise = (*volts, dice.between(0, _MOST_LAG_W))
        return self._noise


def _three_wires(first: int, third: int, volts: tuple[int, ...]) -> tuple[Phase, ...]:
    """Without a neutral, two elements measure L1 and L3 against L2; what hangs between the two counts half in each."""
    one, three = _phase(first, volts[0]), _phase(third, volts[2])
    # Both voltages are 60 degrees apart, and so are their currents, which meet in L2.
    product = one.current * three.current if first * third >= 0 else -one.current * three.current
    return one, Phase(0, 0, 0, isqrt(one.current**2 + three.current**2 + product)), three


def _phase(power: int, volt: int) -> Phase:
    volt -= power // _WATT_PER_TENTH
    # W / 0.1 V = 10 A, so 1,000 hundredths; rounded to the nearest.
    current = (abs(power) * 1000 + volt // 2) // volt
    return Phase(max(power, 0), max(-power, 0), volt, current)
