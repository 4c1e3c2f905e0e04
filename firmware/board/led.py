"""The light, which tells how the board is to whoever opens the cabinet.

What it does every second is here; what it says is in `signals`, loaded for as long as it says it.
"""

import asyncio
import time

from machine import PWM, Pin

from . import build as board
from .memory import unload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .p1 import P1Port

# What the light tells for as long as it is so; `signals` has those above `JOINED`.
DARK = 0
JOINED = 1
SET_UP = 2
FAULT = 3
# What it tells once.
HELLO = 4
BYE = 5
IDENTIFY = 6

_HERTZ = 1000
# Brightness, of 65,535.
_DIM = 700
_PULSE = 20000
_LOOK_MILLISECONDS = 50


class Led:
    """The light and its task.

    :ivar state: one of those above, up to `FAULT`.
    :ivar once: what to tell first, 0 for nothing.
    :ivar beat: when the task last had a turn (ticks in ms).
    """

    def __init__(self, port: "P1Port") -> None:
        self.state = DARK
        self.once = HELLO
        self.beat = time.ticks_ms()
        self._port = port
        self._seen = port.taken
        self._pwm = PWM(Pin(board.LED), freq=_HERTZ, duty_u16=0)
        self._level = 0

    async def run(self) -> None:
        """Tell for ever."""
        while True:
            if self.once or self.state > JOINED:
                await self.tell()
            elif self._port.taken != self._seen:
                self._seen = self._port.taken
                await self.show(_PULSE, _LOOK_MILLISECONDS)
            else:
                await self.show(_DIM if self.state == JOINED else 0, _LOOK_MILLISECONDS)

    async def tell(self) -> None:
        """Say what there is to say, once."""
        from . import signals

        told = self.once or self.state
        self.once = 0
        try:
            for level, milliseconds in signals.signal(told):
                await self.show(level, milliseconds)
                if self.once or (told <= FAULT and told != self.state):
                    break
        finally:
            if self.state <= JOINED:
                unload("board.signals")

    async def show(self, level: int, milliseconds: int) -> None:
        """Be so bright for so long."""
        if level != self._level:
            self._level = level
            self._pwm.duty_u16(level)
        await asyncio.sleep_ms(milliseconds)
        self.beat = time.ticks_ms()
