"""The whole app in a heap of 112 KB, while five clients read."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from twin.process import STAND_IN_BYTES

from .clients import Readers
from .twin import ROOT, Twin

CLIENTS = 5
HEAP_BYTES = 112 * 1024
# Left for a bad moment, and for what a board has and nobody has measured yet.
RESERVE_BYTES = 8 * 1024
# Of the file system of a card on a board, which the twin's folder has not: VfsFat's window and its objects.
FILE_SYSTEM_BYTES = 4300


@pytest.mark.parametrize("telegrams", [5400, pytest.param(86400, marks=pytest.mark.long)])
def test_hours_at_full_speed_with_five_clients(card: Path, tmp_path: Path, telegrams: int) -> None:
    stream = tmp_path / "telegrams.txt"
    with stream.open("wb") as file:
        command: list[str | Path] = [
            ROOT / "scripts/meter",
            "--to",
            "stdout",
            "--speed",
            "max",
            "--count",
            str(telegrams),
        ]
        subprocess.run([*command, "--seed", "1", "--start", "2026-01-15T00:00:00+01:00"], stdout=file, check=True)
    with Twin(stream, sd=card, options=("--heap", "112k")) as twin:
        with Readers(twin, CLIENTS) as readers:
            assert twin.wait_replayed(3600) == (telegrams, 0)
        info = twin.info()
        twin.stop()
    statuses = readers.statuses
    used, size = map(int, twin.wait_line(r"^highest heap use: (\d+) of (\d+) bytes$").groups())
    # `pytest -rP` shows it.
    print(f"{sum(statuses.values())} requests, {dict(statuses)}; heap: {used} of {size} bytes at most")  # noqa: T201 (the figure is what the test is for)
    assert readers.failures == []
    assert set(statuses) <= {200, 404, 503}
    assert statuses[200] > 1000
    assert "MemoryError" not in twin.output
    assert "Traceback" not in twin.output
    assert info["heap_size"] == size
    assert size <= HEAP_BYTES + STAND_IN_BYTES
    (stand_ins,) = map(int, twin.wait_line(r"^stand-ins: (\d+) bytes$").groups())
    assert stand_ins - FILE_SYSTEM_BYTES >= STAND_IN_BYTES
    assert info["heap_used_max"] <= used <= size - RESERVE_BYTES
    # Every quarter is on the card, whole; the running one since the board was stopped.
    files = sorted(card.rglob("????[SW].json"))
    assert len(files) == telegrams // 900
    for stored in files:
        assert len(json.loads(stored.read_text())["consumed_power_interval_avgs"]) == 180
    assert re.fullmatch(r"highest heap use: \d+ of \d+ bytes", twin.lines[-1])
