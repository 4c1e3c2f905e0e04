"""Whether a bundle may be taken: who has signed what it says of itself. Loaded for a moment of an update.

RSA with 2,048 bits, PKCS #1 v1.5 and SHA-256 (RFC 8017 section 8.2.2), which takes nothing but `pow`: about
1 ms on a computer, 0.1 to 0.2 s on an ESP32.
"""

import os
from hashlib import sha256

from .update import KEYS, MANIFEST, RefusedError, root

SIGNATURE_BYTES = 256

# Left free on the flash, for the file system's own use.
_RESERVE_BYTES = 32768

_EXPONENT = 65537
# The algorithm's name in front of the digest (RFC 8017 section 9.2, note 1).
_SHA256 = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def check(folder: str, digest: bytes, signature: bytes, space: int) -> None:
    """Everything that can be known before the first file comes.

    :param folder: where the bundle goes.
    :param digest: SHA-256 of its manifest.
    :param space: bytes of its files.
    :raises RefusedError: it may not be taken.
    """
    with open(root() + KEYS, "rb") as file:
        signed = is_signed(digest, signature, file.read())
    if not signed:
        raise RefusedError("signature", "The bundle is damaged, or signed by somebody this board does not know.")
    if digest == _digest_of_running():
        raise RefusedError("same", "This bundle runs already.")
    status = os.statvfs(folder)
    if space + _RESERVE_BYTES > status[0] * status[3]:
        raise RefusedError("space", "The bundle is too large for the flash of this board.")


def is_signed(digest: bytes, signature: bytes, keys: bytes) -> bool:
    """Whether one of the keys has signed a text.

    :param digest: SHA-256 of the text.
    :param signature: 256 bytes.
    :param keys: the moduli of the keys that are trusted, 256 bytes each, the highest byte first.
    """
    if len(signature) != SIGNATURE_BYTES or len(digest) != 32:
        return False
    # Compared as a whole: whoever takes such a text apart can be deceived by what is left over.
    expected = b"\x00\x01" + b"\xff" * (SIGNATURE_BYTES - 3 - len(_SHA256) - 32) + b"\x00" + _SHA256 + digest
    number = int.from_bytes(signature, "big")
    for start in range(0, len(keys) - SIGNATURE_BYTES + 1, SIGNATURE_BYTES):
        modulus = int.from_bytes(keys[start : start + SIGNATURE_BYTES], "big")
        if number < modulus and pow(number, _EXPONENT, modulus) == int.from_bytes(expected, "big"):
            return True
    return False


def _digest_of_running() -> "bytes | None":
    """Of the manifest that this app came with."""
    digest = sha256()
    try:
        with open(MANIFEST, "rb") as file:
            for line in file:
                digest.update(line)
    except OSError:
        return None
    found: bytes = digest.digest()
    return found
