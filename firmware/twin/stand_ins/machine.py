"""Stands in for the hardware of the chip."""

import sys

from card import FolderCard as SDCard  # noqa: F401 (the board's code takes it from here)
from settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

# Tells the launcher to start the board again.
EXIT_RESET = 75

# Where an ESP32-C3 keeps the factory's unique id of the chip (EFUSE_RD_SYS_PART1_DATA0).
_UNIQUE_ID_ADDRESS = 0x6000885C


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
    """A pin that nothing is connected to."""

    IN = 1
    OUT = 3

    def __init__(self, number: int, mode: int = -1, value: "int | None" = None) -> None:
        self._number = number
        self._mode = mode
        self._value = value


class UART:
    """A serial port whose bytes come from the launcher.

    :cvar ended: whether the source has no more bytes, ever, and all of them were read.
    """

    INV_RX = 4
    ended = False

    def __init__(self, number: int, baud: int, **options: "Any") -> None:
        self._bytes = open(SETTINGS["uart"], "rb")

    def read(self, most: int) -> "bytes | None":
        """The bytes that have come, at most so many; None when there are none."""
        received = self._bytes.read(most)
        if received == b"":
            UART.ended = True
        return received or None
