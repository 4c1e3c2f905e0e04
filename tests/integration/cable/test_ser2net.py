"""A cable behind ser2net itself."""

import asyncio
import contextlib
import termios
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from custom_components.digimon.cable.probe import async_probe
from custom_components.digimon.cable.source import CableSource
from custom_components.digimon.source import SourceError
from simulator.house import House

from .running import START, Cable, failure_to_come, heard, until
from .ser2net import Ser2net

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture(params=["socket", "rfc2217"])
async def served(request: pytest.FixtureRequest, socket_enabled: None, tmp_path: Path) -> AsyncIterator[Ser2net]:
    async with Ser2net(request.param, tmp_path) as served:
        yield served


@contextlib.asynccontextmanager
async def sending(served: Ser2net, house: House, first: int) -> AsyncIterator[Callable[[], int]]:
    """A meter that sends, faster than a real one; tells the time of its last telegram."""
    now = first

    async def send() -> None:
        nonlocal now
        while True:
            served.line.offer(house.telegram(now))
            await asyncio.sleep(0.02)
            now += 1

    task = asyncio.create_task(send())
    try:
        yield lambda: now
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def goes_on(source: CableSource, served: Ser2net, house: House, first: int) -> None:
    """Telegrams from an instant on are sent, and heard."""
    async with sending(served, house, first) as last:
        before = heard(source)
        await until(lambda: heard(source) >= before + 3)
        reading = (await source.read()).reading
        assert reading is not None
        assert first <= reading.time_utc <= last()
        assert (reading.consumed_power_w, reading.produced_power_w) == house.power(reading.time_utc)


async def test_telegrams_come_through_and_come_again(served: Ser2net, tmp_path: Path, house: House) -> None:
    """After ser2net was away, and after the device was plugged in at another place."""
    async with Cable(served.address, tmp_path) as source:
        await goes_on(source, served, house, START)
        # With RFC 2217 it is us who choose the speed.
        assert served.speed() == termios.B115200

        await served.stop()
        assert await failure_to_come(source) == "cable_lost"
        await served.start()
        await goes_on(source, served, house, START + 1000)

        served.line.unplug()
        assert await failure_to_come(source) == "cable_lost"
        served.line.plug_in()
        await goes_on(source, served, house, START + 2000)


async def test_who_comes_second_is_told_that_somebody_reads_the_port(
    served: Ser2net, tmp_path: Path, house: House
) -> None:
    async with Cable(served.address, tmp_path) as source:
        await goes_on(source, served, house, START)
        with pytest.raises(SourceError) as raised:
            await async_probe(served.address)
        assert raised.value.failure == "cable_lost"
        await goes_on(source, served, house, START + 1000)
