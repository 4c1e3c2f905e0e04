"""Joins the Wi-Fi and stays on it."""

import asyncio
import time

import network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Config
    from .log import Log

# The P1 port feeds 250 mA; full power (20 dBm) together with a write to the card asks more.
_TRANSMIT_DBM = 15
_LOOK_SECONDS = 1
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
        self._station: network.WLAN | None = None

    def start(self) -> None:
        """Power the radio up; the name has to be known before."""
        network.hostname(self._config.name)
        self._station = network.WLAN(network.STA_IF)
        self._station.active(True)
        self._station.config(txpower=_TRANSMIT_DBM)

    def join(self) -> None:
        """Begin to join; `run` sees to the rest."""
        config = self._config
        if config.ssid is None or self._station is None:
            self._log.write("network: no Wi-Fi in config.json")
            return
        if config.static is not None:
            address, subnet, gateway = config.static
            # The gateway of a house answers names as well.
            self._station.ifconfig((address, subnet, gateway, gateway))
        self._station.connect(config.ssid, config.password)

    async def run(self, joined: "Callable[[str], None]") -> None:
        """Watch the connection.

        :param joined: is told the address each time the board is on the network anew.
        :returns: when only a reset can help.
        """
        lost = time.ticks_ms()
        while True:
            address = self._current_address()
            if address is not None:
                lost = time.ticks_ms()
                if address != self.address:
                    self._log.write(f"network: {address}")
                    joined(address)
            elif self.address is not None:
                self._log.write("network: lost")
            self.address = address
            if self._config.ssid is not None and time.ticks_diff(time.ticks_ms(), lost) > _PATIENCE_SECONDS * 1000:
                self._log.write(f"network: none for {_PATIENCE_SECONDS} s")
                return
            await asyncio.sleep(_LOOK_SECONDS)

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
