"""Stands in for the sectors of a memory card."""

import json
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BLOCK = 512
_NO_CARD = 19
_FAILED = 5
_COUNT = 4
_SIZE = 5


class ImageCard:
    """A card whose sectors are those of a file.

    Once that is another file, or none, the card fails, as one that was pulled out. What a file of the same name and
    ``.trouble`` holds goes wrong: a JSON object with ``read_only`` (true), ``slow`` (milliseconds that each write
    takes) and ``bad`` (numbers of sectors that cannot be read).
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: Any = None
        self._card: Any = None

    def info(self) -> "tuple[int, int]":
        """Bytes of the card and of a block.

        :raises OSError: the slot is empty.
        """
        self._card = self._inserted()
        if self._card is None:
            raise OSError(_NO_CARD)
        self._file = open(self._path, "r+b")
        return self._card[1], _BLOCK

    def deinit(self) -> None:
        """Free the controller."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def readblocks(self, block: int, buffer: "Any") -> int:
        """Read sectors; a negative number is that of an error."""
        bad = self._trouble().get("bad", ())
        number = len(buffer) // _BLOCK
        if self._inserted() != self._card or [sector for sector in bad if block <= sector < block + number]:
            return -_FAILED
        self._file.seek(block * _BLOCK)
        self._file.readinto(buffer)
        return 0

    def writeblocks(self, block: int, buffer: "Any") -> int:
        """Write sectors; a negative number is that of an error."""
        trouble = self._trouble()
        if self._inserted() != self._card or "read_only" in trouble:
            return -_FAILED
        time.sleep_ms(trouble.get("slow", 0))
        self._file.seek(block * _BLOCK)
        self._file.write(buffer)
        return 0

    def ioctl(self, what: int, _argument: int) -> int:
        """Number and size of the sectors."""
        return self._card[1] // _BLOCK if what == _COUNT else _BLOCK if what == _SIZE else 0

    def _inserted(self) -> "tuple[int, int] | None":
        """Which file it is, and its size."""
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return status[1], status[6]

    def _trouble(self) -> "dict[str, Any]":
        try:
            with open(self._path + ".trouble") as file:
                trouble: dict[str, Any] = json.load(file)
                return trouble
        except (OSError, ValueError):
            return {}
