"""The keys that bundles are signed with.

Who builds has a key of his own, made by the first build outside of the repository; the release workflow is given
the project's. A board trusts the key of who flashed it, and the project's.

    python firmware/signing.py FILE  makes a key; prints its public half for firmware/release-key.pem
"""

import argparse
import functools
import os
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

FIRMWARE = Path(__file__).resolve().parent
# The public half of the project's key; not there as long as the project has none.
RELEASE_KEY = FIRMWARE / "release-key.pem"

# The private key itself (PEM), for the release workflow.
VARIABLE = "DIGIMON_UPDATE_KEY"

_BITS = 2048
_EXPONENT = 65537


def own_key_file() -> Path:
    """Where the key of who builds here is."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "digimon" / "update-key.pem"


def private_key() -> rsa.RSAPrivateKey:
    """The key to sign with: the one of the environment, else the person's own, made if there is none.

    :raises TypeError: it is no RSA key.
    :raises ValueError: it has not 2,048 bits, or not the usual exponent.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        file = own_key_file()
        if not file.exists():
            make(file)
        text = file.read_text()
    return _loaded(text)


@functools.cache
def _loaded(text: str) -> rsa.RSAPrivateKey:
    """A key; to see whether it is one takes a tenth of a second, more than all else about a signature."""
    key = serialization.load_pem_private_key(text.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("bundles are signed by RSA keys only")
    _modulus(key.public_key())
    return key


def make(file: Path) -> None:
    """Make a key that only its owner can read."""
    key = rsa.generate_private_key(_EXPONENT, _BITS)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Complete or not at all, also when two builds begin at once: the first one's key is the key.
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text)
    try:
        os.link(temporary, file)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def trusted() -> bytes:
    """What a board that is flashed here trusts: moduli of 256 bytes, the highest byte first."""
    moduli = [_modulus(private_key().public_key())]
    if RELEASE_KEY.exists():
        key = serialization.load_pem_public_key(RELEASE_KEY.read_bytes())
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("release-key.pem is no RSA key")
        if _modulus(key) not in moduli:
            moduli.append(_modulus(key))
    return b"".join(moduli)


def sign(text: bytes) -> bytes:
    """RSA, PKCS #1 v1.5 with SHA-256: 256 bytes."""
    return private_key().sign(text, padding.PKCS1v15(), hashes.SHA256())


def check_release() -> None:
    """See that what is signed here is taken by the boards of everybody.

    :raises ValueError: the key is not the one whose public half is in the repository.
    """
    if not os.environ.get(VARIABLE):
        raise ValueError(f"{VARIABLE} holds no key")
    if not RELEASE_KEY.exists():
        raise ValueError(f"{RELEASE_KEY.name} is not there: no board would know who has signed")
    if len(trusted()) != _BITS // 8:
        raise ValueError(f"the key of {VARIABLE} is not the one of {RELEASE_KEY.name}")


def _modulus(key: rsa.RSAPublicKey) -> bytes:
    numbers = key.public_numbers()
    if key.key_size != _BITS or numbers.e != _EXPONENT:
        raise ValueError(f"a key for bundles has {_BITS} bits and the exponent {_EXPONENT}")
    return numbers.n.to_bytes(_BITS // 8, "big")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Make a key to sign bundles with.")
    parser.add_argument("file", type=Path, help="for the private key; keep it secret")
    file = parser.parse_args().file
    make(file)
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    print(key.public_key().public_bytes(serialization.Encoding.PEM, public).decode(), end="")


if __name__ == "__main__":
    main()
