"""What a person sets up in a new Home Assistant: where the house is, the board, the energy dashboard."""

import asyncio
import contextlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .api import Api, ApiError
from .dashboard import SENSORS, TITLES, URL_PATH, dashboard

DOMAIN = "digimon"

# The middle of Ghent, to 100 m.
_LOCATION = {
    "location_name": "Flemish house",
    "latitude": 51.054,
    "longitude": 3.725,
    "elevation": 8,
    "country": "BE",
    "currency": "EUR",
    "time_zone": "Europe/Brussels",
    "unit_system": "metric",
}

# Dates and times as Flemings write them, also around English words.
_HABITS = {
    "number_format": "language",
    "date_format": "DMY",
    "time_format": "24",
    "first_weekday": "monday",
    "time_zone": "server",
}

# All of them many times what it takes where nothing else runs.
# A board that is heard at all is heard when Home Assistant asks for the first time.
_DISCOVERY_SECONDS = 60
# For a known board to answer, and for one at a new address to be heard there; who comes too late is told the address.
_ANSWER_SECONDS = 2
_HEARD_SECONDS = 15
_SENSOR_SECONDS = 180
# A month is about 40 requests to the board and as many commits of the database.
_HISTORY_SECONDS = 500

_HISTORY = "history"
_COMPLETE = "up_to_date"

_LOADED = "loaded"

# Whichever hears the board first: while its flow waits for a person, Home Assistant ends the other's.
_FOUND_BY = {"zeroconf", "ssdp"}


@dataclass(frozen=True, kw_only=True)
class Board:
    """The board that Home Assistant is to read.

    :ivar port: of its HTTP server, which listens at least on this machine's loopback.
    :ivar serial: its identity.
    """

    port: int
    serial: str

    @property
    def address(self) -> str:
        """As a person types it."""
        return f"127.0.0.1:{self.port}"


async def settle(api: Api, language: str) -> None:
    """Tell Home Assistant where the house is and which language its people speak."""
    await api.command("config/core/update", language=language, **_LOCATION)
    await api.command("frontend/set_user_data", key="language", value={"language": language, **_HABITS})


class Way(StrEnum):
    """How Home Assistant comes to read the board, for a person."""

    FOUND = "found the board by itself and reads it"
    TYPED = "was given the address of the board and reads it"
    KNOWN = "reads the board it knows"


async def add_board(api: Api, board: Board, *, discovery: bool) -> Way:
    """Make Home Assistant read the board.

    :param discovery: wait until Home Assistant finds it by itself.
    :raises ApiError: Home Assistant does not take it.
    """
    known = await _entry_of(api, board)
    way = Way.KNOWN
    if known is None:
        flow_id = await _discovered(api, board) if discovery else None
        way = Way.TYPED if flow_id is None else Way.FOUND
        if flow_id is None:
            flow_id = (await api.post("/api/config/config_entries/flow", {"handler": DOMAIN}))["flow_id"]
            await api.post(f"/api/config/config_entries/flow/{flow_id}", {"next_step_id": "board"})
            answer = await api.post(f"/api/config/config_entries/flow/{flow_id}", {"host": board.address})
        else:
            answer = await api.post(f"/api/config/config_entries/flow/{flow_id}", {})
        if answer["type"] != "create_entry":
            raise ApiError(f"Home Assistant does not add the board: {answer.get('errors') or answer.get('reason')}")
        known = answer["result"]["entry_id"]
    elif not await _loaded(api, known, _HEARD_SECONDS if discovery else _ANSWER_SECONDS):
        await _tell_address(api, board, known)
    if not await _loaded(api, known, _SENSOR_SECONDS):
        raise ApiError("Home Assistant does not read the board; Settings, System, Logs tells why")
    return way


async def choose_tariff(api: Api, board: Board, postcode: str, **warnings: float) -> None:
    """Choose where the house pays the capacity tariff and when to warn, as a person does in the options.

    :param warnings: ``goal`` and ``shed``, in kW.
    :raises ApiError: Home Assistant does not take it.
    """
    entry = await _entry_of(api, board)
    if entry is None:
        raise ApiError("Home Assistant does not read the board")
    place = await _option(api, entry, "capacity", {"postcode": postcode})
    fields = {field["name"]: field for field in place["data_schema"]}
    answer = {"area": fields["area"]["description"]["suggested_value"]}
    await _submit(api, place["flow_id"], answer)
    await _option(api, entry, "warnings", warnings)
    if not await _loaded(api, entry, _SENSOR_SECONDS):
        raise ApiError("Home Assistant does not read the board any more")


