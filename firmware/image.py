"""What is on the flash of a board that was just flashed: loader, trusted keys, and the app in folder `a`.

python firmware/image.py [--board NAME] FOLDER     writes these files to a folder, as the twin has them
"""

import argparse
from pathlib import Path

import boards
import signing
from build import build, version
from bundle import MANIFEST, contents, manifest
from littlefs import LittleFS

# As in board/update.py.
KEYS = "update.key"
FIRST_SLOT = "a"

# MicroPython's own of the ESP32: the flash is erased by 4,096 bytes.
BLOCK_BYTES = 4096


def files(slug: str, *, parts: bool = False) -> dict[str, bytes]:
    """Every file on the flash, by its path.

    :param parts: leave every module of the app one, for tests of the parts.
    """
    staged = build(slug, parts=parts)
    app = contents(staged / "app")
    return {
        "main.py": (staged / "loader" / "main.py").read_bytes(),
        KEYS: signing.trusted(),
        **{f"{FIRST_SLOT}/{path}": content for path, content in app.items()},
        f"{FIRST_SLOT}/{MANIFEST}": manifest(slug, version(), app),
    }


def unpack(slug: str, folder: Path, *, parts: bool = False) -> None:
    """Write them to a folder, which then is the flash of a twin."""
    for path, content in files(slug, parts=parts).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def file_system(slug: str, size: int, *, parts: bool = False) -> bytes:
    """The image of the file system that MicroPython mounts at its start.

    :param size: of the partition in bytes.
    """
    # The geometry of MicroPython's `VfsLfs2`, by which it also formats.
    flash = LittleFS(
        block_size=BLOCK_BYTES,
        block_count=size // BLOCK_BYTES,
        read_size=32,
        prog_size=32,
        cache_size=128,
        lookahead_size=32,
        name_max=255,
    )
    for path, content in files(slug, parts=parts).items():
        parent = path.rpartition("/")[0]
        if parent:
            flash.makedirs(parent, exist_ok=True)
        with flash.open(path, "wb") as file:
            file.write(content)
    return bytes(flash.context.buffer)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Write what is on a board's flash to a folder.")
    parser.add_argument("--board", choices=sorted(boards.BOARDS), default=boards.DEFAULT)
    parser.add_argument("--parts", action="store_true", help="leave every module of the app one")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    unpack(options.board, options.folder, parts=options.parts)


if __name__ == "__main__":
    main()
