"""A cable at a device of ESPHome, read with the client that Home Assistant's esphome brings."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from homeassistant.components.usb import serial_proxy_stub
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from serialx import register_uri_handler
from serialx.platforms.serial_esphome import ESPHomeSerial, ESPHomeSerialTransport

from custom_components.digimon.cable.probe import async_probe
from custom_components.digimon.cable.reader import BAUD
from custom_components.digimon.cable.source import CableSource
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.source import SourceError
from simulator.house import House

from .esphome import NEWEST, EsphomePort
from .running import START, Cable, failure_to_come, heard, until
from .test_entry import add, failure_of, submit, telegrams, value

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "at_once")

# A device that answers nobody who claims or sets up a port.
_SILENT = 14


@pytest.fixture(params=[NEWEST, _SILENT])
async def proxy(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[EsphomePort]:
    async with EsphomePort(minor=request.param) as proxy:
        yield proxy


@pytest.fixture
async def newest(socket_enabled: None) -> AsyncIterator[EsphomePort]:
    async with EsphomePort() as proxy:
        yield proxy


async def one_more(source: CableSource) -> None:
    """Wait for another telegram."""
    before = heard(source)
    await until(lambda: heard(source) > before)


async def test_a_serial_proxy_is_read_and_found_again_and_nothing_of_it_stays(
    proxy: EsphomePort, tmp_path: Path, house: House
) -> None:
    before = asyncio.all_tasks()
    cable = Cable(proxy.address, tmp_path)
    async with cable as source:
        # Its power is cut, then it restarts by itself.
        for second, leave in enumerate((proxy.unplug, proxy.restart, None)):
            proxy.say(house.telegram(START + second))
            await one_more(source)
            reading = (await source.read()).reading
            assert reading is not None
            assert reading.time_utc == START + second
            assert (reading.consumed_power_w, reading.produced_power_w) == house.power(START + second)
            assert len(proxy.connected) == 1
            if leave is not None:
                await leave()
                if leave == proxy.unplug:
                    assert await failure_to_come(source) == "cable_lost"
                    await proxy.plug_in()
    await until(lambda: not proxy.connected)
    assert proxy.settings == {
        "instance": 0,
        "baudrate": BAUD,
        "flow_control": False,
        "parity": 0,
        "stop_bits": 1,
        "data_size": 8,
    }
    await until(lambda: asyncio.all_tasks() <= before)


async def test_a_port_that_somebody_else_reads_is_had_once_he_has_gone(
    newest: EsphomePort, tmp_path: Path, house: House
) -> None:
    newest.say(house.telegram(START))
    async with Cable(newest.address, tmp_path / "other") as other:
        await until(lambda: heard(other) > 0)
        with pytest.raises(SourceError) as raised:
            await async_probe(newest.address)
        assert raised.value.failure == "cable_lost"
        # Who was refused is not connected any more.
        await until(lambda: len(newest.connected) == 1)
    assert (await async_probe(newest.address)).serial is not None


async def test_a_port_that_the_device_does_not_have_costs_it_no_connection(newest: EsphomePort, tmp_path: Path) -> None:
    """A device has room for few: after that many attempts nobody else would get in."""
    most = 0
    async with Cable(newest.address.replace("P1", "P2"), tmp_path) as source:
        while newest.connections < 10:
            most = max(most, len(newest.connected))
            await asyncio.sleep(0)
        assert await failure_to_come(source) == "cable_lost"
    assert most <= 2
    await until(lambda: not newest.connected)


async def test_what_home_assistant_knows_only_once_its_esphome_runs_is_waited_for(
    newest: EsphomePort, tmp_path: Path, house: House
) -> None:
    """Without `usb` nobody knows its addresses; with it, they lead to something that is not ready."""
    newest.say(house.telegram(START))
    address = newest.address.replace("esphome", "esphome-hass")
    async with Cable(address, tmp_path) as source:
        assert await failure_to_come(source) == "cable_lost"
        unregister: Callable[[Event], None] = serial_proxy_stub.register_serialx_transport()
        try:
            with pytest.raises(SourceError) as raised:
                await async_probe(address)
            assert raised.value.failure == "cable_lost"
            assert await failure_to_come(source) == "cable_lost"
            forget = register_uri_handler(
                scheme="esphome-hass://",
                unique_scheme="esphome-hass-internal://",
                sync_cls=ESPHomeSerial,
                async_transport_cls=ESPHomeSerialTransport,
            )
            try:
                await until(lambda: heard(source) > 0)
            finally:
                forget()
        finally:
            unregister(Event("stop"))


async def test_a_serial_proxy_that_goes_is_told_once(
    hass: HomeAssistant, newest: EsphomePort, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    now = int(time.time())
    newest.say(house.telegram(now))
    result = await add(hass, newest)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert value(hass, entry, "net_power") != STATE_UNAVAILABLE
    caplog.clear()
    await newest.unplug()
    await until(lambda: failure_of(entry) == "cable_lost")
    for _ in range(3):
        await entry.runtime_data.coordinator.async_refresh()
    assert value(hass, entry, "net_power") == STATE_UNAVAILABLE
    heard_before = telegrams(entry)
    newest.say(house.telegram(now + 1))
    await newest.plug_in()
    await until(lambda: telegrams(entry) > heard_before)
    await entry.runtime_data.coordinator.async_refresh()
    assert value(hass, entry, "net_power") != STATE_UNAVAILABLE
    # What the client says of each of its connections is the client's.
    told = [record for record in caplog.records if record.levelno >= logging.WARNING and DOMAIN in record.name]
    assert len(told) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: not newest.connected)


async def test_a_wrong_port_of_a_proxy_can_be_corrected(hass: HomeAssistant, newest: EsphomePort, house: House) -> None:
    newest.say(house.telegram(int(time.time())))
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "cable"})
    for wrong in ("esphome-hass://esphome/01KB?port_name=P1", newest.address.replace("P1", "P2")):
        flow = await submit(hass, flow, wrong)
        assert flow["errors"] == {"base": "cable_lost"}
    result = await submit(hass, flow, newest.address)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert await hass.config_entries.async_unload(result["result"].entry_id)
