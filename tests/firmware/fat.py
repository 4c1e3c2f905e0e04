"""Reads FAT32, by Microsoft's specification of August 2005, and asks fsck.fat whether it is sound."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from

from .machines import missing
from .twin import environment

_ENTRY = 32
_FOLDER = 0x10
_LABEL = 0x08
_LONG_NAME = 0x0F
_LAST_CLUSTER = 0x0FFFFFF8
_DELETED = 0xE5
# Bytes of an entry that hold the letters of a long name.
_LETTERS = ((1, 11), (14, 26), (28, 32))


# The number of free clusters that the card remembers is a hint, which fsck.fat corrects; `-n` leaves all as it is.
_NO_COMPLAINT = ("Leaving", "Free cluster summary", "Auto-correcting")


def program(name: str) -> str:
    """The path of a program of dosfstools."""
    path = Path(environment("DIGIMON_DOSFSTOOLS") or "/nowhere") / "usr/sbin" / name
    return str(path) if path.exists() else missing(f"{name} is not there: run scripts/test")


def make_image(path: Path) -> None:
    """Make an empty card of 540 MB, most of which takes no room: FAT32 with clusters of 8 KB, as cards have it."""
    with path.open("wb") as file:
        file.truncate(540 * 1024 * 1024)
    command = [program("mkfs.fat"), "-F", "32", "-s", "16", "-i", "d161d161", str(path)]
    subprocess.run(command, check=True, capture_output=True)


def complaints(path: Path) -> list[str]:
    """What fsck.fat finds wrong, without names and numbers."""
    check = subprocess.run([program("fsck.fat"), "-n", str(path)], capture_output=True, text=True, check=False)
    assert check.returncode in (0, 1), check.stderr
    # Half a name is deleted, and nothing else may be.
    lines = re.sub(r"(Orphaned long file name part .*)\n *Auto-deleting\.", r"\1", check.stdout).splitlines()[1:]
    found = [line.strip() for line in lines if line.strip() and not line.startswith(("/", str(path)))]
    return [re.sub(r"\d+", "N", line) for line in found if not line.startswith(_NO_COMPLAINT)]


class Fat:
    """The files of an image. Everything is read anew each time."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        boot = os.pread(self._file, 512, 0)
        sector, per_cluster, reserved, self._tables = unpack_from("<HBHB", boot, 11)
        (sectors_of_fat,) = unpack_from("<I", boot, 36)
        (self._root,) = unpack_from("<I", boot, 44)
        self._cluster_bytes = sector * per_cluster
        self._table = sector * reserved
        self._data = sector * (reserved + self._tables * sectors_of_fat)

    def close(self) -> None:
        os.close(self._file)

    def table(self) -> tuple[int, int, int]:
        """At which byte the first table begins, how many there are, and the bytes of one."""
        return self._table, self._tables, (self._data - self._table) // self._tables

    def files(self) -> dict[str, bytes]:
        """Every file by its path."""
        return dict(self._in_folder(self._root, ""))

    def entry(self, path: str) -> tuple[int, int]:
        """The first cluster of a file, and at which byte of the image its entry is."""
        cluster, place = self._root, 0
        for part in path.split("/")[1:]:
            cluster, place = next((first, at) for name, _, first, _, at in self._entries(cluster) if name == part)
        return cluster, place

    def _in_folder(self, cluster: int, path: str) -> Iterator[tuple[str, bytes]]:
        for name, attributes, first, size, _ in self._entries(cluster):
            if attributes & _FOLDER:
                if name not in (".", ".."):
                    yield from self._in_folder(first, f"{path}/{name}")
            else:
                yield f"{path}/{name}", self._content(first, size)

    def _content(self, cluster: int, size: int) -> bytes:
        content = b""
        while cluster >= 2 and len(content) < size:
            content += self._cluster(cluster, min(size - len(content), self._cluster_bytes))
            cluster = self._next(cluster)
        assert len(content) == size, "a chain of clusters that is shorter than its file"
        return content

    def _entries(self, cluster: int) -> Iterator[tuple[str, int, int, int, int]]:
        """Name, attributes, first cluster, size, and where the entry is."""
        long_name = b""
        while 2 <= cluster < _LAST_CLUSTER:
            folder = self._cluster(cluster, self._cluster_bytes)
            for start in range(0, len(folder), _ENTRY):
                entry = folder[start : start + _ENTRY]
                if entry[0] == 0:
                    return
                attributes = entry[11]
                if entry[0] == _DELETED:
                    long_name = b""
                elif attributes == _LONG_NAME:
                    long_name = b"".join(entry[first:end] for first, end in _LETTERS) + long_name
                else:
                    high, low, size = *unpack_from("<H", entry, 20), *unpack_from("<HI", entry, 26)
                    name = long_name.decode("utf-16-le").split("\0")[0] or _short_name(entry)
                    long_name = b""
                    if not attributes & _LABEL:
                        yield name, attributes, high << 16 | low, size, self.place(cluster) + start
            cluster = self._next(cluster)

    def _cluster(self, cluster: int, size: int) -> bytes:
        return os.pread(self._file, size, self.place(cluster))

    def place(self, cluster: int) -> int:
        """At which byte of the image a cluster begins."""
        return self._data + (cluster - 2) * self._cluster_bytes

    def place_in_file(self, cluster: int, offset: int) -> int:
        """At which byte of the image a byte of a file is: what is written at the same time shares the card in turns.

        :param cluster: the first one of the file.
        :param offset: from the beginning of the file.
        """
        for _ in range(offset // self._cluster_bytes):
            cluster = self._next(cluster)
        assert 2 <= cluster < _LAST_CLUSTER, "a file that is shorter"
        return self.place(cluster) + offset % self._cluster_bytes

    def _next(self, cluster: int) -> int:
        (following,) = unpack_from("<I", os.pread(self._file, 4, self._table + 4 * cluster), 0)
        return int(following) & 0x0FFFFFFF


def _short_name(entry: bytes) -> str:
    name, extension = entry[:8].decode("cp437").rstrip(), entry[8:11].decode("cp437").rstrip()
    # Windows NT's bits for names in small letters, which FatFs heeds.
    name = name.lower() if entry[12] & 0x08 else name
    extension = extension.lower() if entry[12] & 0x10 else extension
    return f"{name}.{extension}" if extension else name
