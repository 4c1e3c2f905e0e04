"""The files of a bundle, and the folder that they go to. Loaded while that is emptied, and again while they come in."""

import asyncio
import os
from hashlib import sha256

from .update import MANIFEST, RefusedError, entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

_FOLDER_MODE = 0x4000
# What was there before the first file: `digimon-bundle`, version, board and mpy.
_HEAD_LINES = 4


class Files:
    """The files on their way in, one after the other as the manifest names them.

    :ivar known: whether all of them are there.
    """

    def __init__(self, folder: str) -> None:
        """:param folder: where they go, with a manifest in it that is known to be signed.

        :raises RefusedError: a file is not what the manifest says.
        """
        self.known = False
        self._folder = folder
        # What was checked is what is read from now on.
        self._manifest = open(f"{folder}/{MANIFEST}", "rb")  # noqa: SIM115 (open until `close`)
        for _ in range(_HEAD_LINES):
            self._manifest.readline()
        self._file: IO[bytes] | None = None
        self._digest = sha256()
        self._expected = b""
        self._left = 0
        self._next()

    def take(self, view: "Any") -> int:
        """Take the next bytes; how many of them.

        :raises RefusedError: a file is not what the manifest says.
        """
        taken = view[: self._left]
        if self._file is not None:
            self._file.write(taken)
        self._digest.update(taken)
        self._left -= len(taken)
        if self._left == 0:
            self._end()
            self._next()
        return len(taken)

    def close(self) -> None:
        """Let go of the files."""
        self._manifest.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _next(self) -> None:
        """Open the next file that is not empty."""
        while self._left == 0:
            line = self._manifest.readline()[:-1]
            if not line:
                self.known = True
                return
            self._expected, self._left, path = entry(line)
            path = f"{self._folder}/{path}"
            _make_folder(path[: path.rfind("/")])
            self._digest = sha256()
            self._file = open(path, "wb")  # noqa: SIM115 (open until it is whole, or `close`)
            if self._left == 0:
                self._end()

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._digest.digest() != self._expected:
            raise RefusedError("damaged", "A file of the bundle is damaged.")


def _make_folder(path: str) -> None:
    """Make a folder and those above it that are not there."""
    try:
        os.stat(path)
    except OSError:
        _make_folder(path[: path.rfind("/")])
        os.mkdir(path)


async def make_empty(folder: str) -> None:
    """Have an empty folder; between two files others get a turn."""
    try:
        os.mkdir(folder)
    except OSError:
        # It is there.
        await _empty(folder)


async def _empty(folder: str) -> None:
    # One name at a time: all of them would take 2 KB, and removing while listing loses some.
    name, mode = _first(folder)
    while name:
        path = f"{folder}/{name}"
        if mode & _FOLDER_MODE:
            await _empty(path)
            os.rmdir(path)
        else:
            os.remove(path)
        await asyncio.sleep_ms(0)
        name, mode = _first(folder)


def _first(folder: str) -> "tuple[str, int]":
    """Name and mode of something in a folder; no name when there is nothing."""
    for found in os.ilistdir(folder):
        return found[0], found[1]
    return "", 0
