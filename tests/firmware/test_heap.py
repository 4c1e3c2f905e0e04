"""The whole app in a heap of 112 KB: a day at full speed, five clients, a year to fetch, and updates."""

import json
import random
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import boards
import bundle
import pytest
import signing
from twin.process import STAND_IN_BYTES

from core.clock import DAY_SECONDS, QUARTER_SECONDS, day_of, day_quarters, day_start, quarter_id_at, quarter_path
from core.records import INDEX_BYTES, index_head
from simulator.card import write_quarters
from simulator.house import House

from .clients import PATHS, Readers, upload
from .flash import app_of, new_key
from .twin import ROOT, Twin, wait_for

CLIENTS = 5
HEAP_BYTES = 112 * 1024
# Left at the worst moment, for what a board has and nobody has measured yet.
RESERVE_BYTES = 6 * 1024
# While the days of an old card are brought into the index beside five clients, who have asked for them.
INDEX_RESERVE_BYTES = 2 * 1024
# Of the file system of a card on a board, which the twin's folder has not: VfsFat's window and its objects.
FILE_SYSTEM_BYTES = 4300
# Thursday 15 January 2026, 00:00 in Brussels.
START = 1768431600
SEED = 1
NEWER = "9.9.9"
PASSWORD = "kachel en kast"
PATIENCE_SECONDS = 4 * 3600.0

MDNS = ("224.0.0.251", 5353)
SSDP = ("239.255.255.250", 1900)
# Which services are there (PTR), and a search for everything.
QUESTION = b"\0\0\0\0\0\1\0\0\0\0\0\0\5_http\4_tcp\5local\0\0\x0c\0\1"
SEARCH = b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'


@pytest.fixture(scope="module", autouse=True)
def _key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(signing.VARIABLE, new_key())
        yield


