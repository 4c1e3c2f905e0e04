"""How many rows a day of a house writes into the recorder, per entity.

Usage: pytest -s bench/recorder.py, with the Python of the tests (its fixtures are a Home Assistant)
Prints one line of JSON for all entities and one for those of the capacity tariff: the rows of the table of states in a
day of polls every 5 seconds; each change of a state or of an attribute is one. The day is a Saturday in January of the
simulated house (three phases, panels, car, gas, water), with every telegram; one quarter of each hour is polled and
counts four times.
"""

import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST, CONF_PORT, EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity_component import DATA_INSTANCES
from pytest_homeassistant_custom_component.common import MockConfigEntry

from core.clock import DAY_SECONDS, HOUR_SECONDS, INTERVAL_SECONDS, QUARTER_SECONDS, day_start
from custom_components.digimon.cable.archive import stored_quarter
from custom_components.digimon.cable.meter import CableMeter
from custom_components.digimon.connection import Connection
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor import RunningQuarter, StoredDay
from custom_components.digimon.monitor.documents import parse_meter
from custom_components.digimon.reading import reading_of
from custom_components.digimon.snapshot import Device, Snapshot
from custom_components.digimon.tariff_entity import TariffEntity
from simulator.house import House

DAY = day_start(2026, 1, 17)
_POLL_SECOND = 2
_QUARTERS_OF_HOUR = HOUR_SECONDS // QUARTER_SECONDS


class HouseSource:
    """Reads the telegrams of a simulated house up to the moment that it is."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._meter = CableMeter()
        self._finished: RunningQuarter | None = None

    def hear(self, utc: int) -> None:
        """Take the telegram of a second."""
        for telegram in self._meter.feed(self._house.telegram(utc)):
            finished = self._meter.take(telegram)
            self._finished = self._finished if finished is None else stored_quarter(finished)

    async def read(self) -> Snapshot:
        """What the meter says now."""
        running = self._meter.running
        quarter = None if running is None or not running.end() else stored_quarter(running)
        meter = parse_meter(json.dumps(self._meter.document).encode())
        return Snapshot(
            device=Device(
                manufacturer="Digimon",
                model="P1",
                name="P1",
                sw_version=None,
                serial=None,
                mac=None,
                configuration_url=None,
            ),
            reading=reading_of(quarter, meter, None if meter is None else meter.peak, self._finished),
            running=quarter,
            finished=self._finished,
        )

    def diagnostics(self) -> dict[str, object]:
        """Nothing."""
        return {}


class NoCard:
    """Nothing is known of the past."""

    async def dates(self) -> tuple[date, ...]:
        """No day."""
        return ()

    async def day(self, day: date) -> StoredDay:
        """Not asked for, as there is none."""
        raise LookupError(day)

    async def quarters(self, year: int, month: int, day: int) -> tuple[int, ...]:
        """No quarter."""
        del year, month, day
        return ()

    async def quarter(self, quarter_id: int) -> RunningQuarter | None:
        """No quarter."""
        del quarter_id
        return None


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_day(hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll for a day and print how often each state was written."""
    source = HouseSource(House(1))

    async def connect(_hass: HomeAssistant, _entry: object) -> Connection:
        return Connection(source=source, archive=NoCard(), client=None)

    monkeypatch.setattr("custom_components.digimon.async_connect", connect)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="P1",
        unique_id="house",
        data={CONF_HOST: "127.0.0.1", CONF_PORT: 1},
        options={"capacity": {"area": "antwerpen"}},
    )
    entry.add_to_hass(hass)
    rows: Counter[str] = Counter()

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        rows[event.data["entity_id"]] += 1

    freezer.move_to(datetime.fromtimestamp(DAY, UTC))
    source.hear(DAY)
    if not await hass.config_entries.async_setup(entry.entry_id):
        pytest.fail("the integration was not set up")
    await hass.async_block_till_done()
    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for hour in range(DAY, DAY + DAY_SECONDS, HOUR_SECONDS):
        for utc in range(hour + 1, hour + QUARTER_SECONDS):
            source.hear(utc)
            if utc % INTERVAL_SECONDS == _POLL_SECOND:
                freezer.move_to(datetime.fromtimestamp(utc, UTC))
                await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    # Those that came later as well.
    ours = {
        entity.entity_id: isinstance(entity, TariffEntity)
        for component in hass.data[DATA_INSTANCES].values()
        for entity in component.entities
        if entity.platform.platform_name == DOMAIN
    }
    for name, entities in (("all", ours), ("tariff", [entity for entity, of_tariff in ours.items() if of_tariff])):
        counted = {
            entity: rows[entity] * _QUARTERS_OF_HOUR for entity in sorted(entities, key=lambda name: -rows[name])
        }
        print(json.dumps({"of": name, "entities": len(counted), "rows": sum(counted.values()), **counted}))
