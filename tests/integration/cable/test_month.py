"""A month of a cable's life in minutes: pulled out, shaken, stormed, killed and started again.

What is kept has to be what a board keeps that heard the same telegrams; a board that was never killed, so that what a
killed process may lose is left out: the last half minute.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.clock import (
    DAY_SECONDS,
    HOUR_SECONDS,
    INTERVAL_SECONDS,
    QUARTER_SECONDS,
    day_of,
    quarter_id_at,
    quarter_start,
)
from core.obis import Decoder
from core.quarter import Quarter, QuarterAccumulator
from core.telegram import TelegramSplitter
from custom_components.digimon.cable.keeper import SAVE_SECONDS
from custom_components.digimon.cable.store import QuarterStore
from simulator.house import House
from tests.integration.card import house_of

from .lines import Line, NetworkLine, UsbLine

ROOT = Path(__file__).parents[3]
SERIAL = "1SAG3100000001"
# 1 October 2026 in Brussels: a month with an hour that comes twice.
FIRST = 1_790_805_600

# A meter sends every second; most of the time every fifth telegram is enough to make every interval.
STEPS = (INTERVAL_SECONDS, INTERVAL_SECONDS, INTERVAL_SECONDS, 1)
LONGEST_OUTAGE_SECONDS = 5 * HOUR_SECONDS
LONGEST_PIECE = 400
STORM = 10


@dataclass
class Board:
    """What a board makes of the telegrams that it hears; it hears what the cable's process did."""

    quarters: dict[int, Quarter] = field(default_factory=dict)
    heard: int = 0
    last_utc: int = 0

    def __post_init__(self) -> None:
        self._splitter = TelegramSplitter()
        self._decoder = Decoder()
        self._accumulator = QuarterAccumulator()

    def hear(self, data: bytes) -> None:
        """Take what came over the line."""
        for telegram in self._splitter.feed(data):
            document = self._decoder.decode(telegram)
            self.heard += 1
            self.last_utc = document["time"]
            finished = self._accumulator.add(document)
            if finished is not None:
                self.quarters[finished.quarter_id] = finished

    def lose_line(self) -> None:
        """Half a telegram that was on its way is no part of the next one."""
        self._splitter = TelegramSplitter()


class Life:
    """A process that reads a line, until it is stopped or killed."""

    def __init__(self, line: Line, store: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.cable.life", line.address, str(store), SERIAL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'firmware'}"},
        )

    def ask(self, word: str = "told") -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self._process.communicate()[1]
        told: dict[str, Any] = json.loads(answer)
        return told

    def until(self, key: str, value: object) -> dict[str, Any]:
        """Ask until it tells something."""
        while (told := self.ask()).get(key) != value:
            pass
        return told

    def stop(self) -> None:
        """As Home Assistant stops it: nothing may be left, and nothing may have gone wrong."""
        left = self.ask("stop")
        assert left == {"left": []}, left
        output, errors = self._process.communicate()
        assert (output, errors, self._process.returncode) == ("", "", 0)

    def kill(self) -> None:
        """With no chance to write anything."""
        self._process.kill()
        _, errors = self._process.communicate()
        assert errors == ""


