"""What the card tells of the past: ``/historic/*``.

As lenient as `documents`: a row that is no quarter of the day that was asked for is left out, and so
is what the original firmware puts on a card that no meter ever sent.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ..core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, day_of, quarter_start
from ..core.records import INDEX_BYTES, PLACES_A_DAY, REGISTERS, index_head, index_row, place_of
from . import fields
from .errors import UnexpectedAnswerError
from .models import QuarterSummary, RunningQuarter, Sample, StoredDay

_year = fields.integer(2000, 2099)
_month = fields.integer(1, 12)
_day = fields.integer(1, 31)
_intervals = fields.integer(1, QUARTER_INTERVALS)

# The first columns of a row, in the order of the API; the registers follow.
_COLUMNS = (
    ("quarter_id", fields.quarter),
    ("intervals", _intervals),
    ("consumed_power_avg", fields.power),
    ("consumed_power_max", fields.power),
    ("produced_power_avg", fields.power),
    ("produced_power_max", fields.power),
    ("consumed_energy", fields.number),
    ("produced_energy", fields.number),
)
_HOUR_SECONDS = 3600


def parse_years(body: bytes) -> tuple[int, ...]:
    """Read ``/historic/years``: in order, without what is no year."""
    return _numbers(fields.read_object(body), "years", _year)


def parse_months(body: bytes) -> tuple[int, ...]:
    """Read ``/historic/months``, 1 to 12 in order."""
    return _numbers(fields.read_object(body), "months", _month)


def parse_days(body: bytes) -> tuple[int, ...]:
    """Read ``/historic/days``, in order."""
    return _numbers(fields.read_object(body), "days", _day)


def parse_quarters(body: bytes, date: tuple[int, int, int]) -> tuple[int, ...]:
    """Read ``/historic/quarters``: the ids of that day, in order of time."""
    quarters = set(filter(None, map(fields.quarter, fields.read_list(fields.read_object(body).get("quarters")))))
    return tuple(sorted((number for number in quarters if day_of(number) == date), key=quarter_start))


def parse_day(body: bytes, date: tuple[int, int, int], *, etag: str | None) -> StoredDay:
    """Read ``/historic/day``.

    :param date: year, month and day that were asked for.
    :raises UnexpectedAnswerError: it is no day, or another one.
    """
    document = fields.read_object(body)
    if tuple(document.get(key) for key in ("year", "month", "day")) != date:
        raise UnexpectedAnswerError("not the day that was asked for")
    rows = document.get("quarters")
    if not isinstance(rows, list):
        raise UnexpectedAnswerError("a day without quarters")
    return StoredDay(quarters=_quarters(rows, date), complete=document.get("complete") is True, etag=etag)


def parse_records(body: bytes, date: tuple[int, int, int], *, etag: str | None) -> StoredDay:
    """Read ``/historic/day`` in the form of records, in which a board of ours tells of a day that is complete.

    What is damaged, or stands in the place of another quarter, is left out and counted.

    :param date: year, month and day that were asked for.
    :raises UnexpectedAnswerError: these are not the records of a day.
    """
    if len(body) > PLACES_A_DAY * INDEX_BYTES:
        raise UnexpectedAnswerError("more than a day")
    rows: list[list[int | None]] = []
    damaged = 0
    # A file that ends early may end amid a record.
    for place, position in enumerate(range(0, len(body) - INDEX_BYTES + 1, INDEX_BYTES)):
        quarter_id = index_head(body, position)
        if quarter_id and day_of(quarter_id) == date and place_of(quarter_id) == place:
            rows.append(index_row(body, position))
        elif body.count(0, position, position + INDEX_BYTES) < INDEX_BYTES:
            damaged += 1
    return StoredDay(quarters=_quarters(rows, date), complete=True, etag=etag, damaged=damaged)


def _quarters(rows: Iterable[object], date: tuple[int, int, int]) -> tuple[QuarterSummary, ...]:
    """The rows that are of a day, in order of time."""
    summaries = {summary.quarter_id: summary for summary in filter(None, map(_summary, rows))}
    of_day = (summary for summary in summaries.values() if day_of(summary.quarter_id) == date)
    return tuple(sorted(of_day, key=lambda summary: quarter_start(summary.quarter_id)))


def summarise(quarter: RunningQuarter) -> QuarterSummary | None:
    """The row of a quarter, made of its samples as our firmware makes it; None when it has none."""
    samples = [sample for sample in quarter.samples if sample is not None]
    if not samples:
        return None
    consumed = [sample.consumed_power for sample in samples]
    produced = [sample.produced_power for sample in samples]
    return QuarterSummary(
        quarter_id=quarter.quarter_id,
        intervals=len(samples),
        consumed_power_avg=sum(consumed) // len(samples),
        consumed_power_max=max(consumed),
        produced_power_avg=sum(produced) // len(samples),
        produced_power_max=max(produced),
        consumed_energy=_energy(consumed),
        produced_energy=_energy(produced),
        registers=None,
    )


def consumed_average(samples: tuple[Sample | None, ...]) -> int | None:
    """Mean offtake in W over the intervals that have a value, truncated as on the board; None without any."""
    values = [sample.consumed_power for sample in samples if sample is not None]
    return sum(values) // len(values) if values else None


def _summary(value: object) -> QuarterSummary | None:
    row = fields.read_list(value)
    if len(row) < len(_COLUMNS):
        return None
    plain: dict[str, Any] = {key: read(cell) for (key, read), cell in zip(_COLUMNS, row, strict=False)}
    if None in plain.values():
        return None
    registers = tuple(map(fields.number, row[len(_COLUMNS) : len(_COLUMNS) + len(REGISTERS)]))
    whole = len(registers) == len(REGISTERS) and any(register is not None for register in registers)
    return QuarterSummary(**plain, registers=registers if whole else None)


def _energy(powers: list[int]) -> int:
    """Wh of intervals, rounded."""
    return (sum(powers) * INTERVAL_SECONDS + _HOUR_SECONDS // 2) // _HOUR_SECONDS


def _numbers(document: dict[str, Any], key: str, read: Callable[[object], int | None]) -> tuple[int, ...]:
    numbers = set(filter(None, map(read, fields.read_list(document.get(key)))))
    return tuple(sorted(numbers))
