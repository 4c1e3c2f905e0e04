"""The card: one file per quarter, the settings and the log.

A quarter file is created, written and closed once, and never renamed: on FAT a rename across
directory sectors that is cut by a power failure leaves two names on one chain of clusters. What
is cut before the close is empty or ends early, and counts as absent. No method raises because of
the card, except `open`; live values never depend on it.
"""

import os

import vfs
from machine import Pin, SDCard

from core.clock import quarter_path
from core.quarter import Quarter, read_document

from . import build as board

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from .log import Log

OK = "ok"
MISSING = "missing"
FAULT = "fault"

CRASH_LOG = "/crashlog.txt"

_MOUNT_POINT = "/sd"
# The only SPI controller of the C3 that is free, and one that the S2 has too.
_CARD_SLOT = 2
_CARD_HERTZ = 20000000
# Cards are known that answer only the second time after power came.
_MOUNT_ATTEMPTS = 2
# The largest quarter document is about 2,900 bytes; behind it may stand the rest of an older one.
_LONGEST_DOCUMENT = 4096
_LONGEST_LOG = 65536
_FOLDER_MODE = 0x4000


class Store:
    """The card and what is on it. Paths are those of the HTTP API, ``/meter/…``.

    :ivar state: ``ok``; ``missing`` without a card; ``fault`` when it cannot be read or written.
    """

    def __init__(self, log: "Log") -> None:
        self.state = MISSING
        self._log = log
        self._card: SDCard | None = None
        self._mounted = False
        self._checking = False
        # The last quarter that the card did not take.
        self._unsaved: Quarter | None = None

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
        self.stop()
        self._mount()
        if self.state != OK:
            return
        # The entry about the fault still waits, so the log tries whether the card can be written.
        self._checking = True
        self._log.flush()
        self._checking = False
        if self.state == OK:
            self._log.write("card: ok again")
            if self._unsaved is not None:
                self.save(self._unsaved)

    def stop(self) -> None:
        """Let go of the card."""
        if self._mounted:
            self._mounted = False
            vfs.umount(_MOUNT_POINT)
        if self._card is not None:
            self._card.deinit()
            self._card = None

    def save(self, quarter: Quarter) -> bool:
        """Store a quarter; intervals that only an existing file of it has are kept.

        :returns: whether the card holds it now. The last one that it did not take is tried again
            when the card is back.
        """
        path = _MOUNT_POINT + quarter_path(quarter.quarter_id)
        saved = False
        if self.state == OK:
            earlier = self.quarter(quarter.quarter_id)
            if earlier is not None:
                quarter.fill_gaps_from(earlier)
            try:
                _make_folders(path)
                with open(path, "w") as file:
                    for piece in quarter.document():
                        file.write(piece)
                saved = True
            except OSError as error:
                self._fault(error)
        if saved and self._unsaved is not None and self._unsaved.quarter_id == quarter.quarter_id:
            self._unsaved = None
        elif not saved:
            self._unsaved = quarter
        return saved

    def quarter(self, quarter_id: int) -> Quarter | None:
        """A stored quarter, None if there is none that can be read."""
        text = self.read(quarter_path(quarter_id))
        if not text:
            return None
        try:
            quarter = read_document(text)
        except ValueError:
            return None
        return quarter if quarter.quarter_id == quarter_id else None

    def read(self, path: str) -> "str | None":
        """The first 4,096 bytes of a small file as text, None if it cannot be read."""
        try:
            with self.open(path) as file:
                return str(file.read(_LONGEST_DOCUMENT), "utf-8")
        except (OSError, ValueError):
            return None

    def open(self, path: str) -> "IO[bytes]":
        """Open a file to read its bytes.

        :raises OSError: there is no such file, or no card.
        """
        file: IO[bytes] = open(_MOUNT_POINT + path, "rb")  # noqa: SIM115 (the caller closes it)
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
        return self._names(path, _FOLDER_MODE)

    def files(self, path: str) -> "list[str]":
        """The names of the files in a folder, unsorted; none when it is not there."""
        return self._names(path, 0)

    def _names(self, path: str, mode: int) -> "list[str]":
        try:
            return [entry[0] for entry in os.ilistdir(_MOUNT_POINT + path) if entry[1] & _FOLDER_MODE == mode]
        except OSError:
            return []

    def usage(self) -> "tuple[int, int] | None":
        """Size and free space of the card in bytes; None while it is not ok."""
        if self.state != OK:
            return None
        try:
            status = os.statvfs(_MOUNT_POINT)
        except OSError as error:
            self._fault(error)
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
                os.remove(path)
            with open(path, "a") as file:
                file.write(text)
        except OSError as error:
            self._fault(error)
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
            return

    def _fault(self, error: OSError) -> None:
        known = self.state == FAULT
        self.state = FAULT
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
