"""Chance that is the same on every machine and in every order of asking.

A number depends only on the key it was asked with (seed, date, appliance), never on what was asked
before. Hashes and integers do it, because floats and the standard library's own distributions may
differ between machines and versions.
"""

from hashlib import shake_128
from struct import unpack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        self._numbers = _numbers("/".join(map(str, key)))

    def between(self, low: int, high: int) -> int:
        """Throw a whole number from low up to and including high, which are less than 65,536 apart."""
        return low + (next(self._numbers) * (high - low + 1)) // _SPAN

    def chance(self, percent: int) -> bool:
        """Throw whether something happens that happens in so many of 100 cases."""
        return next(self._numbers) * 100 < percent * _SPAN
