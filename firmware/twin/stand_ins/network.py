"""Stands in for the radio: a network that is always there and lets everybody in."""

from settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STA_IF = 0

_RSSI_DBM = -60


def hostname(_name: str) -> None:
    """Take the board's name."""


class WLAN:
    """A station interface that has the address of this machine once it has joined."""

    def __init__(self, interface: int) -> None:
        self._interface = interface
        self._active = False
        self._joined = False

    def active(self, active: bool) -> None:
        """Power the radio up or down."""
        self._active = active

    def config(self, **options: "Any") -> None:
        """Take options of the radio."""

    def connect(self, _ssid: str, _password: str) -> None:
        """Join.

        :raises OSError: the radio has no power.
        """
        if not self._active:
            raise OSError("STA must be active")
        self._joined = True

    def isconnected(self) -> bool:
        """Whether the board has joined."""
        return self._joined

    def ifconfig(self, addresses: "tuple[str, str, str, str] | None" = None) -> "tuple[str, str, str, str]":
        """Take static addresses, which this machine cannot change, or tell address, subnet, gateway and name server."""
        return SETTINGS["address"], "255.255.255.0", SETTINGS["address"], SETTINGS["address"]

    def status(self, _what: str) -> int:
        """The strength of the signal in dBm."""
        return _RSSI_DBM
