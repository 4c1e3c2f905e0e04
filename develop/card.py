"""The board's memory card, quarters and index, as if the board had listened all the time."""

import json
from pathlib import Path

from core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, QUARTER_SECONDS, quarter_id_at, quarter_path
from core.quarter import Quarter
from simulator.house import House
from simulator.index import Index


def fill(folder: Path, house: House, first: int, now: int) -> int:
    """Write the quarters of a period that the card does not have in full.

    The running quarter gets its intervals up to now; the board continues it.

    :param folder: of the card.
    :param first: utc; the period begins with the quarter of this instant.
    :param now: utc; the period ends here.
    :returns: how many quarters it wrote.
    """
    # The interval that is running now is made by the board, unless it starts too late for it.
    end = -(-now // INTERVAL_SECONDS) * INTERVAL_SECONDS
    written = 0
    index = Index(folder)
    for start in range(first // QUARTER_SECONDS * QUARTER_SECONDS, end, QUARTER_SECONDS):
        number = min(QUARTER_INTERVALS, (end - start) // INTERVAL_SECONDS)
        path = folder / quarter_path(quarter_id_at(start)).lstrip("/")
        if _intervals(path) < number:
            quarter = _quarter(house, start, number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(quarter.document()), encoding="ascii")
            # The board makes the record of a quarter when it ends.
            if number == QUARTER_INTERVALS:
                index.put(quarter, house.reading(start + QUARTER_SECONDS))
            written += 1
    index.write()
    return written


def _intervals(path: Path) -> int:
    """How many intervals of a quarter the card has; 0 also for a file that was cut."""
    try:
        document = json.loads(path.read_bytes())
    except OSError, ValueError:
        return 0
    values = document.get("consumed_power_interval_avgs", []) if isinstance(document, dict) else []
    return len(values) - values.count(None)


def _quarter(house: House, start: int, number: int) -> Quarter:
    """The first so many intervals of a quarter."""
    quarter = Quarter(quarter_id_at(start))
    for interval, (consumed, produced) in enumerate(house.intervals(start)[:number]):
        quarter.set_interval(interval, consumed, produced)
    return quarter
