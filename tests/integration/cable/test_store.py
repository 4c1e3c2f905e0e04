"""Quarters on disk: what was written is there again, whatever happened to the process in between."""

import multiprocessing
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.digimon.cable.gap import Missed, Standing
from custom_components.digimon.cable.store import SAMPLE_DAYS, SUMMARY_DAYS, QuarterStore, StoreError, remove
from custom_components.digimon.core.clock import QUARTER_SECONDS, quarter_id_at, quarter_start
from custom_components.digimon.core.quarter import Quarter

START = 1_773_529_200
REGISTERS = (100, 200, 300, 400, None, None)
STANDING = Standing(utc=START + 10 * QUARTER_SECONDS, registers=REGISTERS, serial="1SAG1")

powers = st.integers(0, 99_999)
intervals = st.lists(st.none() | st.tuples(powers, powers), max_size=180)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "quarters" / "1.db"


def opened(path: Path) -> QuarterStore:
    store = QuarterStore(path)
    store.open()
    return store


def quarter_of(values: list[tuple[int, int] | None], quarter_id: int = quarter_id_at(START)) -> Quarter:
    quarter = Quarter(quarter_id)
    for number, value in enumerate(values):
        if value is not None:
            quarter.set_interval(number, *value)
    return quarter


def document(quarter: Quarter | None) -> str:
    assert quarter is not None
    return "".join(quarter.document())


@given(values=intervals)
def test_a_quarter_comes_back_as_it_was(
    values: list[tuple[int, int] | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = opened(tmp_path_factory.mktemp("store") / "1.db")
    quarter = quarter_of(values)
    store.put(STANDING, [(quarter, REGISTERS)])
    assert document(store.quarter(quarter.quarter_id)) == document(quarter)
    (row,) = store.day(date(2026, 3, 15))
    assert (
        row.intervals,
        row.consumed_power_avg,
        row.consumed_power_max,
        row.produced_power_avg,
        row.produced_power_max,
        row.consumed_energy,
        row.produced_energy,
    ) == quarter.summary()
    assert row.registers == REGISTERS
    store.close()


def test_a_quarter_that_was_not_heard_has_energy_and_no_samples(path: Path) -> None:
    store = opened(path)
    missed = Missed(quarter_id=quarter_id_at(START), consumed_energy_wh=100, produced_energy_wh=8, registers=REGISTERS)
    store.put(STANDING, missed=[missed])
    (row,) = store.day(date(2026, 3, 15))
    assert (row.intervals, row.consumed_power_avg, row.produced_power_avg) == (0, 400, 32)
    assert (row.consumed_energy, row.produced_energy, row.registers) == (100, 8, REGISTERS)
    assert store.quarter(missed.quarter_id) is None


def test_a_guess_does_not_replace_what_was_heard(path: Path) -> None:
    store = opened(path)
    quarter = quarter_of([(1000, 0)] * 180)
    store.put(STANDING, [(quarter, REGISTERS)])
    guess = Missed(quarter_id=quarter.quarter_id, consumed_energy_wh=1, produced_energy_wh=0, registers=REGISTERS)
    store.put(STANDING, missed=[guess])
    assert store.day(date(2026, 3, 15))[0].intervals == 180


def test_the_quarter_that_runs_is_none_of_the_day(path: Path) -> None:
    store = opened(path)
    running = quarter_of([(500, 0)], quarter_id_at(STANDING.utc))
    store.put(STANDING, [(quarter_of([(500, 0)]), REGISTERS), (running, REGISTERS)])
    assert [row.quarter_id for row in store.day(date(2026, 3, 15))] == [quarter_id_at(START)]
    assert store.dates() == [date(2026, 3, 15)]


def test_the_days_of_a_clock_change_have_their_quarters(path: Path) -> None:
    store = opened(path)
    first = 1_792_879_200  # 2026-10-25 00:00 in Brussels, a day of 25 hours
    quarters = [quarter_of([(100, 0)], quarter_id_at(first + number * QUARTER_SECONDS)) for number in range(100)]
    after = Standing(utc=first + 101 * QUARTER_SECONDS, registers=REGISTERS, serial=None)
    store.put(after, [(quarter, REGISTERS) for quarter in quarters])
    assert [row.quarter_id for row in store.day(date(2026, 10, 25))] == [quarter.quarter_id for quarter in quarters]


def test_what_was_written_last_is_known_at_the_next_start(path: Path) -> None:
    store = opened(path)
    assert store.last() == (None, None)
    running = quarter_of([(500, 0)])
    store.put(STANDING, [(running, REGISTERS)])
    store.close()
    standing, interrupted = opened(path).last()
    assert standing == STANDING
    assert document(interrupted) == document(running)


def write_and_die(path: Path) -> None:
    store = opened(path)
    for number in range(50):
        quarter = quarter_of([(number, 0)] * 180, quarter_id_at(START + number * QUARTER_SECONDS))
        store.put(STANDING, [(quarter, REGISTERS)])
    os._exit(9)


def test_a_process_that_is_killed_loses_nothing_that_was_written(path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=write_and_die, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    store = opened(path)
    for number in range(50):
        assert store.quarter(quarter_id_at(START + number * QUARTER_SECONDS)) is not None


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100])
def test_a_damaged_file_is_set_aside_and_begun_anew(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    store = opened(path)
    store.put(STANDING, [(quarter_of([(1, 0)]), REGISTERS)])
    assert store.dates() == [date(2026, 3, 15)]
    if damage:
        assert path.with_suffix(".damaged").read_bytes() == damage
    store.close()
    remove(path)
    assert list(path.parent.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        QuarterStore(tmp_path / "file" / "1.db").open()
    with pytest.raises(StoreError):
        QuarterStore(tmp_path / "1.db").dates()


def test_samples_and_then_summaries_are_let_go_of(path: Path) -> None:
    store = opened(path)
    store.put(STANDING, [(quarter_of([(100, 0)]), REGISTERS)])
    end = quarter_start(quarter_id_at(START)) + 86_400
    store.prune(end + (SAMPLE_DAYS - 2) * 86_400)
    assert store.quarter(quarter_id_at(START)) is not None
    store.prune(end + SAMPLE_DAYS * 86_400)
    assert store.quarter(quarter_id_at(START)) is None
    assert len(store.day(date(2026, 3, 15))) == 1
    store.prune(end + SUMMARY_DAYS * 86_400)
    assert store.day(date(2026, 3, 15)) == []
    assert store.size() > 0
