"""Assembles the app and keeps its tasks running."""

import asyncio
import sys
import time

import machine

from .build import VERSION
from .builder import Builder
from .config import CONFIG, DEFAULT_NAME, load
from .discovery import Responder
from .identity import Identity, reset_cause
from .index import Index
from .journal import Journal
from .keeper import Keeper
from .live import Live
from .log import Log
from .memory import Memory
from .net import RESET, SET_UP, Network
from .p1 import P1Port
from .store import Store
from .web import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .ssdp import Ssdp

# A task that ended with an error begins again after this long.
_RESTART_SECONDS = 1
_CARD_CHECK_SECONDS = 10
_RESET_PAUSE_SECONDS = 3
# For the answer to who asked for it.
_RESTART_PAUSE_SECONDS = 2


class Application:
    """The whole board.

    :ivar memory: the highest heap use.
    :ivar port: the P1 port.
    """

    def __init__(self, host: str = "0.0.0.0", http_port: int = 80, announced: bool = True) -> None:
        """Make everything; nothing runs before `start`.

        :param host: the address to serve at; the default is every one the board has.
        :param http_port: the port to serve at.
        :param announced: whether the board is to be found by multicast DNS and SSDP.
        """
        self.memory = Memory()
        self._host = host
        self._http_port = http_port
        self._log = Log()
        self._store = Store(self._log)
        self._live = Live()
        # First, and with its buffers: before the radio takes its share, memory is in one piece.
        index = Index(self._store)
        self._keeper = Keeper(self._store, Journal(self._store), index)
        self.port = P1Port(self._live, self._keeper, self._log, self.memory)
        self._log.write(f"start: {VERSION}, {reset_cause()}")
        self._store.start()
        self._keeper.card_came()
        config = load(self._store.read(CONFIG))
        self._network = Network(config, self._log)
        identity = Identity(config, self._network, self._store, self.port, self.memory)
        self._identity = identity
        self._server = Server(self._log, self.memory)
        self._builder = Builder(self._store, index, self._keeper, self.port, self._server.guard)
        identity.builder = self._builder
        self._store.came = self._card_came
        self._finders: list[Responder | Ssdp] = []
        if announced:
            identity.responder = Responder(config.name, http_port, identity.text_entries(), self._log)
            self._finders = [identity.responder]
        self._tasks: list[asyncio.Task[None]] = []
        self._restarting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring the board on the network and begin to read the meter.

        :raises OSError: the HTTP port is taken.
        """
        self._network.start()
        await self._server.listen(self._host, self._http_port)
        for finder in self._finders:
            # Between powering up and joining is the only time to take the port (see discovery).
            finder.open()
            self._keep("discovery", finder.answer)
        self._network.join()
        self._keep("p1", self.port.run)
        self._keep("watch", self._watch)
        self._keep("index", self._builder.run)
        self.memory.collect()

    async def wait(self) -> None:
        """Wait for as long as the board runs, which is for ever."""
        await self._tasks[0]

    async def stop(self) -> None:
        """Leave the network politely and store what the running quarter has."""
        for task in self._tasks:
            task.cancel()
        for finder in self._finders:
            finder.close()
        self._server.close()
        self._keeper.stop()
        self._store.stop()
        # What was cancelled gets the turn to end.
        await asyncio.sleep(0)

    async def restart(self) -> None:
        """Stop and start again from nothing; a soft reset would leave the drivers as they are."""
        try:
            await self.stop()
        except Exception as error:  # noqa: BLE001 (what cannot be stopped is reset all the more)
            self._log.error("stop", error)
        machine.reset()

    def _card_came(self) -> None:
        self._keeper.card_came()
        self._builder.restart()

    def restart_soon(self) -> None:
        """Restart in a moment, and not as one of the tasks, which that ends."""
        if self._restarting is None:
            self._restarting = asyncio.create_task(self._restart_later())

    async def _restart_later(self) -> None:
        await asyncio.sleep(_RESTART_PAUSE_SECONDS)
        await self.restart()

    def _begin_to_serve(self) -> None:
        """Answer the house. Set-up mode, which needs its memory for other things, never loads this."""
        from .api import Api

        self._server.answers = Api(self._live, self._store, self._identity, self._builder).answer
        if self._finders:
            from .ssdp import Ssdp

            ssdp = Ssdp(self._identity.uuid, self._http_port, self._log)
            ssdp.open()
            self._finders.append(ssdp)
            self._keep("discovery", ssdp.answer)
        self.memory.collect()

    def _begin_set_up(self) -> None:
        """Open a network of our own, and answer everything with the page that asks for another."""
        # On a board that is in its network this is never loaded.
        from .captive import NameServer
        from .setup_mode import SetUp

        set_up = SetUp(self._network, self._store, self.restart_soon)
        self._server.answers, self._server.writes = set_up.answer, set_up.save
        # Last of what may fail: once it is open, a look at the network asks for set-up mode no more.
        self._network.open_access_point()
        if self._finders and isinstance(self._finders[0], Responder):
            self._finders[0].rename(DEFAULT_NAME)
        try:
            self._keep("names", NameServer(self._network.address or "").answer)
        except OSError as error:
            self._log.error("names", error)
        self.memory.collect()

    def _keep(self, name: str, task: "Callable[[], Awaitable[None]]") -> None:
        self._tasks.append(asyncio.create_task(self._forever(name, task)))

    async def _forever(self, name: str, task: "Callable[[], Awaitable[None]]") -> None:
        while True:
            try:
                await task()
            except Exception as error:  # noqa: BLE001 (the board goes on whatever a task met with)
                self._report(name, error)
            await asyncio.sleep(_RESTART_SECONDS)

    def _report(self, name: str, error: Exception) -> None:
        """Log why a task ended; what fails here must not keep it from beginning again."""
        self.memory.collect()
        try:
            self._log.error(name, error)
        except Exception as another:  # noqa: BLE001 (as above)
            print(name, repr(another))

    async def _watch(self) -> None:
        """What needs a look now and then."""
        seconds = 0
        while True:
            verdict = self._network.look()
            if verdict == RESET:
                self.restart_soon()
            elif verdict == SET_UP:
                self._begin_set_up()
            elif self._network.address is not None and self._server.answers is None:
                self._begin_to_serve()
            for finder in self._finders:
                finder.look(self._network.address)
            self._server.guard.look()
            await asyncio.sleep(1)
            seconds += 1
            if seconds % _CARD_CHECK_SECONDS == 0:
                self._store.check()


async def _run() -> None:
    application = Application()
    await application.start()
    await application.wait()


def run() -> None:
    """What the board does for as long as it has power."""
    try:
        asyncio.run(_run())
    except Exception as error:  # noqa: BLE001 (without a reset the board would stand still until somebody comes)
        sys.print_exception(error)
        # A board that never gets further can still be stopped by Ctrl-C.
        time.sleep(_RESET_PAUSE_SECONDS)
        machine.reset()
