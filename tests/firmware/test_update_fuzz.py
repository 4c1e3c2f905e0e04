"""Bundles with wrong bits, bundles that end somewhere, and bundles that say strange things under a good signature."""

import random
from collections import Counter
from collections.abc import Iterator

import boards
import bundle
import pytest
import signing

from .flash import Flash, new_key, unpack
from .fuzz import Corpus
from .test_update import NEWER, feed

# A number of bundles that fits on a command line.
_AT_A_TIME = 500
REASONS = ("format", "older", "board", "mpy", "signature", "damaged", "cut", "space", "same")
SMALL = {"board/main.mpy": b"M" * 700, "empty": b"", "www/chart/x.js.gz": bytes(range(256))}


@pytest.fixture(scope="module")
def flash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flash]:
    """A board that trusts the key with which bundles are signed here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(signing.VARIABLE, new_key())
        folder = tmp_path_factory.mktemp("flashed")
        unpack(folder / "flash")
        yield Flash(folder)


def seeded() -> random.Random:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 (to do it again)
    return random.Random(seed)


def _flipped(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


@pytest.mark.parametrize("number", [60, pytest.param(5000, marks=pytest.mark.long)])
def test_no_bundle_with_a_wrong_bit_or_without_its_end_is_taken(flash: Flash, number: int) -> None:
    chance = seeded()
    whole = bundle.pack(boards.DEFAULT, NEWER, SMALL)
    cases = [_flipped(whole, chance) for _ in range(number)]
    cases += [whole[: chance.randrange(len(whole))] for _ in range(number // 4)]
    before = flash.files("a"), flash.memory
    said = []
    for start in range(0, len(cases), _AT_A_TIME):
        said += feed(flash, *cases[start : start + _AT_A_TIME], piece=200)
    assert len(said) == len(cases)
    assert all(line.startswith("refused ") for line in said)
    assert (flash.files("a"), flash.memory) == before


def everything(flash: Flash) -> dict[str, bytes]:
    """Every file that no bundle may touch."""
    files = (path for path in flash.path.rglob("*") if path.is_file())
    names = ((str(path.relative_to(flash.path)), path) for path in files)
    return {name: path.read_bytes() for name, path in names if not name.startswith("b/")}


@pytest.mark.parametrize("number", [40, pytest.param(4000, marks=pytest.mark.long)])
def test_whatever_a_signed_manifest_says_nothing_leaves_its_folder(flash: Flash, number: int) -> None:
    chance = seeded()
    head = bundle.manifest(boards.DEFAULT, NEWER, SMALL)
    words = [
        b"\n",
        b" ",
        b"/",
        b"..",
        b"../main.py",
        b"\0",
        b"\xff",
        b"-1",
        b"9" * 30,
        b"version",
        b"board",
        b"mpy",
        b".",
    ]
    words += [b"digimon-bundle 1\n", b"00" * 32, b"a/b/c/d", b"\xc2\xb2", b"update.key", b"manifest"]
    manifests = Corpus([head], words, 4096).cases(chance, number)
    cases = [text + signing.sign(text) + b"".join(SMALL.values()) for text in manifests]
    before = everything(flash)
    said = []
    for start in range(0, len(cases), _AT_A_TIME):
        said += feed(flash, *cases[start : start + _AT_A_TIME], piece=200)
    kinds = Counter(" ".join(line.split()[:2]) if line.startswith("refused") else line.split()[0] for line in said)
    print(dict(kinds))  # noqa: T201 (with `pytest -rP`)
    assert kinds.keys() <= {"taken", *(f"refused {reason}" for reason in REASONS)}
    assert everything(flash) == before
