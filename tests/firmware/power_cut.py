"""Power cuts: what the board writes to its card, sector by sector, and what is left when it stops after any of them."""

import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from struct import unpack_from
from typing import Any, Self

from .fat import Fat, complaints, make_image
from .history import path_of, quarter_document, quarter_id
from .micropython import staged
from .twin import ROOT, environment

SECTOR = 512
QUARTER = 900
# The board starts again this long after it stopped.
DARK_SECONDS = 20
# What a cut may cost.
MOST_LOST_SECONDS = 30
_ENTRY = 8 + SECTOR
_RECORD = 64
_RECORDS_A_DAY = 100

# What a cut may leave for fsck.fat to mend, none of which harms what is stored: clusters that nothing uses, tables
# of which only one was written yet, a time stamp, the next cluster of a growing file whose entry does not tell yet, and
# the first half of the name of a file that was not there yet.
HARMLESS = (
    "Reclaimed N unused clusters (N bytes).",
    "Reclaimed N unused cluster (N bytes).",
    "FATs differ but appear to be intact.",
    "Using first FAT.",
    "Orphaned long file name part",
    "File size is N bytes, cluster chain length is > N bytes.",
    "Truncating file to N bytes.",
)


def watt(utc: int) -> tuple[int, int]:
    """Offtake and injection, as in on_board/power_cut.py: the same for the seconds of an interval."""
    return utc // 5 * 7919 % 5000, utc // 5 * 104729 % 3000


@dataclass
class Cut:
    """What a cut left, and what the board made of it."""

    number: int
    at: int
    lost_seconds: int = 0
    complaints: list[str] = field(default_factory=list)


