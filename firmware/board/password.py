"""The admin password: what is kept in its place, and how its knowledge is proved. Loaded when it is needed only.

`key` = SHA-256, iterated: d = SHA256(salt + password), then SHA256(d + salt) for each further round.
"""

import asyncio
from hashlib import sha256
from os import urandom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Half a second on the board, and as often for each guess of whoever has overheard a proof.
ROUNDS = 2000
SHORTEST_PASSWORD = 8
_SALT_BYTES = 16
_ROUNDS_IN_A_TURN = 50
_MOST_ROUNDS = 1000000
_DIGEST_BYTES = 32
_BLOCK_BYTES = 64
_INNER = 0x36
_OUTER = 0x5C


async def derive(password: str, salt: bytes, rounds: int) -> bytes:
    """The key of a password; others get their turns meanwhile."""
    digest: bytes = sha256(salt + password.encode()).digest()
    for number in range(1, rounds):
        digest = sha256(digest + salt).digest()
        if number % _ROUNDS_IN_A_TURN == 0:
            await asyncio.sleep_ms(0)
    return digest


async def made(password: str) -> "dict[str, Any]":
    """What `config.json` keeps of a new password, as ``admin``."""
    salt = urandom(_SALT_BYTES)
    key = await derive(password, salt, ROUNDS)
    return {"salt": salt.hex(), "rounds": ROUNDS, "key": key.hex()}


def stored(document: "Any") -> "tuple[bytes, int, bytes] | None":
    """Salt, rounds and key of what `config.json` keeps, None when that is none."""
    if not isinstance(document, dict):
        return None
    try:
        salt, key = bytes.fromhex(document["salt"]), bytes.fromhex(document["key"])
    except (KeyError, TypeError, ValueError):
        return None
    rounds = document.get("rounds")
    if not isinstance(rounds, int) or not 0 < rounds <= _MOST_ROUNDS or len(key) != _DIGEST_BYTES or not salt:
        return None
    return salt, rounds, key


def hmac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104) with a key of 32 bytes."""
    padded = key + bytes(_BLOCK_BYTES - len(key))
    inner = sha256(bytes(byte ^ _INNER for byte in padded) + message).digest()
    outer: bytes = sha256(bytes(byte ^ _OUTER for byte in padded) + inner).digest()
    return outer


def same(one: bytes, other: bytes) -> bool:
    """Whether they are equal; takes as long whatever differs."""
    difference = len(one) ^ len(other)
    for left, right in zip(one, other):
        difference |= left ^ right
    return difference == 0
