"""What the original's own accumulator and JSON code made of two streams, to the byte, through our HTTP."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .twin import Twin, environment

STREAMS = ("month-turn", "dst-autumn")


def golden() -> Path:
    """The folder of the streams, which is beside the repository on some machines only."""
    return Path(environment("DIGIMON_SHARED") or os.devnull) / "golden"


pytestmark = pytest.mark.skipif(not golden().is_dir(), reason="no golden streams beside this repository")


def rows() -> list[tuple[str, int, str, str, str]]:
    """Stream, number of telegrams, /current/quarter, the peak object and /watt."""
    found = []
    for stream in STREAMS:
        table = golden() / stream / "current.tsv"
        if table.is_file():
            for line in table.read_text().splitlines():
                number, quarter, peak, watt = line.split("\t")
                found.append((stream, int(number), quarter, peak, watt))
    return found


@pytest.fixture(scope="module", params=STREAMS)
def replayed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Twin]]:
    """A stream's folder and a board that has read all of it."""
    folder = golden() / request.param
    with Twin(folder / "telegrams.txt.gz", sd=tmp_path_factory.mktemp("card")) as twin:
        good, rejected = twin.wait_replayed()
        with gzip.open(folder / "telegrams.txt.gz") as file:
            assert good == file.read().count(b"/FLU5")
        assert rejected == 0
        yield folder, twin


def test_every_quarter_file(replayed: tuple[Path, Twin]) -> None:
    folder, twin = replayed
    files = sorted((folder / "sd").rglob("*.json"))
    assert files
    for file in files:
        path = "/" + str(file.relative_to(folder / "sd"))
        assert twin.get(path).body == file.read_bytes(), path


def test_no_other_quarter(replayed: tuple[Path, Twin]) -> None:
    folder, twin = replayed
    listed = 0
    for day in sorted({file.parent for file in (folder / "sd").rglob("*.json")}):
        year, month, number = (int(part) for part in day.parts[-3:])
        listed += len(twin.get(f"/historic/quarters?year={year}&month={month}&day={number}").json()["quarters"])
    assert listed == len(list((folder / "sd").rglob("*.json")))


@pytest.mark.parametrize(
    ("stream", "number", "quarter", "peak", "watt"), rows(), ids=[f"{row[0]}-{row[1]}" for row in rows()]
)
def test_every_row_of_live_answers(
    stream: str, number: int, quarter: str, peak: str, watt: str, card: Path, tmp_path: Path
) -> None:
    with gzip.open(golden() / stream / "telegrams.txt.gz") as file:
        telegrams = file.read().split(b"/FLU5")[1 : number + 1]
    beginning = tmp_path / "telegrams.txt"
    beginning.write_bytes(b"".join(b"/FLU5" + telegram for telegram in telegrams))
    with Twin(beginning, sd=card) as twin:
        assert twin.wait_replayed() == (number, 0)
        assert twin.get("/current/quarter").text == quarter
        assert twin.get("/watt").text == watt
        answer = twin.get("/current/month/peak").text
        assert answer.endswith(f',"peak":{peak}}}')
        assert list(json.loads(answer)) == ["memory", "peak"]
