"""A board in the model house: it hears the meter, keeps quarters on its card, and answers of them."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, override
from urllib.parse import parse_qsl, urlsplit

from core.clock import (
    INTERVAL_SECONDS,
    QUARTER_SECONDS,
    day_of,
    day_quarters,
    is_summer,
    month_of,
    quarter_id_at,
    quarter_id_of_label,
    quarter_path,
    quarter_start,
)
from core.quarter import Quarter
from custom_components.digimon.cable.gap import Missed, Standing, missed_quarters
from tests.integration.board import COLUMNS, DAY, INFO, METER, MONTH_PEAK, QUARTER, Board

from .house import ModelHouse, Outages

_DEVICES = (("gas", 3, 4, "7FLO2119000001"), ("water", 7, 5, "8SAP1234567890"))
_MEMORY = ("size_heap", "free_heap", "free_sketch", "size_sketch", "size_psram", "free_psram")


class _Tags(dict[str, str]):
    """The tag of a day is that of its answer at this moment."""

    def __init__(self, board: CardBoard) -> None:
        super().__init__()
        self._board = board

    @override
    def get(self, path: str, default: Any = None) -> Any:
        if not path.startswith(DAY):
            return default
        body = self._board.document(path)
        return default if body is None else f'"{sha256(body).hexdigest()[:16]}"'


class CardBoard(Board):
    """Answers at any simulated time what a board would that was there all the time but for its outages."""

    def __init__(self, house: ModelHouse, now: Callable[[], int], *, original: bool = False) -> None:
        """:param now: utc of the simulated moment."""
        super().__init__("original" if original else "three_phase")
        self.house = house
        self.now = now
        self.original = original
        self.begin = house.start
        self.deaf = Outages()
        """When it heard no telegrams: without power, or its cable loose."""

        self.without_card = Outages()
        """When what it heard went on no card, or on one that was taken away since."""

        self.without_registers = Outages()
        """When the original firmware ran."""

        self.tells_shares = False
        """Whether it is a cable, which tells of quarters that it did not hear what the registers counted meanwhile."""

        self.damaged: set[int] = set()
        """Ids of quarters whose files are no documents."""

        self.indexing: set[tuple[int, int, int]] = set()
        """Days whose files it is still reading."""

        self.dummy_year = original
        self.tails = original
        self._quarters: dict[int, tuple[int, Quarter | None]] = {}
        self.etags = _Tags(self)
        self.most_at_once = 0
        self._was_asked = asyncio.Event()

    @property
    def card_requests(self) -> list[str]:
        """What was asked of the card."""
        return [path for path in self.requests if path.startswith(("/historic/", "/meter/"))]

    @override
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.most_at_once = max(self.most_at_once, len(self._connections))
        await super()._serve(reader, writer)
        self._was_asked.set()

    async def asked(self, times: int) -> None:
        """Wait until it was asked so many times in all."""
        while len(self.requests) < times:
            self._was_asked.clear()
            await self._was_asked.wait()

    async def power_on(self) -> None:
        """Start it, and come into the network."""
        await self.start()

    async def power_off(self) -> None:
        """Cut its power; what it heard it has, as `deaf` tells what it does not hear."""
        await self.stop()

    def missed(self, first: int, until: int) -> bool:
        """Whether it has not heard all of a time."""
        return self.deaf.touches(first, until)

    def is_on_card(self, first: int, until: int) -> bool:
        """Whether all quarters that begin in a time are."""
        return not any(self.without_card.covers(quarter) for quarter in range(first, until, QUARTER_SECONDS))

    def hears(self, utc: int) -> bool:
        """Whether a telegram of that instant reached it."""
        return self.begin <= utc and not self.deaf.covers(utc)

    def _hears_all(self, start: int) -> bool:
        """Whether every telegram of a quarter reached it."""
        return self.begin <= start and not self.deaf.touches(start, start + QUARTER_SECONDS)

    def quarter(self, start: int, until: int) -> Quarter | None:
        """What it heard of a quarter up to an instant; None when that was nothing."""
        known = self._quarters.get(start)
        if known is not None and known[0] == min(until, start + QUARTER_SECONDS):
            return known[1]
        quarter = Quarter(quarter_id_at(start))
        whole = until >= start + QUARTER_SECONDS and self._hears_all(start)
        for number, (consumed, produced) in enumerate(self.house.intervals(start)):
            utc = start + number * INTERVAL_SECONDS
            if whole or (utc < until and self.hears(utc)):
                quarter.set_interval(number, consumed, produced)
        heard = quarter if quarter.end() else None
        self._quarters[start] = (min(until, start + QUARTER_SECONDS), heard)
        return heard

    def stored(self, start: int) -> Quarter | None:
        """A quarter of the card."""
        end = start + QUARTER_SECONDS
        if (
            start < self.begin // QUARTER_SECONDS * QUARTER_SECONDS
            or end > self.now()
            or self.without_card.covers(start)
        ):
            return None
        return self.quarter(start, end)

    @property
    def has_card(self) -> bool:
        """Whether its card is in."""
        return not self.without_card.covers(self.now())

    @override
    def document(self, path: str) -> bytes | None:
        url = urlsplit(path)
        if url.path.startswith("/meter/"):
            return self._file(url.path)
        answer = {
            QUARTER: self._running,
            INFO: self._info,
            METER: self._meter,
            MONTH_PEAK: self._month_peak,
            "/historic/years": self._years,
            "/historic/months": self._months,
            "/historic/days": self._days,
            "/historic/quarters": self._quarters_of,
            "/historic/day": self._day,
        }.get(url.path)
        if answer is None or (self.original and url.path in (INFO, METER, "/historic/day")):
            return super().document(path) if answer is None else None
        document = answer({key: int(value) for key, value in parse_qsl(url.query)})
        return document if isinstance(document, bytes) else json.dumps(document, separators=(",", ":")).encode()

    def _running(self, _: dict[str, int]) -> Any:
        now = self.now()
        # At its very end a quarter still runs: it is over with the first telegram of the next one.
        start = (now - 1) // QUARTER_SECONDS * QUARTER_SECONDS
        quarter = self.quarter(start, now)
        self._quarters.pop(start, None)
        return {} if quarter is None else "".join(quarter.document()).encode()

    def _info(self, _: dict[str, int]) -> Any:
        info = json.loads(self.documents[INFO])
        return info if self.has_card else {**info, "card": {"state": "missing"}}

    def _meter(self, _: dict[str, int]) -> Any:
        now = self.now()
        return self.meter(now) if self.hears(now - 1) else {}

    def meter(self, utc: int, *, slim: bool = False) -> dict[str, Any]:
        """The telegram of an instant, decoded.

        :param slim: without what changes nothing of the history.
        """
        registers = self.house.registers(utc)
        power = self.house.power(utc if slim else utc - 1)
        document = {} if slim else json.loads(self.documents[METER])
        for key in ("peaks", "devices", "message"):
            document.pop(key, None)
        if not slim:
            document["peak"] = {"time": utc, "quarter_id": quarter_id_at(utc - QUARTER_SECONDS), "power": 4000}
        return {
            **document,
            **dict(zip(registers._fields[:4], registers[:4], strict=True)),
            "time": utc,
            "summer": is_summer(utc),
            "quarter_id": quarter_id_at(utc),
            "consumed_power": max(power, 0),
            "produced_power": max(-power, 0),
            "devices": [
                {
                    "channel": number + 1,
                    "type": kind,
                    "type_code": code,
                    "serial": serial,
                    "time": utc,
                    "value": registers[place],
                    "unit": "l",
                }
                for number, (kind, code, place, serial) in enumerate(_DEVICES)
            ],
        }

    def _month_peak(self, _: dict[str, int]) -> Any:
        memory = dict.fromkeys(_MEMORY, 0)
        peak = {} if self.original else self._meter({}).get("peak", {})
        # That of the original is on a meter that tells none.
        return (
            {"memory": memory, "peak": {key: peak[key] for key in ("quarter_id", "power")}}
            if peak
            else {"memory": memory}
        )

    def _years(self, _: dict[str, int]) -> Any:
        years = {day[0] for day in self._all_days()}
        if self.dummy_year:
            years.add(2022)
        return {"years": sorted(years)} if years else {}

    def _months(self, query: dict[str, int]) -> Any:
        months = {day[1] for day in self._all_days() if day[0] == query["year"]}
        if self.dummy_year and query["year"] == 2022:
            months.add(1)
        return {"year": query["year"], "months": sorted(months)} if months else {}

    def _days(self, query: dict[str, int]) -> Any:
        days = {day[2] for day in self._all_days() if day[:2] == (query["year"], query["month"])}
        if self.dummy_year and (query["year"], query["month"]) == (2022, 1):
            days.add(1)
        return {**query, "days": sorted(days)} if days else {}

    def _quarters_of(self, query: dict[str, int]) -> Any:
        ids = day_quarters(query["year"], query["month"], query["day"])
        found = [quarter_id for quarter_id in ids if self._lists(quarter_start(quarter_id))]
        return {**query, "quarters": found} if found else {}

    def _day(self, query: dict[str, int]) -> Any:
        day = (query["year"], query["month"], query["day"])
        rows = []
        for quarter_id in day_quarters(*day) if self.has_card else ():
            start = quarter_start(quarter_id)
            quarter = None if quarter_id in self.damaged else self.stored(start)
            if quarter is not None:
                registers: list[int | None] = [None] * 6
                if not self.without_registers.covers(start):
                    registers = [*self.house.registers(self._last_heard(start))]
                rows.append([quarter_id, *quarter.summary(), *registers])
            elif self.tells_shares and (share := self._share(start)) is not None:
                consumed, produced = share.consumed_energy_wh, share.produced_energy_wh
                powers = (consumed * 4, consumed * 4, produced * 4, produced * 4)
                rows.append([quarter_id, 0, *powers, consumed, produced, *share.registers])
        complete = self.has_card and day not in self.indexing
        return {**query, "complete": complete, "fields": COLUMNS, "quarters": rows if complete else rows[:3]}

    def _share(self, start: int) -> Missed | None:
        """What the registers tell of a quarter of which nothing is stored."""
        begin = self.begin // QUARTER_SECONDS * QUARTER_SECONDS
        before = next((utc for utc in range(start, begin - 1, -QUARTER_SECONDS) if self.stored(utc)), None)
        after = next((utc for utc in range(start, self.now(), QUARTER_SECONDS) if self.stored(utc)), None)
        if before is None or after is None:
            return None
        stands = [
            Standing(utc=utc, registers=(*self.house.registers(utc),), serial=None)
            for utc in (self._last_heard(before), self._first_heard(after))
        ]
        return next((share for share in missed_quarters(*stands) if share.quarter_id == quarter_id_at(start)), None)

    def _first_heard(self, start: int) -> int:
        """When the first interval that it heard of a quarter began."""
        return next(utc for utc in range(start, start + QUARTER_SECONDS, INTERVAL_SECONDS) if self.hears(utc))

    def _last_heard(self, start: int) -> int:
        """When the last interval that it heard of a quarter ended."""
        if self._hears_all(start):
            return start + QUARTER_SECONDS
        number = max(number for number in range(180) if self.hears(start + number * INTERVAL_SECONDS))
        return start + (number + 1) * INTERVAL_SECONDS

    def _file(self, path: str) -> bytes | None:
        year, month, day, name = path.removeprefix("/meter/").split("/")
        quarter_id = quarter_id_of_label(int(year), int(month), int(day), name.removesuffix(".json"))
        assert quarter_id is not None
        assert path == quarter_path(quarter_id)
        quarter = self.stored(quarter_start(quarter_id))
        if quarter is None or not self.has_card:
            return None
        if quarter_id in self.damaged:
            return b'{"quarter_id":4195'
        return "".join(quarter.document()).encode() + (b'1087,0,0]}"}' if self.tails else b"")

    def _all_days(self) -> set[tuple[int, int, int]]:
        now = self.now()
        if not self.has_card:
            return set()
        days = {day_of(quarter_id_at(utc)) for utc in range(self.begin, now, 3600)}
        # The folder of a day comes with its first quarter.
        return {day for day in days if self._has_any(day)}

    def _has_any(self, day: tuple[int, int, int]) -> bool:
        return any(self.stored(quarter_start(quarter_id)) is not None for quarter_id in day_quarters(*day))

    def _lists(self, start: int) -> bool:
        """Whether it says that it has a quarter."""
        return self.has_card and self.stored(start) is not None


def at(text: str) -> int:
    """The instant of a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def month_of_instant(utc: int) -> tuple[int, int]:
    """The local month of an instant."""
    return month_of(quarter_id_at(utc))
