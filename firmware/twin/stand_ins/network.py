"""Stands in for the radio: a network that is always there, or those of a file that can change at any time."""

import json

from settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STA_IF = 0
AP_IF = 1

_RSSI_DBM = -60
_WPA2 = 3


def hostname(_name: str) -> None:
    """Take the board's name."""


def country(_code: str) -> None:
    """Take the rules for channels."""


def heard() -> "dict[str, Any] | None":
    """The passwords of the networks that are there, by name; None when there is one that lets everybody in."""
    path = SETTINGS.get("radio")
    if path is None:
        return None
    with open(path) as file:
        networks: dict[str, Any] = json.load(file)
        return networks


class WLAN:
    """An interface that has the address of this machine once it is in a network."""

    def __init__(self, interface: int) -> None:
        self._interface = interface
        self._active = False
        self._wanted: tuple[str, str] | None = None

    def active(self, active: bool) -> None:
        """Power the interface up or down."""
        self._active = active

    def config(self, **options: "Any") -> None:
        """Take options of the radio."""

    def connect(self, ssid: str, password: str) -> None:
        """Begin to join, and go on trying.

        :raises OSError: the radio has no power.
        """
        if not self._active:
            raise OSError("STA must be active")
        self._wanted = (ssid, password)

    def disconnect(self) -> None:
        """Leave, and try no more."""
        self._wanted = None

    def isconnected(self) -> bool:
        """Whether the board is in the network."""
        if self._wanted is None:
            return False
        ssid, password = self._wanted
        networks = heard()
        return networks is None or networks.get(ssid) == password

    def scan(self) -> "list[tuple[bytes, bytes, int, int, int, bool]]":
        """Name, access point, channel, strength, security and whether it hides, of every network."""
        if not self._active:
            raise OSError("STA must be active")
        networks = heard() or {}
        return [
            (ssid.encode(), b"\0" * 6, 1, _RSSI_DBM - number, _WPA2 if password else 0, False)
            for number, (ssid, password) in enumerate(sorted(networks.items()))
        ]

    def ifconfig(self, addresses: "tuple[str, str, str, str] | None" = None) -> "tuple[str, str, str, str]":
        """Take addresses, which this machine cannot change, or tell address, subnet, gateway and name server."""
        return SETTINGS["address"], "255.255.255.0", SETTINGS["address"], SETTINGS["address"]

    def status(self, _what: str) -> int:
        """The strength of the signal in dBm."""
        return _RSSI_DBM
