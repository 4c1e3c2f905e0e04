"""The socket module, with the constants that MicroPython has on the ESP32 but not here; the values are Linux'."""

from usocket import *  # noqa: F403 (this module is that one, and a little more)

IPPROTO_IP = 0
IP_ADD_MEMBERSHIP = 35
