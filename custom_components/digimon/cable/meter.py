"""From the bytes of a P1 port to the running quarter, as the board does it and with the same code."""

from typing import Any, Final, Literal

from ..core.obis import Decoder
from ..core.quarter import Quarter, QuarterAccumulator
from ..core.telegram import NO_CRC, TelegramSplitter

type Unusable = Literal["nothing", "old_meter", "encrypted", "no_telegrams"]
"""Why a port has given no telegram; each is a text of its own in the translations."""

# The beginning of a frame of DLMS with general ciphering (tag 0xDB, then the length of the system title), as meters
# in Luxembourg and Austria send on the same plug.
_CIPHERED: Final = b"\xdb\x08"

# A telegram without CRC may be a bad one; two in a row without a good one are a meter of DSMR 2 or 3.
_OLD_TELEGRAMS = 2
_BEGINNING = 512


class CableMeter:
    """Takes bytes and knows what the last telegrams said.

    :ivar document: the last telegram, decoded (`core.obis`); None before the first.
    :ivar running: the quarter of that telegram; None as long as none had a time and powers.
    """

    def __init__(self) -> None:
        self.document: dict[str, Any] | None = None
        self._splitter = TelegramSplitter()
        self._decoder = Decoder()
        self._accumulator = QuarterAccumulator()
        self._received = 0
        self._beginning = b""

    @property
    def running(self) -> Quarter | None:
        """The quarter the meter is in."""
        return self._accumulator.running

    @property
    def good(self) -> int:
        """How many telegrams were taken."""
        return self._splitter.good

    @property
    def rejected(self) -> int:
        """How many were not, for all reasons together."""
        return sum(self._splitter.rejected.values())

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take bytes of the port.

        :returns: the telegrams that they complete; each goes to `take`.
        """
        self._received += len(chunk)
        if len(self._beginning) < _BEGINNING:
            self._beginning += chunk[: _BEGINNING - len(self._beginning)]
        return self._splitter.feed(chunk)

    def take(self, telegram: bytes) -> Quarter | None:
        """Take a telegram.

        :returns: the quarter that has ended when this telegram is the first of another one.
        """
        # The decoder goes on writing in its own document.
        self.document = dict(self._decoder.decode(telegram))
        return self._accumulator.add(self.document)

    def why_unusable(self) -> Unusable | None:
        """What is wrong with a port that should have sent several telegrams by now; None when nothing is."""
        if self._splitter.good:
            return None
        if not self._received:
            return "nothing"
        if self._splitter.rejected[NO_CRC] >= _OLD_TELEGRAMS:
            return "old_meter"
        if _CIPHERED in self._beginning:
            return "encrypted"
        return "no_telegrams"
