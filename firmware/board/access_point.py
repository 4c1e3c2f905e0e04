"""The network of set-up mode, and which others can be heard from there. Loaded in set-up mode only."""

import network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .log import Log
    from .net import Network

NAME = "DigitaleMeterMonitor"
ADDRESS = "192.168.4.1"


def open_access_point(joined: "Network", log: "Log") -> None:
    """Stop joining and open a network of our own; there is no way back but a reset."""
    joined.leave()
    # Before the access point: a scan leaves its channel.
    scan(joined, log)
    point = network.WLAN(network.AP_IF)
    point.config(ssid=NAME)
    point.active(True)
    # The last one is the name server that phones are told of: the board itself.
    point.ifconfig((ADDRESS, "255.255.255.0", ADDRESS, ADDRESS))
    joined.keep_open(point)
    log.write(f"network: set-up mode, {NAME} at {joined.address}")


def scan(joined: "Network", log: "Log") -> None:
    """Listen which networks there are, which takes two seconds; without an answer those known stay."""
    if joined.station is None:
        return
    try:
        found = joined.station.scan()
    except OSError as error:
        log.write(f"network: {error!r}")
        return
    joined.networks = {}
    # Of several access points of a network the strongest is the last.
    for name, _, _, strength, security, _ in sorted(found, key=lambda point: point[3]):
        try:
            ssid = str(name, "utf-8")
        except ValueError:
            continue
        if ssid:
            joined.networks[ssid] = (strength, security != 0)
