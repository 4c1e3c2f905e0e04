"""Gas and water of a day: litres per 5 minutes, as the meters of the pipes report them."""

from itertools import accumulate

from simulator.appliances import HouseDay
from simulator.dates import MINUTE

SLOT_SECONDS = 300
# Below this outdoor temperature (0.1 degrees C) the gas boiler helps the heat pump in these hours of the clock.
_HELP_LIMIT = 15
_HELP_HOURS = (6, 7, 8, 17, 18, 19, 20)


class Pipe:
    """What one day draws from a main.

    :ivar total: litres of the day.
    """

    def __init__(self, length: int) -> None:
        """:param length: seconds in the day."""
        self._slots = [0] * (length // SLOT_SECONDS)
        self._sums: list[int] | None = None
        self.total = 0

    def draw(self, second: int, litres: int, slots: int = 1) -> None:
        """Draw litres evenly over some slots from a second of the day on; what reaches beyond the day is not drawn."""
        first = second // SLOT_SECONDS
        for number in range(min(slots, len(self._slots) - first)):
            part = litres * (number + 1) // slots - litres * number // slots
            self._slots[first + number] += part
            self.total += part

    def until(self, second: int) -> int:
        """Litres from local midnight to the end of the last slot that is over at a second of the day."""
        if self._sums is None:
            self._sums = [0, *accumulate(self._slots)]
        return self._sums[second // SLOT_SECONDS]


def gas_and_water(day: HouseDay) -> tuple[Pipe, Pipe]:
    """The gas and the water of a day: showers, taps, cooking and the boiler in the cold."""
    gas, water = Pipe(day.date.length), Pipe(day.date.length)
    cold = _HELP_LIMIT - day.weather.temperature
    if cold > 0:
        for hour in _HELP_HOURS:
            gas.draw(day.at(hour), cold * 8, 12)
    if day.away:
        return gas, water
    dice = day.dice("water")
    morning = (8, 90) if day.weekend else (6, 55)
    for hour, spread in [morning] * 2 + [(20, 90)] * dice.between(0, 2):
        second = day.at(hour, dice.between(10, spread))
        litres = dice.between(42, 78)
        water.draw(second, litres, 2)
        gas.draw(second, litres * 4, 2)
    for _ in range(dice.between(12, 24)):
        second = day.at(0, dice.between(13, 45) * 30) + dice.between(0, 30 * MINUTE - 1)
        litres = dice.between(2, 9)
        water.draw(second, litres)
        gas.draw(second, litres if dice.chance(30) else 0)
    gas.draw(day.at(17, dice.between(40, 80)), dice.between(60, 140), dice.between(4, 8))
    return gas, water
