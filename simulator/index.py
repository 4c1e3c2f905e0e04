"""The index that a board of ours keeps beside the quarter files: a record per quarter, a file per month.

The form is that of firmware/board/index.py, which only MicroPython can import; the board reads what is written
here, so a difference shows at once in its answers.
"""

from pathlib import Path

from core.clock import day_of, month_of
from core.quarter import Quarter
from core.records import INDEX_BYTES, PLACES_A_DAY, pack_index, place_of
from simulator.reading import Reading

_MONTH_BYTES = 31 * PLACES_A_DAY * INDEX_BYTES


class Index:
    """The index of one card; what it has already stays."""

    def __init__(self, card: Path) -> None:
        self._folder = card / "index"
        self._months: dict[tuple[int, int], bytearray] = {}

    def put(self, quarter: Quarter, end: Reading) -> None:
        """Take the summary of a quarter.

        :param end: what the meter showed when the quarter ended.
        """
        record = bytearray(INDEX_BYTES)
        registers: list[int | None] = [
            end.consumed_energy_t1,
            end.consumed_energy_t2,
            end.produced_energy_t1,
            end.produced_energy_t2,
            end.gas.litres,
            end.water.litres,
        ]
        pack_index(record, quarter, registers)
        position = ((day_of(quarter.quarter_id)[2] - 1) * PLACES_A_DAY + place_of(quarter.quarter_id)) * INDEX_BYTES
        self._month(month_of(quarter.quarter_id))[position : position + INDEX_BYTES] = record

    def write(self) -> None:
        """Put it on the card."""
        for month, content in self._months.items():
            path = self._path(month)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _month(self, month: tuple[int, int]) -> bytearray:
        if month not in self._months:
            path = self._path(month)
            content = bytearray(path.read_bytes()) if path.exists() else bytearray()
            self._months[month] = content.ljust(_MONTH_BYTES, b"\0")
        return self._months[month]

    def _path(self, month: tuple[int, int]) -> Path:
        year, number = month
        return self._folder / f"{year:04d}" / f"{number:02d}.idx"
