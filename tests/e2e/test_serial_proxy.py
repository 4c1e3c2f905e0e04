"""A P1 cable at a device of ESPHome, in a started Home Assistant whose own esphome knows the device."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from simulator.house import House
from tests.integration.cable.esphome import NAME, EsphomePort

from .cable import PATIENCE_SECONDS, HomeAssistant
from .command import SEED, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxy() -> AsyncIterator[EsphomePort]:
    """The device, with a meter that sends every second."""
    house = House(SEED)

    async def send(proxy: EsphomePort) -> None:
        while True:
            proxy.say(house.telegram(int(time.time())))
            await asyncio.sleep(1)

    async with EsphomePort() as proxy:
        sending = asyncio.create_task(send(proxy))
        yield proxy
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HomeAssistant]:
    home = HomeAssistant(tmp_path_factory.mktemp("serial_proxy"), oldest=True)
    try:
        await home.start()
        yield home
    finally:
        await home.stop()


async def test_the_port_that_is_listed_is_read_and_found_again(home: HomeAssistant, proxy: EsphomePort) -> None:
    assert await home.add_device(proxy.number) == "create_entry"
    port = await home.port_of_device()
    assert port.endswith(f"?port_name={NAME}")
    answer = await home.add_cable(port)
    assert answer["type"] == "create_entry", answer
    await home.goes_on()
    # Through the connection of esphome, not through one of our own.
    assert len(proxy.connected) == 1

    await proxy.unplug()
    await home.is_away()
    await proxy.plug_in()
    await home.goes_on()
    assert await home.outages() == 1


async def test_after_a_restart_the_port_waits_for_esphome(home: HomeAssistant, proxy: EsphomePort) -> None:
    await home.stop()

    async def nobody_reads() -> bool:
        return not proxy.connected

    await eventually(nobody_reads, PATIENCE_SECONDS)
    await home.start()
    await home.goes_on()
    assert len(proxy.connected) == 1
    assert await home.complaints() == []
