"""The meter's clock: stamps, quarters and their conversions to and from UTC.

A meter stamps local time of Brussels with a letter, S in summer and W in winter. Everything here
is an integer: an instant (``utc``) is seconds since 1970-01-01 00:00:00 UTC, a quarter is the
``quarter_id`` of the original firmware:

    (year - 2000) << 24 | month << 16 | day << 8 | summer << 7 | hour * 4 + minute // 15

in local time at the start of the quarter. It fits 31 bits until 2063 and sorts by local time.
"""

# Seconds are counted from 2000 in between: MicroPython allocates for every step beyond 30 bits.
_EPOCH = 946684800
_EPOCH_DAYS = 10957

DAY_SECONDS = 86400
HOUR_SECONDS = 3600
QUARTER_SECONDS = 900
INTERVAL_SECONDS = 5
QUARTER_INTERVALS = QUARTER_SECONDS // INTERVAL_SECONDS

SUMMER_BIT = 0x80
FIRST_YEAR = 2000
# The id has six bits for the year before its sign bit; a stamp's two digits allow a century.
LAST_YEAR = 2099

WINTER_OFFSET = HOUR_SECONDS
SUMMER_OFFSET = 2 * HOUR_SECONDS

STAMP_LENGTH = 13
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date of the Gregorian calendar."""
    # March is the first month here, so that the leap day ends the year and needs no exception.
    if month <= 2:
        year -= 1
        month += 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 719469


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01."""
    days += 719468
    era = days // 146097
    day_of_era = days - era * 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    year = year_of_era + era * 400
    if month < 10:
        return year, month + 3, day
    return year + 1, month - 9, day


def month_length(year: int, month: int) -> int:
    """How many days a month has."""
    if month == 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return 29
    return _MONTH_LENGTHS[month - 1]


def _last_sunday(year: int, month: int) -> int:
    """Days since 1970 of the last Sunday of a month of 31 days (1970-01-01 was a Thursday)."""
    last = days_from_civil(year, month, 31)
    return last - (last + 4) % 7


