"""The card: mounting it again and again, and its files.

A quarter file is created, written and closed once, and never renamed: on FAT a rename across
directory sectors that is cut by a power failure leaves two names on one chain of clusters. What
is cut before the close is empty or ends early, and counts as absent. Live values never depend on
the card.
"""

import os
import time

import vfs
from machine import Pin, SDCard

from core.clock import quarter_path
from core.quarter import Quarter

from . import build as board

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from .log import Log

OK = "ok"
MISSING = "missing"
FAULT = "fault"

CRASH_LOG = "/crashlog.txt"
JOURNAL = "/journal.bin"

# The number of the error of what is not there.
NO_FILE = 2

_MOUNT_POINT = "/sd"
# The only SPI controller of the C3 that is free, and one that the S2 has too.
_CARD_SLOT = 2
_CARD_HERTZ = 20000000
# Cards are known that answer only the second time after power came.
_MOUNT_ATTEMPTS = 2
# Of a text that is read at once, as the settings.
_LONGEST_TEXT = 2048
# Files grow by sectors.
_SECTOR = 512
_LONGEST_LOG = 65536
_FOLDER_MODE = 0x4000
# What FatFs answers when there is no room, to a write and to a new file.
_FULL = (28, 13)
# For the index of a month and some quarters.
_ROOM_BYTES = 262144


