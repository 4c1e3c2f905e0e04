"""A copy of the configuration folder that is made while a cable is read, as of a backup."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from core.clock import QUARTER_SECONDS, quarter_id_at
from custom_components.digimon.cable.gap import Standing
from custom_components.digimon.cable.store import QuarterStore, store_path
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.core.quarter import Quarter

from .port import Port
from .running import START
from .test_entry import add, now, sending, telegrams, until

__all__ = ["now", "sending"]

QUARTERS = 96
REGISTERS = (0, 0, 0, 0, None, None)


def put(store: QuarterStore, number: int) -> None:
    """A quarter whose samples do not become short."""
    quarter = Quarter(quarter_id_at(START + number * QUARTER_SECONDS))
    for interval in range(180):
        quarter.set_interval(interval, (number * 7919 + interval * interval * 104729) % 9999, 0)
    end = START + (number + 1) * QUARTER_SECONDS
    store.put(Standing(utc=end, registers=REGISTERS, serial=None), [(quarter, REGISTERS)])


@pytest.mark.parametrize("more", [1, 10, 2000])
def test_a_copy_that_is_made_file_by_file_is_whole(tmp_path: Path, more: int) -> None:
    """Between two files any number of quarters may be written."""
    store = QuarterStore(tmp_path / "meter.db")
    store.open()
    for number in range(QUARTERS):
        put(store, number)
    copy = tmp_path / "copy"
    copy.mkdir()
    store.begin_copy()
    shutil.copy(tmp_path / "meter.db", copy)
    for number in range(QUARTERS, QUARTERS + more):
        put(store, number)
    shutil.copy(tmp_path / "meter.db-wal", copy)
    store.end_copy()
    put(store, QUARTERS + more)
    store.close()

    restored = QuarterStore(copy / "meter.db")
    restored.open()
    assert not list(copy.glob("*.damaged"))
    for number in range(QUARTERS):
        quarter = restored.quarter(quarter_id_at(START + number * QUARTER_SECONDS))
        assert quarter is not None
        assert quarter.end() == 180
    restored.close()
    # And when it is over the write-ahead log goes into the file again.
    store.open()
    assert not (tmp_path / "meter.db-wal").stat().st_size
    store.close()


@pytest.mark.usefixtures("enable_custom_integrations", "at_once")
async def test_home_assistant_tells_when_it_makes_one(
    hass: HomeAssistant, port: Port, sending: Callable[[int], None]
) -> None:
    entry = (await add(hass, port))["result"]
    path = store_path(hass.config.path(DOMAIN), entry.entry_id)
    assert await async_setup_component(hass, "backup", {})
    await hass.async_block_till_done()
    manager = hass.data[DATA_MANAGER]
    assert DOMAIN in manager.platforms
    await manager.async_pre_backup_actions()
    # All of it is in the file, so that this alone is a copy.
    assert await asyncio.to_thread(lambda: path.with_name(f"{path.name}-wal").stat().st_size) == 0
    heard = telegrams(entry)
    sending(int(time.time()) + 60)
    await until(lambda: telegrams(entry) > heard)
    await manager.async_post_backup_actions()
    # A disk that fails is no reason for Home Assistant to have none.
    await entry.runtime_data.coordinator.source.stop()
    await manager.async_pre_backup_actions()
    await manager.async_post_backup_actions()
    assert await hass.config_entries.async_unload(entry.entry_id)
