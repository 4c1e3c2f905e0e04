"""The beginning of a bundle: what it says of itself, and who has signed that. Loaded until it is known."""

import os
import sys
from hashlib import sha256

from . import build
from .memory import unload
from .update import KEYS, MANIFEST, RefusedError, entry, root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

_FIRST_LINE = "digimon-bundle 1"
_LONGEST_MANIFEST = 16384
_LONGEST_LINE = 200
_SIGNATURE_BYTES = 256
# Left free on the flash, for the file system's own use.
_RESERVE_BYTES = 32768


class Manifest:
    """The manifest on its way in.

    :ivar version: of the bundle, empty before it is known.
    :ivar known: whether it is whole and signed by somebody whom this board trusts.
    """

    def __init__(self, folder: str) -> None:
        """:param folder: where it is kept, to be read from for the files."""
        self.version = ""
        self.known = False
        self._folder = folder
        self._line = bytearray()
        self._signed = False
        self._number = 0
        self._digest = sha256()
        self._length = 0
        self._space = 0
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
        self._digest.update(line)
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
            self._space += entry(line)[1]

    def _take_signature(self, view: "Any") -> int:
        taken = view[: _SIGNATURE_BYTES - len(self._line)]
        self._line.extend(taken)
        if len(self._line) == _SIGNATURE_BYTES:
            self._check(self._digest.digest(), bytes(self._line))
            self.known = True
        return len(taken)

    def _check(self, digest: bytes, signature: bytes) -> None:
        """Everything that can be known before the first file comes."""
        from .signature import is_signed

        with open(root() + KEYS, "rb") as file:
            signed = is_signed(digest, signature, file.read())
        unload("board.signature")
        if not signed:
            raise RefusedError("signature", "The bundle is damaged, or signed by somebody this board does not know.")
        if digest == _digest_of_running():
            raise RefusedError("same", f"Version {self.version} of this bundle runs already.")
        status = os.statvfs(self._folder)
        if self._space + _RESERVE_BYTES > status[0] * status[3]:
            raise RefusedError("space", "The bundle is too large for the flash of this board.")


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


def _digest_of_running() -> "bytes | None":
    """Of the manifest that this app came with."""
    digest = sha256()
    try:
        with open(MANIFEST, "rb") as file:
            for line in file:
                digest.update(line)
    except OSError:
        return None
    found: bytes = digest.digest()
    return found
