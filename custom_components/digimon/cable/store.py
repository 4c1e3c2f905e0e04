"""Quarters on disk, as a card keeps them: one SQLite file for each meter.

A row a quarter: its summary and registers, and its 5-second samples compressed. What is committed
survives a crash and a power cut (write-ahead log, synchronised on every commit). Everything here
blocks; `archive` calls it from a thread.
"""

import sqlite3
import zlib
from array import array
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from ..core.clock import QUARTER_INTERVALS, QUARTER_SECONDS, day_of, day_start, quarter_start
from ..core.quarter import Quarter
from ..core.records import REGISTERS
from ..monitor import QuarterSummary
from .gap import Missed, Registers, Standing

# For so long a quarter and its samples are kept: that bounds the file.
SUMMARY_DAYS = 3653
SAMPLE_DAYS = 800

_DAY_SECONDS = 86_400
# What SQLite does by itself: the write-ahead log goes into the file when it has so many pages.
_CHECKPOINT_PAGES = 1000
_SET_ASIDE = ".damaged"
_GAP = -1

_VERSION = 1
_REGISTER_COLUMNS = ", ".join(REGISTERS)
_COLUMNS = (
    "quarter_id, intervals, consumed_power_avg, consumed_power_max, produced_power_avg, produced_power_max, "
    f"consumed_energy, produced_energy, {_REGISTER_COLUMNS}"
)
_SUMMARY_COLUMNS = 8
_PLACES = ", ".join("?" * (1 + _SUMMARY_COLUMNS + len(REGISTERS) + 1))
_PUT = f"INSERT OR {{}} INTO quarter (start, {_COLUMNS}, samples) VALUES ({_PLACES})"  # noqa: S608 (constants)
_STAND = (
    f"INSERT OR REPLACE INTO meter (number, utc, serial, {_REGISTER_COLUMNS}) "  # noqa: S608 (constants)
    f"VALUES (1, ?, ?, {', '.join('?' * len(REGISTERS))})"
)

_OF_DAY = (
    f"SELECT {_COLUMNS} FROM quarter "  # noqa: S608 (constants)
    "WHERE start >= ? AND start < ? AND start + ? <= (SELECT utc FROM meter) ORDER BY start"
)
_SAMPLES = "SELECT samples FROM quarter WHERE start = ?"
_LATEST = "SELECT quarter_id, samples FROM quarter WHERE samples IS NOT NULL ORDER BY start DESC LIMIT 1"

_SCHEMA = f"""
CREATE TABLE quarter (
    start INTEGER PRIMARY KEY,
    {", ".join(f"{column} INTEGER" for column in _COLUMNS.split(", "))},
    samples BLOB
) STRICT;
CREATE TABLE meter (number INTEGER PRIMARY KEY CHECK (number = 1), utc INTEGER, serial TEXT,
    {", ".join(f"{column} INTEGER" for column in REGISTERS)}) STRICT;
PRAGMA user_version = {_VERSION};
"""


def store_path(folder: str, entry_id: str) -> Path:
    """Where the quarters of an entry are kept."""
    return Path(folder, f"{entry_id}.db")


def remove(path: Path) -> None:
    """Remove a file of quarters, with what SQLite keeps beside it, and one that was set aside."""
    beside = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    for name in (path, path.with_suffix(_SET_ASIDE), *beside):
        name.unlink(missing_ok=True)


class StoreError(Exception):
    """The file cannot be read or written."""


