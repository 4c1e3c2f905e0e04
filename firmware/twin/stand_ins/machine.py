"""Stands in for the hardware of the chip."""

import sys

from card import inserted_card as SDCard  # noqa: F401, N812 (the board's code takes it from here)
from settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

if "panel" in SETTINGS:
    from panel import inputs, show
else:
    # Its heap is better left to the app.
    def inputs() -> "dict[str, Any]":
        """Nothing comes in."""
        return {}

    def show(what: str, *values: "Any") -> None:
        """Nobody looks."""


PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

# Tells the launcher to start the board again.
EXIT_RESET = 75

# Where an ESP32-C3 keeps the factory's unique id of the chip (EFUSE_RD_SYS_PART1_DATA0).
_UNIQUE_ID_ADDRESS = 0x6000885C

_WATCHDOG = open(SETTINGS["watchdog"], "w") if "watchdog" in SETTINGS else None


def reset() -> None:
    """Start the board again."""
    sys.exit(EXIT_RESET)


def reset_cause() -> int:
    """Why the board started."""
    cause: int = SETTINGS["reset_cause"]
    return cause


def unique_id() -> bytes:
    """The MAC address."""
    return bytes.fromhex(SETTINGS["mac"])


class _Words:
    """The eFuse words of the chip."""

    def __getitem__(self, address: int) -> int:
        start = 2 * (address - _UNIQUE_ID_ADDRESS)
        digits = SETTINGS["chip"][start : start + 8]
        return int.from_bytes(bytes.fromhex(digits), "little")


mem32 = _Words()


class Pin:
    """A pin. What nothing drives is high: every input of the board has a pull-up."""

    IN = 1
    OUT = 3
    PULL_UP = 2

    def __init__(self, number: int, mode: int = -1, pull: "int | None" = None, value: "int | None" = None) -> None:
        self.number = number
        if value is not None:
            show("pin", number, value)
        elif mode == Pin.IN:
            show("pin", number, "in")

    def value(self) -> int:
        """The level at an input."""
        level: int = inputs().get(str(self.number), 1)
        return level


class PWM:
    """A pin with a pulse, which makes a light bright or dim."""

    def __init__(self, pin: Pin, freq: int, duty_u16: int) -> None:
        self._number = pin.number
        self.duty_u16(duty_u16)

    def duty_u16(self, duty: int) -> None:
        """Set the share of the time in which it is high, of 65,535."""
        show("pwm", self._number, duty)


class WDT:
    """The watchdog: the launcher, which starts a board again that did not feed it in time."""

    def __init__(self, timeout: int) -> None:
        show("watchdog", timeout)
        self._tell(f"{timeout}\n")

    def feed(self) -> None:
        """Be good for another while."""
        show("feed")
        self._tell("\n")

    def _tell(self, text: str) -> None:
        if _WATCHDOG is not None:
            _WATCHDOG.write(text)


class RTC:
    """The clock, which here is the machine's and stays so, and the memory beside it, which outlives a reset."""

    def datetime(self, when: "tuple[int, ...]") -> None:
        """Set the clock: year, month, day, weekday, hour, minute, second, microsecond."""
        show("clock", *when)

    def memory(self, data: "bytes | None" = None) -> bytes:
        """Set or read the memory."""
        path = SETTINGS.get("rtc")
        if data is not None and path is not None:
            with open(path, "wb") as file:
                file.write(data)
            while inputs().get("stuck") == str(data, "utf-8").split("\n")[0]:
                pass
        if path is None:
            return b""
        try:
            with open(path, "rb") as file:
                kept: bytes = file.read()
                return kept
        except OSError:
            return b""


class UART:
    """A serial port whose bytes come from the launcher.

    :cvar ended: whether the source has no more bytes, ever, and all of them were read.
    """

    INV_RX = 4
    ended = False

    def __init__(self, number: int, baud: int, **options: "Any") -> None:
        self._bytes = open(SETTINGS["uart"], "rb")

    def readinto(self, buffer: bytearray) -> "int | None":
        """Read the bytes that have come, as many as the buffer takes: how many; None when there are none."""
        received: int | None = self._bytes.readinto(buffer)
        if received == 0:
            UART.ended = True
        return received or None
