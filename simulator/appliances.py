"""What runs in the house on a day: every appliance as a list of switchings.

An appliance is a function of the day that switches power on and off on one of the three phases. No
run crosses midnight: a day then knows nothing of the day before it.
"""

from collections.abc import Callable

from simulator.chance import Dice
from simulator.dates import HOUR, MINUTE, SATURDAY, LocalDate
from simulator.weather import SOLAR_NOON, Sun, weather

_HOLIDAY_MONTH = 7
_HOLIDAY_DAYS = range(11, 25)
_BRIGHT_MONTHS = range(5, 9)

# The house is warm enough by itself from this outdoor temperature on, 0.1 degrees C.
_HEATING_LIMIT = 155
_WATT_PER_DEGREE = 68
_HEAT_PUMP_LEAST_W = 580
_HEAT_PUMP_MOST_W = 2600
# One with a compressor of a single speed.
_COMPRESSOR_W = (2050, 2300)
# Clock hour from which -> part of the day's mean that the heat pump takes, %.
_HEAT_PUMP_HOURS = ((0, 75), (5, 150), (8, 110), (12, 95), (16, 130), (19, 85), (22, 75))

# What the charger gives in the months, W: 32 A when the car needs most, 24 A and 16 A when it needs less.
_CAR_MONTHS = (7360, 7360, 7360, 5520, 3680, 3680, 3680, 3680, 5520, 7360, 7360, 7360)

_PANELS_PEAK_W = 3750
_INVERTER_MOST_W = 3600
# A sky less covered than this is blue, one more covered is grey, and between them clouds come and go.
_BLUE_COVER = 25
_GREY_COVER = 75


class HouseDay:
    """The circumstances of one local day and the switchings on each phase.

    :ivar weather: of the day.
    :ivar away: whether the family is on holiday.
    :ivar weekend: Saturday or Sunday.
    :ivar phases: per phase, second since local midnight -> change of the power in W.
    """

    def __init__(self, seed: int, date: LocalDate) -> None:
        self.seed = seed
        self.date = date
        self.weather = weather(seed, date)
        self.away = date.month == _HOLIDAY_MONTH and date.day in _HOLIDAY_DAYS
        self.weekend = date.weekday >= SATURDAY
        self.phases: tuple[dict[int, int], dict[int, int], dict[int, int]] = ({}, {}, {})

    def dice(self, name: str) -> Dice:
        """The day's dice for an appliance."""
        return Dice(self.seed, name, *self.date.key)

    def at(self, hour: int, minute: int = 0) -> int:
        """Seconds since local midnight at which the clock shows a time."""
        return self.date.at(hour * HOUR + minute * MINUTE)

    def run(self, phase: int, start: int, duration: int, watt: int) -> None:
        """Switch a load on for some seconds; what reaches beyond the day is cut off.

        :param phase: 0, 1 or 2.
        :param start: seconds since local midnight.
        """
        self.change(phase, start, watt)
        self.change(phase, start + duration, -watt)

    def change(self, phase: int, second: int, watt: int) -> None:
        """Change the power of a phase by so much from a second on."""
        if second < self.date.length:
            changes = self.phases[phase]
            changes[second] = changes.get(second, 0) + watt


def _standby(day: HouseDay) -> None:
    """What is never off (ventilation, router), and what people use without noticing while they are up."""
    dice = day.dice("standby")
    length = day.date.length
    day.change(0, 0, 146)
    up = day.at(8, 0) if day.weekend else day.at(6, 30)
    down = day.at(23, 20) if day.weekend else day.at(22, 50)
    out, back = day.at(8, 40), day.at(16)
    second = 0
    before = 0
    while second < length:
        most = 110
        if day.away or not up <= second < down:
            most = 24
        elif not day.weekend and out <= second < back:
            most = 50
        watt = dice.between(0, most)
        day.change(0, second, watt - before)
        before = watt
        second += dice.between(240, 840)


def _evening(day: HouseDay) -> None:
    """Lights and television."""
    if day.away:
        return
    dice = day.dice("evening")
    dusk = (17, 18, 19, 20, 21, 22, 22, 21, 20, 19, 17, 17)[day.date.month - 1]
    second = day.at(dusk, -dice.between(0, 45))
    end = day.at(22, dice.between(10, 80))
    while second < end:
        duration = dice.between(600, 1800)
        day.run(1, second, min(duration, end - second), dice.between(60, 150))
        second += duration
    day.run(1, day.at(19, dice.between(30, 90)), dice.between(60, 150) * MINUTE, dice.between(95, 125))


def _fridge(day: HouseDay) -> None:
    """Fridge and freezer: the compressor runs a third of the time, more in summer."""
    dice = day.dice("fridge")
    warm = max(0, day.weather.temperature - 100)
    second = dice.between(0, 1800)
    while second < day.date.length:
        running = dice.between(660, 900) + warm
        day.run(0, second, 2, 420)
        day.run(0, second + 2, running, dice.between(72, 84))
        second += running + dice.between(1300, 1900)


