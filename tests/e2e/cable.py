"""A started Home Assistant that reads a P1 cable."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any, Final

from develop import configuration
from develop.api import Api
from develop.child import Child
from develop.configuration import Listening
from develop.demonstration import PASSWORD, PERSON
from develop.home import settle
from tests.ports import free_port

from .command import eventually

PATIENCE_SECONDS: Final = 300

_DOMAIN = "digimon"
_STOP_SECONDS = 60
_AWAY = {"unavailable", "unknown"}


class HomeAssistant:
    """With its usb integration, and what it shows of the meter."""

    def __init__(self, folder: Path, *, oldest: bool = False) -> None:
        """:param oldest: whether it is the oldest one that is supported, instead of the newest."""
        self._oldest = oldest
        self._folder = folder / "homeassistant"
        self._folder.mkdir()
        self._listening = Listening(host="127.0.0.1", port=free_port())
        self.url = self._listening.url
        self._child = Child(
            "Home Assistant",
            [
                Path(os.environ["DIGIMON_OLDEST" if oldest else "DIGIMON_HOMEASSISTANT"]) / "bin/python",
                *("-m", "homeassistant", "-c", self._folder, "--skip-pip", "--log-no-color"),
            ],
            ready=r"\[homeassistant\.bootstrap\] Home Assistant initialized",
            log=folder / "homeassistant.log",
            environment={"PYTHONPATH": ""},
        )
        self.log = folder / "homeassistant.log"
        self._api: Api | None = None

    @property
    def api(self) -> Api:
        assert self._api is not None
        return self._api

    async def start(self) -> None:
        configuration.write(self._folder, self._listening, oldest=self._oldest)
        await self._child.start()
        self._api = await Api(self.url).__aenter__()
        if await self._api.onboarded():
            await self._api.sign_in(PERSON, PASSWORD)
        else:
            await self._api.onboard(PERSON, PASSWORD, language="en")
            await settle(self._api, "en")

    async def stop(self) -> None:
        if self._api is not None:
            await self._api.__aexit__(None, None, None)
            self._api = None
        await self._child.stop(_STOP_SECONDS)

    async def add_cable(self, device: str) -> dict[str, Any]:
        """As a person does."""
        flow = await self.api.post("/api/config/config_entries/flow", {"handler": _DOMAIN})
        path = f"/api/config/config_entries/flow/{flow['flow_id']}"
        await self.api.post(path, {"next_step_id": "cable"})
        answer: dict[str, Any] = await self.api.post(path, {"device": device})
        return answer

    async def add_device(self, port: int) -> str:
        """Add a device of ESPHome that listens on this machine; how that ended."""
        flow = await self.api.post("/api/config/config_entries/flow", {"handler": "esphome"})
        path = f"/api/config/config_entries/flow/{flow['flow_id']}"
        return str((await self.api.post(path, {"host": "127.0.0.1", "port": port}))["type"])

    async def port_of_device(self) -> str:
        """The serial port of a device of ESPHome, as it is among those to choose from once it is connected."""
        found: list[str] = []

        async def listed() -> bool:
            ports = await self.api.command("usb/list_serial_ports")
            found[:] = [port["device"] for port in ports if port["device"].startswith("esphome-hass://")]
            return bool(found)

        await eventually(listed, PATIENCE_SECONDS)
        (port,) = found
        return port

    async def move_to(self, entry_id: str, device: str) -> str:
        """Read the same meter in another way; why the flow ended."""
        flow = await self.api.post("/api/config/config_entries/flow", {"handler": _DOMAIN, "entry_id": entry_id})
        path = f"/api/config/config_entries/flow/{flow['flow_id']}"
        await self.api.post(path, {"next_step_id": "reconfigure_cable"})
        return str((await self.api.post(path, {"device": device}))["reason"])

    async def states(self) -> dict[str, str]:
        """What our sensors show, by the end of their unique id."""
        entities = await self.api.command("config/entity_registry/list")
        shown = {state["entity_id"]: state["state"] for state in await self.api.command("get_states")}
        return {
            re.sub(r"^meter_[^_]+_", "", entity["unique_id"]): shown[entity["entity_id"]]
            for entity in entities
            if entity["platform"] == _DOMAIN and entity["entity_id"] in shown
        }

    async def goes_on(self) -> None:
        """Wait until it shows what the meter counts now, and that it goes on."""

        async def shows() -> bool:
            states = await self.states()
            return states.get("net_power", "unknown") not in _AWAY and states.get("consumed_energy") not in {
                None,
                *_AWAY,
            }

        await eventually(shows, PATIENCE_SECONDS)

    async def is_away(self) -> None:
        """Wait until it says that the meter cannot be read."""

        async def away() -> bool:
            return (await self.states()).get("net_power") in _AWAY

        await eventually(away, PATIENCE_SECONDS)

    async def complaints(self) -> list[str]:
        """What the log says that is wrong with us; that the meter cannot be read is told by `outages`."""
        wrong = re.compile(r" (ERROR|CRITICAL) .*digimon|never retrieved")
        return [line for line in await self._lines() if wrong.search(line) and "Error fetching" not in line]

    async def outages(self) -> int:
        """How often the log tells that the meter cannot be read, as Home Assistant's own coordinator does."""
        return sum("digimon" in line and "Error fetching" in line for line in await self._lines())

    async def _lines(self) -> list[str]:
        return (await asyncio.to_thread(self.log.read_text, encoding="utf-8", errors="replace")).splitlines()
