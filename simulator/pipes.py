"""Gas and water of a day: litres per 5 minutes, as the meters of the pipes report them."""

from itertools import accumulate
from typing import TYPE_CHECKING

from simulator.appliances import HOUR, MINUTE

if TYPE_CHECKING:
    from simulator.appliances import HouseDay

SLOT_SECONDS = 300
_SATURDAY = 5
# Below this outdoor temperature (0.1 degrees C) the gas boiler helps the heat pump.
_HELP_LIMIT = 15


class Pipes:
    """What one day drew from a main.

    :ivar total: litres of the day.
    """

    def __init__(self, length: int) -> None:
        """Start a day of so many seconds."""
        self._slots = [0] * (length // SLOT_SECONDS)
        self._sums: list[int] | None = None
        self.total = 0

    def draw(self, second: int, litres: int, slots: int = 1) -> None:
        """Draw litres from a second of the day on, evenly over some slots; what reaches beyond the day is not drawn."""
        first = second // SLOT_SECONDS
        for number in range(slots):
            if first + number < len(self._slots):
                part = litres * (number + 1) // slots - litres * number // slots
                self._slots[first + number] += part
                self.total += part

    def until(self, second: int) -> int:
        """Litres from local midnight to the last full slot before a second of the day."""
        if self._sums is None:
            self._sums = [0, *accumulate(self._slots)]
        return self._sums[second // SLOT_SECONDS]


def gas_and_water(day: HouseDay) -> tuple[Pipes, Pipes]:
    """The gas and the water of a day: showers, taps, cooking and the boiler in hard frost."""
    gas, water = Pipes(day.length), Pipes(day.length)
    if day.weather.temperature < _HELP_LIMIT:
        help_litres = (_HELP_LIMIT - day.weather.temperature) * 2
        for hour in (6, 7, 8, 17, 18, 19, 20):
            gas.draw(day.at(hour * HOUR), help_litres * 4, 12)
    if day.away:
        return gas, water
    dice = day.dice("water")
    late = day.weekday >= _SATURDAY
    showers = [(8, 90) if late else (6, 55)] * 2 + [(20, 90)] * dice.between(0, 2)
    for hour, spread in showers:
        second = day.at(hour * HOUR + dice.between(10, spread) * MINUTE)
        litres = dice.between(42, 78)
        water.draw(second, litres, 2)
        gas.draw(second, litres * 4, 2)
    for _ in range(dice.between(12, 24)):
        second = day.at(dice.between(13, 45) * 30 * MINUTE) + dice.between(0, 1799)
        litres = dice.between(2, 9)
        water.draw(second, litres)
        gas.draw(second, litres if dice.chance(30) else 0)
    gas.draw(day.at(17 * HOUR + dice.between(40, 80) * MINUTE), dice.between(60, 140), dice.between(4, 8))
    return gas, water
