"""The job that makes a release, step by step as GitHub runs it, but for GitHub itself: `gh` notes what it is told."""

import hashlib
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boards
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from homeassistant.util.yaml import load_yaml_dict

from .markdown import ROOT

_SIGNATURE_BYTES = 256
_KEY = "DIGIMON_UPDATE_KEY"
_VERSION: str = json.loads((ROOT / "custom_components/digimon/manifest.json").read_text(encoding="utf-8"))["version"]
_GH = """#!/bin/sh
printf '%s\\n' "$@" >"$GH_TOLD"
"""


@dataclass(frozen=True)
class Job:
    """The checkout on which the steps are run.

    :ivar told: file of what `gh` was told, an argument a line.
    """

    checkout: Path
    told: Path

    @classmethod
    def cloned(cls, folder: Path) -> Self:
        """A clone of what is committed, and a `gh` beside it."""
        subprocess.run(["git", "clone", "-q", ROOT, folder / "clone"], check=True)
        programs = folder / "programs"
        programs.mkdir()
        (programs / "gh").write_text(_GH, encoding="utf-8")
        (programs / "gh").chmod(0o755)
        return cls(folder / "clone", folder / "told")

    def run(self, tag: str, secrets: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Take one step after the other until one fails; the answer is that of the last.

        :param secrets: of the repository, by name; one that is not there is empty, as on GitHub.
        """
        job = load_yaml_dict(str(ROOT / ".github/workflows/release.yml"))["jobs"]["release"]
        known = {"github.ref_name": tag, "github.token": "a token"}

        def meant(text: str) -> str:
            name = re.sub(r"^\$\{\{ (.+) \}\}$", r"\1", text)
            return secrets.get(name.removeprefix("secrets."), "") if name.startswith("secrets.") else known[name]

        def variables(owner: Mapping[str, Any]) -> dict[str, str]:
            return {name: meant(text) for name, text in owner.get("env", {}).items()}

        search = f"{self.told.with_name('programs')}{os.pathsep}{os.environ['PATH']}"
        surroundings = os.environ | {"PATH": search, "GH_TOLD": str(self.told)} | variables(job)
        for step in (step for step in job["steps"] if "run" in step):
            # As GitHub calls a step that names no shell.
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=self.checkout,
                env=surroundings | variables(step),
                check=False,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                break
        return done

    def release(self) -> list[str]:
        """What `gh` was told, or nothing."""
        return self.told.read_text(encoding="utf-8").splitlines() if self.told.exists() else []


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job.cloned(tmp_path)


def changelog_with(job: Job, version: str) -> None:
    (job.checkout / "CHANGELOG.md").write_text(f"# Changelog\n\n## [{version}] - 2027-01-01\n\n- New.\n")


def new_key(folder: Path) -> tuple[str, str]:
    """A private key and its public half, made as CONTRIBUTING.md tells."""
    file = folder / "release.pem"
    made = subprocess.run(
        [Path(os.environ["DIGIMON_TOOLS"]) / "bin/python", ROOT / "firmware/signing.py", file],
        check=True,
        capture_output=True,
        text=True,
    )
    return file.read_text(encoding="utf-8"), made.stdout


def test_a_tag_makes_a_release_with_an_update_for_each_board_and_a_zip(job: Job, tmp_path: Path) -> None:
    private, public = new_key(tmp_path)
    (job.checkout / "firmware/release-key.pem").write_text(public, encoding="utf-8")
    done = job.run(f"v{_VERSION}", {_KEY: private})
    assert done.returncode == 0, done.stderr

    zipped = f"digimon-{_VERSION}.zip"
    bundles = [f"bundles/digimon-{_VERSION}-{slug}.bundle" for slug in sorted(boards.BOARDS)]
    told = job.release()
    assert told == [
        "release",
        "create",
        f"v{_VERSION}",
        zipped,
        *bundles,
        "--verify-tag",
        "--title",
        f"v{_VERSION}",
        "--notes-file",
        "notes.md",
    ]
    assert (job.checkout / "notes.md").read_text(encoding="utf-8").strip()

    packed = {name for name in zipfile.ZipFile(job.checkout / zipped).namelist() if not name.endswith("/")}
    here = subprocess.run(["git", "ls-files", "custom_components/digimon"], cwd=ROOT, check=True, capture_output=True)
    assert packed == {"LICENSE", *here.stdout.decode().split()}

    key = load_pem_public_key(public.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    for name, slug in zip(bundles, sorted(boards.BOARDS), strict=True):
        head, blank, rest = (job.checkout / name).read_bytes().partition(b"\n\n")
        key.verify(rest[:_SIGNATURE_BYTES], head + blank, padding.PKCS1v15(), hashes.SHA256())
        first, version, board, _, *files = head.decode().split("\n")
        assert (first, version, board) == ("digimon-bundle 1", f"version {_VERSION}", f"board {slug}")
        assert files
        content = rest[_SIGNATURE_BYTES:]
        for line in files:
            digest, size, _ = line.split(" ", 2)
            assert hashlib.sha256(content[: int(size)]).hexdigest() == digest
            content = content[int(size) :]
        assert content == b""


def test_without_the_secret_a_release_has_no_updates_and_says_so(job: Job) -> None:
    done = job.run(f"v{_VERSION}", {})
    assert done.returncode == 0, done.stderr
    assert job.release()[3] == f"digimon-{_VERSION}.zip"
    assert job.release()[4] == "--verify-tag"


def test_a_key_that_no_board_trusts_makes_no_release(job: Job, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    _, public = new_key(first)
    private, _ = new_key(second)
    (job.checkout / "firmware/release-key.pem").write_text(public, encoding="utf-8")
    done = job.run(f"v{_VERSION}", {_KEY: private})
    assert done.returncode
    assert "is not the one of release-key.pem" in done.stderr
    # What a secret is made of stands in no log.
    assert not [line for line in private.splitlines() if line in done.stdout + done.stderr]
    assert job.release() == []


def test_a_tag_that_is_not_the_version_or_not_in_the_changelog_makes_no_release(job: Job) -> None:
    done = job.run("v9.9.9", {})
    assert done.returncode
    assert f"The tag is v9.9.9, but manifest.json says {_VERSION}" in done.stdout
    changelog_with(job, "9.9.9")
    done = job.run(f"v{_VERSION}", {})
    assert done.returncode
    assert f"CHANGELOG.md has no section [{_VERSION}]" in done.stdout
    assert job.release() == []


def test_a_version_with_more_than_numbers_is_for_testers(job: Job) -> None:
    version = f"{_VERSION}b1"
    manifest = job.checkout / "custom_components/digimon/manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(_VERSION, version), encoding="utf-8")
    changelog_with(job, version)
    done = job.run(f"v{version}", {})
    assert done.returncode == 0, done.stderr
    assert job.release()[-1] == "--prerelease"
