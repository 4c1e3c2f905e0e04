"""What the original's own accumulator and JSON code made of two streams, to the byte, through our HTTP."""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .twin import PATIENCE_SECONDS, Twin, Wire, environment, wait_for

STREAMS = ("month-turn", "dst-autumn")


def golden() -> Path:
    """The folder of the streams, which is beside the repository on some machines only."""
    return Path(environment("DIGIMON_SHARED") or os.devnull) / "golden"


pytestmark = pytest.mark.skipif(not golden().is_dir(), reason="no golden streams beside this repository")


@dataclass
class Replayed:
    """A board that has read all of a stream, and what it answered on the way.

    :ivar answers: by number of telegrams, `/current/quarter`, `/current/month/peak` and `/watt`.
    """

    folder: Path
    twin: Twin
    answers: dict[int, tuple[str, str, str]]


def rows(folder: Path) -> dict[int, tuple[str, str, str]]:
    """By number of telegrams, `/current/quarter`, the peak object and `/watt`."""
    table = [line.split("\t") for line in (folder / "current.tsv").read_text().splitlines()]
    return {int(number): (quarter, peak, watt) for number, quarter, peak, watt in table}


@pytest.fixture(scope="module", params=STREAMS)
def replayed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    """Reads a stream, and stops for a look at every row of the table."""
    folder = golden() / request.param
    with gzip.open(folder / "telegrams.txt.gz") as file:
        telegrams = [b"/FLU5" + rest for rest in file.read().split(b"/FLU5")[1:]]
    answers = {}
    with Wire() as wire, Twin(wire.source, sd=tmp_path_factory.mktemp("card")) as twin:
        sent = 0
        for number in [*sorted(rows(folder)), len(telegrams)]:
            wire.send(b"".join(telegrams[sent:number]))
            sent = number
            wait_for(lambda: twin.info()["telegrams"]["good"] == sent, 4 * PATIENCE_SECONDS)  # noqa: B023 (at once)
            paths = ("/current/quarter", "/current/month/peak", "/watt")
            answers[number] = (twin.get(paths[0]).text, twin.get(paths[1]).text, twin.get(paths[2]).text)
        assert twin.info()["telegrams"]["rejected"] == {}
        yield Replayed(folder, twin, answers)


def test_every_quarter_file(replayed: Replayed) -> None:
    folder, twin = replayed.folder, replayed.twin
    files = sorted((folder / "sd").rglob("*.json"))
    assert files
    for file in files:
        path = "/" + str(file.relative_to(folder / "sd"))
        assert twin.get(path).body == file.read_bytes(), path


def test_no_other_quarter(replayed: Replayed) -> None:
    folder, twin = replayed.folder, replayed.twin
    listed = 0
    for day in sorted({file.parent for file in (folder / "sd").rglob("*.json")}):
        year, month, number = (int(part) for part in day.parts[-3:])
        listed += len(twin.get(f"/historic/quarters?year={year}&month={month}&day={number}").json()["quarters"])
    assert listed == len(list((folder / "sd").rglob("*.json")))


def test_every_row_of_live_answers(replayed: Replayed) -> None:
    wanted = rows(replayed.folder)
    assert wanted
    for number, (quarter, peak, watt) in wanted.items():
        found = replayed.answers[number]
        assert (found[0], found[2]) == (quarter, watt), number
        assert found[1].endswith(f',"peak":{peak}}}'), number
        assert list(json.loads(found[1])) == ["memory", "peak"]
