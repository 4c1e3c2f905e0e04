"""Updates: what a board takes, what it refuses, and that nothing it refuses is ever started."""

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import boards
import bundle
import pytest
import signing
from hypothesis import given, settings
from hypothesis import strategies as st

from .flash import Flash, app_of, new_key, unpack

# Newer than every version that is built here.
NEWER = "9.9.9"

FEED = """
import asyncio
from board.update import RefusedError, Update

async def main():
    for number, (piece, multipart) in enumerate({cases!r}):
        try:
            update = Update(multipart)
            await update.prepare()
            with open("{folder}/" + str(number), "rb") as file:
                data = file.read(piece)
                while data:
                    update.feed(data)
                    data = file.read(piece)
            print("taken", update.finish())
        except RefusedError as error:
            print("refused", error.reason)
        update.close()

asyncio.run(main())
"""


BEGIN = """
from board.update import RefusedError, Update
try:
    Update()
except RefusedError as error:
    print(error.reason)
"""


@pytest.fixture(scope="module", autouse=True)
def _key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(signing.VARIABLE, new_key())
        yield


@pytest.fixture(scope="module")
def flashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flashed")
    unpack(folder)
    return folder


@pytest.fixture
def flash(flashed: Path, tmp_path: Path) -> Flash:
    shutil.copytree(flashed, tmp_path / "flash")
    return Flash(tmp_path)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return app_of(NEWER, tmp_path_factory.mktemp("app"))


@pytest.fixture(scope="module")
def small() -> dict[str, bytes]:
    """What a bundle may hold besides an app."""
    return {"board/main.mpy": b"M" * 700, "empty": b"", "www/chart/x.js.gz": bytes(range(256))}


def feed(flash: Flash, *bundles: bytes, piece: int = 512, multipart: bool = False) -> list[str]:
    """Have the board take bundles, one after the other: what it says to each."""
    folder = flash.folder / "bundles"
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(bundles):
        (folder / str(number)).write_bytes(content)
    result = flash.run(FEED.format(folder=folder, cases=[(piece, multipart)] * len(bundles)))
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.splitlines()


def refuse(flash: Flash, content: bytes, reason: str) -> None:
    before = flash.files("a"), flash.memory
    assert feed(flash, content) == [f"refused {reason}"]
    assert (flash.files("a"), flash.memory) == before


@pytest.mark.parametrize("piece", [1, 251, 512, 4096])
def test_a_bundle_is_taken_whatever_the_pieces(flash: Flash, app: dict[str, bytes], piece: int) -> None:
    running = flash.files("a")
    assert feed(flash, bundle.pack(boards.DEFAULT, NEWER, app), piece=piece) == [f"taken {NEWER}"]
    manifest = bundle.manifest(boards.DEFAULT, NEWER, app)
    assert flash.files("b") == {**app, "manifest": manifest}
    assert flash.files("a") == running
    # Folder a is the good one, and b is to be tried three times.
    assert flash.memory == {"digimon/boot": 0 + 2 * 3, "digimon/tried": 1}


def test_a_bundle_in_the_field_of_a_form(flash: Flash, small: dict[str, bytes]) -> None:
    content = bundle.pack(boards.DEFAULT, NEWER, small)
    form = (
        b'--limit\r\nContent-Disposition: form-data; name="file"; filename="x.bundle"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--limit--\r\n"
    )
    assert feed(flash, form, piece=100, multipart=True) == [f"taken {NEWER}"]
    assert flash.files("b")["board/main.mpy"] == small["board/main.mpy"]


def test_what_was_in_the_other_folder_is_gone(flash: Flash, small: dict[str, bytes]) -> None:
    (flash.path / "b/board/deep").mkdir(parents=True)
    (flash.path / "b/board/deep/old.mpy").write_bytes(b"old")
    feed(flash, bundle.pack(boards.DEFAULT, NEWER, small))
    assert set(flash.files("b")) == {*small, "manifest"}


def test_a_bundle_of_the_same_version_that_is_another_build(flash: Flash, small: dict[str, bytes]) -> None:
    version = bundle.version()
    assert feed(flash, bundle.pack(boards.DEFAULT, version, small)) == [f"taken {version}"]


