"""The card behind a test board: what it answers of the past of a simulated house."""

from datetime import date
from functools import lru_cache

from core.clock import (
    QUARTER_SECONDS,
    day_quarters,
    quarter_path,
    quarter_start,
)
from core.quarter import Quarter
from simulator.house import House

from .board import COLUMNS, Board


@lru_cache(2)
def house_of(seed: int) -> House:
    """The house of a seed; making one takes a while."""
    return House(seed, installed=date(2019, 1, 1))


def quarter_of(house: House, quarter_id: int) -> Quarter:
    """A quarter of a house as a board knows it that heard every telegram."""
    quarter = Quarter(quarter_id)
    for number, (consumed, produced) in enumerate(house.intervals(quarter_start(quarter_id))):
        quarter.set_interval(number, consumed, produced)
    return quarter


def put_quarter(board: Board, quarter: Quarter, *, tail: str = "") -> None:
    """Put the file of a quarter on the card.

    :param tail: the end of an older, longer text that the original firmware left behind it.
    """
    board.documents[quarter_path(quarter.quarter_id)] = ("".join(quarter.document()) + tail).encode()


def put_day(board: Board, house: House, day: date, *, complete: bool = True, quarters: range | None = None) -> None:
    """Put a day on the card, as the original and as our firmware tell of it.

    :param quarters: which of the day's; all by default.
    """
    ids = day_quarters(day.year, day.month, day.day)
    stored = [quarter_of(house, ids[number]) for number in quarters or range(len(ids))]
    for quarter in stored:
        put_quarter(board, quarter)
    when = {"year": day.year, "month": day.month, "day": day.day}
    query = f"?year={day.year}&month={day.month}&day={day.day}"
    board.write(f"/historic/quarters{query}", when | {"quarters": sorted(quarter.quarter_id for quarter in stored)})
    rows = [[quarter.quarter_id, *quarter.summary(), *_registers(house, quarter.quarter_id)] for quarter in stored]
    board.write(f"/historic/day{query}", when | {"complete": complete, "fields": COLUMNS, "quarters": rows})


def forget_days(board: Board) -> None:
    """Take away what only our firmware answers."""
    for path in [path for path in board.documents if path.startswith("/historic/day?")]:
        del board.documents[path]


def put_folders(board: Board, *days: date) -> None:
    """Let the card have folders of these days."""
    for year in (years := sorted({day.year for day in days})):
        months = sorted({day.month for day in days if day.year == year})
        board.write(f"/historic/months?year={year}", {"year": year, "months": months})
        for month in months:
            found = sorted(day.day for day in days if (day.year, day.month) == (year, month))
            board.write(f"/historic/days?year={year}&month={month}", {"year": year, "month": month, "days": found})
    board.write("/historic/years", {"years": years})


def _registers(house: House, quarter_id: int) -> list[int]:
    """At the end of a quarter, Wh and l."""
    reading = house.reading(quarter_start(quarter_id) + QUARTER_SECONDS)
    return [
        reading.consumed_energy_t1,
        reading.consumed_energy_t2,
        reading.produced_energy_t1,
        reading.produced_energy_t2,
        reading.gas.litres,
        reading.water.litres,
    ]
