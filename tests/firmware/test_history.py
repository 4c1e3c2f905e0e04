"""``/historic/day``: the past in one answer a day, of our own cards and of those that the original firmware wrote."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from .history import path_of, quarter_document, quarter_id
from .telegrams import BRUSSELS, at, close, lines, stamp, telegram
from .twin import Answer, Twin, Wire, wait_for

START = at("2026-03-15T18:45:00+01:00")
DAY = "/historic/day?year=2026&month=3&day=15"
FIELDS = [
    "quarter_id",
    "intervals",
    "consumed_power_avg",
    "consumed_power_max",
    "produced_power_avg",
    "produced_power_max",
    "consumed_energy",
    "produced_energy",
    "consumed_energy_t1",
    "consumed_energy_t2",
    "produced_energy_t1",
    "produced_energy_t2",
    "gas",
    "water",
]
UNKNOWN = [None] * 6


def quarters_of(day: str) -> Iterator[int]:
    """The instants at which the quarters of a local day begin."""
    begin = datetime.fromisoformat(day).replace(tzinfo=BRUSSELS).astimezone(UTC)
    utc = int(begin.timestamp())
    while datetime.fromtimestamp(utc, BRUSSELS).date().isoformat() == day:
        yield utc
        utc += 900


def write_quarter(
    card: Path, utc: int, consumed: list[int | None], produced: list[int | None], behind: str = ""
) -> None:
    """Put a quarter on a card as the original firmware does.

    :param behind: what an older, longer file left behind it.
    """
    file = card / path_of(utc)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(quarter_document(utc, consumed, produced) + behind)


def complete(twin: Twin, path: str = DAY) -> Any:
    """The day, as soon as the board has all of it."""

    def look() -> Any:
        document = twin.get(path).json()
        return document if document["complete"] else None

    return wait_for(look)


def metered(utc: int, consumed: int, registers: list[int]) -> bytes:
    """A telegram with the registers of electricity in Wh, of gas and water in l."""
    whole = [line for line in lines(utc, consumed, 0) if not line.startswith("1-0:1.8.1")]
    for code, value in zip(("1.8.1", "1.8.2", "2.8.1", "2.8.2"), registers, strict=False):
        whole.append(f"1-0:{code}({value / 1000:010.3f}*kWh)")
    for channel, kind, code, value in ((1, 3, "24.2.3", registers[4]), (2, 7, "24.2.1", registers[5])):
        whole.append(f"0-{channel}:24.1.0({kind:03d})")
        whole.append(f"0-{channel}:{code}({stamp(utc)})({value / 1000:09.3f}*m3)")
    return close(whole)


def test_a_quarter_and_the_registers_at_its_end(card: Path, wire: Wire) -> None:
    registers = [1000000, 2000000, 30000, 40000, 5000, 6000]
    at_end = [register + 7 for register in registers]
    with Twin(wire.source, sd=card) as twin:
        wire.send(metered(START, 1200, registers) + metered(START + 5, 2401, registers))
        # The first second of the next quarter tells what the registers were at the end of this one.
        wire.send(metered(START + 900, 1, at_end))
        wait_for(lambda: complete(twin)["quarters"])
        answer = twin.get(DAY)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.text.startswith('{"year":2026,"month":3,"day":15,"complete":true,"fields":["quarter_id",')
        document = complete(twin)
        assert document["fields"] == FIELDS
        # (1200 + 2401) * 5 / 3600 = 5.001 Wh
        assert document["quarters"] == [[quarter_id(START), 2, 1800, 2401, 0, 0, 5, 0, *at_end]]


def test_a_quarter_whose_end_was_not_seen_has_the_last_registers(card: Path, wire: Wire) -> None:
    registers = [1000000, 2000000, 30000, 40000, 5000, 6000]
    with Twin(wire.source, sd=card) as twin:
        wire.send(metered(START, 1200, registers) + telegram(START + 907, 1))
        wait_for(lambda: len(complete(twin)["quarters"]) == 1)
        assert complete(twin)["quarters"][0][-6:] == registers


def test_the_running_quarter_is_not_among_them(card: Path, wire: Wire) -> None:
    with Twin(wire.source, sd=card) as twin:
        wire.send(telegram(START, 1))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 1)
        assert complete(twin)["quarters"] == []
        # It is stored so that nothing is lost, but it has not ended.
        assert twin.stop() == 0
    assert (card / path_of(START)).exists()
    with Twin(wire.source, sd=card) as twin:
        assert complete(twin)["quarters"] == []
        wire.hang_up()
        wire.send(telegram(START + 5, 1) + telegram(START + 900, 1))
        wait_for(lambda: [row[1] for row in complete(twin)["quarters"]] == [2])


def test_what_a_client_has_is_not_sent_again(card: Path, wire: Wire) -> None:
    with Twin(wire.source, sd=card) as twin:
        wire.send(telegram(START, 1) + telegram(START + 900, 2))
        wait_for(lambda: len(complete(twin)["quarters"]) == 1)
        tag = twin.get(DAY).headers["ETag"]
        for known in (tag, f'"other", {tag}'):
            again = twin.get(DAY, **{"If-None-Match": known})
            assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
        assert twin.get(DAY, **{"If-None-Match": '"other"'}).status == 200
        wire.send(telegram(START + 1800, 3))
        wait_for(lambda: twin.get(DAY, **{"If-None-Match": tag}).status == 200)
        assert twin.get(DAY).headers["ETag"] != tag


@pytest.mark.parametrize(
    ("query", "needed"),
    [("", "year"), ("?month=3&day=15", "year"), ("?year=2026&day=15", "month"), ("?year=2026&month=3", "day")],
)
def test_an_argument_that_is_missing(card: Path, query: str, needed: str) -> None:
    with Twin("/dev/null", sd=card) as twin:
        answer = twin.get(f"/historic/day{query}")
        assert (answer.status, answer.text) == (400, f"ERROR: Need a {needed} argument")


@pytest.mark.parametrize("query", ["year=2026&month=2&day=3", "year=2026&month=13&day=40", "year=x&month=-1&day="])
def test_a_day_without_quarters_is_complete(card: Path, query: str) -> None:
    with Twin("/dev/null", sd=card) as twin:
        answer = twin.get(f"/historic/day?{query}")
        assert answer.status == 200
        assert (answer.json()["complete"], answer.json()["quarters"]) == (True, [])


def test_without_a_card_a_day_is_not_empty_but_unknown() -> None:
    with Twin("/dev/null") as twin:
        answer = twin.get(DAY)
        assert answer.status == 200
        assert (answer.json()["complete"], answer.json()["quarters"]) == (False, [])
        assert int(answer.headers["Retry-After"]) > 0
        assert "ETag" not in answer.headers
        assert twin.info()["index"]["state"] == "waiting"


def test_a_card_of_the_original_firmware(card: Path) -> None:
    write_quarter(card, START, [100, None, 300], [0, None, -5])
    # An older, longer file of the same quarter.
    write_quarter(card, START + 900, [7], [0], behind=",0,0,0]}" * 100)
    # A file that was made and never written, and powers that wrapped around.
    (card / path_of(START + 1800)).write_text("")
    write_quarter(card, START + 2700, [-20000, 50], [0, 0])
    (card / "meter/2022/01/01").mkdir(parents=True)
    (card / "meter/2022/01/01/hello.txt").write_text("hello")
    with Twin("/dev/null", sd=card) as twin:
        assert complete(twin)["quarters"] == [
            [quarter_id(START), 2, 200, 300, 2, 5, 1, 0, *UNKNOWN],
            [quarter_id(START + 900), 1, 7, 7, 0, 0, 0, 0, *UNKNOWN],
            [quarter_id(START + 2700), 1, 50, 50, 0, 0, 0, 0, *UNKNOWN],
        ]
        assert complete(twin, "/historic/day?year=2022&month=1&day=1")["quarters"] == []
        wait_for(lambda: twin.info()["index"] == {"state": "ready", "days_done": 2, "days": 2})
        # The original does not see the index, and neither do its clients.
        assert twin.get("/historic/years").json() == {"years": [2022, 2026]}
        assert "Traceback" not in twin.output
    assert sorted(file.name for file in (card / "meter/2026/03/15").iterdir()) == [
        Path(path_of(START + 900 * number)).name for number in range(4)
    ]


def test_a_day_on_which_the_clock_changes(card: Path) -> None:
    for day in ("2025-10-26", "2026-03-29"):
        for number, utc in enumerate(quarters_of(day)):
            write_quarter(card, utc, [number], [0])
    with Twin("/dev/null", sd=card) as twin:
        for day, number in (("2025-10-26", 100), ("2026-03-29", 92)):
            year, month, date = (int(part) for part in day.split("-"))
            rows = complete(twin, f"/historic/day?year={year}&month={month}&day={date}")["quarters"]
            assert [row[0] for row in rows] == [quarter_id(utc) for utc in quarters_of(day)]
            assert [row[2] for row in rows] == list(range(number))


def test_a_record_that_was_damaged_is_made_anew(card: Path) -> None:
    write_quarter(card, START, [100], [0])
    write_quarter(card, START + 900, [200], [0])
    with Twin("/dev/null", sd=card) as twin:
        before = complete(twin)
    file = card / "index/2026/03.idx"
    content = bytearray(file.read_bytes())
    content[content.index(quarter_id(START).to_bytes(4, "little")) + 6] ^= 1
    file.write_bytes(content)
    with Twin("/dev/null", sd=card) as twin:
        assert complete(twin) == before


def test_an_index_that_ends_early_is_completed(card: Path) -> None:
    write_quarter(card, START, [100], [0])
    with Twin("/dev/null", sd=card) as twin:
        before = complete(twin)
    file = card / "index/2026/03.idx"
    content = file.read_bytes()
    file.write_bytes(content[:1000])
    with Twin("/dev/null", sd=card) as twin:
        assert complete(twin) == before
    assert file.read_bytes() == content


def test_a_day_that_is_asked_for_is_next(card: Path) -> None:
    days = [f"2026-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 29)]
    for day in days:
        for utc in quarters_of(day):
            write_quarter(card, utc, [1], [0])
    with Twin("/dev/null", sd=card) as twin:
        first = twin.get("/historic/day?year=2026&month=1&day=1")
        assert first.json()["complete"] is False
        assert int(first.headers["Retry-After"]) > 0
        assert twin.info()["index"]["state"] == "building"
        assert len(complete(twin, "/historic/day?year=2026&month=1&day=1")["quarters"]) == 96
        # The newest was begun with, and many are still to come.
        assert twin.info()["index"]["days_done"] < len(days) - 10
        assert twin.get("/historic/day?year=2026&month=1&day=2").json()["complete"] is False


def test_a_card_that_comes_back_is_looked_at_anew(card: Path) -> None:
    away = card.with_name("in a pocket")
    with Twin("/dev/null", sd=card) as twin:
        wait_for(lambda: twin.info()["index"]["state"] == "ready")
        card.rename(away)
        wait_for(lambda: twin.info()["card"]["state"] != "ok")
        assert twin.get(DAY).json()["complete"] is False
        write_quarter(away, START, [100], [0])
        away.rename(card)
        wait_for(lambda: twin.info()["card"]["state"] == "ok")
        assert len(complete(twin)["quarters"]) == 1


class Counting:
    """Asks a board, and counts how often."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self.requests = 0

    def get(self, path: str) -> Answer:
        self.requests += 1
        return self._twin.get(path)


def test_a_year_takes_less_than_four_hundred_requests(card: Path) -> None:
    begin = at("2025-01-01T00:00:00+01:00")
    # One quarter of every day at noon, so that the test is short; how many there are makes no other request.
    noons = [begin + 43200 + 86400 * day for day in range(365)]
    for number, utc in enumerate(noons):
        write_quarter(card, utc, [number], [0])
    with Twin("/dev/null", sd=card) as twin:
        wait_for(lambda: twin.info()["index"]["state"] == "ready")
        client = Counting(twin)
        rows = []
        for year in client.get("/historic/years").json()["years"]:
            for month in client.get(f"/historic/months?year={year}").json()["months"]:
                for day in client.get(f"/historic/days?year={year}&month={month}").json()["days"]:
                    document = client.get(f"/historic/day?year={year}&month={month}&day={day}").json()
                    assert document["complete"] is True
                    rows += document["quarters"]
        assert [row[2] for row in rows] == list(range(365))
        assert all(earlier < later for earlier, later in pairwise(row[0] >> 8 for row in rows))
        assert client.requests == 1 + 1 + 12 + 365 <= 400
