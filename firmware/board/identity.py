"""Who the board is and how it is."""

import os

import esp32
import machine

from . import build as board
from . import memory
from .uptime import uptime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .builder import Builder
    from .memory import Memory
    from .net import Network
    from .p1 import P1Port
    from .presence import Presence
    from .settings import Settings
    from .store import Store
    from .watchdog import Watchdog

API = 1

# Of the factory's 16 bytes the original shows 14.
_SERIAL_WORDS = 4
_SERIAL_DIGITS = 28

# MALLOC_CAP_SPIRAM of ESP-IDF's esp_heap_caps.h.
_PSRAM = 1 << 10

_UUID = "38323636-4558-4dda-9188-cda0e6"

_RESET_CAUSES = {
    machine.PWRON_RESET: "power_on",
    machine.HARD_RESET: "hard",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "deep_sleep",
    machine.SOFT_RESET: "soft",
}


def reset_cause() -> str:
    """Why the board started."""
    return _RESET_CAUSES.get(machine.reset_cause(), "unknown")


def serial_number() -> str:
    """28 hexadecimal digits that the factory burnt into the chip."""
    words = [machine.mem32[board.SERIAL_ADDRESS + 4 * word] & 0xFFFFFFFF for word in range(_SERIAL_WORDS)]
    return "".join(word.to_bytes(4, "little").hex() for word in words)[:_SERIAL_DIGITS]


class Identity:
    """Gathers what ``/info``, ``/description.xml`` and discovery tell about the board.

    :ivar uuid: under which UPnP knows the board.
    :ivar watchdog: knows what was before the last reset.
    :ivar on_trial: whether this version is new and has yet to show that it works.
    :ivar name: the one that the board was given.
    :ivar presence: knows the name under which it is found, None if it is not to be found.
    :ivar builder: knows how far the index is.
    """

    def __init__(
        self,
        config: "Settings",
        network: "Network",
        store: "Store",
        port: "P1Port",
        record: "Memory",
    ) -> None:
        self.name = config.name
        self._network = network
        self._store = store
        self._port = port
        self._record = record
        self.watchdog: Watchdog | None = None
        self.on_trial = False
        self._serial = serial_number()
        self._mac = machine.unique_id()
        self.uuid = _UUID + self._mac[3:].hex()
        self.presence: Presence | None = None
        self.builder: Builder | None = None

    def names(self) -> "list[str]":
        """By which names and addresses the board is reached, in small letters."""
        names = [self._network.address or "", self.name.lower()]
        if self.presence is not None:
            names.append(self.presence.name.lower())
        return [name for one in names if one for name in (one, one + ".local")]

    def text_entries(self) -> "list[str]":
        """The entries of the TXT record."""
        return [f"board={board.NAME}", f"version={board.VERSION}", f"serial={self._serial}", f"api={API}"]

    def info(self) -> "dict[str, Any]":
        """The document of ``/info``."""
        card: dict[str, Any] = {"state": self._store.state}
        usage = self._store.usage()
        if usage is not None:
            card["size"], card["free"] = usage
        splitter = self._port.splitter
        free = memory.free()
        return {
            "api": API,
            "name": self.name,
            "announced": None if self.presence is None else self.presence.name,
            "board": board.NAME,
            "version": board.VERSION,
            "serial": self._serial,
            "mac": ":".join(f"{byte:02x}" for byte in self._mac),
            "uptime_s": uptime(),
            "reset_cause": reset_cause(),
            "reset_task": None if self.watchdog is None else self.watchdog.task or None,
            "reset_error": None if self.watchdog is None else self.watchdog.error or None,
            "on_trial": self.on_trial,
            "heap_size": memory.size(),
            "heap_free": free,
            "heap_used_max": self._record.highest,
            "rssi": self._network.rssi(),
            "card": card,
            "index": None if self.builder is None else self.builder.progress(),
            "telegrams": {
                "good": splitter.good,
                "rejected": {reason: number for reason, number in splitter.rejected.items() if number},
                "last": self._port.live.utc,
            },
        }

    def memory(self) -> "dict[str, int]":
        """The original's figures: heap, program in flash, and external RAM, in bytes."""
        flash = os.statvfs("/")
        free_flash = flash[1] * flash[3]
        psram = esp32.idf_heap_info(_PSRAM)
        return {
            "size_heap": memory.size(),
            "free_heap": memory.free(),
            "free_sketch": free_flash,
            "size_sketch": flash[1] * flash[2] - free_flash,
            "size_psram": sum(region[0] for region in psram),
            "free_psram": sum(region[1] for region in psram),
        }

    def description(self) -> "dict[str, str]":
        """What the UPnP description of the device says of this one (`www/description.xml`)."""
        return {
            "name": self.name,
            "serial": self._serial,
            "board": board.NAME,
            "version": board.VERSION,
            "uuid": self.uuid,
        }
