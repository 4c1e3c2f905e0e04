"""The weather over the house and the sun above it, in integers.

Both are a function of the date only, so that the heat pump and the solar panels share one sky.
"""

from dataclasses import dataclass

from simulator.chance import Dice
from simulator.dates import LocalDate

# Mean temperature of the months at Ukkel, 0.1 degrees C, taken at the middle of the month.
_MONTH_TEMPERATURES = (37, 42, 71, 104, 139, 167, 187, 184, 152, 113, 72, 43)
# How much of an average day's sky is covered, %: Belgian winters are grey.
_MONTH_COVERS = (74, 68, 60, 54, 52, 50, 48, 48, 52, 60, 70, 76)
_MONTH_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_YEAR_DAYS = 365
_WEEK_DAYS = 7
_MID_MONTH = 15

_SCALE = 10000
_CIRCLE = 86400
_HALF_CIRCLE = _CIRCLE // 2
SOLAR_NOON = 11 * 3600 + 42 * 60
"""Second of the UTC day at which the sun stands highest in the middle of Flanders."""
# Sine and cosine of the latitude 51 degrees, and of 51 - 35 degrees for panels that face south at 35 degrees.
_SINE_LATITUDE, _COSINE_LATITUDE = 7771, 6293
_SINE_PANELS, _COSINE_PANELS = 2756, 9613
_DECLINATION = 3978
_SPRING_DAY = 80


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather of one day.

    :ivar temperature: mean of the day, 0.1 degrees C.
    :ivar cover: how much of the sky is covered, 0 to 100 %.
    """

    temperature: int
    cover: int


@dataclass(frozen=True, slots=True)
class _Wander:
    """Something of the weather that lasts for days: it wanders from one knot to the next.

    :ivar days: from knot to knot.
    :ivar most: how far from zero.
    """

    name: str
    days: int
    most: int

    def at(self, seed: int, track: int, number: int) -> int:
        """Its value on a day of the year, on one of the tracks of the weather."""
        knot, part = divmod(number, self.days)
        first, second = (Dice(seed, self.name, track, end).between(-self.most, self.most) for end in (knot, knot + 1))
        return first + (second - first) * part // self.days


_SPELL = _Wander("spell", 6, 85)
_FRONT = _Wander("front", 3, 45)


def weather(seed: int, date: LocalDate) -> Weather:
    """The weather of the days with this date and weekday."""
    number = _day_of_year(date)
    # Days that follow each other share this number, and with it the spells they lie in.
    track = (date.weekday - number) % _WEEK_DAYS
    dice = Dice(seed, "weather", *date.key)
    temperature = _of_season(_MONTH_TEMPERATURES, number) + _SPELL.at(seed, track, number) + dice.between(-12, 12)
    cover = _of_season(_MONTH_COVERS, number) + _FRONT.at(seed, track, number) + dice.between(-18, 18)
    return Weather(temperature, min(100, max(0, cover)))


def _day_of_year(date: LocalDate) -> int:
    """Days since 1 January; 29 February counts as 1 March."""
    return _MONTH_DAYS[date.month - 1] + date.day - 1


def _of_season(months: tuple[int, ...], number: int) -> int:
    """A value between those of the two months around a day of the year."""
    month = max(index for index in range(-1, 12) if index < 0 or _MONTH_DAYS[index] + _MID_MONTH <= number)
    following = (month + 1) % 12
    before = _MONTH_DAYS[month] + _MID_MONTH - (_YEAR_DAYS if month < 0 else 0)
    after = _MONTH_DAYS[following] + _MID_MONTH + (_YEAR_DAYS if month > following else 0)
    return months[month] + (months[following] - months[month]) * (number - before) // (after - before)


def _sine(angle: int) -> int:
    """The sine, times 10,000, of an angle of which 86,400 make a circle (Bhaskara's formula, exact to 0.2 %)."""
    angle %= _CIRCLE
    half = angle % _HALF_CIRCLE
    product = half * (_HALF_CIRCLE - half)
    sine = 4 * product * _SCALE // (5 * _HALF_CIRCLE * _HALF_CIRCLE // 4 - product)
    return sine if angle < _HALF_CIRCLE else -sine


# The cosine of the hour angle for every minute from noon on.
_HOUR_COSINES = [_sine(60 * minute + _HALF_CIRCLE // 2) for minute in range(_HALF_CIRCLE // 60 + 1)]


class Sun:
    """The sun of one day of the year.

    :ivar half_day: seconds before and after noon during which the panels see it.
    """

    def __init__(self, date: LocalDate) -> None:
        sine = _DECLINATION * _sine(_CIRCLE * (_day_of_year(date) - _SPRING_DAY) // _YEAR_DAYS) // _SCALE
        # The root of 1 - sine squared, by its series.
        cosine = _SCALE - sine * sine // (2 * _SCALE) - sine**4 // (8 * _SCALE**3)
        self._height = (sine * _SINE_LATITUDE // _SCALE, cosine * _COSINE_LATITUDE // _SCALE)
        self._panels = (sine * _SINE_PANELS // _SCALE, cosine * _COSINE_PANELS // _SCALE)
        self.half_day = 0
        step = _HALF_CIRCLE // 2
        while step:
            if self.on_panels(self.half_day + step):
                self.half_day += step
            step //= 2

    def on_panels(self, second: int) -> int:
        """How much of the panels' peak power a clear sky gives, times 10,000.

        :param second: since noon, within half a day.
        """
        hour_cosine = _HOUR_COSINES[abs(second) // 60]
        height = self._height[0] + self._height[1] * hour_cosine // _SCALE
        facing = self._panels[0] + self._panels[1] * hour_cosine // _SCALE
        if height <= 0 or facing <= 0:
            return 0
        # The lower the sun, the more air its light has to pass.
        return facing * height // (height + 1200) * 11 // 10
