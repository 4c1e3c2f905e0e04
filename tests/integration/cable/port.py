"""A P1 port on a real socket: whoever connects gets what the test sends."""

import asyncio
from typing import Self

from tests.ports import free_port


class Port:
    """Listens on 127.0.0.1, as ser2net does for a cable elsewhere in the house."""

    def __init__(self) -> None:
        self.number = 0
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._somebody = asyncio.Event()
        self._greeting = b""

    @property
    def address(self) -> str:
        """As a person types it."""
        return f"socket://127.0.0.1:{self.number}"

    async def __aenter__(self) -> Self:
        await self.plug_in()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.unplug()

    async def plug_in(self) -> None:
        """Listen, at the same address as before."""
        self.number = self.number or free_port()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.number)

    async def unplug(self) -> None:
        """Close everything."""
        self._somebody.clear()
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._clients):
            writer.transport.abort()
        self._clients.clear()

    def say(self, telegram: bytes) -> None:
        """Send a telegram to whoever is there, and first of all to everyone who connects later."""
        self._greeting = telegram
        for writer in tuple(self._clients):
            writer.write(self._on_the_wire(telegram))

    async def send(self, data: bytes) -> None:
        """Send bytes to whoever is there, waiting for somebody."""
        await self._somebody.wait()
        for writer in tuple(self._clients):
            writer.write(self._on_the_wire(data))
            await writer.drain()

    def _on_the_wire(self, data: bytes) -> bytes:
        """The bytes of the port as they are sent."""
        return data

    async def _serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._clients.add(writer)
        self._somebody.set()
        if self._greeting:
            writer.write(self._on_the_wire(self._greeting))
