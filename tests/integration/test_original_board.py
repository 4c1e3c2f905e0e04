"""The board that stands in for the original firmware answers what the original's own code made of telegrams."""

import gzip
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS, day_start
from core.obis import decode
from core.telegram import TelegramSplitter

from .board import QUARTER
from .original import OriginalBoard

GOLDEN = Path(os.environ.get("DIGIMON_SHARED") or os.devnull) / "golden"
START = day_start(2026, 3, 15) + (18 * 60 + 45) * 60


class Recorded:
    """A meter that was listened to."""

    def __init__(self, powers: Mapping[int, tuple[int, int]]) -> None:
        """:param powers: offtake and injection in W by instant (utc)."""
        self._powers = powers

    def power(self, utc: int) -> tuple[int, int] | None:
        """Of a second."""
        return self._powers.get(utc)

    def intervals(self, start: int) -> list[tuple[int, int] | None]:
        """The means of a quarter's intervals, truncated."""
        means: list[tuple[int, int] | None] = []
        for number in range(QUARTER_INTERVALS):
            first = start + number * INTERVAL_SECONDS
            told = [self._powers[utc] for utc in range(first, first + INTERVAL_SECONDS) if utc in self._powers]
            consumed, produced = (sum(power[place] for power in told) for place in (0, 1))
            means.append((consumed // len(told), produced // len(told)) if told else None)
        return means


def test_an_interval_is_truncated_and_a_silent_one_is_a_gap() -> None:
    meter = Recorded({START: (2, 0), START + 1: (3, 0), START + 10: (0, 3), START + 14: (0, 4), START + 15: (809, 0)})
    board = OriginalBoard(meter, START)
    board.advance(START + 16)
    assert board.document(QUARTER) == (
        b'{"quarter_id":436408139,"consumed_power_avg":270,"interval_secs":5,'
        b'"consumed_power_interval_avgs":[2,null,0,809],"produced_power_interval_avgs":[0,null,-3,0]}'
    )
    board.advance(START + 900)
    assert board.document("/meter/2026/03/15/1845W.json") == (
        b'{"quarter_id":436408139,"consumed_power_avg":270,"interval_secs":5,'
        b'"consumed_power_interval_avgs":[2,null,0,809],"produced_power_interval_avgs":[0,null,-3,0]}'
    )
    assert board.document("/historic/quarters?year=2026&month=3&day=15") == b'{"quarters": [436408139]}'


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="no golden streams beside this repository")
@pytest.mark.parametrize("name", ["month-turn", "dst-autumn"])
def test_it_answers_what_the_original_did(name: str) -> None:
    with gzip.open(GOLDEN / name / "telegrams.txt.gz") as file:
        telegrams = [decode(telegram) for telegram in TelegramSplitter().feed(file.read())]
    meter = Recorded({told["time"]: (told["consumed_power"], told["produced_power"]) for told in telegrams})
    board = OriginalBoard(meter, telegrams[0]["time"])
    table = [line.split("\t") for line in (GOLDEN / name / "current.tsv").read_text().splitlines()]
    assert table
    for number, quarter, *_ in table:
        board.advance(telegrams[int(number) - 1]["time"] + 1)
        assert board.document(QUARTER) == quarter.encode(), number
    board.advance(telegrams[-1]["time"] + 1)
    files = sorted((GOLDEN / name / "sd").rglob("*.json"))
    assert files
    for stored in files:
        path = "/" + str(stored.relative_to(GOLDEN / name / "sd"))
        assert board.document(path) == stored.read_bytes(), path