class Board:
    """A process that lives through commands of on_board/power_cut.py."""

    def __init__(self) -> None:
        build = staged()
        self._process = subprocess.Popen(
            [environment("MICROPYTHON32"), "-X", "heapsize=1m", ROOT / "tests/firmware/on_board/power_cut.py"],
            cwd=build / "app",
            env={"MICROPYPATH": f"{build}/app:{build}/twin:.frozen", "DIGIMON_TWIN": "{}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def does(self, what: str, **details: Any) -> Any:
        """Let it do something: its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self._process.stdin.flush()
        said: list[str] = []
        for line in self._process.stdout:
            if line.startswith("="):
                answer = json.loads(line[1:])
                answer["said"] = "".join(said)
                return answer
            said.append(line)
        raise AssertionError("".join(said))


class Recording:
    """A day on a card, sector by sector."""

    def __init__(self, folder: Path, begin: int, end: int, restarts: list[int]) -> None:
        """Record it.

        :param begin: the first second (utc).
        :param end: the second after the last one.
        :param restarts: when the board is stopped and started in order.
        """
        self.begin = begin
        self.end = end
        # Three hours of a card of the original firmware, of the day before, which the index lacks.
        self.old = {
            "/" + path_of(utc): quarter_document(utc, [utc % 997] * 180, [0] * 180)
            for utc in range(begin - 86400, begin - 86400 + 3 * 3600, QUARTER)
        }
        image, log = folder / "recorded.img", folder / "writes"
        make_image(image)
        with Board() as board:
            board.does("prepare", image=str(image), log=str(log), files=self.old)
            self.prepared = log.read_bytes()
            apply(image, self.prepared)
            answer = board.does("record", image=str(image), log=str(log), begin=begin, end=end, restarts=restarts)
        assert answer["state"] == "ok", answer
        self.log = log.read_bytes()
        self.writes = answer["writes"]
        assert len(self.log) == self.writes * _ENTRY

    def write(self, number: int) -> bytes:
        """A write: its sector, its second, and what was written."""
        return self.log[number * _ENTRY : (number + 1) * _ENTRY]

    def second_of(self, number: int) -> int:
        """The second of a write; the end for the one behind the last."""
        at = unpack_from("<II", self.log, number * _ENTRY)[1] if number < self.writes else self.end
        return max(at, self.begin)


class Replay:
    """A recording, replayed to any of its writes, and what the board makes of it when the power goes there."""

    def __init__(self, folder: Path, recording: Recording) -> None:
        """Make a card of its own, as it was before the first write.

        :param folder: a new one.
        """
        folder.mkdir()
        self.complaints: Counter[str] = Counter()
        self.most_lost = 0
        self.image = folder / "card.img"
        self._log = folder / "recovery"
        self._recording = recording
        self._applied = 0
        make_image(self.image)
        apply(self.image, recording.prepared)
        self._board = Board()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._board.__exit__()

    def cut(self, number: int, torn: int = 0) -> Cut:
        """Cut the power when so many sectors were written, and see what becomes of the card.

        :param number: no lower than that of the cut before.
        :param torn: so many bytes of the next sector were written too, the rest of it not.
        """
        recording = self._recording
        apply(self.image, recording.log[self._applied * _ENTRY : number * _ENTRY])
        self._applied = number
        whole = self._tear(number, torn) if torn else b""
        try:
            return self._examine(Cut(number, recording.second_of(number)))
        finally:
            apply(self.image, whole)

    def _tear(self, number: int, torn: int) -> bytes:
        """Write the first bytes of a sector: what undoes it."""
        entry = self._recording.write(number)
        sector = entry[:8] + sector_of(self.image, entry)
        return apply(self.image, entry[: 8 + torn] + sector[8 + torn :])

    def _examine(self, cut: Cut) -> Cut:
        cut.complaints = complaints(self.image)
        self._check_stored(files_of(self.image), cut)
        again = cut.at + DARK_SECONDS
        # To the end of the quarter and of the next one.
        end = (again // QUARTER + 2) * QUARTER + 1
        answer = self._board.does("recover", image=str(self.image), log=str(self._log), begin=again, end=end)
        assert (answer["state"], answer["index"]) == ("ok", "ready"), answer
        assert "Traceback" not in answer["said"], answer["said"]
        kept = apply(self.image, self._log.read_bytes())
        try:
            cut.complaints += complaints(self.image)
            cut.lost_seconds = self._check_recovered(files_of(self.image), cut, again, end)
        finally:
            apply(self.image, kept)
        self.complaints.update(cut.complaints)
        self.most_lost = max(self.most_lost, cut.lost_seconds)
        return cut

    def cross_link(self) -> None:
        """Give the first of the old quarters the cluster of the second one as well."""
        fat = Fat(self.image)
        try:
            (first, place), (second, _) = (
                fat.entry("/" + path_of(self._recording.begin - 86400 + n * QUARTER)) for n in (0, 1)
            )
        finally:
            fat.close()
        assert first != second
        image = os.open(self.image, os.O_RDWR)
        os.pwrite(image, (second & 0xFFFF).to_bytes(2, "little"), place + 26)
        os.pwrite(image, (second >> 16).to_bytes(2, "little"), place + 20)
        os.close(image)

    def _check_stored(self, files: dict[str, bytes], cut: Cut) -> None:
        """What was stored before is still there before anybody mends anything."""
        for path, text in self._recording.old.items():
            assert files[path] == text.encode(), path
        # The quarter that ended last may be the one that was being written.
        for start in range(self._recording.begin // QUARTER * QUARTER, cut.at // QUARTER * QUARTER - QUARTER, QUARTER):
            self._check_quarter(files, start, range(max(start, self._recording.begin), start + QUARTER))

    def _check_recovered(self, files: dict[str, bytes], cut: Cut, again: int, end: int) -> int:
        """Everything is there that has to be: how many seconds before the cut are not."""
        for path, text in self._recording.old.items():
            assert files[path] == text.encode(), path
        lost = 0
        for start in range(self._recording.begin // QUARTER * QUARTER, end // QUARTER * QUARTER, QUARTER):
            seconds = range(max(start, self._recording.begin), start + QUARTER)
            needed = [utc for utc in seconds if utc < cut.at - MOST_LOST_SECONDS or utc >= again]
            have = self._check_quarter(files, start, needed)
            lost += sum(1 for utc in seconds if utc < cut.at and (utc - start) // 5 not in have)
            if needed:
                self._check_index(files, start, have)
        assert lost <= MOST_LOST_SECONDS
        return lost

    def _check_quarter(self, files: dict[str, bytes], start: int, needed: range | list[int]) -> set[int]:
        """The quarter is whole as far as it is needed: the intervals that it has."""
        path = "/" + path_of(start)
        if not needed:
            return set()
        document = json.loads(files[path])
        assert document["quarter_id"] == quarter_id(start)
        consumed = document["consumed_power_interval_avgs"]
        produced = document["produced_power_interval_avgs"]
        assert len(consumed) == len(produced)
        have = {interval for interval, value in enumerate(consumed) if value is not None}
        assert have >= {(utc - start) // 5 for utc in needed}, path
        for interval in have:
            offtake, injection = watt(start + 5 * interval)
            assert (consumed[interval], produced[interval]) == (offtake, -injection), path
        return have

    def _check_index(self, files: dict[str, bytes], start: int, have: set[int]) -> None:
        """The index says of a quarter what its file says, and has the registers if they were seen."""
        number = quarter_id(start)
        day, place = number >> 8 & 0xFF, number & 0x7F
        position = ((day - 1) * _RECORDS_A_DAY + place) * _RECORD
        record = files[f"/index/20{number >> 24:02d}/{number >> 16 & 0xFF:02d}.idx"][position : position + _RECORD]
        assert unpack_from("<IB", record) == (number, len(have))
        consumed = [watt(start + 5 * interval)[0] for interval in have]
        assert int.from_bytes(record[5:8], "little") == sum(consumed) // max(len(consumed), 1)


def sector_of(image: Path, entry: bytes) -> bytes:
    """What the sector of a write holds."""
    with image.open("rb") as file:
        file.seek(unpack_from("<I", entry)[0] * SECTOR)
        return file.read(SECTOR)


def apply(image: Path, writes: bytes) -> bytes:
    """Write sectors to an image: what undoes it."""
    undo: list[bytes] = []
    with image.open("r+b", buffering=0) as file:
        for start in range(0, len(writes), _ENTRY):
            place = unpack_from("<I", writes, start)[0] * SECTOR
            undo.append(writes[start : start + 8] + os.pread(file.fileno(), SECTOR, place))
            os.pwrite(file.fileno(), writes[start + 8 : start + _ENTRY], place)
    return b"".join(reversed(undo))


def files_of(image: Path) -> dict[str, bytes]:
    """Every file of a card."""
    fat = Fat(image)
    try:
        return fat.files()
    finally:
        fat.close()
