"""Proof of the admin password, which never goes over the wire (docs/board-api.md, "Writing")."""

import hashlib
import hmac
from dataclasses import dataclass

from . import fields
from .errors import UnexpectedAnswerError

# A board takes a minute over this many; more is no board's doing.
_MOST_ROUNDS = 1_000_000
_ROUNDS = fields.integer(1, _MOST_ROUNDS)
_NONCE_DIGITS = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """What a board wants to have proved, and with which salt it keeps its password."""

    nonce: str
    """Serves for one request, within 60 seconds."""

    salt: bytes
    rounds: int


def parse_challenge(body: bytes) -> Challenge:
    """Read ``/challenge``.

    :raises UnexpectedAnswerError: it is none.
    """
    document = fields.read_object(body)
    nonce, salt, rounds = (document.get(key) for key in ("nonce", "salt", "rounds"))
    rounds = _ROUNDS(rounds)
    if rounds is None or not isinstance(nonce, str) or not isinstance(salt, str):
        raise UnexpectedAnswerError("no challenge")
    try:
        # As an Authorization header it has to be what it should be, and nothing else.
        if len(nonce) != _NONCE_DIGITS:
            raise UnexpectedAnswerError("no nonce")
        bytes.fromhex(nonce)
        return Challenge(nonce=nonce, salt=bytes.fromhex(salt), rounds=rounds)
    except ValueError as error:
        raise UnexpectedAnswerError("no challenge") from error


def derive_key(password: str, salt: bytes, rounds: int) -> bytes:
    """What a board keeps in place of its password: SHA-256, iterated. Takes a while, so not for an event loop."""
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(rounds - 1):
        digest = hashlib.sha256(digest + salt).digest()
    return digest


def authorization(key: bytes, nonce: str, method: str, path: str, body: bytes) -> str:
    """The header that proves the password for one request, method, path and body included."""
    message = f"{nonce}\n{method}\n{path}\n{hashlib.sha256(body).hexdigest()}"
    proof = hmac.new(key, message.encode(), hashlib.sha256).hexdigest()
    return f"Digimon {nonce}:{proof}"
