"""Starts simulated house, board and Home Assistant in order, and ends them in order."""

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from core.clock import DAY_SECONDS
from simulator.house import House

from . import card, configuration
from .api import Api, ApiError
from .child import Child, ChildError
from .configuration import Listening
from .home import Board, add_board, add_dashboard, configure_energy, history_arrived, settle
from .state import REPOSITORY, State

PERSON = "demo"
PASSWORD = "demo"  # noqa: S105 - told to everybody who looks at the demonstration

HISTORY_DAYS = 30

_LOOPBACK = "127.0.0.1"
# How Home Assistant ends when somebody restarts it from its page.
_RESTART_STATUS = 100
# Home Assistant closes its database last. Who does not want to wait asks twice.
_HOME_ASSISTANT_STOP_SECONDS = 120
_STOP_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a person can choose.

    :ivar port: of Home Assistant's page.
    :ivar seed: which simulated house.
    :ivar name: of the board.
    :ivar discovery: whether the board announces itself in the network.
    :ivar language: of Home Assistant.
    :ivar oldest: whether that is the oldest one that the integration supports.
    :ivar begin: what the meter's clock shows at first, in seconds since 1970; None for now.
    """

    port: int
    seed: int
    name: str
    discovery: bool
    language: str
    oldest: bool = False
    begin: int | None = None


class Demonstration:
    """The product with everything around it, from the meter to the page."""

    def __init__(self, options: Options, state: State, say: Callable[[str, str], None]) -> None:
        """Describe what to start.

        :param state: of the simulated house that the options name; nobody else uses it.
        :param say: tells a person the progress: about what, and what.
        """
        self._options = options
        self._state = state
        self._say = say
        self._listening = Listening(host=_LOOPBACK, port=options.port)
        meter: list[str | Path] = [REPOSITORY / "scripts" / "meter", "--seed", str(options.seed)]
        meter += ["--to", f"tcp://{_LOOPBACK}:0"]
        if options.begin is not None:
            meter += ["--start", datetime.fromtimestamp(options.begin, UTC).isoformat()]
        self._meter = Child(
            "simulated house",
            meter,
            ready=r"listening on (tcp://\S+)",
            log=state.logs / "meter.log",
        )
        self._board: Child | None = None
        self._history: asyncio.Task[None] | None = None
        self._home_assistant = Child(
            "Home Assistant",
            [sys.executable, "-m", "homeassistant", "-c", state.home_assistant, "--skip-pip", "--log-no-color"],
            ready=r"\[homeassistant\.bootstrap\] Home Assistant initialized",
            log=state.logs / "homeassistant.log",
            # The paths of this process would hide packages of Home Assistant's.
            environment={"PYTHONPATH": ""},
        )

    async def start(self) -> None:
        """Start all of it.

        :raises ChildError: a process does not work.
        :raises ApiError: Home Assistant does not do what it is asked.
        """
        state = self._state
        state.make()
        configuration.write(state.home_assistant, self._listening, oldest=self._options.oldest)
        new = not (state.home_assistant / ".storage" / "auth").exists()
        source = await self._start_house()
        board = await self._start_board(source)
        self._say("Home Assistant", "starts" + (", for the first time" if new else ""))
        await self._home_assistant.start()
        await self._set_up(board)
        self._say("ready", f"http://localhost:{self._options.port}   sign in as {PERSON} with password {PASSWORD}")
        # Beside the watch: who restarts Home Assistant meanwhile must not wait for it.
        self._history = asyncio.create_task(self._wait_for_history(board))

    async def watch(self) -> None:
        """Wait until a process ends that should not. Home Assistant may, when somebody restarts it from its page.

        :raises ChildError: always.
        """
        if self._board is None:
            raise RuntimeError("not started")
        while True:
            ends = {
                asyncio.create_task(child.ended()): child for child in (self._meter, self._board, self._home_assistant)
            }
            done, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            ended = [ends[task] for task in done]
            if ended != [self._home_assistant] or self._home_assistant.status != _RESTART_STATUS:
                raise ended[0].error()
            self._say("Home Assistant", "restarts")
            await self._home_assistant.start()
            self._say("Home Assistant", "is back")

    async def stop(self) -> None:
        """End what runs. First who asks, then who is asked, so that nobody complains of the other."""
        if self._history is not None:
            self._history.cancel()
            await asyncio.gather(self._history, return_exceptions=True)
        await self._home_assistant.stop(_HOME_ASSISTANT_STOP_SECONDS)
        if self._board is not None:
            await self._board.stop(_STOP_SECONDS)
        await self._meter.stop(_STOP_SECONDS)

    def kill(self) -> None:
        """End what runs, at once."""
        for child in (self._home_assistant, self._board, self._meter):
            if child is not None:
                child.kill()

    async def _start_house(self) -> str:
        """Start the meter, and fill the card meanwhile.

        :returns: where the meter's telegrams are.
        """
        self._say("simulated house", f"number {self._options.seed}; its last {HISTORY_DAYS} days go on the card")
        now = self._options.begin or int(time.time())
        history = asyncio.create_task(asyncio.to_thread(self._fill, now - HISTORY_DAYS * DAY_SECONDS, now))
        try:
            source = (await self._meter.start())[1]
            behind = 0 if self._options.begin is None else int(time.time()) - now
        finally:
            house, written = await history
        # What went by meanwhile.
        until = int(time.time()) - behind
        card.fill(self._state.card, house, now, until)
        end = datetime.fromtimestamp(until, UTC).isoformat()
        self._say("simulated house", f"sends telegrams; {written} quarters were new to the card, which ends at {end}")
        return source

    async def _wait_for_history(self, board: Board) -> None:
        """Tell when the past of the card has arrived in the energy dashboard."""
        try:
            async with Api(self._listening.url) as api:
                await api.sign_in(PERSON, PASSWORD)
                await history_arrived(api, board)
        except ApiError as error:
            self._say("history", f"not seen to the end: {error}")
            return
        self._say("history", f"the {HISTORY_DAYS} days of the card are in the energy dashboard")

    def _fill(self, first: int, now: int) -> tuple[House, int]:
        house = House(self._options.seed)
        return house, card.fill(self._state.card, house, first, now)

    async def _start_board(self, source: str) -> Board:
        """Start the board.

        :param source: of telegrams.
        """
        options = self._options
        port = _free_port(self._state.board_port())
        command: list[str | Path] = [REPOSITORY / "scripts" / "twin", "--sd", self._state.card, "--p1", source]
        command += ["--name", options.name, "--port", str(port)]
        if not options.discovery:
            command.append("--no-discovery")
        self._board = Child(
            "board", command, ready=r"listening on http://127\.0\.0\.1:(\d+)", log=self._state.logs / "board.log"
        )
        port = int((await self._board.start())[1])
        self._state.keep_board_port(port)
        self._say("board", f"{options.name} at http://{_LOOPBACK}:{port}")
        return await board_at(port)

    async def _set_up(self, board: Board) -> None:
        """Set up what a person would in a new Home Assistant."""
        async with Api(self._listening.url) as api:
            if await api.onboarded():
                await api.sign_in(PERSON, PASSWORD)
            else:
                await api.onboard(PERSON, PASSWORD, language=self._options.language)
            await settle(api, self._options.language)
            self._say("Home Assistant", await add_board(api, board, discovery=self._options.discovery))
            await configure_energy(api, board)
            await add_dashboard(api, board, self._options.language)


async def board_at(port: int) -> Board:
    """Who the board of this machine at a port is.

    :raises ChildError: it does not say.
    """
    url = f"http://{_LOOPBACK}:{port}/info"
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return Board(port=port, serial=(await response.json())["serial"])
    except (aiohttp.ClientError, ValueError, KeyError) as error:
        raise ChildError(f"the board does not answer {url}: {error}") from error


def is_free(port: int) -> bool:
    """Whether a server can take a port of this machine."""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_port(wanted: int | None) -> int:
    """The wanted port, 0 for any when another program has it."""
    return wanted if wanted is not None and is_free(wanted) else 0
