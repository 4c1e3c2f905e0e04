"""The board on one machine, Home Assistant and its browser on another, and nothing but a cable between them."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.clock import DAY_SECONDS
from develop import card, configuration
from develop.api import Api
from develop.child import Child
from develop.configuration import Listening
from develop.demonstration import PASSWORD, PERSON
from develop.home import settle
from simulator.house import House
from tests.firmware.machines import Cable

from .command import ROOT, SEED

BOARD_PORT = 80
_HISTORY_DAYS = 3
_PORT = 8123
_STOP_SECONDS = 60
_LOOPBACK = "127.0.0.1"
_LANGUAGE = "nl"
_OURS = re.compile(r"^\S+ \S+ (?P<level>[A-Z]+) \(.*?\) \[custom_components\.digimon[^]]*\] (?P<message>.*)$")


class BoardMachine:
    """The machine of the meter and the board."""

    def __init__(self, cable: Cable, folder: Path) -> None:
        """:param folder: for the card and what the processes print."""
        self._cable = cable
        self._meter = Child(
            "simulated house",
            [ROOT / "scripts" / "meter", "--seed", str(SEED), "--to", f"tcp://{_LOOPBACK}:0"],
            ready=r"listening on (tcp://\S+)",
            log=folder / "meter.log",
        )
        self._card = folder / "card"
        self._log = folder / "board.log"
        self._source = ""
        self._board: Child | None = None

    def fill_card(self) -> None:
        """Let the board have listened for some days."""
        now = int(time.time())
        self._card.mkdir()
        card.fill(self._card, House(SEED), now - _HISTORY_DAYS * DAY_SECONDS, now)

    async def start(self) -> None:
        """Give the board power."""
        with self._cable.at("board"):
            if not self._source:
                self._source = (await self._meter.start())[1]
            command = [ROOT / "scripts" / "twin", "--sd", self._card, "--p1", self._source, "--port", str(BOARD_PORT)]
            self._board = Child("board", command, ready=r"listening on http", log=self._log)
            await self._board.start()

    async def stop(self) -> None:
        """Take its power."""
        if self._board is not None:
            await self._board.stop(_STOP_SECONDS)

    async def end(self) -> None:
        """End all of it."""
        await self.stop()
        await self._meter.stop(_STOP_SECONDS)


class HouseMachine:
    """The machine of Home Assistant, which is set up and knows of no board; this process is on it.

    :ivar url: of Home Assistant's page.
    """

    def __init__(self, folder: Path) -> None:
        """:param folder: for Home Assistant's configuration and log."""
        self.url = f"http://{_LOOPBACK}:{_PORT}"
        self._log = folder / "homeassistant.log"
        self._configuration = folder / "homeassistant"
        python = Path(os.environ["DIGIMON_HOMEASSISTANT"]) / "bin" / "python"
        self._names = folder / "resolv.conf"
        # What asks for a name beyond this house, as the shop of integrations does, hears at once that there is none.
        apart = ["unshare", "--mount", "sh", "-c", f'mount --bind "{self._names}" /etc/resolv.conf && exec "$@"', "sh"]
        self._home_assistant = Child(
            "Home Assistant",
            [*apart, python, "-m", "homeassistant", "-c", self._configuration, "--skip-pip", "--log-no-color"],
            ready=r"\[homeassistant\.bootstrap\] Home Assistant initialized",
            log=self._log,
            environment={"PYTHONPATH": ""},
        )

    async def start(self) -> None:
        """Start it, for the first time."""
        self._names.write_text(f"nameserver {_LOOPBACK}\n")
        self._configuration.mkdir()
        configuration.write(self._configuration, Listening(host="0.0.0.0", port=_PORT))
        await self._home_assistant.start()
        async with Api(self.url) as api:
            await api.onboard(PERSON, PASSWORD, language=_LANGUAGE)
            await settle(api, _LANGUAGE)

    async def end(self) -> None:
        """End it."""
        await self._home_assistant.stop(_STOP_SECONDS)

    def said(self) -> list[str]:
        """What our lines in its log say, each behind its level."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [f"{match['level']} {match['message']}" for line in lines if (match := _OURS.match(line))]


@asynccontextmanager
async def two_machines(folder: Path) -> AsyncIterator[tuple[Cable, BoardMachine, HouseMachine]]:
    """Both machines, with the board's switched off."""
    with Cable() as cable, cable.at("house"):
        board, house = BoardMachine(cable, folder), HouseMachine(folder)
        try:
            await asyncio.gather(asyncio.to_thread(board.fill_card), house.start())
            yield cable, board, house
        finally:
            await house.end()
            await board.end()
