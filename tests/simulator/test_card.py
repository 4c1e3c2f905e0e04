"""The card writer leaves what a board writes that hears one telegram per second."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.obis import Decoder
from core.quarter import QuarterAccumulator
from simulator.card import document, write_quarters
from simulator.house import House
from tests.simulator.brute_force import local, utc

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def house() -> House:
    return House(8)


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-22T03:00",  # quiet night
        "2026-05-30T12:15",  # clouds: offtake and injection take turns
        "2026-01-14T20:00",  # car
        "2025-10-26T02:45+02:00",  # last quarter before the hour that comes twice
        "2025-10-31T23:45",  # last quarter of a month
        "2026-03-29T01:45",  # last quarter before the hour that is skipped
    ],
)
def test_equal_to_the_byte(house: House, start: str) -> None:
    begin = utc(start)
    decoder, accumulator = Decoder(), QuarterAccumulator()
    finished = [accumulator.add(decoder.decode(house.telegram(second))) for second in range(begin, begin + 901)]
    assert finished[:-1] == [None] * 900
    quarter = finished[-1]
    assert quarter is not None
    assert document(house, begin) == "".join(quarter.document())


def test_some_interval_has_offtake_and_injection(house: House) -> None:
    begin = utc("2026-05-30")
    mixed = [
        interval
        for quarter in range(begin, begin + 86400, 900)
        for interval in house.intervals(quarter)
        if all(interval)
    ]
    assert mixed


def test_files_of_the_long_day(house: House, tmp_path: Path) -> None:
    begin, end = utc("2025-10-26"), utc("2025-10-27")
    assert write_quarters(house, tmp_path, begin, end) == 100
    day = tmp_path / "meter" / "2025" / "10" / "26"
    names = sorted(path.name for path in day.iterdir())
    assert len(names) == 100
    assert {"0200S.json", "0245S.json", "0200W.json", "0245W.json"} <= set(names)
    assert (day / "0230W.json").read_bytes() == document(house, utc("2025-10-26T02:30+01:00")).encode()


def test_a_board_that_is_switched_off_leaves_an_unfinished_quarter(house: House, tmp_path: Path) -> None:
    begin, until = utc("2026-11-23T10:15"), utc("2026-11-23T10:36:42")
    assert write_quarters(house, tmp_path, begin - 840, until) == 2
    assert sorted(path.name for path in tmp_path.rglob("*.json")) == ["1015W.json", "1030W.json"]
    decoder, accumulator = Decoder(), QuarterAccumulator()
    for second in range(begin, until):
        accumulator.add(decoder.decode(house.telegram(second)))
    assert accumulator.running is not None
    last = tmp_path / "meter" / "2026" / "11" / "23" / "1030W.json"
    assert last.read_text() == "".join(accumulator.running.document())


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}"}
    return subprocess.run(
        [sys.executable, "-m", "simulator.card", *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def test_the_command_fills_days_up_to_an_instant(tmp_path: Path) -> None:
    result = command("--sd", str(tmp_path), "--until", "2026-11-23T18:00", "--days", "2", "--seed", "8")
    assert (result.returncode, result.stdout, result.stderr) == (0, "wrote 192 quarters\n", "")
    files = sorted(tmp_path.rglob("*.json"))
    assert str(files[0].relative_to(tmp_path)) == "meter/2026/11/21/1800W.json"
    assert str(files[-1].relative_to(tmp_path)) == "meter/2026/11/23/1745W.json"
    assert local(utc("2026-11-21T18:00")).hour == 18
    assert files[0].read_text() == document(House(8), utc("2026-11-21T18:00"))


def test_the_command_tells_what_is_wrong(tmp_path: Path) -> None:
    occupied = tmp_path / "card"
    occupied.write_text("no folder")
    result = command("--sd", str(occupied), "--until", "2026-11-23")
    assert result.returncode == 1
    assert result.stderr.startswith("simulator.card: ")
    assert result.stderr.count("\n") == 1
