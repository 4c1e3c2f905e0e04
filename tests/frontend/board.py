"""A board with a simulated house behind it and some of its past on the card."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from core.clock import QUARTER_SECONDS, day_start, quarter_id_of_label, quarter_path, quarter_start
from core.obis import decode
from simulator.card import write_quarters
from simulator.house import House
from tests.firmware.telegrams import at
from tests.firmware.twin import Twin, Wire, wait_for

# Seven minutes and a bit into a quarter of an evening.
NOW = at("2026-03-15T18:52:10+01:00")
RUNNING = "2026/03/15/1845W"
YESTERDAY = (2026, 3, 14)
# The night in which the clock goes back, long before: the days in between are not on the card.
AUTUMN = (2025, 10, 26)
STEP_SECONDS = 5


def quarter_id(name: str) -> int:
    """The id of a quarter such as ``2026/03/15/1845W``."""
    year, month, day, label = name.split("/")
    found = quarter_id_of_label(int(year), int(month), int(day), label)
    assert found is not None
    return found


class Board:
    """The board, and what it should say."""

    def __init__(self, wire: Wire, card: Path) -> None:
        house = House(1)
        self._house = house
        self._wire = wire
        self._card = card
        self.now = NOW
        write_quarters(house, card, day_start(*YESTERDAY), NOW)
        write_quarters(house, card, day_start(*AUTUMN), day_start(*AUTUMN) + 100 * QUARTER_SECONDS)
        # An hour yesterday in which the board was off, and the quarter of the month peak.
        for label in ("1000W", "1015W", "1030W", "1045W"):
            (card / f"meter/2026/03/14/{label}.json").unlink()
        self.peak: dict[str, int] = decode(house.telegram(NOW))["peak"]
        start = quarter_start(self.peak["quarter_id"])
        write_quarters(house, card, start, start + QUARTER_SECONDS)
        self.twin = Twin(wire.source, sd=card)
        self.hear(6)

    def hear(self, telegrams: int) -> None:
        """Let the board hear some more telegrams."""
        before = self.twin.info()["telegrams"]["good"]
        for _ in range(telegrams):
            self._wire.send(self._house.telegram(self.now))
            self.now += STEP_SECONDS
        wait_for(lambda: self.twin.info()["telegrams"]["good"] == before + telegrams)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.twin.port}/"

    def stored(self, name: str) -> Any:
        """The document of a stored quarter such as ``2026/03/15/1845W``."""
        return json.loads((self._card / quarter_path(quarter_id(name)).lstrip("/")).read_text())

    def day(self, year: int, month: int, day: int) -> list[Any]:
        """The documents of a stored day in order of time."""
        folder = self._card / f"meter/{year:04d}/{month:02d}/{day:02d}"
        documents = [json.loads(path.read_text()) for path in folder.iterdir()]
        return sorted(documents, key=lambda document: quarter_start(document["quarter_id"]))

    @cached_property
    def running_id(self) -> int:
        return quarter_id(RUNNING)

    def quarter(self) -> Any:
        """The running quarter."""
        return self.twin.get("/current/quarter").json()

    def meter(self) -> Any:
        """The last telegram."""
        return self.twin.get("/current/meter").json()


def power(watt: float) -> str:
    """A power as an English page writes it."""
    return f"{watt:.0f} W" if abs(watt) < 1000 else f"{watt / 1000:.2f} kW"
