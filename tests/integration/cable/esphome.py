"""A P1 port at a device of ESPHome, read through that device's own API: a serial proxy.

The messages are those of aioesphomeapi; a frame of the API without encryption is a zero, the length and the kind of the
message as variable-length integers, and the message.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

from aioesphomeapi.core import MESSAGE_TYPE_TO_PROTO
from aioesphomeapi.model import SerialProxyRequestType, SerialProxyStatus

from .port import Port

NAME: Final = "P1"
"""Of the port, as in the device's configuration."""

NEWEST: Final = 18
"""Of API 1, which the client knows too."""
_WITH_ANSWERS: Final = 16
"""The first that answers who claims a port or sets it up."""

_KINDS: Final = {message.DESCRIPTOR.name: kind for kind, message in MESSAGE_TYPE_TO_PROTO.items()}


class EsphomePort(Port):
    """:ivar settings: what was set up last, as the fields of `SerialProxyConfigureRequest`.

    :ivar connected: who has the device's API open now, whether the port is theirs or not.
    """

    def __init__(self, *, minor: int = NEWEST, mac_address: str = "24:0A:C4:00:00:01") -> None:
        super().__init__()
        self.settings: dict[str, int] = {}
        self.connected: set[asyncio.StreamWriter] = set()
        self._minor = minor
        self._device = {
            "name": "meterkast",
            "mac_address": mac_address,
            "esphome_version": "2026.10.0",
            "manufacturer": "Espressif",
            "model": "esp32-c3-devkitm-1",
            "serial_proxies": [{"name": NAME}],
        }

    @property
    def address(self) -> str:
        return f"esphome://127.0.0.1:{self.number}/?port_name={NAME}"

    async def unplug(self) -> None:
        for writer in tuple(self.connected):
            writer.transport.abort()
        await super().unplug()

    async def restart(self) -> None:
        """Go as a device does that restarts by itself: it says so."""
        for writer in tuple(self.connected):
            writer.write(_frame("DisconnectRequest"))
            await writer.drain()
        await self.unplug()
        await self.plug_in()

    def _on_the_wire(self, data: bytes) -> bytes:
        return _frame("SerialProxyDataReceived", instance=0, data=data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.connected.add(writer)
        try:
            while True:
                name, request = await _message(reader)
                for frame in self._answers(name, request, writer):
                    writer.write(frame)
                await writer.drain()
                if name in {"DisconnectRequest", "DisconnectResponse"}:
                    break
        except asyncio.IncompleteReadError, OSError:
            pass
        finally:
            self.connected.discard(writer)
            self._clients.discard(writer)
            writer.close()

    def _answers(self, name: str, request: Any, writer: asyncio.StreamWriter) -> Iterable[bytes]:
        """What goes back for a message; nothing for one that asks for nothing."""
        plain: dict[str, Callable[[], bytes]] = {
            "HelloRequest": lambda: _frame(
                "HelloResponse", api_version_major=1, api_version_minor=self._minor, name=self._device["name"]
            ),
            "AuthenticationRequest": lambda: _frame("AuthenticationResponse"),
            "PingRequest": lambda: _frame("PingResponse"),
            "DisconnectRequest": lambda: _frame("DisconnectResponse"),
            "DeviceInfoRequest": lambda: _frame("DeviceInfoResponse", **self._device),
            "ListEntitiesRequest": lambda: _frame("ListEntitiesDoneResponse"),
            # Of what is behind its port the device knows nothing.
            "SubscribeSerialProxyIdentityRequest": lambda: _frame("SerialProxyIdentity", instance=0),
        }
        if name in plain:
            yield plain[name]()
        elif name == "SerialProxyRequest":
            yield from self._acknowledged(request.type, self._claim(request.type, writer))
            if writer in self._clients and request.type == SerialProxyRequestType.SUBSCRIBE:
                yield from [self._on_the_wire(self._greeting)] if self._greeting else []
        elif name == "SerialProxyConfigureRequest":
            self.settings = {field.name: getattr(request, field.name) for field in request.DESCRIPTOR.fields}
            yield from self._acknowledged(SerialProxyRequestType.CONFIGURE, SerialProxyStatus.OK)
        elif name == "SerialProxySetModeRequest":
            yield from self._acknowledged(SerialProxyRequestType.SET_MODE, SerialProxyStatus.OK)
        elif name == "SerialProxySetModemPinsRequest":
            yield from self._acknowledged(SerialProxyRequestType.SET_MODEM_PINS, SerialProxyStatus.OK)

    def _claim(self, kind: int, writer: asyncio.StreamWriter) -> SerialProxyStatus:
        """One client at a time has the port."""
        if kind == SerialProxyRequestType.UNSUBSCRIBE:
            self._clients.discard(writer)
        elif kind == SerialProxyRequestType.SUBSCRIBE:
            if self._clients - {writer}:
                return SerialProxyStatus.PORT_IN_USE
            self._clients.add(writer)
            self._somebody.set()
        return SerialProxyStatus.OK

    def _acknowledged(self, kind: int, status: SerialProxyStatus) -> Iterable[bytes]:
        if self._minor >= _WITH_ANSWERS:
            yield _frame("SerialProxyRequestResponse", instance=0, type=kind, status=status)


def _frame(kind_name: str, /, **fields: Any) -> bytes:
    kind = _KINDS[kind_name]
    message = MESSAGE_TYPE_TO_PROTO[kind](**fields).SerializeToString()
    return b"\0" + _variable(len(message)) + _variable(kind) + message


def _variable(number: int) -> bytes:
    """An integer in groups of seven bits, the lowest first, all but the last with the highest bit set."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


async def _message(reader: asyncio.StreamReader) -> tuple[str, Any]:
    """The name of the next message, and the message."""
    assert await reader.readexactly(1) == b"\0"
    length, kind = [await _integer(reader) for _ in range(2)]
    message = MESSAGE_TYPE_TO_PROTO[kind]
    return message.DESCRIPTOR.name, message.FromString(await reader.readexactly(length))


async def _integer(reader: asyncio.StreamReader) -> int:
    number = shift = 0
    while True:
        (group,) = await reader.readexactly(1)
        number |= (group & 0x7F) << shift
        if group < 0x80:
            return number
        shift += 7
