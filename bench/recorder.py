"""How many rows a day of a house writes into the recorder, per entity of the capacity tariff.

Usage: pytest -s bench/recorder.py, with the Python of the tests (its fixtures are a Home Assistant)
Prints one line of JSON: for each entity the rows of the table of states in a day of polls every 5 seconds; each change
of a state or of an attribute is one. The day is a Saturday in January of the simulated house, with its car; one quarter
of each hour is polled and counts four times.
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

from core.clock import DAY_SECONDS, HOUR_SECONDS, INTERVAL_SECONDS, QUARTER_SECONDS, day_start, quarter_id_at
from custom_components.digimon.connection import Connection
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor import RunningQuarter, Sample, StoredDay
from custom_components.digimon.snapshot import Device, ListedPeak, MonthPeak, Reading, Snapshot
from custom_components.digimon.tariff_entity import TariffEntity
from simulator.house import House

DAY = day_start(2026, 1, 17)
_QUARTERS_OF_HOUR = HOUR_SECONDS // QUARTER_SECONDS


class HouseSource:
    """Reads a simulated house at the moment that it is."""

    def __init__(self, house: House) -> None:
        self.now = DAY
        self._house = house
        self._start = 0
        self._samples: tuple[Sample, ...] = ()

    async def read(self) -> Snapshot:
        """What the meter says now."""
        shown = self._house.reading(self.now)
        start = self.now - self.now % QUARTER_SECONDS
        if start != self._start:
            self._start = start
            self._samples = tuple(Sample(*means) for means in self._house.intervals(start))
        samples = self._samples[: (self.now - start) // INTERVAL_SECONDS]
        running = RunningQuarter(quarter_id=quarter_id_at(start), samples=samples) if samples else None
        peak = None
        if shown.peak.power:
            peak = MonthPeak(power_w=shown.peak.power, start_utc=shown.peak.time - QUARTER_SECONDS)
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
            reading=Reading(
                time_utc=self.now,
                quarter_id=quarter_id_at(start),
                consumed_power_w=shown.consumed_power,
                produced_power_w=shown.produced_power,
                quarter_average_w=None,
                average_demand_w=shown.average_demand,
                month_peak=peak,
                consumed_energy_t1_wh=shown.consumed_energy_t1,
                consumed_energy_t2_wh=shown.consumed_energy_t2,
                produced_energy_t1_wh=shown.produced_energy_t1,
                produced_energy_t2_wh=shown.produced_energy_t2,
                listed_peaks=tuple(_listed(past.month_end, past.peak.power) for past in shown.peaks),
            ),
            running=running,
        )

    def diagnostics(self) -> dict[str, object]:
        """Nothing."""
        return {}


def _listed(month_end: int, power_w: int) -> ListedPeak:
    last = datetime.fromtimestamp(month_end - DAY_SECONDS, UTC)
    return ListedPeak(
        year=last.year, month=last.month, power_w=power_w, quarter_id=quarter_id_at(month_end - QUARTER_SECONDS)
    )


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
    if not await hass.config_entries.async_setup(entry.entry_id):
        pytest.fail("the integration was not set up")
    await hass.async_block_till_done()
    ours = {
        entity.entity_id
        for component in hass.data[DATA_INSTANCES].values()
        for entity in component.entities
        if isinstance(entity, TariffEntity)
    }
    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for hour in range(DAY, DAY + DAY_SECONDS, HOUR_SECONDS):
        for utc in range(hour, hour + QUARTER_SECONDS, INTERVAL_SECONDS):
            source.now = utc + 2
            freezer.move_to(datetime.fromtimestamp(utc + 2, UTC))
            await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    counted = {
        entity_id: rows[entity_id] * _QUARTERS_OF_HOUR for entity_id in sorted(ours, key=lambda name: -rows[name])
    }
    print(json.dumps({"rows": sum(counted.values()), **counted}))
