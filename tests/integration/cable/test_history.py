"""The quarters of a cable in the statistics, with those that passed while Home Assistant was down."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from core.clock import HOUR_SECONDS, QUARTER_SECONDS, quarter_id_at
from custom_components.digimon.cable.gap import Standing
from custom_components.digimon.cable.probe import unique_id_of
from custom_components.digimon.cable.store import QuarterStore, store_path
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.core.quarter import Quarter
from custom_components.digimon.history.status import HistoryState
from simulator.house import House

from .port import Port
from .test_entry import now, sending

pytestmark = pytest.mark.usefixtures("recorder_mock", "enable_custom_integrations", "at_once")
__all__ = ["now", "sending"]

SERIAL = "1SAG3100000001"
HEARD_HOURS = 3
DOWN_HOURS = 5


def standing(house: House, utc: int) -> Standing:
    shown = house.reading(utc)
    registers = (
        shown.consumed_energy_t1,
        shown.consumed_energy_t2,
        shown.produced_energy_t1,
        shown.produced_energy_t2,
        None,
        None,
    )
    return Standing(utc=utc, registers=registers, serial=SERIAL)


def consumed(house: House, utc: int) -> int:
    shown = house.reading(utc)
    return shown.consumed_energy_t1 + shown.consumed_energy_t2


def keep(path: Path, house: House, first: int, until: int) -> None:
    """What an earlier run has kept."""
    store = QuarterStore(path)
    store.open()
    for start in range(first, until, QUARTER_SECONDS):
        end = standing(house, start + QUARTER_SECONDS)
        quarter = Quarter(quarter_id_at(start))
        for number, powers in enumerate(house.intervals(start)):
            quarter.set_interval(number, *powers)
        store.put(end, [(quarter, end.registers)])
    store.close()


@pytest.fixture(params=[0, 2 * QUARTER_SECONDS])
def down_since(request: pytest.FixtureRequest, now: int) -> int:
    """When Home Assistant went down (UTC): as an hour begins, or in the middle of one."""
    into: int = request.param
    return (now // HOUR_SECONDS - DOWN_HOURS) * HOUR_SECONDS + into


@pytest.fixture
async def entry(
    hass: HomeAssistant, port: Port, house: House, sending: Callable[[int], None], down_since: int
) -> MockConfigEntry:
    """A cable that was read for some hours, before Home Assistant was down."""
    entry = MockConfigEntry(domain=DOMAIN, title="P1", unique_id=unique_id_of(SERIAL), data={CONF_DEVICE: port.address})
    entry.add_to_hass(hass)
    path = store_path(hass.config.path(DOMAIN), entry.entry_id)
    await asyncio.to_thread(keep, path, house, down_since - HEARD_HOURS * HOUR_SECONDS, down_since)
    return entry


async def rows(hass: HomeAssistant, entry: Any, key: str, unit: dict[str, str]) -> dict[int, Any]:
    """The hours of a sensor by their start."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{entry.unique_id}_{key}")
    assert entity_id is not None
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, datetime.fromtimestamp(0, UTC), None, {entity_id}, "hour", unit, {"change", "mean"}
        )
    )
    return {int(row["start"]): row for row in found.get(entity_id, [])}


async def test_hours_in_which_nobody_listened_have_their_energy_and_no_power(
    hass: HomeAssistant, entry: Any, house: House, now: int, down_since: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    history = entry.runtime_data.history
    await history.settled()
    await async_wait_recording_done(hass)
    assert history.status.state is HistoryState.UP_TO_DATE
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    energy = await rows(hass, entry, "consumed_energy", {"energy": "Wh"})
    power = await rows(hass, entry, "consumed_power", {"power": "W"})
    first = down_since - HEARD_HOURS * HOUR_SECONDS
    before, after = (consumed(house, utc) for utc in (down_since, now))
    evenly = (after - before) * QUARTER_SECONDS / (now - down_since)
    # The last hour before that of the return may not be over for long enough yet.
    for start in range(
        -(-first // HOUR_SECONDS) * HOUR_SECONDS, (now // HOUR_SECONDS - 1) * HOUR_SECONDS, HOUR_SECONDS
    ):
        quarters = range(start, start + HOUR_SECONDS, QUARTER_SECONDS)
        heard = [consumed(house, utc + QUARTER_SECONDS) - consumed(house, utc) for utc in quarters if utc < down_since]
        expected = sum(heard) + evenly * (len(quarters) - len(heard))
        assert energy[start]["change"] == pytest.approx(expected, abs=2)
        assert (start in power) is bool(heard)
    assert await hass.config_entries.async_unload(entry.entry_id)
