"""Joins the Wi-Fi and stays on it."""

import network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .config import Config
    from .log import Log

# The P1 port feeds 250 mA; full power (20 dBm) together with a write to the card asks more.
_TRANSMIT_DBM = 15
# The driver tries again by itself, but is known to get stuck for good; only a reset frees it.
_PATIENCE_SECONDS = 600


class Network:
    """The station interface.

    :ivar address: the board's IPv4 address, None while it is not on the network.
    """

    def __init__(self, config: "Config", log: "Log") -> None:
        self.address: str | None = None
        self._config = config
        self._log = log
        self._seconds_away = 0
        self._station: network.WLAN | None = None

    def start(self) -> None:
        """Power the radio up; the name has to be known before."""
        network.hostname(self._config.name)
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

    def look(self) -> bool:
        """See whether the board is on the network; called every second.

        :returns: whether it has been away for so long that only a reset can help.
        """
        address = self._current_address()
        if address != self.address:
            self._log.write(f"network: {address or 'lost'}")
            self.address = address
        if address is not None or self._config.ssid is None:
            self._seconds_away = 0
        else:
            self._seconds_away += 1
        return self._seconds_away > _PATIENCE_SECONDS

    def rssi(self) -> "int | None":
        """Strength of the access point's signal in dBm, None while there is none."""
        if self.address is None or self._station is None:
            return None
        try:
            return self._station.status("rssi")
        except OSError:
            return None

    def _current_address(self) -> "str | None":
        if self._station is None or not self._station.isconnected():
            return None
        return self._station.ifconfig()[0]
