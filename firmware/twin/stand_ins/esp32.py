"""Stands in for what is particular to the chip."""

from json import dump, load

from settings import SETTINGS


def idf_heap_info(_capability: int) -> "list[tuple[int, int, int, int]]":
    """The regions of external RAM: the ESP32-C3 has none."""
    return []


class NVS:
    """The chip's own memory for settings, in a file: blobs as hexadecimal digits by space and key."""

    def __init__(self, space: str) -> None:
        self._space = space
        with open(SETTINGS["nvs"]) as file:
            self._blobs = load(file)

    def get_blob(self, key: str, buffer: bytearray) -> int:
        """Read a blob into a buffer.

        :returns: its length.
        :raises OSError: there is none, or the buffer is too short.
        """
        digits = self._blobs.get(f"{self._space}/{key}")
        if digits is None or len(digits) > 2 * len(buffer):
            raise OSError(-0x1102 if digits is None else -0x110C)
        blob = bytes.fromhex(digits)
        buffer[: len(blob)] = blob
        return len(blob)

    def set_blob(self, key: str, value: bytes) -> None:
        """Set a blob; `commit` keeps it."""
        self._blobs[f"{self._space}/{key}"] = value.hex()

    def commit(self) -> None:
        """Keep what was set."""
        with open(SETTINGS["nvs"], "w") as file:
            dump(self._blobs, file)