async def _option(api: Api, entry: str, step: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Fill in the first form of a step of the options."""
    flow = await api.post("/api/config/config_entries/options/flow", {"handler": entry})
    await _submit(api, flow["flow_id"], {"next_step_id": step})
    return await _submit(api, flow["flow_id"], answer)


async def _submit(api: Api, flow: str, answer: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = await api.post(f"/api/config/config_entries/options/flow/{flow}", answer)
    if result.get("errors"):
        raise ApiError(f"Home Assistant does not take {answer}: {result['errors']}")
    return result


async def configure_energy(api: Api, board: Board) -> bool:
    """Set up the energy dashboard, unless a person has.

    :returns: whether it was set up now.
    """
    try:
        if (await api.command("energy/get_prefs"))["energy_sources"]:
            return False
    except ApiError as error:
        if error.code != "not_found":
            raise
    sensors = await sensors_of(api, board, {"consumed_energy", "produced_energy", "net_power"})
    source = {
        "type": "grid",
        "stat_energy_from": sensors["consumed_energy"],
        "stat_energy_to": sensors["produced_energy"],
        "stat_rate": sensors["net_power"],
        "cost_adjustment_day": 0,
    }
    await api.command("energy/save_prefs", energy_sources=[source])
    return True


async def add_dashboard(api: Api, board: Board, language: str) -> None:
    """Make a page that shows the meter, and the first one that people see; one that is there stays as it is."""
    pages = {page["url_path"]: page["id"] for page in await api.command("lovelace/dashboards/list")}
    if URL_PATH in pages:
        return
    # A new Home Assistant makes a map, before it knows the language; nothing here moves.
    if "map" in pages:
        await api.command("lovelace/dashboards/delete", dashboard_id=pages["map"])
    document = dashboard(await sensors_of(api, board, SENSORS), language)
    await api.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title=TITLES[language],
        icon="mdi:meter-electric",
        mode="storage",
    )
    await api.command("lovelace/config/save", url_path=URL_PATH, config=document)
    version = (await api.get("/api/config"))["version"]
    # Who knows no earlier version needs no welcome to what changed.
    await api.command(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH, "onboarded_version": version}
    )


async def sensors_of(api: Api, board: Board, keys: set[str]) -> dict[str, str]:
    """Wait for sensors of the board.

    :param keys: the last part of their unique ids.
    :returns: their entity ids by key, also of those that were not asked for.
    :raises ApiError: they do not come.
    """
    start = f"{board.serial}_"
    async with api.subscription("subscribe_events", event_type="entity_registry_updated") as changes:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SENSOR_SECONDS):
                while True:
                    entities = await api.command("config/entity_registry/list")
                    found = {
                        entity["unique_id"].removeprefix(start): entity["entity_id"]
                        for entity in entities
                        if entity["platform"] == DOMAIN and entity["unique_id"].startswith(start)
                    }
                    if keys <= found.keys():
                        return found
                    await changes.get()
    raise ApiError(f"the board's sensors did not come: {', '.join(sorted(keys - found.keys()))}")


async def history_arrived(api: Api, board: Board) -> None:
    """Wait until all of the board's card is in the statistics.

    :raises ApiError: it does not come.
    """
    entity_id = (await sensors_of(api, board, {_HISTORY}))[_HISTORY]
    with contextlib.suppress(TimeoutError):
        async with (
            asyncio.timeout(_HISTORY_SECONDS),
            api.subscription("subscribe_entities", entity_ids=[entity_id]) as changes,
        ):
            while True:
                change = await changes.get()
                added = change.get("a", {}).get(entity_id, {}).get("s")
                changed = change.get("c", {}).get(entity_id, {}).get("+", {}).get("s")
                if _COMPLETE in {added, changed}:
                    return
    raise ApiError("the history of the board did not come into the statistics")


async def device_of(api: Api, board: Board) -> dict[str, Any] | None:
    """The board in Home Assistant's device registry."""
    devices: list[dict[str, Any]] = await api.command("config/device_registry/list")
    return next((device for device in devices if [DOMAIN, board.serial] in device["identifiers"]), None)


async def _entry_of(api: Api, board: Board) -> str | None:
    device = await device_of(api, board)
    return None if device is None else str(device["config_entries"][0])


async def _discovered(api: Api, board: Board) -> str | None:
    """Wait for the discovery of this board and none other.

    :returns: the flow that waits for a person's answer; None when it does not come.
    """
    async with api.subscription("config_entries/flow/subscribe") as changes:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DISCOVERY_SECONDS):
                while True:
                    for change in await changes.get():
                        flow = change.get("flow") or {}
                        known = flow.get("handler") == DOMAIN and flow["context"].get("unique_id") == board.serial
                        if known and flow["context"]["source"] in _FOUND_BY:
                            return str(change["flow_id"])
    return None


async def _loaded(api: Api, entry_id: str, patience_seconds: float) -> bool:
    """Wait until an entry works."""
    async with api.subscription("config_entries/subscribe") as changes:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                while True:
                    for change in await changes.get():
                        if change["entry"]["entry_id"] == entry_id and change["entry"]["state"] == _LOADED:
                            return True
    return False


async def _tell_address(api: Api, board: Board, entry_id: str) -> None:
    """Tell Home Assistant the new address of a board that it did not hear there."""
    flow = await api.post("/api/config/config_entries/flow", {"handler": DOMAIN, "entry_id": entry_id})
    path = f"/api/config/config_entries/flow/{flow['flow_id']}"
    await api.post(path, {"next_step_id": "reconfigure_board"})
    await api.post(path, {"host": board.address})
