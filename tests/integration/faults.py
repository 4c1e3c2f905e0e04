"""What can go wrong with the answer of a board."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import Enum, auto

from .reply import BROKEN, NOT_FOUND, Reply


class Fault(Enum):
    """What can go wrong with an answer."""

    TAIL = auto()
    """The end of an older, longer document stands behind it."""

    CUT = auto()
    """The connection is lost in the middle."""

    HUNG_UP = auto()
    """The connection is closed without an answer."""

    SLOW = auto()
    """It never comes."""

    ENDLESS = auto()
    """It never ends."""

    NO_HTTP = auto()
    """It is not HTTP."""

    WRONG_JSON = auto()
    """It is JSON of something else."""

    NO_JSON = auto()
    """It is no JSON at all."""

    NOT_FOUND = auto()
    SERVER_ERROR = auto()
    REDIRECT = auto()

    BUSY = auto()
    """All its places are taken."""


# To the byte what firmware/board/guard.py sends.
BUSY = (
    b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbusy"
)

_INSTEAD = {
    Fault.NO_HTTP: b"SSH-2.0-OpenSSH_9.2\r\n",
    Fault.WRONG_JSON: Reply(body=b'[{"temperature":21.5}]').wire,
    Fault.NO_JSON: Reply(body=b"<!DOCTYPE html><title>Router</title>").wire,
    Fault.NOT_FOUND: NOT_FOUND.wire,
    Fault.SERVER_ERROR: BROKEN.wire,
    Fault.REDIRECT: Reply(status=302, headers={"Location": "http://127.0.0.1:9/login"}).wire,
    Fault.BUSY: BUSY,
    Fault.HUNG_UP: b"",
}
_TAIL = b'1087,0,0]}"}'


async def answer(writer: asyncio.StreamWriter, fault: Fault | None, well: Callable[[], Awaitable[Reply]]) -> None:
    """Answer with a fault.

    :param well: what would be answered without one; not asked where nothing of it is sent.
    """
    if fault in _INSTEAD:
        writer.write(_INSTEAD[fault])
    elif fault is Fault.SLOW:
        await asyncio.Event().wait()
    elif fault is Fault.ENDLESS:
        writer.write(Reply(is_sized=False).head)
        while True:
            writer.write(b" " * 4096)
            await writer.drain()
    else:
        reply = await well()
        if fault is Fault.TAIL:
            reply = replace(reply, body=reply.body + _TAIL)
        writer.write(reply.head + (reply.body[: len(reply.body) // 2] if fault is Fault.CUT else reply.body))
