"""Takes a bundle with a new app, piece by piece, into the folder that does not run. Loaded during an update only.

A bundle is a manifest, its signature, and the files that the manifest names, one after the other. The manifest is
text: ``digimon-bundle 1``, ``version``, ``board`` and ``mpy`` lines, a line ``sha256 size path`` per file, and an
empty line. It is signed, so nothing but the manifest itself is written before it is known who made the bundle,
and nothing is started before every file is what the manifest says.

Each of these has a module (`manifest`, `signature`, `bundle_files`) that makes room for the next.
"""

import gc
import os

from . import slots
from .memory import unload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .bundle_files import Files
    from .manifest import Manifest

MANIFEST = "manifest"
# Trusted keys; outside of the two folders, so that no update changes them.
KEYS = "update.key"

# So often a new app is started before the board goes back to the one that it had.
_TRIES = 3
_LONGEST_PART_HEAD = 1024


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
        self._folder = root() + "ba"[slot]
        self._multipart = multipart
        # The head of the form's field; None once it was passed.
        self._head: bytearray | None = bytearray() if multipart else None
        self._manifest: Manifest | None = None
        self._files: Files | None = None

    async def prepare(self) -> None:
        """Empty the folder; meanwhile others get their turns."""
        from .bundle_files import make_empty

        await make_empty(self._folder)
        unload("board.bundle_files")
        from .manifest import Manifest

        self._manifest = Manifest(self._folder)

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
        whole = self._files is not None and self._files.known
        self.close()
        if not whole:
            raise RefusedError("cut", "The bundle ends too early.")
        slots.keep(self._slot + 2 * _TRIES, 1)
        return self.version

    def close(self) -> None:
        """Let go of the files; what was written is never started."""
        for part in (self._manifest, self._files):
            if part is not None:
                part.close()
        self._manifest = self._files = None
        unload("board.manifest", "board.bundle_files")

    def _take(self, view: "Any") -> int:
        if self._head is not None:
            return self._take_part_head(self._head, view)
        manifest = self._manifest
        if manifest is not None:
            taken = manifest.take(view)
            if manifest.known:
                self.version = manifest.version
                found = manifest.digest.digest(), manifest.signature, manifest.space
                manifest = None
                self.close()
                self._check(*found)
            return taken
        files = self._files
        if files is not None and not files.known:
            return files.take(view)
        # Behind the last file only the end of a form may come.
        if not self._multipart:
            raise RefusedError("format", "The bundle is longer than it says.")
        return len(view)

    def _check(self, digest: bytes, signature: bytes, space: int) -> None:
        """The manifest is through: begin with the files, if it may be taken."""
        # Numbers of 2,048 bits want their room in one piece.
        gc.collect()
        from .signature import check

        try:
            check(self._folder, digest, signature, space)
        finally:
            unload("board.signature")
        from .bundle_files import Files

        self._files = Files(self._folder)

    def _take_part_head(self, head: bytearray, view: "Any") -> int:
        """The head of the form's field, up to its empty line."""
        for position in range(len(view)):
            head.append(view[position])
            if head[-4:] == b"\r\n\r\n":
                self._head = None
                return position + 1
        if len(head) > _LONGEST_PART_HEAD:
            raise RefusedError("format", "This is no form with a file in it.")
        return len(view)


def root() -> str:
    """The folder that both are in, with a slash at its end."""
    here: str = os.getcwd()
    return here[:-1]


def entry(line: bytes) -> "tuple[bytes, int, str]":
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
