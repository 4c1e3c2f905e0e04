"""Joins the Wi-Fi and stays on it, or opens a network of its own for set-up mode."""

import network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .config import Config
    from .log import Log

ACCESS_POINT = "DigitaleMeterMonitor"
ACCESS_POINT_ADDRESS = "192.168.4.1"

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
    """The station interface, and the access point of set-up mode.

    :ivar address: the board's IPv4 address, None while it is not on the network.
    :ivar networks: what could be heard: strength in dBm, and whether it asks for a password, by name.
    """

    def __init__(self, config: "Config", log: "Log") -> None:
        self.address: str | None = None
        self.networks: dict[str, tuple[int, bool]] = {}
        self._config = config
        self._log = log
        self._seconds_away = 0
        self._joined = False
        self._station: network.WLAN | None = None
        self._access_point: network.WLAN | None = None

    def start(self) -> None:
        """Power the radio up; name and country have to be known before."""
        network.hostname(self._config.name)
        network.country(_COUNTRY)
        self._station = network.WLAN(network.STA_IF)
        self._station.active(True)
        self._station.config(txpower=_TRANSMIT_DBM)

    def join(self) -> None:
        """Begin to join; the driver goes on with it by itself."""
        config = self._config
        if config.ssid is None or self._station is None:
            self._log.write("network: no Wi-Fi in config.json")
            return
        if config.static is not None:
            address, subnet, gateway = config.static
            # The gateway of a house answers names as well.
            self._station.ifconfig((address, subnet, gateway, gateway))
        self._station.connect(config.ssid, config.password)

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

    def open_access_point(self) -> None:
        """Stop joining and open a network of our own; there is no way back but a reset."""
        if self._station is not None and self._config.ssid is not None:
            self._station.disconnect()
        # Before the access point: a scan leaves its channel.
        self.scan()
        point = network.WLAN(network.AP_IF)
        point.config(ssid=ACCESS_POINT)
        point.active(True)
        address = ACCESS_POINT_ADDRESS
        # The last one is the name server that phones are told of: the board itself.
        point.ifconfig((address, "255.255.255.0", address, address))
        self._access_point = point
        self._seconds_away = 0
        self.address = point.ifconfig()[0]
        self._log.write(f"network: set-up mode, {ACCESS_POINT} at {self.address}")

    def scan(self) -> None:
        """Listen which networks there are, which takes two seconds; without an answer those known stay."""
        if self._station is None:
            return
        try:
            found = self._station.scan()
        except OSError as error:
            self._log.write(f"network: {error!r}")
            return
        self.networks = {}
        # Of several access points of a network the strongest is the last.
        for name, _, _, strength, security, _ in sorted(found, key=lambda point: point[3]):
            try:
                ssid = str(name, "utf-8")
            except ValueError:
                continue
            if ssid:
                self.networks[ssid] = (strength, security != 0)

    def rssi(self) -> "int | None":
        """Strength of the access point's signal in dBm, None while there is none."""
        if not self._joined or self.address is None or self._station is None:
            return None
        try:
            return self._station.status("rssi")
        except OSError:
            return None

    def _current_address(self) -> "str | None":
        if self._station is None or not self._station.isconnected():
            return None
        return self._station.ifconfig()[0]
