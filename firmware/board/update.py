"""Takes a bundle with a new app, piece by piece, into the folder that does not run. Loaded during an update only.

A bundle is a manifest, its signature, and the files that the manifest names, one after the other. The manifest is
text: ``digimon-bundle 1``, ``version``, ``board`` and ``mpy`` lines, a line ``sha256 size path`` per file, and an
empty line. It is signed, so nothing but the manifest itself is written before it is known who made the bundle,
and nothing is started before every file is what the manifest says.
"""

import asyncio
import os
import sys
from hashlib import sha256

from . import build, slots
from .signature import SIGNATURE_BYTES, is_signed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any

MANIFEST = "manifest"
# Trusted keys; outside of the two folders, so that no update changes them.
KEYS = "update.key"

# So often a new app is started before the board goes back to the one that it had.
_TRIES = 3
_FIRST_LINE = "digimon-bundle 1"
_LONGEST_MANIFEST = 16384
_LONGEST_LINE = 200
_LONGEST_PART_HEAD = 1024
# Left free on the flash, for the file system's own use.
_RESERVE_BYTES = 32768
_FOLDER_MODE = 0x4000


class RefusedError(Exception):
    """The bundle is not taken, and nothing has changed.

    :ivar reason: a word for programs.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Update:
    """One bundle on its way in: `prepare`, then `feed` until it is through, then `finish`.

    :ivar version: of the bundle, empty before it is known.
    """

    def __init__(self, multipart: bool = False) -> None:
        """:param multipart: the bundle is a field of a form (RFC 7578), whose head and end are to be passed over.

        :raises RefusedError: the board has no place for it, or is trying an update itself.
        """
        slot = slots.running()
        if slot is None:
            raise RefusedError("no_slots", "This board has no folders a and b: flash it once by cable.")
        if slots.on_trial():
            raise RefusedError("on_trial", "The running version is new itself: try again in a minute.")
        self.version = ""
        self._slot = slot
        self._folder = _root() + "ba"[slot]
        self._multipart = multipart
        self._take: Callable[[Any], int] = self._take_part_head if multipart else self._take_manifest
        self._line = bytearray()
        self._number = 0
        self._digest = sha256()
        self._length = 0
        self._space = 0
        self._manifest: IO[bytes] | None = None
        self._file: IO[bytes] | None = None
        self._left = 0
        self._expected = b""

    async def prepare(self) -> None:
        """Empty the folder; between two files others get a turn."""
        await _empty(self._folder)
        try:
            os.mkdir(self._folder)
        except OSError:
            # It is there.
            pass

    def feed(self, piece: "bytes | memoryview") -> None:
        """Take the next bytes, as many as they are.

        :raises RefusedError: the bundle is not what this board may run.
        :raises OSError: the flash cannot be written.
        """
        view = memoryview(piece)
        position = 0
        while position < len(view):
            position += self._take(view[position:])

    def finish(self) -> str:
        """The bundle is through: have the next start try it.

        :returns: its version.
        :raises RefusedError: it ended too early.
        """
        self.close()
        if self._take != self._take_rest:
            raise RefusedError("cut", "The bundle ends too early.")
        slots.keep(self._slot + 2 * _TRIES, 1)
        return self.version

    def close(self) -> None:
        """Let go of the files; what was written is never started."""
        for file in (self._manifest, self._file):
            if file is not None:
                file.close()
        self._manifest = self._file = None

    def _take_part_head(self, view: "Any") -> int:
        """The head of the form's field, up to its empty line."""
        for position in range(len(view)):
            self._line.append(view[position])
            if self._line[-4:] == b"\r\n\r\n":
                self._line = bytearray()
                self._take = self._take_manifest
                return position + 1
        if len(self._line) > _LONGEST_PART_HEAD:
            raise RefusedError("format", "This is no form with a file in it.")
        return len(view)

    def _take_manifest(self, view: "Any") -> int:
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
        if self._manifest is None:
            self._manifest = open(f"{self._folder}/{MANIFEST}", "wb")  # noqa: SIM115 (open until `close`)
        self._manifest.write(line)
        self._number += 1
        if line == b"\n":
            self._take = self._take_signature
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
            self._space += _entry(line)[1]

    def _take_signature(self, view: "Any") -> int:
        taken = view[: SIGNATURE_BYTES - len(self._line)]
        self._line.extend(taken)
        if len(self._line) == SIGNATURE_BYTES:
            self._check_manifest(self._digest.digest(), bytes(self._line))
            self._line = bytearray()
            self._next_file()
        return len(taken)

    def _check_manifest(self, digest: bytes, signature: bytes) -> None:
        """Everything that can be known before the first file comes."""
        with open(_root() + KEYS, "rb") as file:
            keys = file.read()
        if not is_signed(digest, signature, keys):
            raise RefusedError("signature", "The bundle is damaged, or signed by somebody this board does not know.")
        if digest == _digest_of_running():
            raise RefusedError("same", f"Version {self.version} of this bundle runs already.")
        status = os.statvfs(self._folder)
        if self._space + _RESERVE_BYTES > status[0] * status[3]:
            raise RefusedError("space", "The bundle is too large for the flash of this board.")
        if self._manifest is not None:
            self._manifest.close()
        # What was checked is what is read from now on.
        self._manifest = open(f"{self._folder}/{MANIFEST}", "rb")  # noqa: SIM115 (open until `close`)
        for _ in range(4):
            self._manifest.readline()

    def _next_file(self) -> None:
        """Open the next file that is not empty."""
        while self._left == 0:
            line = b"" if self._manifest is None else self._manifest.readline()[:-1]
            if not line:
                self._take = self._take_rest
                return
            self._expected, self._left, path = _entry(line)
            path = f"{self._folder}/{path}"
            _make_folder(path[: path.rfind("/")])
            self._digest = sha256()
            self._file = open(path, "wb")  # noqa: SIM115 (open until it is whole, or `close`)
            if self._left == 0:
                self._end_file()
        self._take = self._take_file

    def _take_file(self, view: "Any") -> int:
        taken = view[: self._left]
        if self._file is not None:
            self._file.write(taken)
        self._digest.update(taken)
        self._left -= len(taken)
        if self._left == 0:
            self._end_file()
            self._next_file()
        return len(taken)

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._digest.digest() != self._expected:
            raise RefusedError("damaged", "A file of the bundle is damaged.")

    def _take_rest(self, view: "Any") -> int:
        """Behind the last file only the end of a form may come."""
        if not self._multipart:
            raise RefusedError("format", "The bundle is longer than it says.")
        return len(view)