class QuarterStore:
    """The quarters of one meter. For one thread at a time.

    Every method raises `StoreError` when the disk fails.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can be read and written, as far as is known."""
        return self._database is not None

    def open(self) -> None:
        """Open the file, or make it.

        One that is damaged is set aside and begun anew: nothing may stop the live values.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connect()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self.close()
                self._path.replace(self._path.with_suffix(_SET_ASIDE))
                self._connect()
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise StoreError(str(error)) from error

    def _connect(self) -> None:
        database = self._database = sqlite3.connect(self._path, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if not version:
            database.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
        elif database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")

    def close(self) -> None:
        """Close the file; `open` may follow."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def begin_copy(self) -> None:
        """Change only the end of the write-ahead log from now on, so that who copies file after file gets all of it."""
        self._run("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_autocheckpoint = 0")

    def end_copy(self) -> None:
        """Go on as before a copy."""
        self._run(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}", "PRAGMA wal_checkpoint(PASSIVE)")

    def _run(self, *statements: str) -> None:
        try:
            for statement in statements:
                self._opened.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def put(
        self,
        standing: Standing,
        quarters: Iterable[tuple[Quarter, Registers]] = (),
        missed: Iterable[Missed] = (),
    ) -> None:
        """Write quarters, all or none of them, and what the registers stand at now.

        :param quarters: each with the registers at its end, or as far as it has come. It gets the intervals that only
            the file has of it: a clock that is put back begins a quarter again.
        :param missed: quarters that only the registers tell of; one that is known better stays.
        """
        guesses = [_row(guess) for guess in missed]
        try:
            with self._opened as database:
                for quarter, registers in quarters:
                    start = quarter_start(quarter.quarter_id)
                    for (samples,) in database.execute(_SAMPLES, (start,)):
                        if samples is not None and (earlier := _unpacked(quarter.quarter_id, samples)) is not None:
                            quarter.fill_gaps_from(earlier)
                    row = (start, quarter.quarter_id, *quarter.summary(), *registers, _packed(quarter))
                    database.execute(_PUT.format("REPLACE"), row)
                database.executemany(_PUT.format("IGNORE"), guesses)
                database.execute(_STAND, (standing.utc, standing.serial, *standing.registers))
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def last(self) -> tuple[Standing | None, Quarter | None]:
        """What was written last: what the registers stood at, and the quarter that ran; None in a new store."""
        row = self._one(f"SELECT utc, serial, {_REGISTER_COLUMNS} FROM meter")  # noqa: S608 (constants)
        standing = None if row is None else Standing(utc=row[0], serial=row[1], registers=tuple(row[2:]))
        latest = self._one(_LATEST)
        return standing, None if latest is None else _unpacked(latest[0], latest[1])

    def quarter(self, quarter_id: int) -> Quarter | None:
        """The samples of a quarter; None when none are kept."""
        row = self._one(_SAMPLES, quarter_start(quarter_id))
        return None if row is None or row[0] is None else _unpacked(quarter_id, row[0])

    def day(self, day: date) -> list[QuarterSummary]:
        """The rows of a local day in order of time, without the quarter that runs.

        One that only the registers tell of has no intervals.
        """
        start = day_start(day.year, day.month, day.day)
        following = date.fromordinal(day.toordinal() + 1)
        end = day_start(following.year, following.month, following.day)
        rows = self._all(_OF_DAY, start, end, QUARTER_SECONDS)
        return [_summary(row) for row in rows]

    def dates(self) -> list[date]:
        """The local days of which there is something, in order."""
        return sorted({date(*day_of(row[0])) for row in self._all("SELECT quarter_id FROM quarter")})

    def prune(self, now_utc: int) -> None:
        """Let go of what is older than it is kept for."""
        try:
            with self._opened as database:
                database.execute(
                    "UPDATE quarter SET samples = NULL WHERE start < ? AND samples IS NOT NULL",
                    (now_utc - SAMPLE_DAYS * _DAY_SECONDS,),
                )
                database.execute("DELETE FROM quarter WHERE start < ?", (now_utc - SUMMARY_DAYS * _DAY_SECONDS,))
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def size(self) -> int:
        """Bytes on disk."""
        names = (self._path, self._path.with_name(self._path.name + "-wal"))
        try:
            return sum(name.stat().st_size for name in names if name.exists())
        except OSError as error:
            raise StoreError(str(error)) from error

    @property
    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            raise StoreError("not open")
        return self._database

    def _all(self, query: str, *arguments: int) -> list[tuple[Any, ...]]:
        try:
            return self._opened.execute(query, arguments).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> StoreError:
        """What went wrong; a file that is damaged is closed, because opened again it is set aside."""
        if not isinstance(error, sqlite3.OperationalError):
            self.close()
        return StoreError(str(error))

    def _one(self, query: str, *arguments: int) -> tuple[Any, ...] | None:
        rows = self._all(query, *arguments)
        return rows[0] if rows else None


def _row(guess: Missed) -> tuple[int | None, ...]:
    """A quarter without intervals: evenly spread, so mean and maximum are the same."""
    consumed, produced = guess.consumed_energy_wh, guess.produced_energy_wh
    powers = [energy * 3600 // QUARTER_SECONDS for energy in (consumed, consumed, produced, produced)]
    start = quarter_start(guess.quarter_id)
    return (start, guess.quarter_id, 0, *powers, consumed, produced, *guess.registers, None)


def _summary(row: tuple[int, ...]) -> QuarterSummary:
    registers = tuple(row[_SUMMARY_COLUMNS:])
    return QuarterSummary(
        quarter_id=row[0],
        intervals=row[1],
        consumed_power_avg=row[2],
        consumed_power_max=row[3],
        produced_power_avg=row[4],
        produced_power_max=row[5],
        consumed_energy=row[6],
        produced_energy=row[7],
        registers=registers if any(register is not None for register in registers) else None,
    )


def _packed(quarter: Quarter) -> bytes:
    """Offtake and injection of every interval, then compressed."""
    powers = array("i")
    for interval in range(quarter.end()):
        powers.extend(quarter.interval(interval) or (_GAP, _GAP))
    return zlib.compress(powers.tobytes(), level=6)


def _unpacked(quarter_id: int, packed: bytes) -> Quarter | None:
    quarter = Quarter(quarter_id)
    powers = array("i")
    try:
        powers.frombytes(zlib.decompress(packed))
    except zlib.error, ValueError:
        return None
    for interval in range(min(len(powers) // 2, QUARTER_INTERVALS)):
        consumed, produced = powers[2 * interval], powers[2 * interval + 1]
        if _GAP not in (consumed, produced):
            quarter.set_interval(interval, consumed, produced)
    return quarter
