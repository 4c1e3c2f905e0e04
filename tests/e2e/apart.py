"""The board on one machine, Home Assistant and its browser on another, and nothing but a cable between them."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
# By which Home Assistant asks whoever keeps it running to start it again.
_RESTART = 100
_LANGUAGE = "nl"
_OURS = re.compile(r"^\S+ \S+ (?P<level>[A-Z]+) \(.*?\) \[custom_components\.digimon[^]]*\] (?P<message>.*)$")


@dataclass(frozen=True)
class Internet:
    """What there is of it for a Home Assistant that has none: servers on its own machine.

    :ivar hosts: their names.
    :ivar certificate: that it believes, PEM.
    """

    hosts: tuple[str, ...]
    certificate: Path


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
    :ivar configuration: its folder.
    """

    def __init__(self, folder: Path, internet: Internet | None = None) -> None:
        """Describe it.

        :param folder: for Home Assistant's configuration and log.
        :param internet: from where a person gets the integration; without, it is there.
        """
        self.url = f"http://{_LOOPBACK}:{_PORT}"
        self.configuration = folder / "homeassistant"
        self._log = folder / "homeassistant.log"
        self._has_integration = internet is None
        python = Path(os.environ["DIGIMON_HOMEASSISTANT"]) / "bin" / "python"
        hosts = () if internet is None else internet.hosts
        # What asks for a name beyond this house, as the shop of integrations does, hears at once that there is none.
        self._tables = {
            "resolv.conf": f"nameserver {_LOOPBACK}\n",
            "hosts": Path("/etc/hosts").read_text() + "".join(f"{_LOOPBACK} {name}\n" for name in hosts),
        }
        self._folder = folder
        binds = " && ".join(f'mount --bind "{folder / name}" /etc/{name}' for name in self._tables)
        apart = ["unshare", "--mount", "sh", "-c", f'{binds} && exec "$@"', "sh"]
        environment = {"PYTHONPATH": ""}
        if internet is not None:
            # Python would look for modules in this checkout, too, and there the integration is.
            environment |= {"REQUESTS_CA_BUNDLE": str(internet.certificate), "PYTHONSAFEPATH": "1"}
        self._home_assistant = Child(
            "Home Assistant",
            [*apart, python, "-m", "homeassistant", "-c", self.configuration, "--skip-pip", "--log-no-color"],
            ready=r"\[homeassistant\.bootstrap\] Home Assistant initialized",
            log=self._log,
            environment=environment,
        )

    async def start(self) -> None:
        """Start it, for the first time."""
        for name, content in self._tables.items():
            (self._folder / name).write_text(content)
        self.configuration.mkdir()
        listening = Listening(host="0.0.0.0", port=_PORT)
        configuration.write(self.configuration, listening, integration=self._has_integration)
        await self._home_assistant.start()
        async with Api(self.url) as api:
            await api.onboard(PERSON, PASSWORD, language=_LANGUAGE)
            await settle(api, _LANGUAGE)

    async def start_again(self) -> list[str]:
        """Do what the machine does when Home Assistant ends because it wants to be started again.

        :returns: its log until then.
        """
        assert await self._home_assistant.ended() == _RESTART
        log = self.log()
        await self._home_assistant.start()
        return log

    def log(self) -> list[str]:
        """The lines of its log, since it was started."""
        return self._log.read_text(encoding="utf-8").splitlines()

    async def end(self) -> None:
        """End it."""
        await self._home_assistant.stop(_STOP_SECONDS)

    def said(self) -> list[str]:
        """What our lines in its log say, each behind its level."""
        return [f"{match['level']} {match['message']}" for line in self.log() if (match := _OURS.match(line))]


@asynccontextmanager
async def two_machines(folder: Path) -> AsyncIterator[tuple[Cable, BoardMachine, HouseMachine]]:
    """Both machines, with the board's switched off."""
    with Cable() as cable, cable.at("house"):
        async with started(cable, folder) as (board, house):
            yield cable, board, house


@asynccontextmanager
async def started(
    cable: Cable, folder: Path, internet: Internet | None = None
) -> AsyncIterator[tuple[BoardMachine, HouseMachine]]:
    """Both machines for who is in the house, with the board's switched off.

    :param internet: that there is for Home Assistant, which then comes without the integration.
    """
    board, house = BoardMachine(cable, folder), HouseMachine(folder, internet)
    try:
        await asyncio.gather(asyncio.to_thread(board.fill_card), house.start())
        yield board, house
    finally:
        await house.end()
        await board.end()
