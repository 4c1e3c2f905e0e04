"""The power goes at any moment: nothing stored is damaged, half a minute is lost, and the next quarter is written."""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .fat import complaints
from .power_cut import HARMLESS, SECTOR, Recording, Replay
from .telegrams import at

MIDNIGHT = at("2026-02-01T00:00:00+01:00")
HOUR = 3600
# Of a folder on FAT, in bytes.
ENTRY = 32

# After how many writes, and how many bytes of the next one are on the card as well.
type Moment = tuple[int, int]


def examine(folder: Path, recording: Recording, moments: list[Moment]) -> None:
    """Cut at some moments, on as many cards at a time as there are processors, and tell what it came to."""
    strange: dict[Moment, list[str]] = {}
    every = Counter[str]()

    def go(part: int) -> int:
        mine = moments[part::parts]
        with Replay(folder / str(part), recording) as replay:
            for done, (number, torn) in enumerate(mine):
                if done % 500 == 0:
                    print(f"{part}: {done} of {len(mine)}, lost {replay.most_lost} s at most", flush=True)  # noqa: T201 (so long)
                try:
                    cut = replay.cut(number, torn)
                except Exception as error:
                    error.add_note(f"cut after {number} of {recording.writes} writes and {torn} bytes")
                    raise
                if harmful := [line for line in cut.complaints if not line.startswith(HARMLESS)]:
                    strange[number, torn] = harmful
        every.update(replay.complaints)
        return replay.most_lost

    parts = min(os.cpu_count() or 1, len(moments))
    with ThreadPoolExecutor(parts) as pool:
        most_lost = max(pool.map(go, range(parts)))
    # `pytest -rP` shows it.
    print(f"{len(moments)} cuts among {recording.writes} writes; lost {most_lost} s at most")  # noqa: T201
    print(f"fsck.fat: {dict(every)}")  # noqa: T201 (the figures are what the campaign is for)
    assert not strange


def seeded() -> random.Random:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 (to do the same again)
    return random.Random(seed)


def between(chance: random.Random, writes: int, number: int) -> list[Moment]:
    """Moments between two writes, in order."""
    return [(write, 0) for write in sorted(chance.sample(range(writes + 1), number))]


def amid(chance: random.Random, writes: int, number: int) -> list[Moment]:
    """Moments amid a write, in order; docs/reliability.md tells what half an entry of a folder does."""
    return [(write, chance.randrange(ENTRY, SECTOR, ENTRY)) for write in sorted(chance.sample(range(writes), number))]


def test_cuts_at_some_writes_around_midnight_at_the_end_of_a_month(tmp_path: Path) -> None:
    recording = Recording(tmp_path, MIDNIGHT - 1300, MIDNIGHT + 1300, [MIDNIGHT + 500])
    examine(tmp_path, recording, between(seeded(), recording.writes, 60))


def test_cuts_amid_some_writes(tmp_path: Path) -> None:
    recording = Recording(tmp_path, MIDNIGHT - 1300, MIDNIGHT + 1300, [MIDNIGHT + 500])
    examine(tmp_path, recording, amid(seeded(), recording.writes, 20))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A day with the end of a month and three restarts."""
    restarts = [MIDNIGHT - 7 * HOUR, MIDNIGHT + 500, MIDNIGHT + 9 * HOUR + 850]
    return Recording(tmp_path_factory.mktemp("day"), MIDNIGHT - 12 * HOUR, MIDNIGHT + 12 * HOUR, restarts)


@pytest.mark.long
def test_cuts_at_every_write_of_a_day(tmp_path: Path, day: Recording) -> None:
    examine(tmp_path, day, [(number, 0) for number in range(day.writes + 1)])


@pytest.mark.long
def test_cuts_amid_many_writes_of_a_day(tmp_path: Path, day: Recording) -> None:
    examine(tmp_path, day, amid(seeded(), day.writes, 3000))


def test_a_file_system_that_is_not_sound_is_noticed(tmp_path: Path) -> None:
    """Two files on one chain of clusters, which a rename that is cut leaves."""
    recording = Recording(tmp_path, MIDNIGHT, MIDNIGHT + 10, [])
    with Replay(tmp_path / "replay", recording) as replay:
        replay.cross_link()
        assert any(not line.startswith(HARMLESS) for line in complaints(replay.image))
