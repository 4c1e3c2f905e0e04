"""Chance that is the same on every machine and in every order of asking.

A number depends only on the key it was asked with (seed, date, appliance), never on what was asked
before. Hashes and integers do it, because floats and the standard library's own distributions may
differ between machines and versions.
"""

from collections.abc import Iterator
from hashlib import shake_128
from struct import unpack

_BLOCK_NUMBERS = 128
_SPAN = 1 << 16


def _numbers(key: str) -> Iterator[int]:
    """Numbers of 16 bits without end."""
    block = 0
    while True:
        digest = shake_128(f"{key}/{block}".encode()).digest(2 * _BLOCK_NUMBERS)
        yield from unpack(f"<{_BLOCK_NUMBERS}H", digest)
        block += 1


class Dice:
    """Dice that always fall alike for the same key."""

    def __init__(self, *key: int | str) -> None:
        """Take the dice of a key, such as a seed, a date and an appliance's name."""
        self._next = _numbers("/".join(map(str, key))).__next__

    def between(self, low: int, high: int) -> int:
        """Throw a whole number from low up to and including high, which are less than 65,536 apart."""
        return low + (self._next() * (high - low + 1)) // _SPAN

    def chance(self, percent: int) -> bool:
        """Throw whether something happens that happens in so many of 100 cases."""
        return self._next() * 100 < percent * _SPAN
