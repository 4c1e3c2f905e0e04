"""The weather over the house and the sun above it, in integers.

Both are a function of the date only, so that the heat pump and the solar panels share one sky.
"""

from dataclasses import dataclass

from simulator.chance import Dice

# Mean temperature of the months at Ukkel, 0.1 degrees C, taken at the middle of the month.
_MONTH_TEMPERATURES = (37, 42, 71, 104, 139, 167, 187, 184, 152, 113, 72, 43)
# How much of an average day's sky is covered, %: Belgian winters are grey.
_MONTH_COVERS = (74, 68, 60, 52, 50, 48, 46, 46, 50, 58, 70, 76)
_MONTH_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_YEAR_DAYS = 365
_MID_MONTH = 15

# Weather changes over days: cold spells and grey weeks run from knot to knot.
_SPELL_DAYS = 5
_FRONT_DAYS = 3
_WEEK_DAYS = 7

_SCALE = 10000
_HALF_CIRCLE = 43200
# The sun stands highest at 11:42 UTC in the middle of Flanders.
_SOLAR_NOON = 11 * 3600 + 42 * 60
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


def day_of_year(month: int, day: int) -> int:
    """Days since 1 January; 29 February counts as 1 March."""
    return _MONTH_DAYS[month - 1] + day - 1


def weather(seed: int, month: int, day: int, weekday: int) -> Weather:
    """The weather of the days with this date and weekday.

    :param weekday: 0 Monday to 6 Sunday.
    """
    number = day_of_year(month, day)
    # Days that follow each other share this number, and with it the spells they lie in.
    track = (weekday - number) % _WEEK_DAYS
    dice = Dice(seed, "weather", month, day, weekday)
    spell = _between_knots(seed, "spell", track, number, _SPELL_DAYS, 55)
    front = _between_knots(seed, "front", track, number, _FRONT_DAYS, 45)
    temperature = _of_season(_MONTH_TEMPERATURES, number) + spell + dice.between(-12, 12)
    cover = _of_season(_MONTH_COVERS, number) + front + dice.between(-18, 18)
    return Weather(temperature, min(100, max(0, cover)))


def _of_season(months: tuple[int, ...], number: int) -> int:
    """A value between those of the two months around a day of the year."""
    month = 0
    while month < len(months) - 1 and _MONTH_DAYS[month + 1] + _MID_MONTH <= number:
        month += 1
    if number < _MID_MONTH:
        month = -1
    before = _MONTH_DAYS[month] + _MID_MONTH - (_YEAR_DAYS if month < 0 else 0)
    following = (month + 1) % len(months)
    after = _MONTH_DAYS[following] + _MID_MONTH + (_YEAR_DAYS if following == 0 and month > 0 else 0)
    return _between(months[month], months[following], number - before, after - before)


def _between_knots(seed: int, name: str, track: int, number: int, days: int, most: int) -> int:
    """A value that wanders between -most and most, from one knot of so many days to the next."""
    knot = number // days
    first = Dice(seed, name, track, knot).between(-most, most)
    second = Dice(seed, name, track, knot + 1).between(-most, most)
    return _between(first, second, number % days, days)


def _between(first: int, second: int, part: int, whole: int) -> int:
    return first + (second - first) * part // whole


def _half_sine(angle: int) -> int:
    """The sine of an angle between 0 and a half circle of 43,200, times 10,000 (Bhaskara's formula, exact to 0.2 %)."""
    product = angle * (_HALF_CIRCLE - angle)
    return 4 * product * _SCALE // (5 * _HALF_CIRCLE * _HALF_CIRCLE // 4 - product)


def _sine(angle: int) -> int:
    angle %= 2 * _HALF_CIRCLE
    return _half_sine(angle) if angle <= _HALF_CIRCLE else -_half_sine(angle - _HALF_CIRCLE)


class Sun:
    """The sun of one day of the year."""

    def __init__(self, month: int, day: int) -> None:
        """Take the sun of a date."""
        turn = 2 * _HALF_CIRCLE * (day_of_year(month, day) - _SPRING_DAY) // _YEAR_DAYS
        sine = _DECLINATION * _sine(turn) // _SCALE
        cosine = _SCALE - sine * sine // (2 * _SCALE) - sine**4 // (8 * _SCALE**3)
        self._height = (sine * _SINE_LATITUDE // _SCALE, cosine * _COSINE_LATITUDE // _SCALE)
        self._panels = (sine * _SINE_PANELS // _SCALE, cosine * _COSINE_PANELS // _SCALE)

    def on_panels(self, utc_second: int) -> int:
        """How much of the panels' peak power a clear sky gives, times 10,000.

        :param utc_second: second of the day in UTC; may be negative or beyond the day's end.
        """
        hour_cosine = _sine(utc_second - _SOLAR_NOON + _HALF_CIRCLE // 2)
        height = self._height[0] + self._height[1] * hour_cosine // _SCALE
        facing = self._panels[0] + self._panels[1] * hour_cosine // _SCALE
        if height <= 0 or facing <= 0:
            return 0
        # The lower the sun, the more air its light has to pass.
        return facing * height // (height + 1200) * 11 // 10
