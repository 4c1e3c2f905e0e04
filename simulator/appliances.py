"""What runs in the house on a day: every appliance as a list of switchings.

An appliance is a function of the day that switches power on and off on one of the three phases. No
run crosses midnight: a day then knows nothing of the day before it.
"""

from typing import TYPE_CHECKING

from simulator.chance import Dice
from simulator.weather import Sun, Weather, weather

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_SECONDS = 86400
HOUR = 3600
MINUTE = 60
_CLOCK_CHANGE = 3 * HOUR
_FRIDAY = 4
_SATURDAY = 5
_SUNDAY = 6

_HOLIDAY_MONTH = 7
_HOLIDAY_DAYS = range(11, 25)
_SUNNY_MONTHS = range(5, 9)

# The house is warm enough by itself from this outdoor temperature on, 0.1 degrees C.
_HEATING_LIMIT = 155
_WATT_PER_DEGREE = 60
_HEAT_PUMP_LEAST_W = 580
_HEAT_PUMP_MOST_W = 2600
# Clock hour from which -> part of the day's mean that the heat pump takes, %.
_HEAT_PUMP_HOURS = ((0, 70), (5, 145), (8, 100), (12, 85), (16, 125), (22, 70))

_CAR_FULL_W = 7360
_CAR_HALF_W = 3680
_PANELS_PEAK_W = 4350
_INVERTER_MOST_W = 4000


class HouseDay:
    """The circumstances of one local day and the switchings on each phase.

    :ivar length: seconds in the day: 82,800 and 90,000 when the clock changes.
    :ivar weather: of the day.
    :ivar away: whether the family is on holiday.
    :ivar phases: per phase, second since local midnight -> change of the power in W.
    """

    def __init__(self, seed: int, month: int, day: int, weekday: int, length: int, midnight: int) -> None:
        """Prepare a day.

        :param weekday: 0 Monday to 6 Sunday.
        :param midnight: the UTC second of the day of local midnight, negative: -3600 or -7200.
        """
        self.seed = seed
        self.month = month
        self.day = day
        self.weekday = weekday
        self.length = length
        self.midnight = midnight
        self.weather: Weather = weather(seed, month, day, weekday)
        self.away = month == _HOLIDAY_MONTH and day in _HOLIDAY_DAYS
        self.phases: tuple[dict[int, int], dict[int, int], dict[int, int]] = ({}, {}, {})

    def dice(self, name: str) -> Dice:
        """The day's dice for an appliance."""
        return Dice(self.seed, name, self.month, self.day, self.weekday)

    def at(self, clock: int) -> int:
        """Seconds since local midnight at which the clock shows a second of the day."""
        return clock + self.length - DAY_SECONDS if clock >= _CLOCK_CHANGE else clock

    def run(self, phase: int, start: int, duration: int, watt: int) -> None:
        """Switch a load on for some seconds; what reaches beyond the day is cut off.

        :param phase: 0, 1 or 2.
        :param start: seconds since local midnight.
        """
        end = min(start + duration, self.length)
        if start < end:
            changes = self.phases[phase]
            changes[start] = changes.get(start, 0) + watt
            changes[end] = changes.get(end, 0) - watt


def _standby(day: HouseDay) -> None:
    """What is never off, and what people use without noticing while they are up."""
    dice = day.dice("standby")
    day.run(0, 0, day.length, 105)
    at_home = ((6, 0), (23, 30)) if day.weekday >= _SATURDAY else ((6, 30), (22, 50))
    up, down = (day.at(hour * HOUR + minute * MINUTE) for hour, minute in at_home)
    out, back = day.at(8 * HOUR + 40 * MINUTE), day.at(16 * HOUR)
    second = 0
    while second < day.length:
        duration = dice.between(240, 840)
        most = 90
        if day.away or second < up or second >= down:
            most = 24
        elif day.weekday < _SATURDAY and out <= second < back:
            most = 50
        day.run(0, second, duration, dice.between(0, most))
        second += duration


def _evening(day: HouseDay) -> None:
    """Lights and television."""
    if day.away:
        return
    dice = day.dice("evening")
    dusk = (17, 18, 19, 20, 21, 22, 22, 21, 20, 19, 17, 17)[day.month - 1]
    second = day.at(dusk * HOUR - dice.between(0, 45) * MINUTE)
    end = day.at(22 * HOUR + dice.between(10, 80) * MINUTE)
    while second < end:
        duration = dice.between(600, 1800)
        day.run(1, second, min(duration, end - second), dice.between(60, 150))
        second += duration
    television = day.at(19 * HOUR + dice.between(30, 90) * MINUTE)
    day.run(1, television, dice.between(60, 150) * MINUTE, dice.between(95, 125))


def _fridge(day: HouseDay) -> None:
    """Fridge and freezer: the compressor runs a third of the time, more in summer."""
    dice = day.dice("fridge")
    warm = max(0, day.weather.temperature - 100)
    second = dice.between(0, 1800)
    while second < day.length:
        running = dice.between(660, 900) + warm
        day.run(0, second, 6, 420)
        day.run(0, second + 6, running, dice.between(72, 84))
        second += running + dice.between(1300, 1900)


def _kettle(day: HouseDay) -> None:
    """Two kilowatts for a few minutes, a few times a day."""
    if day.away:
        return
    dice = day.dice("kettle")
    times = [(6, 45), (19, 50)]
    if day.weekday >= _SATURDAY:
        times += [(10, 0), (15, 30)]
    if dice.chance(60):
        times.append((21, 15))
    for hour, minute in times:
        start = day.at(hour * HOUR + minute * MINUTE) + dice.between(0, 2700)
        day.run(2, start, dice.between(110, 240), dice.between(2080, 2180))


