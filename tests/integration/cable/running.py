"""A source of a cable that runs, and what to wait for."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from custom_components.digimon.cable.source import CableSource, FindPort
from custom_components.digimon.cable.store import QuarterStore
from custom_components.digimon.source import SourceError

START: Final = 1_773_594_000
"""15 March 2026, 18:00 in Brussels."""


class Cable:
    """A source that runs, until it is stopped or killed."""

    def __init__(self, address: str, folder: Path, *, serial: str | None = None, find: FindPort | None = None) -> None:
        async def stay(path: str) -> str:
            return path

        find = find or stay
        self.store = QuarterStore(folder / "meter.db")
        self.source = CableSource(address, self.store, serial=serial, find_port=find)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> CableSource:
        await self.source.start()
        self._task = asyncio.create_task(self.source.run())
        return self.source

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        await self.source.stop()

    async def kill(self) -> None:
        """End it where it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


async def until(reached: Callable[[], bool]) -> None:
    """Wait for something that bytes on their way will bring about."""
    while not reached():  # noqa: ASYNC110 - nothing else tells that bytes have come through
        await asyncio.sleep(0.005)


def heard(source: CableSource) -> int:
    number = source.diagnostics()["telegrams_good"]
    assert isinstance(number, int)
    return number


async def failure_to_come(source: CableSource) -> str:
    """Read until there is nothing to read any more; why."""
    while True:
        try:
            await source.read()
        except SourceError as error:
            return error.failure
        await asyncio.sleep(0.01)