class Neighbours(threading.Thread):
    """Others in the network, who look for everything that there is."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.end = threading.Event()

    def run(self) -> None:
        chance = random.Random(SEED)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not self.end.wait(0.05):
                packet, group = chance.choice([(QUESTION, MDNS), (SEARCH, SSDP)])
                try:
                    sender.sendto(packet, group)
                except OSError:
                    # A machine without a network.
                    return


class Transfer(threading.Thread):
    """Fetches every day of the card as Home Assistant does, newest first, until each of them is complete.

    :ivar quarters: how many there were, by day.
    """

    def __init__(self, twin: Twin, days: list[tuple[int, int, int]]) -> None:
        super().__init__(daemon=True)
        self.quarters: dict[tuple[int, int, int], int] = {}
        self.failures: list[str] = []
        self._twin = twin
        self._days = days
        self._end = threading.Event()

    def run(self) -> None:
        for day in self._days:
            while day not in self.quarters:
                try:
                    year, month, number = day
                    answer = self._twin.get(f"/historic/day?year={year}&month={month}&day={number}&form=records")
                except OSError as error:
                    self.failures.append(f"{day}: {error!r}")
                    return
                # Only a complete day comes as records.
                if answer.headers.get("Content-Type") == "application/octet-stream":
                    places = range(0, len(answer.body), INDEX_BYTES)
                    self.quarters[day] = sum(index_head(answer.body, place) > 0 for place in places)
                else:
                    # The board says five seconds, and it is hurried by as much.
                    self._end.wait(1)


def days_before(utc: int, count: int) -> list[tuple[int, int, int]]:
    """The local days before the midnight of an instant, newest first."""
    days = []
    for _ in range(count):
        days.append(day_of(quarter_id_at(utc - 1)))
        utc = day_start(*days[-1])
    return days


def telegrams_of(count: int, path: Path) -> Path:
    """A file with the telegrams of so many seconds."""
    with path.open("wb") as file:
        command: list[str | Path] = [ROOT / "scripts/meter", "--to", "stdout", "--speed", "max", "--count", str(count)]
        start = ["--seed", str(SEED), "--start", "2026-01-15T00:00:00+01:00"]
        subprocess.run([*command, *start], stdout=file, check=True)
    return path


def assert_refused(twin: Twin, damaged: bytes) -> None:
    """Upload a bundle that is found to be damaged by its last byte, and by nothing before that."""
    status, said = upload(twin, damaged, PASSWORD)
    assert status == 422, (said, twin.output)
    assert json.loads(said)["error"] == "damaged"


def assert_room(twin: Twin, what: str, reserve: int = RESERVE_BYTES) -> None:
    """Tell the peak of a board that has stopped, and that it left enough."""
    (live,) = map(int, twin.wait_line(r"^highest heap use without garbage: (\d+) bytes$").groups())
    used, size = map(int, twin.wait_line(r"^highest heap use: (\d+) of (\d+) bytes$").groups())
    # `pytest -rP` shows it.
    print(f"{what}: {live} bytes of {size} in use at most, {used} with garbage")  # noqa: T201 (the figure is what the test is for)
    assert "MemoryError" not in twin.output
    assert "Traceback" not in twin.output
    assert size <= HEAP_BYTES + STAND_IN_BYTES
    (stand_ins,) = map(int, twin.wait_line(r"^stand-ins: (\d+) bytes$").groups())
    assert stand_ins - FILE_SYSTEM_BYTES >= STAND_IN_BYTES
    assert live <= size - reserve


@pytest.mark.long
@pytest.mark.parametrize(("telegrams", "days"), [(1800, 2), (DAY_SECONDS, 366)], ids=["sample", "day"])
def test_a_day_at_full_speed(card: Path, tmp_path: Path, telegrams: int, days: int) -> None:
    """Nothing is lost, and every answer is whole, whatever happens at once."""
    (card / "config.json").write_text(json.dumps({"wifi": {"ssid": "thuis", "password": PASSWORD}}))
    # The card of the original firmware: no index.
    write_quarters(House(SEED), card, START - days * DAY_SECONDS, START)
    past = days_before(START, days)
    good = bundle.pack(boards.DEFAULT, NEWER, app_of(NEWER, tmp_path))
    bad = good[:-1] + bytes([good[-1] ^ 1])
    neighbours = Neighbours()
    stream = telegrams_of(telegrams, tmp_path / "telegrams.txt")
    options = ("--heap", "112k", "--hurry", "5")
    with Twin(stream, sd=card, discovery=True, options=options) as twin:
        neighbours.start()
        twin.wait_line("network: ")
        # The admin's modules are there as long as somebody asks for challenges.
        with Readers(twin, CLIENTS, (*PATHS, "/challenge")) as challengers:
            wait_for(lambda: twin.info()["telegrams"]["good"] > min(3600, telegrams // 4), PATIENCE_SECONDS)
        neighbours.end.set()
        transfer = Transfer(twin, past)
        # Now four that poll, some twenty times a second each: for 24 hours in a quarter of one.
        with Readers(twin, CLIENTS - 1, pause=0.05) as readers:
            transfer.start()
            transfer.join(PATIENCE_SECONDS)
            assert_refused(twin, bad)
            assert twin.wait_replayed(PATIENCE_SECONDS) == (telegrams, 0)
        for found in (challengers, readers):
            assert found.failures == []
            assert set(found.statuses) <= {200, 404, 503}
            assert found.statuses[200] > 100
        assert transfer.failures == []
        assert transfer.quarters == {day: len(day_quarters(*day)) for day in past}
        # It stays whole until its end, which is the first start of another one.
        status, said = upload(twin, good, PASSWORD)
        assert (status, json.loads(said)) == (200, {"version": NEWER})
        twin.wait_line(f"start: {NEWER}, hard")
        wait_for(lambda: twin.output.count("network: ") == 2)
        twin.stop()
    answers = dict(challengers.statuses + readers.statuses)
    # Old quarters come into the index beside all of them.
    assert_room(twin, f"{telegrams} telegrams, {days} days, answers {answers}", INDEX_RESERVE_BYTES)
    # Every quarter is on the card, whole.
    for utc in range(START, START + telegrams - QUARTER_SECONDS + 1, QUARTER_SECONDS):
        stored = json.loads((card / quarter_path(quarter_id_at(utc)).lstrip("/")).read_text())
        assert len(stored["consumed_power_interval_avgs"]) == 180


def test_five_clients_read_without_a_pause_and_ask_for_challenges(card: Path, tmp_path: Path) -> None:
    (card / "config.json").write_text(json.dumps({"wifi": {"ssid": "thuis", "password": PASSWORD}}))
    stream = telegrams_of(600, tmp_path / "telegrams.txt")
    with Twin(stream, sd=card, discovery=True, options=("--heap", "112k")) as twin:
        with Readers(twin, CLIENTS, (*PATHS, "/challenge")) as readers:
            assert twin.wait_replayed(PATIENCE_SECONDS) == (600, 0)
        twin.stop()
    assert readers.failures == []
    assert set(readers.statuses) <= {200, 404, 503}
    assert_room(twin, f"{readers.statuses.total()} answers")


@pytest.mark.parametrize(
    ("clients", "telegrams", "uploads"),
    [
        (CLIENTS, 300, 1),
        pytest.param(1, 1800, 4, marks=pytest.mark.long),
        pytest.param(CLIENTS, 3600, 10, marks=pytest.mark.long),
    ],
)
def test_an_update_comes_in_beside_clients(
    card: Path, tmp_path: Path, clients: int, telegrams: int, uploads: int
) -> None:
    """One that is refused at its last byte, up to where it is as any other, while others look for all that there is."""
    (card / "config.json").write_text(json.dumps({"wifi": {"ssid": "thuis", "password": PASSWORD}}))
    good = bundle.pack(boards.DEFAULT, NEWER, app_of(NEWER, tmp_path))
    bad = good[:-1] + bytes([good[-1] ^ 1])
    stream = telegrams_of(telegrams, tmp_path / "telegrams.txt")
    neighbours = Neighbours()
    with Twin(stream, sd=card, discovery=True, options=("--heap", "112k")) as twin:
        neighbours.start()
        with Readers(twin, clients, (*PATHS, "/challenge")) as readers:
            for _ in range(uploads):
                assert_refused(twin, bad)
            assert twin.wait_replayed(PATIENCE_SECONDS) == (telegrams, 0)
        neighbours.end.set()
        # What was laid aside for it is there again.
        assert twin.get("/description.xml").status == 200
        assert twin.info()["version"] == bundle.version()
        twin.stop()
    assert readers.failures == []
    assert set(readers.statuses) <= {200, 404, 503}
    assert_room(twin, f"{uploads} updates, {telegrams} telegrams, {dict(readers.statuses)}")
