"""Home Assistant's own integrations that read the same meter before, added and with three months behind them."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.clock import DAY_SECONDS, HOUR_SECONDS
from develop.api import Api
from simulator.house import House
from simulator.reading import Reading

from .command import SEED, eventually

DAYS = 90
HOURS = DAYS * 24

_PATIENCE_SECONDS = 300

_GAS, _WATER = f"7FLO21{SEED:08d}", f"8SAG21{SEED:08d}"
_OUR_GAS, _OUR_WATER = f"gas_{_GAS.lower()}_volume", f"water_{_WATER.lower()}_volume"
VOLUMES = {_OUR_GAS, _OUR_WATER}


type _Shown = Callable[[Reading], int]
type Changes = dict[int, float]


def _hexadecimal(number: str) -> str:
    """As telegrams have it."""
    return number.encode("ascii").hex().upper()


@dataclass(frozen=True, kw_only=True)
class Integration:
    """One of them.

    :ivar domain: its name in Home Assistant.
    :ivar energy: what its sensors of energy show of a reading, in Wh, by the end of their unique ids.
    :ivar volume: likewise those of the meters behind the electricity meter, in l.
    :ivar same: by the key of ours, those that count the same.
    """

    domain: str
    energy: Mapping[str, _Shown]
    volume: Mapping[str, _Shown]
    same: Mapping[str, Sequence[str]]

    @property
    def shown(self) -> dict[str, _Shown]:
        """All of it."""
        return {**self.energy, **self.volume}

    def sensor(self, unique_id: str) -> str | None:
        """Which of the sensors has a unique id."""
        return next((end for end in self.shown if unique_id.endswith(end)), None)


DSMR = Integration(
    domain="dsmr",
    energy={
        "_electricity_used_tariff_1": lambda reading: reading.consumed_energy_t1,
        "_electricity_used_tariff_2": lambda reading: reading.consumed_energy_t2,
        "_electricity_delivered_tariff_1": lambda reading: reading.produced_energy_t1,
        "_electricity_delivered_tariff_2": lambda reading: reading.produced_energy_t2,
    },
    volume={
        _hexadecimal(_GAS): lambda reading: reading.gas.litres,
        _hexadecimal(_WATER): lambda reading: reading.water.litres,
    },
    same={
        "consumed_energy": ["_electricity_used_tariff_1", "_electricity_used_tariff_2"],
        "consumed_energy_t1": ["_electricity_used_tariff_1"],
        "consumed_energy_t2": ["_electricity_used_tariff_2"],
        "produced_energy": ["_electricity_delivered_tariff_1", "_electricity_delivered_tariff_2"],
        "produced_energy_t1": ["_electricity_delivered_tariff_1"],
        "produced_energy_t2": ["_electricity_delivered_tariff_2"],
        _OUR_GAS: [_hexadecimal(_GAS)],
        _OUR_WATER: [_hexadecimal(_WATER)],
    },
)

HOMEWIZARD = Integration(
    domain="homewizard",
    energy={
        "_total_power_import_kwh": lambda reading: reading.consumed_energy_t1 + reading.consumed_energy_t2,
        "_total_power_import_t1_kwh": lambda reading: reading.consumed_energy_t1,
        "_total_power_import_t2_kwh": lambda reading: reading.consumed_energy_t2,
        "_total_power_export_kwh": lambda reading: reading.produced_energy_t1 + reading.produced_energy_t2,
        "_total_power_export_t1_kwh": lambda reading: reading.produced_energy_t1,
        "_total_power_export_t2_kwh": lambda reading: reading.produced_energy_t2,
    },
    volume={
        f"_gas_meter_{_GAS}": lambda reading: reading.gas.litres,
        f"_water_meter_{_WATER}": lambda reading: reading.water.litres,
    },
    same={
        "consumed_energy": ["_total_power_import_kwh"],
        "consumed_energy_t1": ["_total_power_import_t1_kwh"],
        "consumed_energy_t2": ["_total_power_import_t2_kwh"],
        "produced_energy": ["_total_power_export_kwh"],
        "produced_energy_t1": ["_total_power_export_t1_kwh"],
        "produced_energy_t2": ["_total_power_export_t2_kwh"],
        _OUR_GAS: [f"_gas_meter_{_GAS}"],
        _OUR_WATER: [f"_water_meter_{_WATER}"],
    },
)


@dataclass(frozen=True, kw_only=True)
class Predecessor:
    """One of them in a Home Assistant, and what it has recorded.

    :ivar entry: its config entry.
    :ivar old: entity ids, by the end of their unique ids.
    :ivar first: utc of its first hour.
    """

    api: Api
    integration: Integration
    entry: str
    old: dict[str, str]
    first: int

    async def changes(self, statistic_id: str) -> Changes:
        """What a sensor counted in each hour, in Wh or l, as Home Assistant shows it; of the past only."""
        rows = await self.api.command(
            "recorder/statistics_during_period",
            start_time=datetime.fromtimestamp(self.first - 30 * DAY_SECONDS, UTC).isoformat(),
            end_time=datetime.fromtimestamp(self.first + HOURS * HOUR_SECONDS, UTC).isoformat(),
            statistic_ids=[statistic_id],
            period="hour",
            units={"energy": "Wh", "volume": "L"},
            types=["change"],
        )
        return {row["start"] // 1000: row["change"] for row in rows.get(statistic_id, [])}

    async def counted(self, key: str) -> list[Changes]:
        """The same of those that count what one of ours does."""
        return [await self.changes(self.old[end]) for end in self.integration.same[key]]


async def add_dsmr(api: Api, source: str) -> str:
    """Add dsmr as a person does, and have it take every telegram; its config entry.

    :param source: host and port at which the telegrams are.
    """
    flow = await api.post("/api/config/config_entries/flow", {"handler": "dsmr"})
    path = f"/api/config/config_entries/flow/{flow['flow_id']}"
    entry = (await api.post(path, {"port": f"socket://{source}", "dsmr_version": "5B"}))["result"]["entry_id"]
    flow = await api.post("/api/config/config_entries/options/flow", {"handler": entry})
    await api.post(f"/api/config/config_entries/options/flow/{flow['flow_id']}", {"time_between_update": 0})
    return str(entry)


async def add_homewizard(api: Api, address: str) -> str:
    """Add homewizard as a person does; its config entry.

    :param address: of the device.
    """
    flow = await api.post("/api/config/config_entries/flow", {"handler": "homewizard"})
    answer = await api.post(f"/api/config/config_entries/flow/{flow['flow_id']}", {"ip_address": address})
    return str(answer["result"]["entry_id"])


async def sensors_that_show(api: Api, integration: Integration, entry: str, house: House) -> dict[str, str]:
    """Wait for the sensors to show what the house's meters do: entity ids by the end of their unique ids."""
    async with (
        asyncio.timeout(_PATIENCE_SECONDS),
        api.subscription("subscribe_events", event_type="entity_registry_updated") as changes,
    ):
        while True:
            found = {
                end: entity["entity_id"]
                for entity in await api.command("config/entity_registry/list")
                if entity["config_entry_id"] == entry and (end := integration.sensor(entity["unique_id"]))
            }
            if integration.shown.keys() <= found.keys():
                break
            await changes.get()

    async def are_read() -> bool:
        begun = house.reading(int(time.time()) - DAY_SECONDS)
        states = {state["entity_id"]: state["state"] for state in await api.get("/api/states")}
        now = house.reading(int(time.time()) + 1)
        values = {end: states.get(entity_id, "") for end, entity_id in found.items()}
        return all(
            value.replace(".", "", 1).isdecimal() and show(begun) <= round(float(value) * 1000) <= show(now)
            for end, show in integration.shown.items()
            for value in [values[end]]
        )

    await eventually(are_read, _PATIENCE_SECONDS)
    return found


