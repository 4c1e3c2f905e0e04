"""DNS messages (RFC 1035), as far as a responder needs them."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    # Section (0 answers, 1 authority, 2 additional), owner in lower case, type, TTL in seconds, data.
    Record = tuple[int, bytes, int, int, bytes]

A = 1
PTR = 12
TXT = 16
AAAA = 28
SRV = 33
ANY = 255

CLASS_IN = 1
# The same bit asks for a unicast answer in a question, and in a record says that it is the only one (RFC 6762).
TOP_BIT = 0x8000

HEADER_BYTES = 12
RESPONSE = 0x8000
AUTHORITATIVE = 0x8400
_OPCODE = 0x7800

_POINTER = 0xC0
# A name of 255 bytes has at most 127 labels; more pointers than this is a loop.
_MOST_LABELS = 64
_LONGEST_NAME = 255
# More than fit into a packet, with names as short as those of services are.
_MOST_QUESTIONS = 128


def name(*labels: str) -> bytes:
    """A name as messages hold it."""
    encoded = bytearray()
    for label in labels:
        text = label.encode()
        encoded.append(len(text))
        encoded.extend(text)
    encoded.append(0)
    return bytes(encoded)


def number(message: bytes, position: int) -> int:
    """Two bytes of a message, the higher one first."""
    return message[position] << 8 | message[position + 1]


def questions(message: bytes) -> "Iterator[tuple[bytes, int, int]]":
    """Name in lower case, type and class of each question; none when this is no query.

    A message that is cut or does not make sense ends the questions.
    """
    if len(message) < HEADER_BYTES or number(message, 2) & (RESPONSE | _OPCODE):
        return
    position = HEADER_BYTES
    for _ in range(min(number(message, 4), _MOST_QUESTIONS)):
        try:
            asked, position = _read_name(message, position)
            kind = number(message, position)
            group = number(message, position + 2)
        except (IndexError, ValueError):
            return
        position += 4
        yield asked, kind, group


def records(message: bytes) -> "Iterator[Record]":
    """The records of a message. Names in their data, as far as a responder compares them, are written out.

    A message that is cut or does not make sense ends the records.
    """
    try:
        position = HEADER_BYTES
        for _ in range(min(number(message, 4), _MOST_QUESTIONS)):
            position = _read_name(message, position)[1] + 4
        for section in range(3):
            for _ in range(min(number(message, 6 + 2 * section), _MOST_QUESTIONS)):
                owner, position = _read_name(message, position)
                kind = number(message, position)
                ttl = number(message, position + 4) << 16 | number(message, position + 6)
                start = position + 10
                position = start + number(message, position + 8)
                data = message[start:position]
                if len(data) != position - start:
                    return
                # What stands before the name: priority, weight and port.
                fixed = 0 if kind == PTR else 6
                if kind in (PTR, SRV):
                    data = data[:fixed] + _read_name(message, start + fixed)[0]
                yield section, owner, kind, ttl, data
    except (IndexError, ValueError):
        pass


def _read_name(message: bytes, position: int) -> "tuple[bytes, int]":
    """A name in lower case, and the position behind it.

    :raises IndexError: the message ends within the name.
    :raises ValueError: the name is too long, or goes in circles.
    """
    encoded = bytearray()
    after = -1
    for _ in range(_MOST_LABELS):
        length = message[position]
        if length & _POINTER == _POINTER:
            if after < 0:
                after = position + 2
            position = number(message, position) & 0x3FFF
            continue
        label = message[position : position + 1 + length]
        if len(label) <= length:
            raise IndexError
        encoded.extend(label.lower())
        if len(encoded) > _LONGEST_NAME:
            break
        position += 1 + length
        if length == 0:
            return bytes(encoded), position if after < 0 else after
    raise ValueError("name")


def record(owner: bytes, kind: int, group: int, ttl: int, data: bytes) -> bytes:
    """A resource record.

    :param ttl: how long it holds, in seconds; 0 says that it holds no more.
    """
    return b"".join((owner, _two(kind), _two(group), ttl.to_bytes(4, "big"), _two(len(data)), data))


def message(identification: int, flags: int, answers: "list[bytes]", additional: "list[bytes]") -> bytes:
    """A message of records, with no question."""
    counts = _two(0) + _two(len(answers)) + _two(0) + _two(len(additional))
    return _two(identification) + _two(flags) + counts + b"".join(answers) + b"".join(additional)


def probe(names: "tuple[bytes, ...]", proposed: "list[bytes]") -> bytes:
    """A query whether anybody has one of some names, with the records it is wanted for (RFC 6762 section 8.1)."""
    asked = b"".join(name + _two(ANY) + _two(CLASS_IN | TOP_BIT) for name in names)
    counts = _two(len(names)) + _two(0) + _two(len(proposed)) + _two(0)
    return _two(0) + _two(0) + counts + asked + b"".join(proposed)


def service_data(port: int, host: bytes) -> bytes:
    """The data of a SRV record with neither priority nor weight."""
    return _two(0) + _two(0) + _two(port) + host


def text_data(entries: "list[str]") -> bytes:
    """The data of a TXT record, entries being ``key=value``."""
    data = bytearray()
    for entry in entries:
        text = entry.encode()
        data.append(len(text))
        data.extend(text)
    return bytes(data)


def address_data(address: str) -> bytes:
    """The data of an A record."""
    return bytes([int(part) for part in address.split(".")])


def _two(value: int) -> bytes:
    return value.to_bytes(2, "big")