def _root() -> str:
    """The folder that both are in, with a slash at its end."""
    here: str = os.getcwd()
    return here[:-1]


def _expect(words: "list[str]", name: str) -> None:
    if len(words) != 2 or words[0] != name:
        raise RefusedError("format", "This is no bundle for digimon.")


def _entry(line: bytes) -> "tuple[bytes, int, str]":
    """Digest, size and path of a file.

    :raises RefusedError: they are none, or the path leads out of the folder.
    """
    words = str(line, "utf-8").split(" ")
    try:
        digest, size, path = bytes.fromhex(words[0]), int(words[1]), words[2]
    except (ValueError, IndexError):
        raise RefusedError("format", "The bundle's list of files cannot be read.") from None
    parts = path.split("/")
    if len(words) != 3 or len(digest) != 32 or size < 0 or len(parts) > 3 or not all(_is_name(part) for part in parts):
        raise RefusedError("format", "The bundle's list of files cannot be read.")
    return digest, size, path


def _is_name(part: str) -> bool:
    return part[:1] not in ("", ".") and all(c.isdigit() or "a" <= c.lower() <= "z" or c in "-_." for c in part)


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


def _make_folder(path: str) -> None:
    """Make a folder and those above it that are not there."""
    try:
        os.stat(path)
    except OSError:
        _make_folder(path[: path.rfind("/")])
        os.mkdir(path)


async def _empty(folder: str) -> None:
    """Remove what is in a folder."""
    try:
        # All names first: removing while listing loses some.
        names = [(entry[0], entry[1]) for entry in os.ilistdir(folder)]
    except OSError:
        return
    for name, mode in names:
        path = f"{folder}/{name}"
        if mode & _FOLDER_MODE:
            await _empty(path)
            os.rmdir(path)
        else:
            os.remove(path)
        await asyncio.sleep_ms(0)
