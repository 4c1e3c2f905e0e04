"""``/historic/day?…&form=records``: a day as the card has it says what its JSON says."""

import random
import re
from pathlib import Path

import pytest

from core.clock import SUMMER_BIT, day_of, day_quarters, quarter_start
from core.quarter import Quarter
from core.records import INDEX_BYTES, PLACES_A_DAY, REGISTERS, pack_index, place_of, unpack_index

from .history import quarter_id
from .telegrams import at, telegram
from .test_history import DAY, START, complete, metered, write_quarter
from .twin import Answer, Twin, Wire, wait_for

RECORDS = "&form=records"
BYTES = "application/octet-stream"
JSON = "application/json"
DAY_BYTES = PLACES_A_DAY * INDEX_BYTES
NO_REGISTERS: list[int | None] = [None] * len(REGISTERS)


def rows_of(body: bytes, date: tuple[int, int, int] = (2026, 3, 15)) -> list[list[int | None]]:
    """What records say, in order of time."""
    assert len(body) % INDEX_BYTES == 0
    rows = []
    for place in range(len(body) // INDEX_BYTES):
        row = unpack_index(body[place * INDEX_BYTES : (place + 1) * INDEX_BYTES])
        number = 0 if row is None else row[0] or 0
        if row is not None and row[1] and day_of(number) == date and place_of(number) == place:
            rows.append(row)
    return in_order(rows)


def in_order(rows: list[list[int | None]]) -> list[list[int | None]]:
    """Rows in order of time, also where one bears the letter of the other half of the year."""
    return sorted(rows, key=lambda row: (quarter_start(row[0] or 0), row[0]))


def record_of(quarter: Quarter, registers: list[int | None] = NO_REGISTERS) -> bytes:
    """The record of a quarter."""
    record = bytearray(INDEX_BYTES)
    pack_index(record, quarter, registers)
    return bytes(record)


def quarter_of(number: int, power: int = 100, intervals: int = 180) -> Quarter:
    """A quarter of even power."""
    quarter = Quarter(number)
    for interval in range(intervals):
        quarter.set_interval(interval, power, 0)
    return quarter


class Month:
    """The index of a month of a card, written by hand."""

    def __init__(self, card: Path, year: int, month: int) -> None:
        self._path = card / f"index/{year:04d}/{month:02d}.idx"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.content = bytearray(31 * DAY_BYTES)

    def put(self, day: int, place: int, record: bytes) -> None:
        """Put a record in a place."""
        position = (day - 1) * DAY_BYTES + place * INDEX_BYTES
        self.content[position : position + INDEX_BYTES] = record

    def write(self) -> None:
        """Put it on the card."""
        self._path.write_bytes(self.content)


def asked(twin: Twin, path: str = DAY) -> Answer:
    """The answer to who wants records."""
    return twin.get(path + RECORDS)


def test_a_day_comes_as_the_card_has_it(card: Path, wire: Wire) -> None:
    registers: list[int] = [1000000, 2000000, 30000, 40000, 5000, 6000]
    with Twin(wire.source, sd=card) as twin:
        wire.send(metered(START, 1200, registers) + telegram(START + 900, 300) + telegram(START + 1800, 1))
        wait_for(lambda: len(complete(twin)["quarters"]) == 2)
        told, answer = twin.get(DAY), asked(twin)
        assert (answer.status, answer.headers["Content-Type"]) == (200, BYTES)
        assert answer.headers["Content-Length"] == str(DAY_BYTES) == str(len(answer.body))
        assert rows_of(answer.body) == told.json()["quarters"]
        assert answer.headers["ETag"] == told.headers["ETag"]
        again = twin.get(DAY + RECORDS, **{"If-None-Match": told.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")
        # The page, and who asks for any other form, reads JSON.
        for form in ("", "&form=", "&form=json", "&records=1"):
            assert twin.get(DAY + form).headers["Content-Type"] == JSON


def test_a_day_that_is_not_complete_is_told_in_json(card: Path) -> None:
    for number in range(90):
        write_quarter(card, at("2026-03-15T00:00:00+01:00") + 900 * number, [1], [0])
    with Twin("/dev/null", sd=card) as twin:
        kinds = []

        def is_done() -> bool:
            answer = asked(twin)
            kinds.append(answer.headers["Content-Type"])
            if kinds[-1] == JSON:
                assert answer.json()["complete"] is False
                assert int(answer.headers["Retry-After"]) > 0
            return kinds[-1] == BYTES

        wait_for(is_done)
        assert kinds[0] == JSON
        assert rows_of(asked(twin).body) == complete(twin)["quarters"]


def test_a_day_of_which_nothing_is_known_is_told_in_json(card: Path) -> None:
    with Twin("/dev/null") as twin:
        assert asked(twin).json()["complete"] is False
    with Twin("/dev/null", sd=card) as twin:
        for query in ("year=2026&month=2&day=3", "year=2026&month=13&day=40", "year=x&month=-1&day="):
            document = asked(twin, f"/historic/day?{query}").json()
            assert (document["complete"], document["quarters"]) == (True, [])


def test_no_day_at_all_costs_a_month_nothing(card: Path) -> None:
    month = Month(card, 2026, 3)
    month.put(15, 75, record_of(quarter_of(quarter_id(START)), [1, 2, 3, 4, 5, 6]))
    month.write()
    with Twin("/dev/null", sd=card) as twin:
        for day in ("0", "x", "-1", "32", "9999"):
            assert asked(twin, f"/historic/day?year=2026&month=3&day={day}").json()["quarters"] == []
        assert [row[-6:] for row in complete(twin)["quarters"]] == [[1, 2, 3, 4, 5, 6]]


def test_the_record_of_the_running_quarter_is_not_handed_out(card: Path, wire: Wire) -> None:
    month = Month(card, 2026, 3)
    for utc in (START - 900, START):
        month.put(15, place_of(quarter_id(utc)), record_of(quarter_of(quarter_id(utc))))
    month.write()
    with Twin(wire.source, sd=card) as twin:
        assert [row[0] for row in rows_of(asked(twin).body)] == [quarter_id(START - 900), quarter_id(START)]
        wire.send(telegram(START, 1))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 1)
        answer = asked(twin)
        assert answer.headers["Content-Type"] == JSON
        assert [row[0] for row in answer.json()["quarters"]] == [quarter_id(START - 900)]
        wire.send(telegram(START + 900, 1))
        wait_for(lambda: asked(twin).headers["Content-Type"] == BYTES)
        assert [row[1] for row in rows_of(asked(twin).body)] == [180, 1]


def test_an_index_that_ends_early_gives_what_it_has(card: Path) -> None:
    month = Month(card, 2026, 3)
    ids = day_quarters(2026, 3, 1)[:3]
    for place, number in enumerate(ids):
        month.put(1, place, record_of(quarter_of(number)))
    del month.content[1000:]
    month.write()
    with Twin("/dev/null", sd=card) as twin:
        path = "/historic/day?year=2026&month=3&day=1"
        answer = asked(twin, path)
        assert answer.headers["Content-Length"] == "1000"
        assert (
            [row[0] for row in rows_of(answer.body[:960], (2026, 3, 1))]
            == ids
            == [row[0] for row in twin.get(path).json()["quarters"]]
        )


@pytest.mark.parametrize(("year", "month"), [(2026, 1), (2026, 3), (2025, 10)])
def test_both_forms_say_the_same_of_any_day(card: Path, year: int, month: int) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)  # noqa: T201 (to try it again with)
    chance = random.Random(seed)
    index = Month(card, year, month)
    for day in range(1, 32):
        _fill(index, card, day, day_quarters(year, month, day), chance)
    index.write()
    compared = 0
    with Twin("/dev/null", sd=card) as twin:
        for day in range(1, 32):
            path = f"/historic/day?year={year}&month={month}&day={day}"
            told = complete(twin, path)["quarters"]
            answer = asked(twin, path)
            if answer.headers["Content-Type"] == BYTES:
                assert rows_of(answer.body, (year, month, day)) == in_order(told)
                compared += 1
            else:
                assert answer.json()["quarters"] == told
        assert not re.search("Traceback", twin.output)
    assert compared > 20


def _fill(index: Month, card: Path, day: int, ids: list[int], chance: random.Random) -> None:
    """A day as a card may have it after a life of power cuts and bad sectors."""
    is_full = chance.random() < 0.3
    damage = chance.choice((0, 0, 0.1))
    for number in ids:
        if not is_full and chance.random() < 0.3:
            continue
        registers = [chance.choice((None, 0, 0xFFFFFFFE, chance.randrange(1 << 32) - 1)) for _ in REGISTERS]
        registers = [None if register == -1 else register for register in registers]
        quarter = quarter_of(number, chance.randrange(30000), chance.choice((0, 1, 90, 180)))
        record = bytearray(record_of(quarter, registers))
        if chance.random() < damage:
            kind = chance.randrange(4)
            if kind == 0:
                record[chance.randrange(INDEX_BYTES)] ^= 1 << chance.randrange(8)
            elif kind == 1:
                record[:] = chance.randbytes(INDEX_BYTES)
            elif kind == 2:
                # Whole, and of another quarter.
                record[:] = record_of(quarter_of(chance.choice((number + 1, number ^ SUMMER_BIT, number + (1 << 8)))))
            if kind < 3 and chance.random() < 0.5:
                write_quarter(card, quarter_start(number), [chance.randrange(9000)], [0])
        index.put(day, place_of(number), bytes(record))
