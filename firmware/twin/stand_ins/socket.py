"""The socket module, with the constants that MicroPython has on the ESP32 but not here; the values are Linux'."""

from settings import SETTINGS
from usocket import *  # noqa: F403 (this module is that one, and a little more)
from usocket import getaddrinfo as _getaddrinfo  # type: ignore[attr-defined]  # the stubs take it for the module's own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NO_SUCH_NAME = -2

IPPROTO_IP = 0
IP_ADD_MEMBERSHIP = 35


def getaddrinfo(host: str, port: int, *rest: "Any") -> "Any":
    """Addresses of a host; the launcher may put other ports in the place of those that take a right to open.

    :raises OSError: the host has a name, and not one of those that the launcher gives an address.
    """
    if host[-1:].isalpha():
        host = SETTINGS.get("hosts", {}).get(host, "")
        if not host:
            raise OSError(_NO_SUCH_NAME)
    return _getaddrinfo(host, SETTINGS.get("ports", {}).get(str(port), port), *rest)
