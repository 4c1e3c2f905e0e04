"""Reads the P1 port: bytes of the UART become telegrams, telegrams become the running quarter."""

import asyncio
import time

from machine import UART, Pin

from core.telegram import TelegramSplitter

from . import build as board
from .watchdog import doing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .keeper import Keeper
    from .live import Live
    from .log import Log
    from .memory import Memory

_BAUD = 115200
# The longest telegram that is taken: the VM may stand still for that long and nothing is lost.
_RECEIVE_BUFFER = 4096
# With 0 the driver interrupts for every single byte (MicroPython's machine_uart.c).
_IDLE_CHARACTERS = 2
_POLL_MILLISECONDS = 20
# By the meter's clock; what is longer, or goes back, is told by the log.
_SILENCE_SECONDS = 60


class P1Port:
    """The port and the task that serves it.

    :ivar live: what the telegrams say.
    :ivar splitter: counts the good telegrams and the rejected ones by reason.
    :ivar taken: when the last telegram was taken (ticks in ms).
    :ivar beat: when the task last had a turn (ticks in ms), whether or not a meter sends.
    """

    def __init__(self, live: "Live", keeper: "Keeper", log: "Log", memory: "Memory") -> None:
        self.splitter = TelegramSplitter()
        self.live = live
        self.taken = time.ticks_ms()
        self.beat = time.ticks_ms()
        self._keeper = keeper
        self._log = log
        self._memory = memory
        self._chunk = memory.scratch
        self._uart = UART(
            1,
            _BAUD,
            tx=board.P1_TRANSMIT,
            rx=board.P1_RECEIVE,
            invert=UART.INV_RX,
            rxbuf=_RECEIVE_BUFFER,
            timeout_char=_IDLE_CHARACTERS,
        )
        # High asks for telegrams for as long as it is high; low is never driven.
        self._request = Pin(board.P1_REQUEST, Pin.OUT, value=1)

    async def run(self) -> None:
        """Read for ever; whatever a telegram brings about is logged and the next one is read."""
        while True:
            self.beat = time.ticks_ms()
            length = self._uart.readinto(self._chunk) or 0
            self.splitter.pass_on(self._chunk, length, self._take_or_log)
            # A full chunk means that more is waiting.
            await asyncio.sleep_ms(0 if length == len(self._chunk) else _POLL_MILLISECONDS)

    def _take_or_log(self, telegram: bytearray, length: int) -> None:
        try:
            self._take(telegram, length)
        except Exception as error:  # noqa: BLE001 (a telegram that cannot be taken must not cost the next)
            self._log.error("telegram", error)

    def _take(self, telegram: bytearray, length: int) -> None:
        doing("p1")
        live = self.live
        before = live.utc
        live.take(telegram, length)
        self._log.utc = live.utc
        if before is not None and live.utc is not None and not 0 <= live.utc - before <= _SILENCE_SECONDS:
            self._log.write(f"p1: {live.utc - before} s since the telegram before")
        self._keeper.take(live.quarter, live.meter)
        self.taken = time.ticks_ms()
        self._memory.collect()
        doing("")
