"""The zip of a release, put into a Home Assistant that has nothing else, oldest and newest that we support."""

import asyncio
import os
import re
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from core.clock import quarter_id_at
from develop.known import KnownBoard, add_known
from tests.integration.board import INFO, METER, Board
from tests.ports import free_port

from .command import ROOT
from .complaints import complaints

pytestmark = pytest.mark.asyncio(loop_scope="session")

_STARTED = "Home Assistant initialized"
_SECONDS = 300


class LiveBoard(Board):
    """A board whose meter sends all the time, however long Home Assistant takes to ask."""

    def document(self, path: str) -> bytes | None:
        if path == METER:
            now = int(time.time())
            self.update(METER, time=now, quarter_id=quarter_id_at(now))
        return super().document(path)


def release_zip(folder: Path) -> Path:
    """The integration as the release workflow packs it."""
    workflow = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    packs = re.search(r"git archive --format=zip --output=\S+ (HEAD [\w ./]+)$", workflow, re.MULTILINE)
    assert packs is not None
    file = folder / "digimon.zip"
    subprocess.run(["git", "archive", "--format=zip", f"--output={file}", *packs[1].split()], cwd=ROOT, check=True)
    return file


@pytest.mark.parametrize("environment", ["DIGIMON_TEST", "DIGIMON_HOMEASSISTANT"], ids=["oldest", "newest"])
async def test_a_release_installs_into_a_clean_home_assistant_without_a_word_of_warning(
    tmp_path: Path, environment: str
) -> None:
    python = Path(os.environ[environment]) / "bin/python"
    configuration = tmp_path / "config"
    configuration.mkdir()
    with zipfile.ZipFile(release_zip(tmp_path)) as archive:
        assert all(name.startswith(("custom_components/", "LICENSE")) for name in archive.namelist())
        archive.extractall(configuration)
    (configuration / "configuration.yaml").write_text(
        f"http:\n  server_host: 127.0.0.1\n  server_port: {free_port()}\nlogger:\n  default: info\n", encoding="utf-8"
    )
    async with LiveBoard("single_phase") as board:
        storage = configuration / ".storage"
        storage.mkdir()
        add_known(storage, [KnownBoard(port=board.port, serial=board.read(INFO)["serial"], title="digimon")])
        log = await _log_of(python, configuration, board)
    assert complaints(log.splitlines()) == []


async def _log_of(python: Path, configuration: Path, board: Board) -> str:
    """Start Home Assistant, until it has started and has read the board."""
    process = await asyncio.create_subprocess_exec(
        python,
        *("-m", "homeassistant", "--config", configuration, "--skip-pip"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # Python would look for modules in this checkout, too, and there the integration is.
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1", "PYTHONPATH": ""},
    )
    log = ""
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_SECONDS):
            while not (_STARTED in log and METER in board.requests):
                line = await process.stdout.readline()
                assert line, log
                log += line.decode()
    finally:
        if process.returncode is None:
            process.terminate()
            log += (await process.communicate())[0].decode()
    return log
