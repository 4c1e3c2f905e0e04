"""Joins the Wi-Fi and stays on it."""

import network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .log import Log
    from .settings import Settings

# What a look at the network leads to.
STAY = 0
SET_UP = 1
RESET = 2

# The P1 port feeds 250 mA; full power (20 dBm) together with a write to the card asks more.
_TRANSMIT_DBM = 15
# Channels 12 and 13 are used here.
_COUNTRY = "BE"
# A network that has not let the board in by then is not there, or its password is another one.
_JOIN_SECONDS = 20
# The modem of a house may take longer to start than the board.
_SET_UP_SECONDS = 300
# The driver tries again by itself, but is known to get stuck for good; only a reset frees it.
_PATIENCE_SECONDS = 600


class Network:
    """The station interface, and how long to be without a network, or in one of our own.

    :ivar address: the board's IPv4 address, None while it is not on the network.
    :ivar station: the interface, None before `start`.
    :ivar networks: what could be heard: strength in dBm, and whether it asks for a password, by name.
    """

    def __init__(self, config: "Settings", log: "Log") -> None:
        self.address: str | None = None
        self.networks: dict[str, tuple[int, bool]] = {}
        self._config = config
        self._log = log
        self._seconds_away = 0
        self._joined = False
        self.station: network.WLAN | None = None
        self._access_point: network.WLAN | None = None

    def start(self) -> None:
        """Power the radio up; name and country have to be known before."""
        network.hostname(self._config.name)
        network.country(_COUNTRY)
        self.station = network.WLAN(network.STA_IF)
        self.station.active(True)
        self.station.config(txpower=_TRANSMIT_DBM)

    def join(self) -> None:
        """Begin to join; the driver goes on with it by itself."""
        config = self._config
        if config.ssid is None or self.station is None:
            self._log.write("network: no Wi-Fi in config.json")
            return
        if config.static is not None:
            address, subnet, gateway = config.static
            # The gateway of a house answers names as well.
            self.station.ifconfig((address, subnet, gateway, gateway))
        self.station.connect(config.ssid, config.password)

    def look(self) -> int:
        """See whether the board is on the network; called every second.

        :returns: `SET_UP` once a board that was never on the network cannot get there, `RESET` once one that
            was has been away for so long, or has been in set-up mode for so long, that only a start helps.
        """
        if self._access_point is not None:
            self._seconds_away += 1
            return RESET if self._config.ssid is not None and self._seconds_away > _SET_UP_SECONDS else STAY
        address = self._current_address()
        if address != self.address:
            self._log.write(f"network: {address or 'lost'}")
            self.address = address
        if address is not None:
            self._joined = True
            self._seconds_away = 0
            return STAY
        self._seconds_away += 1
        if not self._joined:
            return SET_UP if self._config.ssid is None or self._seconds_away > _JOIN_SECONDS else STAY
        if self._seconds_away <= _PATIENCE_SECONDS:
            return STAY
        self._log.write(f"network: none for {_PATIENCE_SECONDS} s")
        return RESET

    def leave(self) -> None:
        """Stop joining."""
        if self.station is not None and self._config.ssid is not None:
            self.station.disconnect()

    def keep_open(self, point: "network.WLAN") -> None:
        """Be in a network of our own from now on (`access_point`)."""
        self._access_point = point
        self._seconds_away = 0
        self.address = point.ifconfig()[0]

    def rssi(self) -> "int | None":
        """Strength of the access point's signal in dBm, None while there is none."""
        if not self._joined or self.address is None or self.station is None:
            return None
        try:
            return self.station.status("rssi")
        except OSError:
            return None

    def _current_address(self) -> "str | None":
        if self.station is None or not self.station.isconnected():
            return None
        return self.station.ifconfig()[0]