def _kettle(day: HouseDay) -> None:
    """Two kilowatts for a few minutes, a few times a day."""
    if day.away:
        return
    dice = day.dice("kettle")
    times = [(8, 15), (10, 0), (15, 30), (19, 50)] if day.weekend else [(6, 45), (19, 50)]
    if dice.chance(60):
        times.append((21, 15))
    for hour, minute in times:
        start = day.at(hour, minute) + dice.between(0, 2700)
        day.run(2, start, dice.between(110, 240), dice.between(2080, 2180))


def _oven(day: HouseDay) -> None:
    """Heats up at full power, then the thermostat switches it off and on."""
    dice = day.dice("oven")
    if day.away or not dice.chance(70 if day.weekend else 40):
        return
    watt = dice.between(2350, 2480)
    second = day.at(17, dice.between(20, 75))
    end = second + dice.between(35, 65) * MINUTE
    heating = dice.between(480, 720)
    day.run(1, second, heating, watt)
    second += heating
    while second < end:
        second += dice.between(60, 130)
        heating = dice.between(35, 75)
        day.run(1, second, heating, watt)
        second += heating


def _washing_machine(day: HouseDay) -> None:
    """Fills, heats its water, tumbles for half an hour and spins."""
    dice = day.dice("washing machine")
    if day.away or not dice.chance((45, 20, 40, 15, 30, 85, 60)[day.date.weekday]):
        return
    second = day.at(9, dice.between(30, 120)) if day.weekend else day.at(16, dice.between(10, 70))
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
    hours = [(day.at(hour), part) for hour, part in reversed(_HEAT_PUMP_HOURS)]
    second = dice.between(0, 1500)
    while second < day.date.length:
        part = next(part for start, part in hours if start <= second)
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


def _compressor(day: HouseDay) -> None:
    """A heat pump that knows on and off only: longer and more often on when it is cold."""
    mean = (_HEATING_LIMIT - day.weather.temperature) * _WATT_PER_DEGREE // 10
    if mean <= 0:
        return
    dice = day.dice("compressor")
    hours = [(day.at(hour), part) for hour, part in reversed(_HEAT_PUMP_HOURS)]
    second = dice.between(0, 1500)
    while second < day.date.length:
        part = next(part for start, part in hours if start <= second)
        watt = dice.between(*_COMPRESSOR_W)
        running = dice.between(420, 1080)
        day.run(1, second, running, watt)
        second += max(running + 180, running * watt * 100 // (mean * part))


def _car(day: HouseDay) -> None:
    """The charger: on some evenings, and at noon on some weekends of the bright months."""
    if day.away:
        return
    dice = day.dice("car")
    watt = _CAR_MONTHS[day.date.month - 1]
    if day.weekend and day.date.month in _BRIGHT_MONTHS and dice.chance(60):
        _charge(day, day.at(11, dice.between(0, 90)), dice.between(120, 240), watt)
    elif dice.chance((66, 46, 66, 46, 42, 20, 60)[day.date.weekday]):
        _charge(day, day.at(19, dice.between(30, 110)), dice.between(90, 150), watt)


def _charge(day: HouseDay, second: int, minutes: int, watt: int) -> None:
    """Charge evenly on three phases; a full battery takes half at the end."""
    duration = minutes * MINUTE
    for phase in range(3):
        share = (watt + phase) // 3
        day.run(phase, second, duration, share)
        day.run(phase, second + duration, 540, share // 2)


def _solar_panels(day: HouseDay) -> None:
    """Minus what the inverter gives: a bell on a clear day, ragged under broken clouds."""
    sun = Sun(day.date)
    dice = day.dice("sky")
    cover = day.weather.cover
    noon = SOLAR_NOON - day.date.utc_midnight
    second, end = noon - sun.half_day, noon + sun.half_day
    shaded = False
    before = 0
    while second < end:
        if cover < _BLUE_COVER:
            duration, light = 300, dice.between(96, 100) - cover // 5
        elif cover > _GREY_COVER:
            duration, light = dice.between(180, 420), dice.between(6, 14) + (100 - cover)
        else:
            # A cloud rather stays than goes.
            shaded = dice.chance(cover + 10 if shaded else cover)
            duration = dice.between(45, 260)
            light = dice.between(22, 45) if shaded else dice.between(88, 104)
        part = sun.on_panels(second + duration // 2 - noon)
        watt = min(_INVERTER_MOST_W, _PANELS_PEAK_W * part // 10000 * light // 100)
        day.change(2, second, before - watt)
        before = watt
        second += duration
    day.change(2, second, before)


type Household = tuple[Callable[[HouseDay], None], ...]
"""What there is in a house."""

_EVERYWHERE: Household = (_standby, _evening, _fridge, _kettle, _oven, _washing_machine)
SOLAR_AND_CAR: Household = (*_EVERYWHERE, _heat_pump, _car, _solar_panels)
"""The simulated house."""

PLAIN: Household = (*_EVERYWHERE, _compressor)
"""Neither panels nor a car, and a heat pump that switches on and off."""


def live(seed: int, date: LocalDate, household: Household = SOLAR_AND_CAR) -> HouseDay:
    """A day on which every appliance ran."""
    day = HouseDay(seed, date)
    for appliance in household:
        appliance(day)
    return day
