"""Which years, months, days and quarters the card holds."""

from core.clock import quarter_id_of_label, quarter_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .store import Store

_METER = "/meter"


def years(store: "Store") -> "list[int]":
    """The years that have a folder, in order."""
    return _numbers(store.folders(_METER), 4)


def months(store: "Store", year: int) -> "list[int]":
    """The months of a year that have a folder, in order."""
    return _numbers(store.folders(f"{_METER}/{year:04d}"), 2)


def days(store: "Store", year: int, month: int) -> "list[int]":
    """The days of a month that have a folder, in order."""
    return _numbers(store.folders(f"{_METER}/{year:04d}/{month:02d}"), 2)


def quarters(store: "Store", year: int, month: int, day: int) -> "list[int]":
    """The ids of the quarters of a day that have a file, in order of time."""
    found = []
    for name in store.files(f"{_METER}/{year:04d}/{month:02d}/{day:02d}"):
        if name.endswith(".json"):
            quarter_id = quarter_id_of_label(year, month, day, name[:-5])
            if quarter_id is not None:
                found.append(quarter_id)
    # When the clock goes back, the ids of the second pass are lower than those of the first.
    found.sort(key=quarter_start)
    return found


def is_quarter_path(path: str) -> bool:
    """Whether a path is that of a quarter's file, ``/meter/YYYY/MM/DD/HHMM{S,W}.json``, and of nothing else."""
    parts = path.split("/")
    return (
        len(parts) == 6
        and parts[0] == ""
        and parts[1] == _METER[1:]
        and len(path) == 28
        and path.endswith(".json")
        and all(part.isdigit() for part in parts[2:5])
        and (len(parts[2]), len(parts[3]), len(parts[4])) == (4, 2, 2)
        and parts[5][:4].isdigit()
        and parts[5][4] in "SW"
    )


def _numbers(names: "list[str]", digits: int) -> "list[int]":
    return sorted(int(name) for name in names if len(name) == digits and name.isdigit())
