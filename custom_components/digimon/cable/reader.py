"""The connection to a P1 port: opened, kept and opened again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from homeassistant.exceptions import ConfigEntryNotReady
from serialx import SerialException, open_serial_connection

# DSMR 5.0.2 P1 section 5.11: 115,200 baud, 8N1.
BAUD: Final = 115_200

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0

# A meter sends once a second. A connection without a byte for so long may be half dead, as after a router was
# restarted; opening it again harms nobody.
SILENCE_SECONDS: Final = 60.0

_PIECE = 4096

FAILURES: Final = (OSError, SerialException, TimeoutError, ValueError, ConfigEntryNotReady)
"""What opening and reading a port may raise; ValueError for an address that is none, ConfigEntryNotReady for a serial
proxy of ESPHome as long as Home Assistant has not set up its esphome."""


def pause_after(pause: float | None) -> float:
    """How long to wait before another attempt.

    :param pause: the wait before, in seconds; None after a connection that had worked.
    """
    return FIRST_PAUSE_SECONDS if pause is None else min(2 * pause, LONGEST_PAUSE_SECONDS)


async def read_port(port: str, take: Callable[[bytes], Awaitable[None]], opened: Callable[[], None]) -> None:
    """Open a port and hand over what it sends, until the connection ends; then it is closed, with all that it took.

    :param port: a device, or an address that serialx knows: ``socket://``, ``rfc2217://``, ``esphome://``,
        and with Home Assistant's esphome ``esphome-hass://``.
    :param take: gets every piece.
    :param opened: told once that the port is open.
    :raises OSError: one of `FAILURES`: the port cannot be opened, or was taken away.
    """
    reader, writer = await open_serial_connection(port, baudrate=BAUD)
    try:
        opened()
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                piece = await reader.read(_PIECE)
            if not piece:
                raise ConnectionResetError(f"{port}: closed by the other end")
            await take(piece)
    finally:
        writer.close()
        # A device is closed by a task of serialx, which must not outlive who reads. This raises nothing of its own, so
        # that a cancellation stays one.
        await writer.transport.wait_closed()
