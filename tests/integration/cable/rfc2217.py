"""A P1 port behind a server that lets its settings be chosen, as ser2net does: RFC 2217 on top of RFC 854.

It answers each command with the value that it was given, also those of masks. A server that does not, as the one in
pyserial, is never open to serialx, which waits for each answer.
"""

import asyncio
from enum import IntEnum
from typing import Final

from .port import Port

IAC: Final = b"\xff"
_SE, _SB, _WILL, _DO = b"\xf0", b"\xfa", b"\xfb", b"\xfd"
_ANSWERS: Final = {_WILL: _DO, _DO: _WILL}
_COM_PORT_OPTION: Final = b"\x2c"
_OF_SERVER: Final = 100


class Command(IntEnum):
    """What a client may set (RFC 2217, section 3)."""

    BAUD = 1
    DATA_SIZE = 2
    PARITY = 3
    STOP_SIZE = 4
    CONTROL = 5


class Rfc2217Port(Port):
    """:ivar settings: by command, the value that was set last."""

    def __init__(self) -> None:
        super().__init__()
        self.settings: dict[int, bytes] = {}

    @property
    def address(self) -> str:
        return f"rfc2217://127.0.0.1:{self.number}"

    def _on_the_wire(self, data: bytes) -> bytes:
        return _escaped(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await super()._serve(reader, writer)
        agreed: set[bytes] = set()
        try:
            while True:
                await self._answer(reader, writer, agreed)
        except asyncio.IncompleteReadError, OSError:
            self._clients.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, agreed: set[bytes]) -> None:
        """Take one command. A client has no other bytes for a port that only speaks."""
        assert await reader.readexactly(1) == IAC
        verb = await reader.readexactly(1)
        if verb == _SB:
            option, command, value = await _subnegotiation(reader)
            assert option == _COM_PORT_OPTION
            self.settings[command] = value
            writer.write(IAC + _SB + option + bytes([command + _OF_SERVER]) + _escaped(value) + IAC + _SE)
            return
        option = await reader.readexactly(1)
        # What has been agreed on is not said again, or it would never end (RFC 854).
        if verb in _ANSWERS and verb + option not in agreed:
            agreed.add(verb + option)
            writer.write(IAC + _ANSWERS[verb] + option)


async def _subnegotiation(reader: asyncio.StreamReader) -> tuple[bytes, int, bytes]:
    """The option, the command, and its value."""
    data = b""
    while True:
        byte = await reader.readexactly(1)
        if byte == IAC and await reader.readexactly(1) == _SE:
            return data[:1], data[1], data[2:]
        data += byte


def _escaped(data: bytes) -> bytes:
    return data.replace(IAC, IAC + IAC)
