"""The meter's clock, on both runtimes."""

from core.clock import (
    civil_from_days,
    day_quarters,
    day_start,
    days_from_civil,
    format_stamp,
    is_summer,
    month_length,
    next_quarter,
    parse_stamp,
    quarter_exists,
    quarter_id_at,
    quarter_id_of_label,
    quarter_path,
    quarter_start,
)

# Worked by hand: seconds since 1970 of noon, UTC, 1 January 2026.
NEW_YEAR_NOON = 1767268800


def test_a_stamp_is_an_instant():
    assert parse_stamp(b"260101130000W") == (NEW_YEAR_NOON, False)
    assert parse_stamp(b"260101140000S") == (NEW_YEAR_NOON, True)
    assert format_stamp(NEW_YEAR_NOON) == "260101130000W"


def test_what_is_no_instant_is_none():
    impossible = (
        b"632525252525W",
        b"261301000000W",
        b"260229000000W",
        b"260101240000W",
        b"260101006000W",
        b"260101000060W",
        b"260101000000X",
        b"260101000000",
        b"26010100000AW",
        b"",
        b"-60101000000W",
        b"260001000000W",
        b"260100000000W",
    )
    for stamp in impossible:
        assert parse_stamp(stamp) is None, stamp
    assert parse_stamp(b"240229000000W") is not None


def test_days_and_dates_are_inverse():
    days = days_from_civil(2000, 1, 1)
    assert days == 10957
    for year in range(2000, 2101):
        for month in range(1, 13):
            for day in range(1, month_length(year, month) + 1):
                assert days_from_civil(year, month, day) == days
                assert civil_from_days(days) == (year, month, day)
                days += 1


def test_summer_time_of_2025():
    spring = days_from_civil(2025, 3, 30) * 86400 + 3600
    autumn = days_from_civil(2025, 10, 26) * 86400 + 3600
    assert not is_summer(spring - 1)
    assert is_summer(spring)
    assert is_summer(autumn - 1)
    assert not is_summer(autumn)


def test_the_quarter_id_of_the_original():
    # The id of the golden answers: 31 January 2025, 23:45, winter.
    assert quarter_id_at(1738363500) == 419503967
    assert quarter_start(419503967) == 1738363500
    assert quarter_path(419503967) == "/meter/2025/01/31/2345W.json"


def test_the_meters_flag_wins_over_the_rule():
    assert quarter_id_at(NEW_YEAR_NOON, True) == quarter_id_of_label(2026, 1, 1, "1400S")
    assert quarter_id_at(NEW_YEAR_NOON) == quarter_id_of_label(2026, 1, 1, "1300W")


def test_quarters_of_a_day():
    for date, number in (((2025, 3, 30), 92), ((2025, 10, 26), 100), ((2025, 6, 1), 96), ((2024, 2, 29), 96)):
        quarters = day_quarters(date[0], date[1], date[2])
        assert len(quarters) == number
        assert len(set(quarters)) == number
        assert quarter_start(quarters[0]) == day_start(date[0], date[1], date[2])
        for first, second in zip(quarters, quarters[1:]):
            assert next_quarter(first) == second
            assert quarter_start(second) - quarter_start(first) == 900
            assert quarter_exists(first)


def test_the_repeated_hour_has_two_of_each_label():
    quarters = day_quarters(2025, 10, 26)
    labels = [quarter_path(quarter)[-10:-5] for quarter in quarters[8:16]]
    assert labels == ["0200S", "0215S", "0230S", "0245S", "0200W", "0215W", "0230W", "0245W"]


def test_the_skipped_hour_does_not_exist():
    for label in ("0200W", "0215S", "0245W"):
        assert not quarter_exists(quarter_id_of_label(2025, 3, 30, label))
    assert not quarter_exists(quarter_id_of_label(2025, 1, 1, "0000S"))
    assert quarter_exists(quarter_id_of_label(2025, 3, 30, "0300S"))


def test_ids_and_labels_that_name_nothing():
    for number in (-1, 0, 25 << 24 | 13 << 16 | 1 << 8, 25 << 24 | 2 << 16 | 30 << 8, 25 << 24 | 1 << 16 | 1 << 8 | 96):
        assert not quarter_exists(number)
        try:
            quarter_start(number)
        except ValueError:
            continue
        raise AssertionError(number)
    for label in ("2400W", "0010W", "0000X", "000W", "00000W", "ab00W", "0060W", "hello", "-100W"):
        assert quarter_id_of_label(2025, 1, 1, label) is None, label
    assert quarter_id_of_label(2025, 2, 29, "0000W") is None
    assert quarter_id_of_label(1999, 1, 1, "0000W") is None