def _oven(day: HouseDay) -> None:
    """Heats up at full power, then the thermostat switches it off and on."""
    dice = day.dice("oven")
    if day.away or not dice.chance(65 if day.weekday >= _SATURDAY else 35):
        return
    watt = dice.between(2350, 2480)
    second = day.at(17 * HOUR + dice.between(25, 75) * MINUTE)
    end = second + dice.between(35, 70) * MINUTE
    heating = dice.between(480, 720)
    day.run(1, second, heating, watt)
    second += heating
    while second < end:
        second += dice.between(60, 130)
        heating = dice.between(35, 75)
        day.run(1, second, heating, watt)
        second += heating


def _washing_machine(day: HouseDay) -> None:
    """Heats its water, tumbles for an hour and spins."""
    dice = day.dice("washing machine")
    if day.away or not dice.chance((45, 20, 40, 15, 30, 85, 60)[day.weekday]):
        return
    first = 9 * HOUR + 30 * MINUTE if day.weekday >= _SATURDAY else 18 * HOUR + 45 * MINUTE
    second = day.at(first + dice.between(0, 90) * MINUTE)
    second += dice.between(180, 300)
    heating = dice.between(780, 1200)
    day.run(0, second, heating, dice.between(1900, 2060))
    second += heating
    for _ in range(dice.between(28, 40)):
        turning = dice.between(35, 65)
        day.run(0, second, turning, dice.between(130, 220))
        second += turning + dice.between(10, 20)
    day.run(0, second, dice.between(360, 540), dice.between(380, 520))


def _heat_pump(day: HouseDay) -> None:
    """Follows the weather: modulates in the cold, cycles on mild days, stays off in summer."""
    mean = (_HEATING_LIMIT - day.weather.temperature) * _WATT_PER_DEGREE // 10
    if mean <= 0:
        return
    dice = day.dice("heat pump")
    hours = [(day.at(hour * HOUR), part) for hour, part in _HEAT_PUMP_HOURS]
    second = dice.between(0, 1500)
    while second < day.length:
        part = next(part for start, part in reversed(hours) if start <= second)
        watt = min(_HEAT_PUMP_MOST_W, mean * part // 100 * dice.between(92, 108) // 100)
        if watt >= _HEAT_PUMP_LEAST_W:
            duration = dice.between(420, 900)
            day.run(1, second, duration, watt)
            second += duration
        else:
            running = dice.between(840, 1260)
            least = _HEAT_PUMP_LEAST_W + dice.between(0, 40)
            day.run(1, second, running, least)
            # Never less than a twelfth of the time, so that a mild day does not end in one endless pause.
            second += running * least // max(watt, least // 12)


def _car(day: HouseDay) -> None:
    """The charger: full power on some evenings, half power in the sun of the bright months."""
    dice = day.dice("car")
    bright = day.month in _SUNNY_MONTHS
    if bright and day.weekday >= _SATURDAY and not day.away and dice.chance(60):
        _charge(day, 11 * HOUR + dice.between(0, 90) * MINUTE, dice.between(120, 240), _CAR_HALF_W)
        return
    if day.away or not dice.chance((38, 26, 38, 26, 22, 10, 34)[day.weekday]):
        return
    start = 18 * HOUR + dice.between(60, 200) * MINUTE
    if bright:
        _charge(day, start, dice.between(80, 170), _CAR_HALF_W)
    else:
        _charge(day, start, dice.between(60, 200), _CAR_FULL_W)


def _charge(day: HouseDay, clock: int, minutes: int, watt: int) -> None:
    """Charge evenly on three phases; a full battery takes less at the end."""
    second = day.at(clock)
    duration = minutes * MINUTE
    for phase in range(3):
        share = (watt + phase) // 3
        day.run(phase, second, duration, share)
        day.run(phase, second + duration, 540, share // 2)


def _solar_panels(day: HouseDay) -> None:
    """Minus what the inverter gives: a bell on a clear day, ragged under broken clouds."""
    sun = Sun(day.month, day.day)
    dice = day.dice("sky")
    cover = day.weather.cover
    second = day.at(4 * HOUR)
    end = day.at(22 * HOUR)
    shaded = False
    while second < end:
        if cover < 25:
            duration, light = 300, dice.between(96, 100) - cover // 5
        elif cover > 75:
            duration, light = dice.between(180, 420), dice.between(6, 14) + (100 - cover)
        else:
            shaded = dice.chance(cover) if not shaded else dice.chance(cover + 10)
            duration = dice.between(45, 260)
            light = dice.between(22, 45) if shaded else dice.between(88, 104)
        part = sun.on_panels(day.midnight + second + duration // 2)
        watt = min(_INVERTER_MOST_W, _PANELS_PEAK_W * part // 10000 * light // 100)
        if watt > 0:
            day.run(2, second, duration, -watt)
        second += duration


APPLIANCES: tuple[Callable[[HouseDay], None], ...] = (
    _standby,
    _evening,
    _fridge,
    _kettle,
    _oven,
    _washing_machine,
    _heat_pump,
    _car,
    _solar_panels,
)


def live(day: HouseDay) -> None:
    """Let every appliance have its day."""
    for appliance in APPLIANCES:
        appliance(day)