class Store:
    """The card and what is on it. Paths are those of the HTTP API, ``/meter/…``.

    :ivar state: ``ok``; ``missing`` without a card; ``fault`` when it cannot be read or written.
    :ivar error: the number of the error that made it a fault, 0 while there is none.
    :ivar came: called when a card is there again.
    """

    def __init__(self, log: "Log") -> None:
        self.state = MISSING
        self.error = 0
        self.came: Callable[[], None] | None = None
        self._log = log
        self._card: SDCard | None = None
        self._mounted = False
        self._checking = False

    def start(self) -> None:
        """Give the card power and mount it."""
        if board.CARD_POWER is not None:
            Pin(board.CARD_POWER, Pin.OUT, value=1)
        self._mount()
        self._log.append = self.append_log
        if self.state != OK:
            self._log.write(f"card: {self.state}")

    def check(self) -> None:
        """Try a card that was missing or at fault again; called once in a while."""
        if self.state == OK:
            return
        full = self.error in _FULL
        self.stop()
        self._mount()
        usage = self.usage()
        if usage is None:
            return
        if full and usage[1] < _ROOM_BYTES:
            # The log may still fit where a quarter does not.
            self.state = FAULT
            self.error = _FULL[0]
            return
        # The entry about the fault still waits, so the log tries whether the card can be written.
        self._checking = True
        self._log.flush()
        self._checking = False
        if self.state != OK:
            self._mount_to_read()
            return
        self._log.write("card: ok again")
        if self.came is not None:
            self.came()

    def _mount_to_read(self) -> None:
        """Mount a card at fault again: FatFs reads nothing more while it holds what it could not write."""
        error = self.error
        self.stop()
        self._mount()
        if self.state == OK:
            self.state = FAULT
            self.error = error

    def stop(self) -> None:
        """Let go of the card."""
        if self._mounted:
            self._mounted = False
            vfs.umount(_MOUNT_POINT)
        if self._card is not None:
            self._card.deinit()
            self._card = None

    def save(self, quarter: Quarter) -> None:
        """Write the file of a quarter.

        :raises OSError: it is not on the card.
        """
        path = _MOUNT_POINT + quarter_path(quarter.quarter_id)
        _make_folders(path)
        with open(path, "w") as file:
            for piece in quarter.document():
                file.write(piece)

    def quarter(self, quarter_id: int, into: Quarter | None = None) -> Quarter | None:
        """A stored quarter, None if there is no file of it, or none that says anything.

        :param into: see `read_stored`.
        :raises OSError: the card fails.
        """
        try:
            with self.open(quarter_path(quarter_id)) as file:
                # There is seldom one.
                from core.stored import read_stored

                quarter = read_stored(file, into)
        except OSError as error:
            # One file that cannot be read says nothing; it must not stop everything else.
            if error.errno != NO_FILE and not self.is_readable():
                raise
            return None
        return quarter if quarter is not None and quarter.quarter_id == quarter_id else None

    def grow(self, path: str, size: int, milliseconds: int = 0) -> bool:
        """Make a file so long with zeros, or go on making it. A cut leaves it shorter, which is no harm.

        :param milliseconds: to stop after about so long; 0 to do all of it.
        :returns: whether it is that long.
        :raises OSError: the card fails.
        """
        length = self._size_or_zero(path)
        if length >= size:
            return True
        started = time.ticks_ms()
        zeros = memoryview(bytes(_SECTOR))
        path = _MOUNT_POINT + path
        _make_folders(path)
        with open(path, "ab") as file:
            while length < size and not 0 < milliseconds < time.ticks_diff(time.ticks_ms(), started):
                length += file.write(zeros[: min(_SECTOR, size - length)])
        return length >= size

    def is_readable(self) -> bool:
        """Whether it was the file, and not the card, that failed just now."""
        try:
            with self.open(JOURNAL) as file:
                file.read(1)
        except OSError as error:
            return error.errno == NO_FILE
        return True

    def remove(self, path: str) -> None:
        """Remove a file.

        :raises OSError: there is no such file, or the card fails.
        """
        os.remove(_MOUNT_POINT + path)

    def has(self, path: str, size: int) -> bool:
        """Whether there is a file of at least so many bytes."""
        return self._size_or_zero(path) >= size

    def read(self, path: str) -> "str | None":
        """The first 2,048 bytes of a small file as text, None if it cannot be read."""
        try:
            with self.open(path) as file:
                # As many as there are: memory for all that are asked for is taken before the file is looked at.
                return str(file.read(min(_LONGEST_TEXT, self.size(path))), "utf-8")
        except (OSError, ValueError):
            return None

    def open(self, path: str, mode: str = "rb") -> "IO[bytes]":
        """Open a file of bytes.

        :raises OSError: there is no such file, or no card.
        """
        file: IO[bytes] = open(_MOUNT_POINT + path, mode)  # noqa: SIM115 (the caller closes it)
        return file

    def size(self, path: str) -> int:
        """Bytes of a file.

        :raises OSError: there is no such file, or no card.
        """
        mode_and_more = os.stat(_MOUNT_POINT + path)
        if mode_and_more[0] & _FOLDER_MODE:
            raise OSError(21)
        return mode_and_more[6]

    def folders(self, path: str) -> "list[str]":
        """The names of the folders in a folder, unsorted; none when it is not there."""
        return list(self._names(path, _FOLDER_MODE))

    def files(self, path: str) -> "Iterator[str]":
        """The names of the files in a folder, unsorted; none when it is not there. Those of a day take 3 KB at once."""
        return self._names(path, 0)

    def _names(self, path: str, mode: int) -> "Iterator[str]":
        try:
            for entry in os.ilistdir(_MOUNT_POINT + path):
                if entry[1] & _FOLDER_MODE == mode:
                    yield entry[0]
        except OSError:
            # It is not there.
            pass

    def usage(self) -> "tuple[int, int] | None":
        """Size and free space of the card in bytes; None while it is not ok."""
        if self.state != OK:
            return None
        try:
            status = os.statvfs(_MOUNT_POINT)
        except OSError as error:
            self.fault(error)
            return None
        return status[1] * status[2], status[1] * status[3]

    def append_log(self, text: str) -> bool:
        """Write behind the log, which starts anew when it has grown too long.

        :returns: whether it is on the card.
        """
        if self.state != OK:
            return False
        path = _MOUNT_POINT + CRASH_LOG
        try:
            if self._size_or_zero(CRASH_LOG) > _LONGEST_LOG:
                self.remove(CRASH_LOG)
            with open(path, "a") as file:
                file.write(text)
        except OSError as error:
            self.fault(error)
            return False
        return True

    def _size_or_zero(self, path: str) -> int:
        try:
            return self.size(path)
        except OSError:
            return 0

    def _mount(self) -> None:
        for _ in range(_MOUNT_ATTEMPTS):
            self.state = MISSING
            try:
                self._card = SDCard(
                    slot=_CARD_SLOT,
                    sck=Pin(board.CARD_SCK),
                    mosi=Pin(board.CARD_MOSI),
                    miso=Pin(board.CARD_MISO),
                    cs=Pin(board.CARD_CS),
                    freq=_CARD_HERTZ,
                )
                # Without a card this is what fails; what fails after it is the card's fault.
                self._card.info()
                self.state = FAULT
                vfs.mount(self._card, _MOUNT_POINT)
            except OSError:
                self.stop()
                continue
            self._mounted = True
            self.state = OK
            self.error = 0
            return

    def fault(self, error: OSError) -> None:
        """The card has failed; it is tried again later."""
        known = self.state == FAULT
        self.state = FAULT
        self.error = error.errno or 0
        if not known and not self._checking:
            self._log.write(f"card: {error!r}")


def _make_folders(path: str) -> None:
    """Make the folders above a file that are not there."""
    end = path.find("/", len(_MOUNT_POINT) + 1)
    while end > 0:
        folder = path[:end]
        try:
            os.stat(folder)
        except OSError:
            os.mkdir(folder)
        end = path.find("/", end + 1)
