"""Boards on the meter of a simulated house, which the firmware itself may be: what they answer, and what is right."""

import json
from pathlib import Path
from typing import Any, override

from core.clock import INTERVAL_SECONDS, QUARTER_SECONDS, quarter_id_at, quarter_path
from core.obis import Decoder
from core.quarter import Quarter, read_document
from core.telegram import TelegramSplitter
from simulator.house import House

from .board import INFO, METER, MONTH_PEAK, QUARTER, Board
from .original import OriginalBoard
from .twin_board import LOST_SECONDS, TwinBoard


class HouseBoard(OriginalBoard):
    """A board on the meter of a simulated house, with our firmware or the original one."""

    def __init__(self, house: House, now_utc: int, *, ours: bool) -> None:
        super().__init__(house, now_utc)
        self.house = house
        self.ours = ours
        self._decoder = Decoder()
        self._splitter = TelegramSplitter()
        if ours:
            self.documents[INFO] = Board("three_phase").documents[INFO]

    @property
    @override
    def before(self) -> str:
        return _before(self.now_utc)

    @property
    def told_utc(self) -> int:
        """When its meter last sent a telegram."""
        return self.now_utc

    async def come_to(self, utc: int) -> dict[str, Any]:
        """Let the meter and the board come to an instant: the running quarter."""
        self.advance(utc)
        document: dict[str, Any] = json.loads(self.document(QUARTER) or b"{}")
        return document

    async def cut_power(self) -> None:
        """Nothing more than to be off: what the original forgets then is looked at elsewhere."""
        await self.stop()

    @override
    def document(self, path: str) -> bytes | None:
        if path == METER and self.ours:
            return json.dumps(self._telegram()).encode()
        if path == MONTH_PEAK and not self.ours:
            # Of what it heard of this month, which the house knows better.
            return b'{"memory":{}}'
        return super().document(path)

    def _telegram(self) -> dict[str, Any]:
        """The last telegram as a board tells it (docs/board-api.md, part 2)."""
        (telegram,) = self._splitter.feed(self.house.telegram(self.now_utc))
        return {"quarter_id": quarter_id_at(self.now_utc)} | self._decoder.decode(telegram)


class TwinHouseBoard(TwinBoard):
    """The firmware itself on that meter, of which it hears a telegram for each interval."""

    ours = True

    def __init__(self, house: House, now_utc: int, card: Path) -> None:
        """:param card: a folder."""
        self.house = house
        self.now_utc = now_utc
        self._quarter = Quarter(quarter_id_at(now_utc))
        self._heard_utc = now_utc - INTERVAL_SECONDS
        self._off_utc: int | None = None
        card.mkdir(exist_ok=True)
        super().__init__(card, house.telegram, now_utc, lambda: self.now_utc)

    @property
    @override
    def before(self) -> str:
        return _before(self.now_utc)

    @property
    def told_utc(self) -> int:
        """When its meter last sent a telegram."""
        return self.now_utc // INTERVAL_SECONDS * INTERVAL_SECONDS

    async def come_to(self, utc: int) -> dict[str, Any]:
        """Let the meter and the board come to an instant: the running quarter as it should be."""
        self.now_utc = utc
        await self.catch_up()
        for heard in range(self._heard_utc + INTERVAL_SECONDS, self.told_utc + 1, INTERVAL_SECONDS):
            self._heard_utc = heard
            if quarter_id_at(heard) != self._quarter.quarter_id:
                self._quarter = Quarter(quarter_id_at(heard))
            if self.is_on:
                self._quarter.add(heard % QUARTER_SECONDS, *self.house.power(heard))
        if self._off_utc is not None and self.is_on:
            self._quarter = self._after_cut(read_document((await self.ask(QUARTER)).body.decode()), self._off_utc)
            self._off_utc = None
        document: dict[str, Any] = json.loads("".join(self._quarter.document()))
        return document

    def _after_cut(self, found: Quarter, off_utc: int) -> Quarter:
        """What the board has of the running quarter after a power cut, which may have cost it half a minute."""
        assert found.quarter_id == self._quarter.quarter_id
        for interval in range(self._quarter.end()):
            heard = self._quarter.interval(interval)
            if found.interval(interval) != heard:
                assert found.interval(interval) is None
                lost = off_utc // QUARTER_SECONDS * QUARTER_SECONDS + interval * INTERVAL_SECONDS
                assert off_utc - LOST_SECONDS <= lost <= off_utc
        return found

    async def cut_power(self) -> None:
        """Have no power, until it is started again."""
        if self._off_utc is None:
            # It may be cut a second time before anybody looked at what the first time has cost.
            self._off_utc = self.now_utc
        await self.power_off()

    @override
    async def start(self) -> None:
        if not self.is_on:
            await self.power_on()
            return
        await super().start()


def _before(utc: int) -> str:
    """The path of the quarter before the running one."""
    return quarter_path(quarter_id_at(utc - QUARTER_SECONDS))
