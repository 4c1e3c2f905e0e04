"""Whether what a bundle says of itself was signed by whom this board trusts. Loaded during an update only.

RSA with 2,048 bits, PKCS #1 v1.5 and SHA-256 (RFC 8017 section 8.2.2), which takes nothing but `pow`: about
1 ms on a computer, 0.1 to 0.2 s on an ESP32.
"""

SIGNATURE_BYTES = 256

_EXPONENT = 65537
# The algorithm's name in front of the digest (RFC 8017 section 9.2, note 1).
_SHA256 = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


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
