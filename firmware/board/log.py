"""What happened to the board: on its console, and in ``/crashlog.txt`` on the card."""

import sys
from io import StringIO

from core.clock import format_stamp

from .uptime import uptime
from .watchdog import failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# While there is no card to write to, the last lines wait in memory.
_MOST_WAITING = 8
_LONGEST_ENTRY = 400


class Log:
    """Entries for the person who wants to know why.

    :ivar utc: the meter's clock at the last telegram, None before it.
    :ivar start: when the board started by a time server's clock, None if none was asked.
    :ivar append: writes a text behind the card's log; whether it is there now.
    """

    def __init__(self) -> None:
        self.utc: int | None = None
        self.start: int | None = None
        self.append: Callable[[str], bool] | None = None
        self._waiting: list[str] = []

    def write(self, text: str) -> None:
        """Add an entry of one or more lines."""
        utc = self.utc
        if utc is None and self.start is not None:
            utc = self.start + uptime()
        when = f"+{uptime()}s" if utc is None else format_stamp(utc)
        text = f"{when} {text[:_LONGEST_ENTRY]}"
        print(text)
        self._waiting.append(text + "\n")
        del self._waiting[:-_MOST_WAITING]
        self.flush()

    def error(self, what: str, error: Exception) -> None:
        """Add an exception with its traceback."""
        failed(what, error)
        if isinstance(error, MemoryError):
            # The traceback takes 2 KB, which there are not.
            self.write(f"{what}: {error!r}")
            return
        traceback = StringIO()
        sys.print_exception(error, traceback)
        self.write(f"{what}: {traceback.getvalue().strip()}")

    def flush(self) -> bool:
        """Bring what waits to the card.

        :returns: whether nothing waits any more.
        """
        while self._waiting and self.append is not None and self.append(self._waiting[0]):
            del self._waiting[:1]
        return not self._waiting
