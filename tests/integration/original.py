"""A board with the original firmware on the meter of a simulated house, and everything that it forgets."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from core.clock import (
    INTERVAL_SECONDS,
    QUARTER_SECONDS,
    quarter_id_at,
    quarter_id_of_label,
    quarter_path,
    quarter_start,
)
from core.quarter import Quarter

from .board import QUARTER, Board


class Metered(Protocol):
    """What is before the board; None where it heard nothing."""

    def power(self, utc: int) -> tuple[int, int] | None:
        """Offtake and injection in W of a second."""

    def intervals(self, start: int) -> Sequence[tuple[int, int] | None]:
        """The means of the 180 intervals of a quarter."""


class OriginalBoard(Board):
    """Hears every telegram from when it is up, keeps the running quarter in memory, and stores it when it ends.

    A restart forgets what it heard of the running quarter, and the file will hold the later part only; a quarter
    that ends while it is off is never stored (docs/board-api.md, part 3).
    """

    def __init__(self, house: Metered, now_utc: int) -> None:
        super().__init__("original")
        self.now_utc = now_utc
        self._house = house
        self._up_utc = now_utc
        self._stored: dict[str, bytes] = {}
        self._intervals = lru_cache(8)(house.intervals)

    def advance(self, utc: int) -> None:
        """Let time pass, with the board on."""
        while (end := _start(self.now_utc) + QUARTER_SECONDS) <= utc:
            quarter = self._heard(end)
            # Stored by the first telegram of the next.
            self._stored[quarter_path(quarter.quarter_id)] = "".join(quarter.document()).encode()
            self.now_utc = end
        self.now_utc = utc

    def restart(self, seconds: int) -> None:
        """Go off and come up again, with an empty memory."""
        self.now_utc += seconds
        self._up_utc = self.now_utc

    def ruin(self, start_utc: int) -> None:
        """Let a power cut have left half of a quarter's file."""
        path = quarter_path(quarter_id_at(start_utc))
        self._stored[path] = self._stored[path][:100]

    def document(self, path: str) -> bytes | None:
        if path == QUARTER:
            quarter = self._heard(self.now_utc)
            return "".join(quarter.document()).encode() if quarter.end() else b"{}"
        if path.startswith("/historic/quarters?"):
            year, month, day = (int(part.split("=")[1]) for part in path.partition("?")[2].split("&"))
            folder = f"/meter/{year:04d}/{month:02d}/{day:02d}/"
            labels = [name.removeprefix(folder)[:5] for name in self._stored if name.startswith(folder)]
            quarters = [quarter_id_of_label(year, month, day, label) for label in labels]
            return json.dumps({"quarters": quarters} if quarters else {}).encode()
        return self._stored.get(path, super().document(path))

    def _heard(self, until_utc: int) -> Quarter:
        """What was heard of the quarter that an instant is in, or ends."""
        start = _start(until_utc - 1) if until_utc > self._up_utc else _start(until_utc)
        quarter = Quarter(quarter_id_at(start))
        first = max(start, self._up_utc)
        means = self._intervals(start)
        for utc in range(start, until_utc, INTERVAL_SECONDS):
            number = (utc - start) // INTERVAL_SECONDS
            if utc >= first and utc + INTERVAL_SECONDS <= until_utc:
                if (mean := means[number]) is not None:
                    quarter.set_interval(number, *mean)
                continue
            for second in range(max(utc, first), min(utc + INTERVAL_SECONDS, until_utc)):
                if (power := self._house.power(second)) is not None:
                    quarter.add(second - start, *power)
        return quarter


def _start(utc: int) -> int:
    return quarter_start(quarter_id_at(utc))
