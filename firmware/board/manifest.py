"""The beginning of a bundle: what it says of itself. Loaded until that is known."""

import sys
from hashlib import sha256

from . import build
from .update import MANIFEST, RefusedError, entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

_FIRST_LINE = "digimon-bundle 1"
_LONGEST_MANIFEST = 16384
_LONGEST_LINE = 200
_SIGNATURE_BYTES = 256


class Manifest:
    """The manifest on its way in.

    :ivar version: of the bundle, empty before it is known.
    :ivar known: whether it is whole, with its signature.
    :ivar signature: of its digest, empty before it is known.
    :ivar digest: SHA-256 of what came so far.
    :ivar space: bytes of the files that it names.
    """

    def __init__(self, folder: str) -> None:
        """:param folder: where it is kept, to be read from for the files."""
        self.version = ""
        self.known = False
        self.signature = b""
        self.digest = sha256()
        self.space = 0
        self._folder = folder
        self._line = bytearray()
        self._signed = False
        self._number = 0
        self._length = 0
        self._file: IO[bytes] | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def take(self, view: "Any") -> int:
        """Take the next bytes; how many of them.

        :raises RefusedError: the bundle is not what this board may run.
        """
        return self._take_signature(view) if self._signed else self._take_line(view)

    def _take_line(self, view: "Any") -> int:
        """A line of the manifest, or a part of one."""
        piece = bytes(view[: _LONGEST_LINE + 1 - len(self._line)])
        end = piece.find(b"\n") + 1
        taken = piece[:end] if end else piece
        self._line.extend(taken)
        if not end:
            if len(self._line) > _LONGEST_LINE:
                raise RefusedError("format", "This is no bundle for digimon.")
            return len(taken)
        line = bytes(self._line)
        self._line = bytearray()
        self._length += len(line)
        if self._length > _LONGEST_MANIFEST:
            raise RefusedError("format", "The bundle has too many files.")
        self.digest.update(line)
        self._check_line(line[:-1])
        if self._file is None:
            self._file = open(f"{self._folder}/{MANIFEST}", "wb")  # noqa: SIM115 (open until `close`)
        self._file.write(line)
        self._number += 1
        if line == b"\n":
            self._signed = True
            self.close()
        return len(taken)

    def _check_line(self, line: bytes) -> None:
        try:
            words = str(line, "utf-8").split(" ")
        except ValueError:
            raise RefusedError("format", "This is no bundle for digimon.") from None
        value = words[-1]
        if self._number == 0 and " ".join(words) != _FIRST_LINE:
            raise RefusedError("format", "This is no bundle for digimon, or one for a later one.")
        if self._number == 1:
            _expect(words, "version")
            if order(value) < order(build.VERSION):
                raise RefusedError("older", f"Version {value} is older than {build.VERSION}, which runs.")
            self.version = value
        elif self._number == 2:
            _expect(words, "board")
            if value != build.SLUG:
                raise RefusedError("board", f"This bundle is for the board {value}, this is {build.SLUG}.")
        elif self._number == 3:
            _expect(words, "mpy")
            if value != str(sys.implementation._mpy & 0xFF):  # noqa: SLF001 (documented)
                raise RefusedError("mpy", "This bundle needs another MicroPython: flash the board by cable.")
        elif self._number > 3 and line:
            self.space += entry(line)[1]

    def _take_signature(self, view: "Any") -> int:
        taken = view[: _SIGNATURE_BYTES - len(self._line)]
        self._line.extend(taken)
        if len(self._line) == _SIGNATURE_BYTES:
            self.signature = bytes(self._line)
            self.known = True
        return len(taken)


def _expect(words: "list[str]", name: str) -> None:
    if len(words) != 2 or words[0] != name:
        raise RefusedError("format", "This is no bundle for digimon.")


def order(version: str) -> "tuple[list[int], str]":
    """What orders versions: numbers, and for 0.2.0b1 or 0.2.0-beta.1 what comes before 0.2.0 itself."""
    end = 0
    while end < len(version) and (version[end].isdigit() or version[end] == "."):
        end += 1
    numbers = [int(part) for part in version[:end].split(".") if part]
    # A tilde comes behind every letter.
    return numbers, version[end:].lstrip("-.") or "~"