def test_the_bundle_that_runs_already_is_refused(flash: Flash) -> None:
    running = {path: content for path, content in flash.files("a").items() if path != "manifest"}
    refuse(flash, bundle.pack(boards.DEFAULT, bundle.version(), running), "same")


def test_an_older_version_is_refused(flash: Flash, small: dict[str, bytes]) -> None:
    for version in ("0.0.9", f"{bundle.version()}b1", "0"):
        refuse(flash, bundle.pack(boards.DEFAULT, version, small), "older")


def test_a_bundle_for_another_board_is_refused(flash: Flash, small: dict[str, bytes]) -> None:
    refuse(flash, bundle.pack("t8_s2", NEWER, small), "board")


def test_bytecode_that_this_micropython_cannot_read_is_refused(
    flash: Flash, small: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MPY_VERSION", 7)
    refuse(flash, bundle.pack(boards.DEFAULT, NEWER, small), "mpy")


def test_a_bundle_that_somebody_else_has_signed_is_refused(
    flash: Flash, small: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(signing.VARIABLE, new_key())
    refuse(flash, bundle.pack(boards.DEFAULT, NEWER, small), "signature")
    # Nobody's file is on the flash.
    assert set(flash.files("b")) == {"manifest"}


def test_a_bundle_of_a_second_key_that_the_board_trusts(
    flash: Flash, small: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = (flash.path / "update.key").read_bytes()
    monkeypatch.setenv(signing.VARIABLE, new_key())
    (flash.path / "update.key").write_bytes(own + signing.trusted())
    assert feed(flash, bundle.pack(boards.DEFAULT, NEWER, small)) == [f"taken {NEWER}"]


def test_a_bundle_that_ends_too_early_is_refused(flash: Flash, small: dict[str, bytes]) -> None:
    whole = bundle.pack(boards.DEFAULT, NEWER, small)
    head = len(bundle.manifest(boards.DEFAULT, NEWER, small))
    lengths = (0, 1, 16, 60, head - 1, head, head + 255, head + 256, head + 300, len(whole) - 1)
    assert feed(flash, *(whole[:length] for length in lengths)) == ["refused cut"] * len(lengths)
    assert flash.memory == {}


def test_a_bundle_that_goes_on_behind_its_end_is_refused(flash: Flash, small: dict[str, bytes]) -> None:
    refuse(flash, bundle.pack(boards.DEFAULT, NEWER, small) + b"x", "format")


def test_a_bundle_larger_than_the_flash_is_refused(flash: Flash) -> None:
    lines = bundle.manifest(boards.DEFAULT, NEWER, {}).decode().splitlines()[:-1]
    lines += [f"{hashlib.sha256().hexdigest()} {1 << 60} big", ""]
    head = "".join(f"{line}\n" for line in lines).encode()
    refuse(flash, head + signing.sign(head), "space")


def test_a_manifest_without_end_is_refused(flash: Flash) -> None:
    head = bundle.manifest(boards.DEFAULT, NEWER, {})[:-1]
    line = f"{hashlib.sha256().hexdigest()} 0 name\n".encode()
    refuse(flash, head + 1000 * line, "format")


@pytest.mark.parametrize("path", ["../main.py", "/main.py", "a/../../main.py", "a/b/c/d", ".hidden", "a//b", "", "a b"])
def test_a_path_that_leads_out_of_the_folder_is_refused_even_signed(flash: Flash, path: str) -> None:
    refuse(flash, bundle.pack(boards.DEFAULT, NEWER, {path: b"x"}), "format")


@pytest.mark.parametrize(
    "content",
    [
        b"PK\3\4" + bytes(2000),
        b"x" * 2000,
        b"\xff\xfe\n" * 100,
        b"digimon-bundle 2\n",
        b"digimon-bundle 1\nboard t8_c3\n",
        b"digimon-bundle 1\nversion \n\n\n\n\n",
        b"\n" * 300,
        b'{"json": true}\n',
    ],
)
def test_what_is_no_bundle_is_refused(flash: Flash, content: bytes) -> None:
    before = flash.files("a")
    (said,) = feed(flash, content)
    assert said in ("refused format", "refused older")
    assert (flash.files("a"), flash.memory) == (before, {})


def test_a_new_version_takes_no_update_before_it_is_known_to_be_good(flash: Flash, small: dict[str, bytes]) -> None:
    flash.memory = {"digimon/boot": 1 + 2 * 2, "digimon/tried": 1}
    result = flash.run(BEGIN)
    assert result.stdout == "on_trial\n", result.stderr


def test_a_board_that_was_not_flashed_with_two_folders_says_so(flash: Flash) -> None:
    shutil.move(flash.path / "a", flash.path / "elsewhere")
    result = flash.run(BEGIN, "elsewhere")
    assert result.stdout == "no_slots\n", result.stderr


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("0.1.0", "0.1.1"),
        ("0.9.0", "0.10.0"),
        ("0.2.0b1", "0.2.0"),
        ("0.2.0-beta.1", "0.2.0"),
        ("0.2.0b1", "0.2.0b2"),
        ("0.2.0a2", "0.2.0b1"),
        ("0.2.0", "0.2.1b1"),
        ("1.0.0", "10.0.0"),
    ],
)
def test_which_version_is_older(flash: Flash, older: str, newer: str) -> None:
    comparison = f"order({older!r}) < order({newer!r}), order({newer!r}) < order({older!r})"
    script = f"from board.manifest import order\nprint({comparison})"
    assert flash.run(script).stdout == "True False\n"


def test_the_board_knows_a_signature(flash: Flash) -> None:
    chance = random.Random(1)
    cases = []
    keys = signing.trusted()
    modulus = int.from_bytes(keys, "big")
    for _ in range(4):
        text = chance.randbytes(100)
        signature = signing.sign(text)
        digest = hashlib.sha256(text).digest()
        number = int.from_bytes(signature, "big")
        cases += [
            (True, digest, signature, keys),
            (True, digest, signature, bytes(256) + keys),
            (False, hashlib.sha256(digest).digest(), signature, keys),
            (False, digest, bytes(256), keys),
            (False, digest, b"\0" * 255 + b"\1", keys),
            (False, digest, (modulus - 1).to_bytes(256, "big"), keys),
            (False, digest, (modulus - number).to_bytes(256, "big"), keys),
            (False, digest, signature[:-1], keys),
            (False, digest, signature + b"\0", keys),
            (False, digest, signature, keys[:-1]),
            (False, digest, signature, b""),
        ]
        if number + modulus < 1 << 2048:
            # The same number in the ring, but not the signature.
            cases.append((False, digest, (number + modulus).to_bytes(256, "big"), keys))
    check = f"for wanted, *case in {cases!r}: assert is_signed(*case) == wanted, case"
    script = f"from board.signature import is_signed\n{check}"
    result = flash.run(script)
    assert result.returncode == 0, result.stderr


@settings(max_examples=3, deadline=None)
@given(st.binary(max_size=64))
def test_any_text_can_be_signed(text: bytes) -> None:
    assert len(signing.sign(text)) == 256


def test_a_key_of_ones_own_is_made_once_and_only_its_owner_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(signing.VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    first = signing.trusted()
    assert signing.trusted() == first
    assert len(first) == 256
    (file,) = (tmp_path / "digimon").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_board_trusts_the_projects_key_beside_that_of_who_flashed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["signing.py", str(tmp_path / "release.pem")])
    signing.main()
    public = tmp_path / "public.pem"
    public.write_text(capsys.readouterr().out)
    monkeypatch.setattr(signing, "RELEASE_KEY", public)
    both = signing.trusted()
    monkeypatch.setenv(signing.VARIABLE, (tmp_path / "release.pem").read_text())
    assert both[256:] == signing.trusted()
    assert len(both) == 512


def test_every_board_has_a_bundle_named_as_home_assistant_looks_for_it() -> None:
    assert bundle.name("t8_c3") == f"digimon-{json.loads(bundle_manifest().read_text())['version']}-t8_c3.bundle"


def bundle_manifest() -> Path:
    return Path(__file__).parents[2] / "custom_components/digimon/manifest.json"
