"""Old quarters that have no record in the index yet. Loaded while there are any; `builder` lets it work."""

from core.quarter import Quarter
from core.records import REGISTERS

from . import historic
from .index import SUMMER, WINTER, Day, quarter_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .builder import Builder, Date


def every_day(builder: "Builder") -> "Iterator[None]":
    """All days with a folder, newest first, but for those that are asked for; each step is short."""
    store = builder.store
    builder.done = builder.days = 0
    for year in historic.years(store):
        for month in historic.months(store, year):
            builder.days += len(historic.days(store, year, month))
            yield
    for year in reversed(historic.years(store)):
        for month in reversed(historic.months(store, year)):
            for day in reversed(historic.days(store, year, month)):
                for _ in one_day(builder, (year, month, day)):
                    yield
                    while builder.asked is not None:
                        yield from one_day(builder, builder.next_asked())
                builder.done += 1


def one_day(builder: "Builder", date: "Date") -> "Iterator[None]":
    """Give every file of a day that has no record one."""
    day = Day(date)
    yield from builder.index.look(day, builder.unfinished())
    if day.complete:
        return
    memory = Quarter(0)
    for place, season in enumerate(day.places):
        quarter_id = quarter_at(*date, place, season)
        # One that was stored since it was looked for has its record, with registers.
        if season in (WINTER, SUMMER) and not builder.index.has(quarter_id):
            quarter = builder.store.quarter(quarter_id, memory)
            if quarter is None:
                # What says nothing is noted as empty, so that it is not read again and again.
                quarter = memory
                quarter.clear(quarter_id)
            builder.index.put(quarter, [None] * len(REGISTERS))
            yield
