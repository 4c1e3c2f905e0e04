"""What goes wrong in a house: card, network, meter and the board's own tasks.

Nothing that was stored is lost, the board recovers without a person, and its log says why.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from .fat import Fat, make_image
from .history import path_of, quarter_id
from .telegrams import at, close, lines, telegram
from .twin import Twin, Wire, wait_for

START = at("2026-03-15T18:45:00+01:00")
QUARTER = 900
# A board tries a card that failed every 10 seconds, of which each lasts a tenth here.
HURRY = ("--hurry", "10")
# The stand-in for the sectors of a card takes memory that a board does not need.
IN_ITS_TIME = ("--heap", "124k")
SECTORS = (*IN_ITS_TIME, *HURRY)
SECTOR = 512
JOURNAL_BYTES = 32768


class House:
    """A board on a wire, and its card."""

    def __init__(self, twin: Twin, wire: Wire) -> None:
        self.twin = twin
        self._wire = wire
        self._sent = twin.info()["telegrams"]["good"]

    def measures(self, *seconds: int, watt: int = 100) -> None:
        """Send telegrams of some seconds, and wait until all are taken."""
        for second in seconds:
            self._wire.send(telegram(START + second, watt))
        self._sent += len(seconds)
        wait_for(lambda: self.twin.info()["telegrams"]["good"] == self._sent)
        assert self.twin.get("/watt").text == str(watt)

    def state(self) -> str:
        found: str = self.twin.info()["card"]["state"]
        return found

    def wait_state(self, *states: str, pause: float = 0.02) -> None:
        wait_for(lambda: self.state() in states, pause=pause)

    def stored(self, start: int) -> list[int | None]:
        """The intervals of a quarter on the card."""
        path = "/" + path_of(START + start)
        wait_for(lambda: self.twin.get(path).status == 200)
        found: list[int | None] = self.twin.get(path).json()["consumed_power_interval_avgs"]
        return found

    def day(self) -> list[list[int]]:
        """The rows of the day, once the board has all of them."""

        def look() -> list[list[int]] | None:
            document = self.twin.get("/historic/day?year=2026&month=3&day=15").json()
            return document["quarters"] + [[]] if document["complete"] else None

        return wait_for(look, pause=0.3)[:-1]

    def log(self) -> str:
        return self.twin.get("/crashlog.txt").text


def has_taken(twin: Twin, number: int) -> bool:
    """Whether so many telegrams were good."""
    return bool(twin.info()["telegrams"]["good"] == number)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "card.img"
    make_image(path)
    return path


def trouble(image: Path, **what: object) -> None:
    """Let something go wrong with a card, or nothing any more."""
    image.with_name("card.img.new").write_text(json.dumps(what))
    image.with_name("card.img.new").rename(image.with_name("card.img.trouble"))


def fill(image: Path, *, full: bool) -> None:
    """Let every cluster that is free be taken, or free those again."""
    fat = Fat(image)
    table, tables, length = fat.table()
    fat.close()
    free, taken = (0).to_bytes(4, "little"), (0x0FFFFFF7).to_bytes(4, "little")
    before, after = (free, taken) if full else (taken, free)
    with image.open("r+b") as file:
        for number in range(tables):
            file.seek(table + number * length)
            content = file.read(length)
            entries = [content[start : start + 4] for start in range(0, length, 4)]
            file.seek(table + number * length)
            file.write(b"".join(after if entry == before else entry for entry in entries))
        # The card does not know how many are free.
        file.seek(512 + 488)
        file.write(b"\xff" * 4)


def test_a_card_that_is_pulled_and_put_back(image: Path, wire: Wire) -> None:
    away = image.with_name("in a pocket")
    with Twin(wire.source, sd=image, options=SECTORS) as twin:
        house = House(twin, wire)
        house.measures(0, 5, 10)
        image.rename(away)
        # Live values go on, and the quarter that ends meanwhile waits.
        house.measures(895, 900, 905)
        house.wait_state("missing", "fault")
        house.measures(1795, 1800)
        away.rename(image)
        house.wait_state("ok")
        assert house.stored(0) == [100, 100, 100] + [None] * 176 + [100]
        assert house.stored(900) == [100, 100] + [None] * 177 + [100]
        assert [row[0] for row in house.day()] == [quarter_id(START), quarter_id(START + 900)]
        log = house.log()
        assert log.index("card: OSError") < log.index("card: ok again")


def test_another_card_in_its_place(image: Path, wire: Wire, tmp_path: Path) -> None:
    with Twin(wire.source, sd=image, options=IN_ITS_TIME) as twin:
        house = House(twin, wire)
        house.measures(0, 5, 900)
        assert house.stored(0) == [100, 100]
        assert len(house.day()) == 1
        image.rename(tmp_path / "the first")
        make_image(image)
        house.measures(905, 1800)
        house.wait_state("missing", "fault")
        house.wait_state("ok")
        # The quarter that ran when it was put in is there whole, and so is what follows.
        assert house.stored(900) == [100, 100]
        house.measures(2700)
        assert house.stored(1800) == [100]
        assert [row[0] for row in house.day()] == [quarter_id(START + 900), quarter_id(START + 1800)]


@pytest.mark.parametrize(
    ("break_it", "mend_it"),
    [
        (partial(trouble, read_only=True), trouble),
        (partial(fill, full=True), partial(fill, full=False)),
    ],
    ids=["read only", "full"],
)
def test_a_card_that_takes_nothing(
    image: Path, wire: Wire, break_it: Callable[[Path], None], mend_it: Callable[[Path], None]
) -> None:
    with Twin(wire.source, sd=image, options=SECTORS) as twin:
        # The index of the month and the folders of the day are there.
        house = House(twin, wire)
        house.measures(0, 900)
        assert house.day()
        twin.stop()
    break_it(image)
    wire.hang_up()
    with Twin(wire.source, sd=image, options=SECTORS) as twin:
        house = House(twin, wire)
        house.measures(905, 1800, 2700)
        house.wait_state("fault")
        assert house.stored(0) == [100]
        mend_it(image)
        house.wait_state("ok")
        assert house.stored(900)[-1] == 100
        assert house.stored(1800) == [100]
        house.measures(3600)
        assert house.stored(2700) == [100]
        assert "card: OSError" in house.log()


def test_a_slow_card_costs_no_telegram(image: Path, wire: Wire) -> None:
    trouble(image, slow=40)
    with Twin(wire.source, sd=image, options=SECTORS) as twin:
        house = House(twin, wire)
        house.measures(*range(0, 960, 10))
        assert house.state() == "ok"
        assert [interval for interval in house.stored(0) if interval is not None] == [100] * 90
        assert twin.info()["telegrams"]["rejected"] == {}


def test_a_sector_that_cannot_be_read_costs_one_quarter(image: Path, wire: Wire) -> None:
    with Twin(wire.source, sd=image, options=SECTORS) as twin:
        house = House(twin, wire)
        house.measures(0, 900, 1800)
        assert len(house.day()) == 2
        twin.stop()
    fat = Fat(image)
    cluster, _ = fat.entry("/" + path_of(START))
    sector = fat.place(cluster) // SECTOR
    # Without the index every file has to be read again, and the journal would bring it back.
    index, _ = fat.entry("/index")
    journal, _ = fat.entry("/journal.bin")
    wiped = [fat.place(index), *(fat.place_in_file(journal, offset) for offset in range(0, JOURNAL_BYTES, SECTOR))]
    fat.close()
    with image.open("r+b") as file:
        for place in wiped:
            file.seek(place)
            file.write(bytes(SECTOR))
    trouble(image, bad=[sector])
    with Twin("/dev/null", sd=image, options=SECTORS) as twin:
        house = House(twin, wire)
        # Without the journal nothing tells that the last one had not ended.
        assert [row[0] for row in house.day()] == [quarter_id(START + 900), quarter_id(START + 1800)]
        assert twin.get("/" + path_of(START)).status == 404
        assert house.state() == "ok"


def test_an_index_with_a_sector_that_cannot_be_read_is_made_anew(image: Path, wire: Wire) -> None:
    with Twin(wire.source, sd=image, options=SECTORS) as twin:
        house = House(twin, wire)
        house.measures(0, 900, 1800)
        before = [row[:8] for row in house.day()]
        twin.stop()
    fat = Fat(image)
    cluster, _ = fat.entry("/index/2026/03.idx")
    # A day is 100 records of 64 bytes, and 14 days come before.
    bad = [fat.place_in_file(cluster, offset) // SECTOR for offset in range(14 * 6400, 15 * 6400, SECTOR)]
    fat.close()
    trouble(image, bad=bad)
    with Twin("/dev/null", sd=image, options=IN_ITS_TIME) as twin:
        house = House(twin, wire)
        # What is read in the background waits while it is asked.
        house.wait_state("fault", pause=0.3)
        trouble(image, bad=[])
        assert [row[:8] for row in house.day()] == before


def test_a_meter_that_is_silent_for_an_hour(card: Path, wire: Wire) -> None:
    with Twin(wire.source, sd=card) as twin:
        house = House(twin, wire)
        house.measures(0, 5, 100)
        house.measures(100 + 3600, 4500)
        assert house.stored(0) == [100, 100] + [None] * 18 + [100]
        assert house.stored(3600) == [None] * 20 + [100]
        assert [row[0] for row in house.day()] == [quarter_id(START), quarter_id(START + 3600)]
        assert "p1: 3600 s since the telegram before" in house.log()


def test_a_network_that_is_gone_for_an_hour(card: Path, wire: Wire, tmp_path: Path) -> None:
    radio = tmp_path / "radio.json"
    radio.write_text(json.dumps({"home": "secret"}))
    (card / "config.json").write_text(json.dumps({"wifi": {"ssid": "home", "password": "secret"}}))
    options = ("--radio", str(radio), "--names", "0", "--hurry", "60")
    with Twin(wire.source, sd=card, options=options) as twin:
        wait_for(lambda: twin.get("/info").text.startswith("{"))
        house = House(twin, wire)
        house.measures(0, 5)
        radio.write_text("{}")
        twin.wait_line("network: lost")
        for second in range(10, 1800, 10):
            wire.send(telegram(START + second, 100))
        # The radio gets a fresh start after ten minutes.
        twin.wait_line("the board resets")
        for second in range(1800, 3700, 10):
            wire.send(telegram(START + second, 100))
        radio.write_text(json.dumps({"home": "secret"}))
        wait_for((card / path_of(START + 2700)).exists)
        wait_for(lambda: twin.get("/info").text.startswith("{"))
    for start in (0, 900, 1800, 2700):
        document = json.loads((card / path_of(START + start)).read_text())
        powers = document["consumed_power_interval_avgs"]
        # A telegram that was on the wire when the board started again is cut.
        assert powers[::2].count(100) >= 88, start
    log = (card / "crashlog.txt").read_text()
    assert "network: lost" in log


@pytest.mark.parametrize(
    ("begin", "paths"),
    [
        ("2026-03-29T01:50:00+01:00", ["2026/03/29/0145W", "2026/03/29/0300S", "2026/03/29/0315S"]),
        ("2026-10-25T02:50:00+02:00", ["2026/10/25/0245S", "2026/10/25/0200W", "2026/10/25/0215W"]),
    ],
)
def test_a_restart_when_the_clock_changes(card: Path, wire: Wire, begin: str, paths: list[str]) -> None:
    first = at(begin)
    sent = 0
    for seconds in (range(0, 700, 5), range(705, 1600, 5)):
        with Twin(wire.source, sd=card) as twin:
            wire.send(b"".join(telegram(first + second, 100) for second in seconds))
            number = len(seconds)
            wait_for(partial(has_taken, twin, number))
            sent += number
        wire.hang_up()
    found = {path: json.loads((card / f"meter/{path}.json").read_text()) for path in paths}
    numbers = [sum(power is not None for power in found[path]["consumed_power_interval_avgs"]) for path in paths]
    # 600 seconds of the first, all 900 of the next but the one between the two lives, and the rest.
    assert numbers == [120, 179, sent - 120 - 179]


def test_ten_times_as_many_telegrams_as_a_meter_sends(card: Path, wire: Wire) -> None:
    long = f"0-0:96.13.0({'41' * 1024})"
    with Twin(wire.source, sd=card) as twin:
        # Ten for every second, across the end of a quarter; then the longest that there are.
        storm = [telegram(START + 870 + number // 10, 100) for number in range(400)]
        storm += [close([*lines(START + 910 + number, 100), long]) for number in range(5)]
        for one in storm:
            wire.send(one)
        wait_for(lambda: twin.info()["telegrams"]["good"] == len(storm))
        assert twin.info()["telegrams"]["rejected"] == {}
        house = House(twin, wire)
        assert house.stored(0) == [None] * 174 + [100] * 6
        assert twin.get("/current/quarter").json()["consumed_power_interval_avgs"] == [100] * 3
        assert twin.get("/current/meter").json()["message"] == "A" * 1024
        assert "MemoryError" not in twin.output


def test_every_task_fails_once(card: Path, wire: Wire, tmp_path: Path) -> None:
    crash = tmp_path / "crash"
    with Twin(wire.source, sd=card, options=("--crash", str(crash))) as twin:
        house = House(twin, wire)
        house.measures(*range(0, 300, 5))
        crash.write_text("")
        tasks = ("p1", "watch", "index", "led")
        for task in tasks:
            twin.wait_line(rf"{task}: Traceback")
        house.measures(*range(300, 1805, 5))
        assert house.stored(0) == [100] * 180
        assert house.stored(900) == [100] * 180
        assert len(house.day()) == 2
        log = house.log()
        for task in tasks:
            assert f"{task}: Traceback" in log
        assert log.count("RuntimeError: on purpose") == len(tasks)