def is_summer(utc: int) -> bool:
    """Whether Brussels has summer time at an instant.

    From the last Sunday of March to that of October, both at 01:00 UTC (Directive 2000/84/EC).
    """
    second = utc - _EPOCH
    year = civil_from_days(_EPOCH_DAYS + second // DAY_SECONDS)[0]
    start = (_last_sunday(year, 3) - _EPOCH_DAYS) * DAY_SECONDS + HOUR_SECONDS
    end = (_last_sunday(year, 10) - _EPOCH_DAYS) * DAY_SECONDS + HOUR_SECONDS
    return start <= second < end


def offset_of(summer: bool) -> int:
    """Seconds that Brussels is ahead of UTC."""
    return SUMMER_OFFSET if summer else WINTER_OFFSET


def local_fields(utc: int, summer: bool | None = None) -> tuple[int, int, int, int, int, int, bool]:
    """Year, month, day, hour, minute, second and summer flag on the meter's clock.

    :param summer: the flag the meter itself sent; the rule of `is_summer` when None.
    """
    if summer is None:
        summer = is_summer(utc)
    local = utc - _EPOCH + offset_of(summer)
    days = local // DAY_SECONDS
    second = local - days * DAY_SECONDS
    year, month, day = civil_from_days(_EPOCH_DAYS + days)
    return year, month, day, second // 3600, second // 60 % 60, second % 60, summer


def parse_stamp(stamp: bytes) -> tuple[int, bool] | None:
    """Read a meter's time stamp ``YYMMDDhhmmssX``.

    :returns: the instant (utc) and whether it was stamped as summer time; None for anything that
        is no instant, such as ``632525252525W``, which meters send for "no time ever".
    """
    if len(stamp) != STAMP_LENGTH or not stamp[:12].isdigit():
        return None
    flag = stamp[12]
    if flag not in (0x53, 0x57):
        return None
    summer = flag == 0x53
    year = FIRST_YEAR + _two_digits(stamp, 0)
    month = _two_digits(stamp, 2)
    day = _two_digits(stamp, 4)
    hour = _two_digits(stamp, 6)
    minute = _two_digits(stamp, 8)
    second = _two_digits(stamp, 10)
    if not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    days = days_from_civil(year, month, day) - _EPOCH_DAYS
    return days * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset_of(summer) + _EPOCH, summer


def _two_digits(stamp: bytes, position: int) -> int:
    # Without a slice, which would be garbage six times a stamp.
    return (stamp[position] - 0x30) * 10 + stamp[position + 1] - 0x30


def format_stamp(utc: int, summer: bool | None = None) -> str:
    """The stamp a meter writes for an instant, ``YYMMDDhhmmssX``."""
    year, month, day, hour, minute, second, summer = local_fields(utc, summer)
    letter = "S" if summer else "W"
    return f"{year % 100:02d}{month:02d}{day:02d}{hour:02d}{minute:02d}{second:02d}{letter}"


def quarter_id_at(utc: int, summer: bool | None = None) -> int:
    """The id of the quarter that contains an instant.

    :param summer: the flag the meter itself sent; the rule of `is_summer` when None.
    """
    year, month, day, hour, minute, _, summer = local_fields(utc, summer)
    flag = SUMMER_BIT if summer else 0
    return (year - FIRST_YEAR) << 24 | month << 16 | day << 8 | flag | hour * 4 + minute // 15


def quarter_start(quarter_id: int) -> int:
    """The instant (utc) at which a quarter starts.

    :raises ValueError: the number is not the id of a quarter of any day.
    """
    year = FIRST_YEAR + (quarter_id >> 24)
    month = quarter_id >> 16 & 0xFF
    day = quarter_id >> 8 & 0xFF
    quarter = quarter_id & 0x7F
    if (
        not FIRST_YEAR <= year <= LAST_YEAR
        or not 1 <= month <= 12
        or quarter > 95
        or not 1 <= day <= month_length(year, month)
    ):
        raise ValueError("not a quarter id")
    days = days_from_civil(year, month, day) - _EPOCH_DAYS
    return days * DAY_SECONDS + quarter * QUARTER_SECONDS - offset_of(quarter_id & SUMMER_BIT != 0) + _EPOCH


def quarter_exists(quarter_id: int) -> bool:
    """Whether a clock that follows the rule of `is_summer` ever shows this quarter."""
    try:
        return quarter_id_at(quarter_start(quarter_id)) == quarter_id
    except ValueError:
        return False


def next_quarter(quarter_id: int) -> int:
    """The quarter that follows, across every change of the clock."""
    return quarter_id_at(quarter_start(quarter_id) + QUARTER_SECONDS)


def month_of(quarter_id: int) -> tuple[int, int]:
    """Year and month (local time) to which a quarter belongs."""
    return FIRST_YEAR + (quarter_id >> 24), quarter_id >> 16 & 0xFF


def day_of(quarter_id: int) -> tuple[int, int, int]:
    """Year, month and day (local time) to which a quarter belongs."""
    return FIRST_YEAR + (quarter_id >> 24), quarter_id >> 16 & 0xFF, quarter_id >> 8 & 0xFF


def day_start(year: int, month: int, day: int) -> int:
    """The instant (utc) of local midnight at which a day begins; no clock change comes near it."""
    midnight = days_from_civil(year, month, day) * DAY_SECONDS
    return midnight - offset_of(is_summer(midnight - WINTER_OFFSET))


def day_quarters(year: int, month: int, day: int) -> list[int]:
    """The quarters of a local day in order of time: 96, or 92 in March and 100 in October when the clock changes."""
    following = civil_from_days(days_from_civil(year, month, day) + 1)
    utc = day_start(year, month, day)
    end = day_start(following[0], following[1], following[2])
    quarters = []
    # Not a range: MicroPython's counts in 31 bits, which an instant does not fit.
    while utc < end:
        quarters.append(quarter_id_at(utc))
        utc += QUARTER_SECONDS
    return quarters


def quarter_path(quarter_id: int) -> str:
    """Where the card keeps a quarter: ``/meter/YYYY/MM/DD/HHMM{S,W}.json``."""
    year, month, day = day_of(quarter_id)
    return f"/meter/{year:04d}/{month:02d}/{day:02d}/{quarter_label(quarter_id)}.json"


def quarter_label(quarter_id: int) -> str:
    """The start of a quarter as the card's files name it: ``HHMM`` and S or W."""
    quarter = quarter_id & 0x7F
    letter = "S" if quarter_id & SUMMER_BIT else "W"
    return f"{quarter // 4:02d}{quarter % 4 * 15:02d}{letter}"


def quarter_id_of_label(year: int, month: int, day: int, label: str) -> int | None:
    """The quarter of a file of the card, by its day and its name without ``.json``; None when it names no quarter."""
    if len(label) != 5 or label[4] not in "SW" or not label[:4].isdigit():
        return None
    minute = int(label[2:4])
    if minute % 15 or minute > 45 or label[:2] > "23":
        return None
    flag = SUMMER_BIT if label[4] == "S" else 0
    quarter_id = (year - FIRST_YEAR) << 24 | month << 16 | day << 8 | flag | int(label[:2]) * 4 + minute // 15
    try:
        quarter_start(quarter_id)
    except ValueError:
        return None
    return quarter_id
