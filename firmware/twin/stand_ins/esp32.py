"""Stands in for what is particular to the chip."""

from json import dump, load

from settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOT_FOUND = -0x1102
_TOO_SHORT = -0x110C


def idf_heap_info(_capability: int) -> "list[tuple[int, int, int, int]]":
    """The regions of external RAM: the ESP32-C3 has none."""
    return []


class NVS:
    """The chip's own memory for settings, in a file: numbers, and blobs as hexadecimal digits, by space and key."""

    def __init__(self, space: str) -> None:
        self._space = space
        self._set: dict[str, Any] = {}

    def get_i32(self, key: str) -> int:
        """A number.

        :raises OSError: there is none.
        """
        value = self._get(key)
        if not isinstance(value, int):
            raise OSError(_NOT_FOUND)
        return value

    def set_i32(self, key: str, value: int) -> None:
        """Set a number; `commit` keeps it."""
        self._set[f"{self._space}/{key}"] = value

    def get_blob(self, key: str, buffer: bytearray) -> int:
        """Read a blob into a buffer.

        :returns: its length.
        :raises OSError: there is none, or the buffer is too short.
        """
        digits = self._get(key)
        if not isinstance(digits, str) or len(digits) > 2 * len(buffer):
            raise OSError(_TOO_SHORT if isinstance(digits, str) else _NOT_FOUND)
        blob = bytes.fromhex(digits)
        buffer[: len(blob)] = blob
        return len(blob)

    def set_blob(self, key: str, value: bytes) -> None:
        """Set a blob; `commit` keeps it."""
        self._set[f"{self._space}/{key}"] = value.hex()

    def commit(self) -> None:
        """Keep what was set."""
        kept = _read()
        kept.update(self._set)
        self._set = {}
        with open(SETTINGS["nvs"], "w") as file:
            dump(kept, file)

    def _get(self, key: str) -> "Any":
        name = f"{self._space}/{key}"
        return self._set[name] if name in self._set else _read().get(name)


def _read() -> "dict[str, Any]":
    with open(SETTINGS["nvs"]) as file:
        kept: dict[str, Any] = load(file)
        return kept
