"""Stands in for a memory card: a folder, or the image of a card with a FAT file system."""

import os

import vfs
from settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BLOCK = 512
_NO_CARD = 19


def inserted_card(**_pins: "Any") -> "Any":
    """What is in the slot."""
    path = SETTINGS["card"]
    if path is None or not path.endswith(".img"):
        return FolderCard()
    from card_image import ImageCard

    return ImageCard(path)


class FolderCard:
    """A card whose files are those of a folder of this machine.

    It is a file system itself, so `vfs.mount` takes it as it is. A card that is to hold a FAT file
    system would have `readblocks`, `writeblocks` and `ioctl` instead, and no `mount`.
    """

    def __init__(self, **_pins: "Any") -> None:
        self._files: Any = None

    def info(self) -> "tuple[int, int]":
        """Bytes of the card and of a block.

        :raises OSError: the slot is empty.
        """
        folder = SETTINGS["card"]
        if folder is None:
            raise OSError(_NO_CARD)
        status = os.statvfs(folder)
        self._files = vfs.VfsPosix(folder)  # type: ignore[attr-defined]  # the ESP32 has none
        return status[1] * status[2], _BLOCK

    def deinit(self) -> None:
        """Free the controller."""
        self._files = None

    def mount(self, read_only: bool, make: bool) -> None:
        """Begin to be the file system."""
        self._files.mount(read_only, make)

    def umount(self) -> None:
        """End to be it."""
        self._files.umount()

    def open(self, path: str, mode: str) -> "Any":
        """Open a file."""
        return self._files.open(path, mode)

    def stat(self, path: str) -> "Any":
        """What is known of a file or folder."""
        return self._files.stat(path)

    def statvfs(self, path: str) -> "Any":
        """Sizes of the file system."""
        return self._files.statvfs(path)

    def ilistdir(self, path: str) -> "Any":
        """What is in a folder."""
        return self._files.ilistdir(path)

    def mkdir(self, path: str) -> None:
        """Make a folder."""
        self._files.mkdir(path)

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._files.remove(path)
