"""An update from the upload to the new version that stays, and ones that end otherwise; over HTTP, with restarts."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boards
import bundle
import pytest
import signing

from .clients import upload
from .flash import app_of, new_key
from .twin import Twin, wait_for

NEWER = "9.9.9"
PASSWORD = "kachel en kast"
CONFIG = {"wifi": {"ssid": "thuis", "password": PASSWORD}}


@pytest.fixture(scope="module", autouse=True)
def _key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(signing.VARIABLE, new_key())
        yield


@pytest.fixture
def twin(card: Path, tmp_path: Path) -> Iterator[Twin]:
    (card / "config.json").write_text(json.dumps(CONFIG))
    options = ("--flash", str(tmp_path / "board"), "--hurry", "5", "--heap", "112k")
    with Twin("sim", sd=card, speed="real", options=options) as twin:
        twin.wait_line("network: 127")
        yield twin


def kept(tmp_path: Path) -> dict[str, int]:
    """What the chip's memory has of the two folders."""
    memory = json.loads((tmp_path / "board/nvs.json").read_text())
    return {key: value for key, value in memory.items() if key in {"digimon/boot", "digimon/tried"}}


def started_again(twin: Twin, times: int) -> Any:
    """What the board says of itself once it is in its network after so many starts."""
    wait_for(lambda: twin.output.count("network: 127") == times)
    return twin.started_again()


def starts(twin: Twin) -> list[str]:
    """The versions that were started so far."""
    return re.findall(r"start: (\S+),", twin.output)


def test_a_new_version_is_uploaded_starts_and_stays(twin: Twin, tmp_path: Path) -> None:
    status, said = upload(twin, bundle.pack(boards.DEFAULT, NEWER, app_of(NEWER, tmp_path)), PASSWORD)
    assert (status, json.loads(said)) == (200, {"version": NEWER})
    # The meter was heard all the while.
    assert not any(twin.info()["telegrams"]["rejected"].values())
    twin.wait_line(f"start: {NEWER}, hard")
    info = started_again(twin, 2)
    assert (info["version"], info["on_trial"], info["reset_task"]) == (NEWER, True, "update")
    assert kept(tmp_path)["digimon/boot"] == 0 + 2 * 2
    twin.wait_line(f"update: {NEWER} works and stays")
    assert twin.info()["on_trial"] is False
    assert kept(tmp_path) == {"digimon/boot": 1, "digimon/tried": 0}
    assert starts(twin) == [bundle.version(), NEWER]
    # The old one would be a step back.
    status, said = upload(twin, bundle.pack(boards.DEFAULT, bundle.version(), {"board/main.mpy": b"x"}), PASSWORD)
    assert (status, json.loads(said)["error"]) == (422, "older")


@pytest.mark.parametrize(
    "broken",
    ["1 / 0", "def run():\n    raise MemoryError", "import machine\ndef run():\n    machine.reset()"],
    ids=["cannot be loaded", "ends with an error", "resets"],
)
def test_a_version_that_does_not_start_gives_way_to_the_one_before(twin: Twin, tmp_path: Path, broken: str) -> None:
    app = app_of(NEWER, tmp_path, main=broken)
    assert upload(twin, bundle.pack(boards.DEFAULT, NEWER, app), PASSWORD)[0] == 200
    twin.wait_line("update: the new version did not hold, back to the one before")
    # Its three starts, and the restart for it.
    assert twin.lines.count("the board resets") == 4
    assert starts(twin) == [bundle.version()] * 2
    info = started_again(twin, 2)
    assert (info["version"], info["on_trial"]) == (bundle.version(), False)
    assert kept(tmp_path) == {"digimon/boot": 0, "digimon/tried": 0}


def test_a_bundle_with_a_wrong_password_changes_nothing(twin: Twin, tmp_path: Path) -> None:
    content = bundle.pack(boards.DEFAULT, NEWER, {"board/main.mpy": b"x"})
    assert upload(twin, content, "wrong")[0] == 401
    assert kept(tmp_path) == {}
    assert twin.info()["version"] == bundle.version()


def test_a_damaged_bundle_changes_nothing_and_the_board_goes_on(twin: Twin, tmp_path: Path) -> None:
    content = bundle.pack(boards.DEFAULT, NEWER, {"board/main.mpy": b"x" * 5000})
    status, said = upload(twin, content[:-1] + b"y", PASSWORD)
    assert (status, json.loads(said)["error"]) == (422, "damaged")
    assert kept(tmp_path) == {}
    good = twin.info()["telegrams"]["good"]
    wait_for(lambda: twin.info()["telegrams"]["good"] > good)
    assert starts(twin) == [bundle.version()]
