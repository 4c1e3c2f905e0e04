"""A request of HTTP (RFC 9112): its lines taken apart, and its body as it comes."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Fields = dict[str, str]

# The only fields that anything on the board looks at; the others are not kept.
_KEPT_FIELDS = (
    b"host",
    b"origin",
    b"content-length",
    b"content-type",
    b"transfer-encoding",
    b"accept-language",
    b"authorization",
    b"if-none-match",
)
# What would end a line for one reader and not for another.
_ENDS_OF_LINES = (b"\r", b"\n", b"\0")
# Every argument costs heap several times its length.
_MOST_ARGUMENTS = 8
# No body that the board takes has a length of more digits.
_MOST_DIGITS = 9

BAD = 400
TOO_LARGE = 413
LONG_HEAD = 431
NOT_IMPLEMENTED = 501


class Request:
    """What a client asks.

    :ivar method: as it was sent, empty before the first line.
    :ivar path: decoded once, without its arguments; empty when it cannot be decoded, which no path is.
    :ivar arguments: what stands behind the path, decoded.
    :ivar headers: the values of the fields that are kept, by name in small letters.
    :ivar length: bytes of the body.
    :ivar left: of these, those that were not read yet.
    """

    def __init__(self, stream: "Any", deadline: "list[Any]", packet: memoryview) -> None:
        """Begin with nothing.

        :param deadline: of the connection, for who has to give it more time (see guard).
        :param packet: memory that pieces of the body are read into.
        """
        self.method = ""
        self.path = ""
        self.arguments: Fields = {}
        self.headers: Fields = {}
        self.length = 0
        self.left = 0
        self.rest = b""
        self.deadline = deadline
        self._stream = stream
        self._packet = packet

    def take(self, line: bytes) -> int:
        """Take the next line of the head, without its end.

        :returns: the status that refuses it, 0 when it is fine.
        """
        for end in _ENDS_OF_LINES:
            if end in line:
                return BAD
        if not self.method:
            return self._take_first(line)
        name, colon, value = line.partition(b":")
        # White space before the colon, or before a line that goes on, is how requests are smuggled.
        if not colon or not name or name != name.strip():
            return BAD
        name = name.lower()
        return self._keep(str(name, "utf-8"), value.strip()) if name in _KEPT_FIELDS else 0

    def _keep(self, name: str, value: bytes) -> int:
        if name in self.headers:
            return BAD
        try:
            self.headers[name] = str(value, "utf-8")
        except ValueError:
            return BAD
        if name == "transfer-encoding":
            return NOT_IMPLEMENTED
        return self._take_length(value) if name == "content-length" else 0

    def _take_first(self, line: bytes) -> int:
        parts = line.split(b" ")
        if len(parts) != 3 or not parts[0].isalpha() or not parts[1] or parts[2][:7] != b"HTTP/1.":
            return BAD
        if line.count(b"&") >= _MOST_ARGUMENTS:
            return LONG_HEAD
        path, _, query = parts[1].partition(b"?")
        self.method = str(parts[0], "utf-8")
        try:
            self.path = decoded(path)
        except ValueError:
            # It does not exist, whatever it means.
            pass
        self.arguments = fields(query)
        return 0

    def _take_length(self, digits: bytes) -> int:
        if not digits.isdigit():
            return BAD
        if len(digits) > _MOST_DIGITS:
            return TOO_LARGE
        self.length = self.left = int(digits)
        return 0

    async def read(self) -> "bytes | memoryview":
        """The next bytes of the body, which are there until the next ``await``; none at its end.

        :raises EOFError: the client stopped sending before.
        """
        if self.left == 0:
            return b""
        piece: bytes | memoryview = self.rest[: self.left]
        self.rest = b""
        if not piece:
            number = 0
            try:
                number = await receive(self._stream, self._packet[: self.left])
            except OSError:
                # As when it ends in order.
                pass
            if not number:
                raise EOFError
            piece = self._packet[:number]
        self.left -= len(piece)
        return piece

    async def whole(self) -> bytes:
        """All of a body, of which it is known that it is small.

        :raises EOFError: the client stopped sending before.
        """
        body = b""
        while self.left:
            body += await self.read()
        return body

    async def pass_over(self) -> None:
        """Read what is left of the body, as far as it comes, for nothing."""
        try:
            while await self.read():
                pass
        except EOFError:
            # That was all.
            pass


async def receive(stream: "Any", buffer: "bytearray | memoryview") -> int:
    """Wait for bytes of a stream and read them into a buffer: how many; 0 at its end.

    :raises OSError: the connection broke.
    """
    while True:
        number: int | None = await stream.readinto(buffer)
        if number is not None:
            return number


def fields(text: bytes) -> "Fields":
    """Names and values as browsers send them (application/x-www-form-urlencoded); what cannot be read is absent."""
    found = {}
    for pair in text.split(b"&"):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        if name:
            try:
                found[decoded(name)] = decoded(value)
            except ValueError:
                continue
    return found


def decoded(text: bytes) -> str:
    """A text whose bytes may be escaped (RFC 3986 section 2.1).

    :raises ValueError: an escape is none, or the bytes are no UTF-8.
    """
    parts = text.split(b"%")
    if len(parts) == 1:
        return str(text, "utf-8")
    plain = bytearray(parts[0])
    for part in parts[1:]:
        byte = bytes.fromhex(str(part[:2], "utf-8"))
        if len(byte) != 1:
            raise ValueError
        plain.extend(byte + part[2:])
    return str(plain, "utf-8")
