"""Assembles the app and keeps its tasks running."""

import asyncio
import sys
import time

import machine
from machine import Pin

from . import build, led
from .builder import Builder
from .guard import FEWEST_CLIENTS, MOST_CLIENTS
from .identity import Identity, reset_cause
from .index import Index
from .journal import Journal
from .keeper import Keeper
from .live import Live
from .log import Log
from .memory import Memory, unload
from .net import RESET, SET_UP, Network
from .p1 import P1Port
from .presence import Presence
from .settings import DEFAULT_NAME
from .store import OK, Store
from .uptime import uptime
from .watchdog import Watchdog, doing, failed
from .web import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Kept = tuple[str, asyncio.Task[None]]

# A task that ended with an error begins again after this long.
_RESTART_SECONDS = 1
_CARD_CHECK_SECONDS = 10
_RESET_PAUSE_SECONDS = 3
# A new version that has lived that long in its network is the good one from then on.
_TRIAL_SECONDS = 60
# The BOOT button has to be held for so long to make the board forget its Wi-Fi.
_HOLD_SECONDS = 20
# The chip's clock loses a few seconds a day, and may be off by so many.
_OFF_SECONDS = 3
# A board in a network that has heard no telegram for so long asks a time server, once.
_SILENT_SECONDS = 30
# For tasks that were told to end; one may be waiting that long for its next turn.
_LAST_TURNS_MILLISECONDS = 50
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
        self._watchdog = Watchdog()
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
        self._led = led.Led(self.port)
        self._log.write(f"start: {build.VERSION}, {reset_cause()}")
        self._watchdog.report(self._log)
        from . import slots

        on_trial = slots.report(self._log)
        unload("board.slots")
        # The card before the radio: both at once ask more of the meter's supply than it gives.
        self._store.start()
        self._keeper.card_came()
        from .config import load, saved_text

        config = load(saved_text(self._store))
        unload("board.config")
        self._network = Network(config, self._log)
        identity = Identity(config, self._network, self._store, self.port, self.memory)
        identity.watchdog = self._watchdog
        identity.on_trial = on_trial
        self._identity = identity
        self._server = Server(self._log, self.memory)
        self._builder = Builder(self._store, index, self._keeper, self.port, self._server.guard)
        identity.builder = self._builder
        self._store.came = self._card_came
        # Low while it is pressed.
        self._button = None if build.BUTTON is None else Pin(build.BUTTON, Pin.IN, Pin.PULL_UP)
        self._held_seconds = 0
        # The meter's clock less the time that the board is on, when the chip's clock was set.
        self._clock_start: int | None = None
        self._in_set_up = False
        self._healthy_seconds = 0
        self._presence = Presence(self, identity, http_port, self._log) if announced else None
        identity.presence = self._presence
        self._tasks: list[Kept] = []
        self._restarting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring the board on the network and begin to read the meter.

        :raises OSError: the HTTP port is taken.
        """
        self._network.start()
        await self._server.listen(self._host, self._http_port)
        if self._presence is not None:
            # Between powering up and joining is the only time to take the port (see discovery).
            self._presence.open()
        self._network.join()
        self.keep("p1", self.port.run)
        self.keep("watch", self._watch)
        self.keep("index", self._builder.run)
        self.keep("led", self._led.run)
        self._tasks.append(("web", self._server.listener.task))
        self._watchdog.expect("p1", self.port)
        self._watchdog.expect("led", self._led)
        self._watchdog.expect("index", self._builder)
        self.memory.collect()

    async def wait(self) -> None:
        """Wait for as long as the board runs, which is for ever."""
        await self._tasks[0][1]

    async def stop(self) -> None:
        """Leave the network politely and store what the running quarter has."""
        if self._presence is not None:
            self._presence.close()
        for _, task in self._tasks:
            task.cancel()
        self._server.close()
        self._keeper.stop()
        self._store.stop()
        # What was cancelled gets the turn to end.
        await asyncio.sleep(0)

    async def restart(self, why: str = "restart", farewell: bool = False) -> None:
        """Stop and start again from nothing; a soft reset would leave the drivers as they are.

        :param why: what `/info` tells afterwards.
        :param farewell: whether the light says `bye`.
        """
        try:
            await self.stop()
            if farewell:
                # The light's own task has ended with the others.
                self._led.once = led.BYE
                await self._led.tell()
        except Exception as error:  # noqa: BLE001 (what cannot be stopped is reset all the more)
            self._log.error("stop", error)
        doing(why)
        machine.reset()

    def _card_came(self) -> None:
        self._keeper.card_came()
        self._builder.restart()

    def restart_soon(self, why: str = "restart") -> None:
        """Restart in a moment, and not as one of the tasks, which that ends."""
        if self._restarting is None:
            self._restarting = asyncio.create_task(self._restart_later(why))

    async def _restart_later(self, why: str) -> None:
        await asyncio.sleep(_RESTART_PAUSE_SECONDS)
        await self.restart(why)

    async def _forget(self) -> None:
        """Forget the Wi-Fi, say so, and start again in set-up mode."""
        self._log.write("button: the Wi-Fi is forgotten")
        from .config import forget_wifi

        forget_wifi(self._store)
        await self.restart("button", farewell=True)

    def _begin_to_serve(self) -> None:
        """Answer the house. Set-up mode, which needs its memory for other things, never loads this."""
        from .api import Api, Board

        identity = self._identity
        board = Board(identity.uuid, self._store, self._led, self, identity.names)
        api = Api(self._live, self._store, identity, self._builder, board)
        self._server.answers, self._server.writes = api.answer, api.write
        if self._presence is not None:
            self._presence.searched = True
        self.memory.collect()

    async def make_room(self, wanted: bool) -> None:
        """Do without what can wait while an update comes in, or go on with it."""
        if self._presence is not None:
            self._presence.rest(wanted)
        self._server.guard.places = FEWEST_CLIENTS if wanted else MOST_CLIENTS
        if wanted:
            # What was told to end holds its memory until it gets its turn.
            await asyncio.sleep_ms(_LAST_TURNS_MILLISECONDS)
            self.memory.collect()

    def _begin_set_up(self) -> None:
        """Open a network of our own, and answer everything with the page that asks for another."""
        # On a board that is in its network this is never loaded.
        from .access_point import open_access_point
        from .captive import NameServer
        from .setup_mode import SetUp

        self._in_set_up = True
        set_up = SetUp(self._network, self._store, self._log, self.restart_soon)
        self._server.answers, self._server.writes = set_up.answer, set_up.save
        # Last of what may fail: once it is open, a look at the network asks for set-up mode no more.
        open_access_point(self._network, self._log)
        if self._presence is not None:
            self._presence.rename(DEFAULT_NAME)
        try:
            self.keep("names", NameServer(self._network.address or "").answer)
        except OSError as error:
            self._log.error("names", error)
        self.memory.collect()

    def keep(self, name: str, task: "Callable[[], Awaitable[None]]") -> "Kept":
        """Have a task run for ever, whatever it meets with."""
        kept = name, asyncio.create_task(self._forever(name, task))
        self._tasks.append(kept)
        return kept

    def drop(self, kept: "Kept") -> None:
        """Have a task run no longer."""
        self._tasks.remove(kept)
        kept[1].cancel()

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
            doing("watch")
            verdict = self._network.look()
            if verdict == RESET:
                self.restart_soon("network")
            elif verdict == SET_UP:
                self._begin_set_up()
            elif self._network.address is not None and self._server.answers is None:
                self._begin_to_serve()
            if self._presence is not None:
                self._presence.look(self._network.address)
            self._server.guard.look()
            self._look_at_button()
            self._look_at_clock()
            self._led.state = self._state()
            if self._watchdog.look(self._log, self._tasks):
                self._note_health()
            doing("")
            await asyncio.sleep(1)
            seconds += 1
            if seconds % _CARD_CHECK_SECONDS == 0:
                doing("card")
                self._store.check()

    def _look_at_button(self) -> None:
        held = self._button is not None and self._button.value() == 0
        self._held_seconds = self._held_seconds + 1 if held else 0
        if self._held_seconds == _HOLD_SECONDS and self._restarting is None:
            self._restarting = asyncio.create_task(self._forget())

    def _look_at_clock(self) -> None:
        utc = self.port.live.utc
        if utc is not None:
            start = utc - uptime()
            if self._clock_start is None or abs(start - self._clock_start) > _OFF_SECONDS:
                from .clock import set_clock

                self._clock_start = start
                set_clock(utc)
                unload("board.clock")
        elif self._healthy_seconds == _SILENT_SECONDS:
            from .ntp import give_time

            give_time(self._log)
            unload("board.ntp")

    def _state(self) -> int:
        """What the light tells: the worst first."""
        if self._store.state != OK:
            return led.FAULT
        if self._in_set_up:
            return led.SET_UP
        return led.DARK if self._network.address is None else led.JOINED

    def _note_health(self) -> None:
        """Every task is alive; a new version that is in its network as well becomes the good one after a while."""
        if self._in_set_up or self._network.address is None:
            self._healthy_seconds = 0
            return
        self._healthy_seconds += 1
        if self._identity.on_trial and self._healthy_seconds == _TRIAL_SECONDS:
            from . import slots

            slots.confirm()
            unload("board.slots")
            self._identity.on_trial = False
            self._log.write(f"update: {build.VERSION} works and stays")


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
        failed("app", error)
        # A board that never gets further can still be stopped by Ctrl-C.
        time.sleep(_RESET_PAUSE_SECONDS)
        machine.reset()
