"""``python -m simulator.card``: the quarter files that a board would have written in the past days.

The same house as `scripts/meter`, so that a card filled by this and a board fed by that fit together.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

from core.clock import DAY_SECONDS, QUARTER_SECONDS, quarter_id_at, quarter_path
from core.quarter import Quarter
from simulator.house import INSTALLED, House
from simulator.instants import instant


def document(house: House, start: int, until: int | None = None) -> str:
    """The quarter document that begins at an instant, as a board writes it that hears every telegram.

    :param until: when the board stops listening; by default after the quarter.
    """
    quarter = Quarter(quarter_id_at(start))
    if until is None or until >= start + QUARTER_SECONDS:
        for number, (consumed, produced) in enumerate(house.intervals(start)):
            quarter.set_interval(number, consumed, produced)
    else:
        for utc in range(start, until):
            quarter.add(utc - start, *house.power(utc))
    return "".join(quarter.document())


def write_quarters(house: House, folder: Path, first: int, until: int) -> int:
    """Write the file of every quarter that begins between two instants.

    The last one may be unfinished, as a board leaves it that is switched off; it goes on from there.

    :param folder: the card; ``meter/`` is made in it.
    :returns: how many files.
    """
    made: set[Path] = set()
    starts = range(-(-first // QUARTER_SECONDS) * QUARTER_SECONDS, until, QUARTER_SECONDS)
    for start in starts:
        path = folder / quarter_path(quarter_id_at(start)).lstrip("/")
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_text(document(house, start, until), encoding="ascii")
    return len(starts)


def main() -> int:
    """Write the quarters of some days up to an instant."""
    parser = argparse.ArgumentParser(prog="python -m simulator.card", description=__doc__.splitlines()[2])
    add = parser.add_argument
    add("--sd", type=Path, required=True, metavar="DIR", help="the card's folder")
    add("--until", type=instant, required=True, metavar="ISO", help="when the board was switched off")
    add("--days", type=int, default=30, metavar="N", help="how many times 24 hours (default: %(default)s)")
    add("--seed", type=int, default=1, help="which house (default: %(default)s)")
    add("--installed", type=date.fromisoformat, default=INSTALLED, metavar="DATE", help="(default: %(default)s)")
    arguments = parser.parse_args()
    house = House(arguments.seed, installed=arguments.installed)
    try:
        number = write_quarters(house, arguments.sd, arguments.until - arguments.days * DAY_SECONDS, arguments.until)
    except (OSError, ValueError) as error:
        print(f"simulator.card: {error}", file=sys.stderr)
        return 1
    print(f"wrote {number} quarters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
