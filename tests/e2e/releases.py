"""digimon at a version, and what GitHub tells of it.

The fields are those of its REST API (https://docs.github.com/rest: releases, Git trees, repository contents).
"""

import base64
import hashlib
import io
import json
import re
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

import boards

from tests.release_notes import notes_of

from .command import ROOT

FULL_NAME: Final = "digimon-energy/digimon"
BRANCH: Final = "main"
PUSHED: Final = "2026-11-26T08:00:00Z"
INTEGRATION: Final = "custom_components/digimon/"
_MANIFEST = f"{INTEGRATION}manifest.json"
_PAGE = f"https://github.com/{FULL_NAME}/releases"


@dataclass(frozen=True)
class Release:
    """The repository at a version.

    :ivar version: as in the manifest of the integration.
    :ivar files: content by path.
    """

    version: str
    files: dict[str, bytes] = field(repr=False)

    @classmethod
    def of_checkout(cls) -> Self:
        """What is committed here, as an archive of GitHub holds it."""
        packed = subprocess.run(["git", "archive", "--format=zip", "HEAD"], cwd=ROOT, check=True, capture_output=True)
        with zipfile.ZipFile(io.BytesIO(packed.stdout)) as archive:
            files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
        return cls(json.loads(files[_MANIFEST])["version"], files)

    def next(self, ending: str = "") -> Self:
        """The release that comes after it, which does the same.

        :param ending: of a version that only testers get, such as ``b1``.
        """
        *before, last = self.version.split(".")
        version = ".".join([*before, f"{int(last) + 1}{ending}"])
        manifest = self.manifest | {"version": version}
        return type(self)(version, self.files | {_MANIFEST: json.dumps(manifest, indent=2).encode()})

    @property
    def tag(self) -> str:
        """As CONTRIBUTING.md has it made."""
        return f"v{self.version}"

    @property
    def commit(self) -> str:
        """A name for what is in it."""
        return hashlib.sha1(self.version.encode(), usedforsecurity=False).hexdigest()

    @property
    def is_for_testers(self) -> bool:
        """Whether .github/workflows/release.yml marks it as a pre-release."""
        return not self.version.replace(".", "").isdecimal()

    @cached_property
    def notes(self) -> str:
        """What is new: the newest section of the changelog, as the release workflow would take it."""
        changelog = re.sub(r"## \[Unreleased]\s+(?=## )", "", self.files["CHANGELOG.md"].decode())
        if f"[{self.version}]" not in changelog:
            changelog = re.sub(r"(?m)^## \[[^]]+]", f"## [{self.version}]", changelog, count=1)
        with tempfile.TemporaryDirectory() as folder:
            return notes_of(changelog, self.version, Path(folder))

    @property
    def readme(self) -> str:
        """What people read of it first."""
        return self.files["README.md"].decode()

    def archive(self) -> bytes:
        """The archive of its tag: all below a folder named by repository and tag, of which a leading v goes."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path, content in self.files.items():
                archive.writestr(f"digimon-{self.version}/{path}", content)
        return written.getvalue()

    def folders(self) -> list[str]:
        """The paths of all folders."""
        return sorted({str(folder) for path in self.files for folder in PurePosixPath(path).parents} - {"."})

    def integration(self) -> dict[str, bytes]:
        """The files of the integration."""
        return {path: content for path, content in self.files.items() if path.startswith(INTEGRATION)}

    def assets(self) -> dict[str, bytes]:
        """What .github/workflows/release.yml attaches."""
        bundles = [f"digimon-{self.version}-{slug}.bundle" for slug in boards.BOARDS]
        return dict.fromkeys([f"digimon-{self.version}.zip", *bundles], b"not for the Marketplace")

    @property
    def manifest(self) -> dict[str, Any]:
        """Of the integration."""
        manifest: dict[str, Any] = json.loads(self.files[_MANIFEST])
        return manifest

    def document(self) -> dict[str, Any]:
        """The release."""
        return {
            "id": int(self.commit[:7], 16),
            "tag_name": self.tag,
            "name": self.tag,
            "target_commitish": BRANCH,
            "draft": False,
            "prerelease": self.is_for_testers,
            "created_at": PUSHED,
            "published_at": PUSHED,
            "html_url": f"{_PAGE}/tag/{self.tag}",
            "body": self.notes,
            "assets": [
                {
                    "id": number,
                    "name": name,
                    "state": "uploaded",
                    "size": len(content),
                    "content_type": "application/octet-stream",
                    "download_count": 0,
                    "browser_download_url": f"{_PAGE}/download/{self.tag}/{name}",
                }
                for number, (name, content) in enumerate(self.assets().items())
            ],
        }

    def tree(self) -> dict[str, Any]:
        """All files and folders."""
        folders: list[dict[str, Any]] = [{"path": path, "mode": "040000", "type": "tree"} for path in self.folders()]
        files: list[dict[str, Any]] = [
            {"path": path, "mode": "100644", "type": "blob", "size": len(content)}
            for path, content in self.files.items()
        ]
        entries = sorted(folders + files, key=lambda entry: str(entry["path"]))
        return {"sha": self.commit, "tree": entries, "truncated": False}

    def content(self, path: str) -> dict[str, Any] | None:
        """One file, if it is there."""
        if path not in self.files:
            return None
        return {
            "type": "file",
            "name": PurePosixPath(path).name,
            "path": path,
            "size": len(self.files[path]),
            "encoding": "base64",
            # In lines.
            "content": base64.encodebytes(self.files[path]).decode(),
        }
