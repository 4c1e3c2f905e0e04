"""An answer as a board's web server puts it on the wire (docs/board-api.md, In general)."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

JSON = "application/json"
TEXT = "text/plain; charset=UTF-8"

# Of the status lines, those that Python's own table words otherwise.
_REASONS = {413: "Payload Too Large", 422: "Unprocessable Content"}
_WITHOUT_BODY = (204, 304)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Status, headers and body."""

    status: int = 200
    kind: str = JSON
    """Its content type."""

    body: bytes = b""
    is_sized: bool = True
    """Whether it tells its length; else it ends with the connection."""

    is_readable: bool = True
    """Whether any page in the house may read it, as it may what is answered to GET."""

    headers: dict[str, str] = field(default_factory=dict)
    """Further ones, behind the others."""

    @property
    def head(self) -> bytes:
        """Up to and with the empty line."""
        reason = _REASONS.get(self.status, HTTPStatus(self.status).phrase)
        lines = [f"HTTP/1.0 {self.status} {reason}"]
        if self.is_readable:
            lines.append("Access-Control-Allow-Origin: *")
        if self.status not in _WITHOUT_BODY:
            lines.append(f"Content-Type: {self.kind}")
            if self.is_sized:
                lines.append(f"Content-Length: {len(self.body)}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    @property
    def wire(self) -> bytes:
        """All of it."""
        return self.head + self.body

    @classmethod
    def read(cls, wire: bytes) -> Self:
        """The answer that some bytes are, in the order of headers that a board has."""
        head, _, body = wire.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        number = int(status.split(" ")[1])
        return cls(
            is_readable=headers.pop("Access-Control-Allow-Origin", None) is not None,
            status=number,
            kind=headers.pop("Content-Type", JSON),
            is_sized=headers.pop("Content-Length", None) is not None or number in _WITHOUT_BODY,
            headers=headers,
            body=body,
        )


NOT_FOUND = Reply(status=404, kind=TEXT, body=b"Item not found")
BROKEN = Reply(status=500, kind=TEXT, body=b"Internal server error")
