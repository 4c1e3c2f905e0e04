"""The real firmware on real MicroPython, read by the real integration over a real socket."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr

from core.obis import decode
from core.telegram import TelegramSplitter
from custom_components.digimon.const import DOMAIN

from .conftest import Tick

ROOT = Path(__file__).parents[2]

# From the middle of a quarter into the next one.
START = "2026-01-15T18:07:30"
TELEGRAMS = 600


@dataclass
class Twin:
    """A board that has read a file of telegrams and goes on serving."""

    port: int
    meter: dict[str, Any]
    """Its last telegram."""

    consumed_powers: list[int]
    """Of the telegrams of the running quarter."""


@pytest.fixture
async def twin(tmp_path: Path, socket_enabled: None) -> AsyncIterator[Twin]:
    recording = tmp_path / "telegrams.txt"
    with recording.open("wb") as file:
        command: list[str | Path] = [
            ROOT / "scripts/meter",
            "--to",
            "stdout",
            "--speed",
            "max",
            "--seed",
            "7",
            "--start",
            START,
        ]
        subprocess.run([*command, "--count", str(TELEGRAMS)], stdout=file, check=True)  # noqa: ASYNC221
    telegrams = [decode(telegram) for telegram in TelegramSplitter().feed(recording.read_bytes())]
    last = telegrams[-1]
    process = await asyncio.create_subprocess_exec(
        *(ROOT / "scripts/twin", "--sd", tmp_path / "card", "--p1", recording, "--speed", "max", "--no-discovery"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        port = 0
        while line := (await process.stdout.readline()).decode():
            if line.startswith("listening on "):
                port = int(line.rsplit(":", 1)[1])
            if line.startswith("replayed "):
                break
        assert line.strip() == f"replayed {TELEGRAMS} telegrams, 0 rejected"
        yield Twin(
            port=port,
            meter=last,
            consumed_powers=[
                telegram["consumed_power"] for telegram in telegrams if telegram["quarter_id"] == last["quarter_id"]
            ],
        )
    finally:
        process.terminate()
        await process.communicate()


async def test_the_twin_is_added_and_shows_what_the_meter_sent(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    twin: Twin,
    freezer: FrozenDateTimeFactory,
    device_registry: dr.DeviceRegistry,
    tick: Tick,
    caplog: pytest.LogCaptureFixture,
) -> None:
    freezer.move_to(datetime.fromtimestamp(twin.meter["time"], UTC))
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "board"})
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"host": f"127.0.0.1:{twin.port}"})
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED

    meter = twin.meter
    states = {state.entity_id.removeprefix("sensor.digimon_"): state.state for state in hass.states.async_all("sensor")}
    assert states["net_power"] == str(meter["consumed_power"] - meter["produced_power"])
    assert states["consumed_power"] == str(meter["consumed_power"])
    assert states["produced_power"] == str(meter["produced_power"])
    assert states["average_demand"] == str(meter["average_demand"])
    assert float(states["consumed_energy_day_tariff"]) * 1000 == pytest.approx(meter["consumed_energy_t1"])
    assert float(states["consumed_energy_night_tariff"]) * 1000 == pytest.approx(meter["consumed_energy_t2"])
    assert float(states["produced_energy_day_tariff"]) * 1000 == pytest.approx(meter["produced_energy_t1"])
    assert float(states["produced_energy_night_tariff"]) * 1000 == pytest.approx(meter["produced_energy_t2"])
    assert float(states["consumed_energy"]) * 1000 == pytest.approx(
        meter["consumed_energy_t1"] + meter["consumed_energy_t2"]
    )
    assert states["month_peak"] == str(meter["peak"]["power"])
    assert datetime.fromisoformat(states["month_peak_start"]).timestamp() == meter["peak"]["time"] - 900
    # The mean of the intervals is that of the telegrams, but for the last interval and what truncation took.
    mean = sum(twin.consumed_powers) / len(twin.consumed_powers)
    assert float(states["quarter_average"]) == pytest.approx(mean, rel=0.05, abs=2)

    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    (device,) = (device for device in devices if device.via_device_id is None)
    assert device.manufacturer == "Digimon"
    assert device.sw_version == "0.1.0"
    assert device.serial_number == entry.unique_id

    await tick()
    assert entry.runtime_data.coordinator.last_update_success
    assert not [
        record
        for record in caplog.records
        if record.name.startswith("custom_components.digimon") and record.levelname in ("WARNING", "ERROR")
    ]
    assert await hass.config_entries.async_unload(entry.entry_id)
