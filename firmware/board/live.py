"""What the last telegram and the running quarter say.

Answers are made at once and in pieces, so that a client sees one moment, and no long piece of heap is needed. They
are not kept: that would cost 4 KB, and hardly ever do two clients ask within one second.
"""

from json import dumps

from core.obis import Decoder
from core.quarter import Quarter, QuarterAccumulator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# Short enough to find room in a heap that is torn by five clients.
_PACKED_BYTES = 240

EMPTY = [b"{}"]


class Live:
    """The state that every telegram moves on.

    :ivar meter: the last one decoded (`core.obis`), empty before the first.
    :ivar utc: the meter's clock of the last telegram that had one, None before.
    """

    def __init__(self) -> None:
        self.meter: dict[str, Any] = {}
        self.utc: int | None = None
        self._decoder = Decoder()
        self._accumulator = QuarterAccumulator()

    def take(self, telegram: "bytes | bytearray", length: "int | None" = None) -> None:
        """Take a verified telegram.

        :param length: how many of these bytes it has, all when it is not given.
        """
        self.meter = self._decoder.decode(telegram, length)
        self.utc = self.meter.get("time", self.utc)
        self._accumulator.add(self.meter)

    @property
    def telegram(self) -> "list[bytes]":
        """The last telegram as it came, in pieces; none before the first."""
        view = self._decoder.telegram
        return [bytes(view[start : start + _PACKED_BYTES]) for start in range(0, len(view), _PACKED_BYTES)]

    @property
    def quarter(self) -> Quarter | None:
        """The running quarter, None before the first telegram."""
        return self._accumulator.running

    def watt(self) -> int:
        """Average offtake in W of the running interval, -1 before the first telegram."""
        latest = None if self.quarter is None else self.quarter.latest()
        return -1 if latest is None else latest[0]

    def quarter_document(self) -> "list[bytes]":
        """The running quarter as the card will hold it, in pieces."""
        if self.quarter is None:
            return EMPTY
        return _packed(self.quarter.document())

    def meter_document(self) -> "list[bytes]":
        """The last telegram decoded, in pieces."""
        return packed(self.meter)


def to_json(value: "Any") -> str:
    """JSON without spaces."""
    return dumps(value, separators=(",", ":"))


def packed(document: "dict[str, Any]") -> "list[bytes]":
    """JSON of a document, in pieces."""
    return _packed(_pieces(document))


def _packed(pieces: "Iterator[str]") -> "list[bytes]":
    """Pieces joined to fewer of about 240 bytes: every object costs heap of its own."""
    packed = []
    joined = bytearray()
    for piece in pieces:
        if len(joined) + len(piece) > _PACKED_BYTES and joined:
            packed.append(bytes(joined))
            joined = bytearray()
        joined.extend(piece.encode())
    packed.append(bytes(joined))
    return packed


def _pieces(document: "dict[str, Any]") -> "Iterator[str]":
    """JSON of a document, in pieces no longer than an element of its lists."""
    separator = "{"
    for key, value in document.items():
        head = f'{separator}"{key}":'
        separator = ","
        if isinstance(value, list) and value:
            yield head + "["
            for position, element in enumerate(value):
                yield ("," if position else "") + to_json(element)
            yield "]"
        else:
            yield head + to_json(value)
    yield "{}" if separator == "{" else "}"
