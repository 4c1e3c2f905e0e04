"""A P1 cable as a source of snapshots."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Final

from ..const import LOGGER
from ..core.obis import decode
from ..monitor import RunningQuarter
from ..monitor.documents import parse_meter
from ..reading import reading_of
from ..snapshot import Device, Health, Snapshot
from ..source import CableFailure, SourceError
from .archive import CableArchive, stored_quarter
from .keeper import Batch, Keeper
from .meter import CableMeter, Unusable
from .reader import FAILURES, pause_after, read_port
from .store import QuarterStore, StoreError

# What a meter needs for its first telegram, and a slow converter for its connection.
FIRST_TELEGRAM_SECONDS: Final = 15.0

MODEL: Final = "P1"
"""As everybody in Belgium calls the port of the meter, in all its languages."""

_DAY_SECONDS = 86_400

FAILURES_OF_A_PORT: Final[dict[Unusable, CableFailure]] = {
    "nothing": "cable_silent",
    "old_meter": "old_meter",
    "encrypted": "encrypted_meter",
    "no_telegrams": "no_telegrams",
}
"""What a person is told about a port that gives nothing."""


def why_closed(meter: CableMeter) -> CableFailure:
    """Why a port was closed by the other end before it gave a telegram.

    Without a better reason it is as good as lost: what a converter in the network says when somebody else reads the
    port, or when no cable is plugged into it, is no telegram either.
    """
    unusable = meter.why_unusable()
    return FAILURES_OF_A_PORT[unusable] if unusable in {"old_meter", "encrypted"} else "cable_lost"


type FindPort = Callable[[str], Awaitable[str]]
"""Where a port is now that was last seen at the given path."""


class CableSource:
    """Reads one meter through a cable, and keeps its quarters.

    :ivar archive: what is kept, for everything that looks back.
    """

    def __init__(self, port: str, store: QuarterStore, *, serial: str | None, find_port: FindPort) -> None:
        """:param serial: the only meter to take values from; None for a meter that does not say who it is."""
        self.archive = CableArchive(store)
        self._store = store
        self._port = port
        self._serial = serial
        self._find_port = find_port
        self._meter = CableMeter()
        self._keeper = Keeper()
        self._finished: RunningQuarter | None = None
        # A telegram, or why there is none.
        self._told = asyncio.Event()
        self._failure: CableFailure | None = None
        self._is_open = False
        self._identified = False
        self._store_failed = False
        self._unforeseen: str | None = None
        self._size: int | None = None
        self._pruned_at: float | None = None

    async def start(self) -> None:
        """Open what is kept. A disk that fails is no reason to show nothing."""
        try:
            await self._open()
        except StoreError as error:
            self._note_store(error)

    async def _open(self) -> Batch | None:
        """Open what is kept, and go on with it.

        :returns: what has to be written of the time since then.
        :raises StoreError: the disk fails.
        """
        await asyncio.to_thread(self._store.open)
        return self._keeper.remember(*await asyncio.to_thread(self._store.last))

    async def run(self) -> None:
        """Read the port for ever, opening it again whenever it is lost."""
        pause: float | None = None
        while True:
            good, self._is_open, silent = self._meter.good, False, False
            try:
                await read_port(await self._find_port(self._port), self._take, self._opened)
            except FAILURES as error:
                LOGGER.debug("%s: %s", self._port, error)
                silent = isinstance(error, TimeoutError)
            except Exception as error:  # noqa: BLE001 - whatever went wrong, nobody else would open the port again
                self._note_unforeseen(error)
            if not self._is_open:
                self._fail("cable_lost")
            elif self._meter.good == good and not silent:
                self._fail(why_closed(self._meter))
            pause = pause_after(pause if self._meter.good == good else None)
            await asyncio.sleep(pause)

    def _note_unforeseen(self, error: Exception) -> None:
        """Say once what nobody has foreseen: it may come back with every attempt."""
        if repr(error) != self._unforeseen:
            LOGGER.error("%s cannot be read", self._port, exc_info=error)
        self._unforeseen = repr(error)

    async def stop(self) -> None:
        """Keep what the running quarter has, and close."""
        batch = self._keeper.last(self._meter.running)
        if batch is not None:
            await self._write(batch)
        await asyncio.to_thread(self._store.close)

    async def read(self) -> Snapshot:
        """What the last telegram says.

        :raises SourceError: the port is lost, or nothing that can be used has come.
        """
        try:
            async with asyncio.timeout(FIRST_TELEGRAM_SECONDS):
                # A port that was lost may be open again before this goes on.
                while self._knows_nothing:
                    await self._told.wait()
        except TimeoutError:
            raise SourceError(FAILURES_OF_A_PORT[self._meter.why_unusable() or "no_telegrams"]) from None
        if self._failure is not None:
            raise SourceError(self._failure)
        await self._tidy()
        running = self._meter.running
        quarter = None if running is None or not running.end() else stored_quarter(running)
        meter = parse_meter(json.dumps(self._meter.document).encode())
        return Snapshot(
            device=self._device(),
            reading=reading_of(quarter, meter, None if meter is None else meter.peak, self._finished),
            running=quarter,
            finished=self._finished,
            health=self._health(),
        )

    def diagnostics(self) -> dict[str, object]:
        """The last telegram, and what is kept."""
        return {
            "port": self._port,
            "meter": self._meter.document,
            "telegrams_good": self._meter.good,
            "telegrams_rejected": self._meter.rejected,
            "stored_bytes": self._size,
            "store_failed": self._store_failed,
        }

    @property
    def _knows_nothing(self) -> bool:
        return self._failure is None and self._meter.document is None

    def _opened(self) -> None:
        self._is_open = True
        self._identified = False
        if self._meter.document is None:
            self._failure = None
            self._told.clear()

    def _fail(self, failure: CableFailure) -> None:
        self._failure = failure
        self._told.set()

    async def _take(self, piece: bytes) -> None:
        for telegram in self._meter.feed(piece):
            if not self._identified:
                self._identify(telegram)
            if self._failure is None:
                await self._take_telegram(telegram)

    def _identify(self, telegram: bytes) -> None:
        """See by the first telegram of a connection whether it is still the same meter."""
        serial = decode(telegram).get("serial")
        if serial is not None and self._serial is not None and serial.lower() != self._serial.lower():
            self._fail("wrong_meter")
        else:
            # Only now: a port that opens need not have a meter behind it.
            self._failure = None
        self._identified = True

    async def _take_telegram(self, telegram: bytes) -> None:
        finished = self._meter.take(telegram)
        self._told.set()
        document, running = self._meter.document, self._meter.running
        if finished is not None:
            self._finished = stored_quarter(finished)
        if running is None or document is None or "time" not in document:
            return
        batch = self._keeper.take(document, running, finished)
        if batch is not None:
            await self._write(batch)

    async def _write(self, batch: Batch) -> None:
        try:
            # The disk may not have been there, or have had no room, when this began.
            if not self._store.is_open and (earlier := await self._open()) is not None:
                batch = batch.behind(earlier)
            await self.archive.write(batch)
        except StoreError as error:
            self._keeper.failed(batch)
            self._note_store(error)
        except asyncio.CancelledError:
            # Whether it is written nobody knows: it is once more before all is closed.
            self._keeper.failed(batch)
            raise
        else:
            if self._store_failed:
                LOGGER.info("%s: the quarters are stored again", self._port)
            self._store_failed = False

    async def _tidy(self) -> None:
        """Once a day: let go of what is too old, and see how much there is."""
        now = time.monotonic()
        if self._pruned_at is not None and now - self._pruned_at < _DAY_SECONDS:
            return
        self._pruned_at = now
        if (heard := self._keeper.standing) is None:
            return
        try:
            # Neither a clock of this machine nor one of a meter that is ahead makes anything old.
            await self.archive.prune(min(int(time.time()), heard.utc))
            self._size = await self.archive.size()
        except StoreError as error:
            self._note_store(error)

    def _note_store(self, error: StoreError) -> None:
        if not self._store_failed:
            LOGGER.warning("%s: the quarters cannot be stored: %s", self._port, error)
        self._store_failed = True

    def _device(self) -> Device:
        document = self._meter.document or {}
        return Device(
            manufacturer="Digimon",
            model=MODEL,
            name=MODEL,
            sw_version=None,
            serial=document.get("serial"),
            mac=None,
            configuration_url=None,
        )

    def _health(self) -> Health:
        return Health(
            started_utc=None,
            reset_cause=None,
            heap_free_bytes=None,
            rssi_dbm=None,
            # There is no card that a person could take out.
            card_state=None,
            card_free_bytes=None,
            telegrams_good=self._meter.good,
            telegrams_rejected=self._meter.rejected,
        )