class Campaign:
    """A period of a house, told through lines that are bad to a process that is treated badly."""

    def __init__(self, house: House, seed: int, folder: Path, days: float) -> None:
        self.house = house
        self.board = Board()
        self.store = folder / "meter.db"
        self.counts = dict.fromkeys(("telegrams", "stops", "kills", "unplugged", "halves", "storms", "rejected"), 0)
        # Of what a process that was killed may have lost.
        self.doubtful: set[tuple[int, int]] = set()
        # In which nobody heard what came next.
        self.interrupted: set[int] = set()
        self._random = random.Random(seed)
        self._lines: tuple[Line, ...] = (UsbLine(folder), NetworkLine())
        self._utc = FIRST
        self._end = FIRST + int(days * DAY_SECONDS)

    def run(self) -> None:
        """All of it."""
        while self._utc < self._end:
            line = self._random.choice(self._lines)
            line.plug_in()
            life = Life(line, self.store)
            try:
                self._live(line, life)
            finally:
                line.unplug()
            self.board.lose_line()

    def _live(self, line: Line, life: Life) -> None:
        life.until("open", value=True)
        heard = self.board.heard
        for _ in range(self._random.randint(1, 40)):
            if self._utc >= self._end:
                break
            self._mishap(line, life)
            self._send(line)
            told = life.until("time", self.board.last_utc)
            assert told["heard"] == self.board.heard - heard
            self._compare(told)
        self.counts["rejected"] += life.ask()["rejected"]
        if self._random.random() < 1 / 2:
            self.counts["stops"] += 1
            life.stop()
            self._doubt(INTERVAL_SECONDS)
        else:
            self.counts["kills"] += 1
            life.kill()
            self._doubt(SAVE_SECONDS + 2 * INTERVAL_SECONDS)
        if self._random.random() < 1 / 3:
            self._miss(self._random.randint(1, LONGEST_OUTAGE_SECONDS))

    def _miss(self, seconds: int) -> None:
        """Nobody hears the meter for a while."""
        if seconds > INTERVAL_SECONDS:
            self.interrupted.add(quarter_id_at(self.board.last_utc))
        self._utc += seconds

    def _mishap(self, line: Line, life: Life) -> None:
        kind = self._random.choice(("none", "none", "unplugged", "half", "wrong"))
        telegram = self.house.telegram(self._utc)
        if kind == "unplugged":
            self.counts["unplugged"] += 1
            # Less than its checksum, so that it is none.
            line.send(telegram[: self._random.randrange(len(telegram.rstrip()))])
            line.unplug()
            life.until("open", value=False)
            self.board.lose_line()
            self._miss(self._random.choice((0, 5, self._random.randint(1, LONGEST_OUTAGE_SECONDS))))
            line.plug_in()
            life.until("open", value=True)
        elif kind in {"half", "wrong"}:
            self.counts["halves"] += 1
            cut = self._random.randrange(1, len(telegram))
            data = telegram[:cut] if kind == "half" else telegram[:cut] + b"\x00" + telegram[cut + 1 :]
            line.send(data)
            self.board.hear(data)

    def _send(self, line: Line) -> None:
        step = self._random.choice(STEPS)
        number = self._random.randint(1, LONGEST_PIECE)
        if self._random.random() < 1 / 20:
            self.counts["storms"] += 1
            # Ten times what a meter sends, as when what was held back comes at once.
            number *= STORM
        pieces = []
        for _ in range(number):
            pieces.append(self.house.telegram(self._utc))
            self._utc += step
        self.counts["telegrams"] += number
        data = b"".join(pieces)
        self.board.hear(data)
        line.send(data)

    def _compare(self, told: dict[str, Any]) -> None:
        """What is live is the last telegram, to the watt-hour."""
        assert told["quarter"] == quarter_id_at(self.board.last_utc)
        shown = self.house.reading(self.board.last_utc)
        assert told["registers"] == [
            shown.consumed_energy_t1 + shown.consumed_energy_t2,
            shown.produced_energy_t1 + shown.produced_energy_t2,
        ]
        # The one that reads, and the one that asks.
        assert told["tasks"] == 0

    def _doubt(self, seconds: int) -> None:
        for utc in range(self.board.last_utc - seconds, self.board.last_utc + 1, INTERVAL_SECONDS):
            self.doubtful.add((quarter_id_at(utc), utc % QUARTER_SECONDS // INTERVAL_SECONDS))


@contextmanager
def kept(path: Path) -> Iterator[QuarterStore]:
    """What the process has left."""
    store = QuarterStore(path)
    store.open()
    yield store
    store.close()


def check_samples(campaign: Campaign, store: QuarterStore) -> None:
    """Quarters are the board's, sample by sample."""
    for quarter_id, expected in campaign.board.quarters.items():
        stored = store.quarter(quarter_id)
        found = [None if stored is None else stored.interval(number) for number in range(180)]
        for number in range(180):
            if (quarter_id, number) not in campaign.doubtful:
                assert found[number] == expected.interval(number), (quarter_id, number)


def check_registers(campaign: Campaign, store: QuarterStore) -> None:
    """There is every quarter, and between the first and the last the energy is what the registers counted."""
    days = sorted({day_of(quarter_id_at(utc)) for utc in range(FIRST, campaign.board.last_utc, HOUR_SECONDS)})
    rows = [row for day in days for row in store.day(date(*day))]
    starts = [quarter_start(row.quarter_id) for row in rows]
    assert starts == list(range(FIRST, starts[-1] + 1, QUARTER_SECONDS))
    before: tuple[int, ...] = (0,) * 4
    for row in rows:
        assert row.registers is not None
        registers = tuple(register or 0 for register in row.registers[:4])
        assert all(low <= high for low, high in zip(before, registers, strict=True))
        before = registers
        unheard = (row.quarter_id, 179) in campaign.doubtful or row.quarter_id in campaign.interrupted
        if row.intervals == 180 and not unheard:
            # Heard beyond its end: telegrams at most an interval before and after it.
            end = quarter_start(row.quarter_id) + QUARTER_SECONDS
            around = range(end - INTERVAL_SECONDS, end + INTERVAL_SECONDS + 1, INTERVAL_SECONDS)
            early, then, late = (_registers(campaign.house, utc) for utc in around)
            assert all(low <= register <= high for low, register, high in zip(early, registers, late, strict=True))
            # When the tariff changes with the quarter, nothing tells how much of it is whose.
            for part in (slice(0, 2), slice(2, 4)):
                # Nor when in the seconds between two telegrams an appliance was switched.
                switched = abs(sum(early[part]) - 2 * sum(then[part]) + sum(late[part]))
                assert sum(early[part]) - 1 <= sum(registers[part]) <= sum(then[part]) + 1 + switched / 4
    standing, _ = store.last()
    assert standing is not None
    assert tuple(standing.registers[:4]) == _registers(campaign.house, standing.utc)
    total = sum(_registers(campaign.house, starts[-1] + QUARTER_SECONDS)) - sum(before)
    slack = sum(_registers(campaign.house, campaign.board.last_utc)) - sum(_registers(campaign.house, standing.utc))
    assert abs(total) <= 1 + abs(slack)


def _registers(house: House, utc: int) -> tuple[int, ...]:
    shown = house.reading(utc)
    return (shown.consumed_energy_t1, shown.consumed_energy_t2, shown.produced_energy_t1, shown.produced_energy_t2)


def check(seed: int, days: float) -> dict[str, int]:
    """One campaign. What a killed process has written does not depend on the disk: memory is as good."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        campaign = Campaign(house_of(1), seed, Path(folder), days)
        campaign.run()
        with kept(campaign.store) as store:
            check_samples(campaign, store)
            check_registers(campaign, store)
            size = store.size()
        return campaign.counts | {"quarters": len(campaign.board.quarters), "bytes": size}


@pytest.mark.usefixtures("socket_enabled")
def test_hours_of_a_bad_cable_are_kept_as_a_board_keeps_them() -> None:
    seed = int(os.environ.get("DIGIMON_SEED") or 3)
    counts = check(seed, days=0.3)
    assert counts["quarters"] > 10


@pytest.mark.long
@pytest.mark.usefixtures("socket_enabled")
def test_a_month_of_a_bad_cable_is_kept_as_a_board_keeps_it() -> None:
    seed = int(os.environ.get("DIGIMON_SEED") or random.SystemRandom().randrange(10**6))
    print(f"DIGIMON_SEED={seed}")  # noqa: T201
    counts = check(seed, days=float(os.environ.get("DIGIMON_DAYS") or 31))
    print(json.dumps(counts))  # noqa: T201
    assert all(counts.values())