async def with_three_months(api: Api, integration: Integration, entry: str, house: House) -> Predecessor:
    """Let an integration have read the house for three months."""
    old = await sensors_that_show(api, integration, entry, house)
    # Up to the hour before it was added, which Home Assistant will make no row of by itself.
    first = (int(time.time()) // HOUR_SECONDS - HOURS - 1) * HOUR_SECONDS
    readings = [house.reading(first + number * HOUR_SECONDS) for number in range(HOURS + 1)]
    for end, show in integration.energy.items():
        await _record(api, old[end], "energy", "kWh", list(map(show, readings)), first)
    for end, show in integration.volume.items():
        await _record(api, old[end], "volume", "m³", list(map(show, readings)), first)
    predecessor = Predecessor(api=api, integration=integration, entry=entry, old=old, first=first)

    async def is_recorded() -> bool:
        # They are recorded one after the other.
        return len(await predecessor.changes(old[end])) >= HOURS

    await eventually(is_recorded, _PATIENCE_SECONDS)
    return predecessor


async def _record(api: Api, statistic_id: str, unit_class: str, unit: str, shown: Sequence[int], first: int) -> None:
    """What Home Assistant has recorded of a sensor that counted for months.

    :param shown: Wh or l at the beginning of the first hour and at the end of each one.
    """
    rows = [
        {
            "start": datetime.fromtimestamp(first + number * HOUR_SECONDS, UTC).isoformat(),
            "state": value / 1000,
            "sum": (value - shown[0]) / 1000,
        }
        for number, value in enumerate(shown[1:])
    ]
    metadata = {
        "has_sum": True,
        "mean_type": 0,
        "name": None,
        "source": "recorder",
        "statistic_id": statistic_id,
        "unit_class": unit_class,
        "unit_of_measurement": unit,
    }
    await api.command("recorder/import_statistics", metadata=metadata, stats=rows)
