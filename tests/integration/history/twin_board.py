"""The firmware itself in the model house: a real board in the place of `CardBoard`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, override

from core.clock import QUARTER_SECONDS, day_of, month_of, quarter_path
from core.records import INDEX_BYTES, PLACES_A_DAY, pack_index, place_of
from tests.integration.telegram import telegram_of
from tests.integration.twin_board import LOST_SECONDS, TwinBoard

from .board import CardBoard
from .house import ModelHouse, Outages

_MONTH_BYTES = 31 * PLACES_A_DAY * INDEX_BYTES


class TwinCardBoard(TwinBoard):
    """Hears the meter of the model house."""

    def __init__(self, house: ModelHouse, now: Callable[[], int], card: Path, first: int) -> None:
        """Give it a card with a past.

        :param card: a folder that is not there yet.
        :param first: when it was started (utc), begin of a quarter; of the time before it has all on its card.
        """
        self.house = house
        self.begin = house.start
        self.original = False
        self.deaf = Outages()
        self.without_card = Outages()
        self.without_registers = Outages()
        # Where a meter is told of that has more than the registers.
        self._model = CardBoard(house, now)
        super().__init__(card, self._telegram_of, first, now)
        card.mkdir()
        write_card(card, self._model, first)

    def _telegram_of(self, utc: int) -> bytes:
        return telegram_of(self._model.meter(utc, slim=True))

    @override
    def hears(self, utc: int) -> bool:
        return not self.deaf.covers(utc)

    @override
    def has_card(self, utc: int) -> bool:
        return not self.without_card.covers(utc)

    def missed(self, first: int, until: int) -> bool:
        """Whether it may not have heard all of a time, or have lost some of it."""
        return self.deaf.touches(first, until + LOST_SECONDS)

    def is_on_card(self, first: int, until: int) -> bool:
        """Whether all quarters that begin in a time are: of those that end without a card it keeps a few."""
        return not self.without_card.touches(first, until)


def write_card(folder: Path, board: CardBoard, until: int) -> None:
    """Put on a card what a board of ours has stored that heard every telegram up to an instant."""
    index: dict[tuple[int, int], bytearray] = {}
    for start in range(board.house.start, until, QUARTER_SECONDS):
        quarter = board.quarter(start, until)
        assert quarter is not None
        quarter_id = quarter.quarter_id
        path = folder / quarter_path(quarter_id).lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(quarter.document()), encoding="ascii")
        record = bytearray(INDEX_BYTES)
        registers: list[Any] = [*board.house.registers(start + QUARTER_SECONDS)]
        pack_index(record, quarter, registers)
        position = ((day_of(quarter_id)[2] - 1) * PLACES_A_DAY + place_of(quarter_id)) * INDEX_BYTES
        month = index.setdefault(month_of(quarter_id), bytearray(_MONTH_BYTES))
        month[position : position + INDEX_BYTES] = record
    for (year, number), records in index.items():
        path = folder / f"index/{year:04d}/{number:02d}.idx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(records)
