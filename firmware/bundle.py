"""Makes the bundles that `POST /update` of a board takes; `board/update.py` describes their form.

python firmware/bundle.py [--board NAME] [--output FOLDER]     prints the files it made
"""

import argparse
import hashlib
from pathlib import Path

import boards
import signing
from build import build, version

# Of the bytecode that mpy-cross writes: the lowest byte of MicroPython's `sys.implementation._mpy`.
MPY_VERSION = 6
MANIFEST = "manifest"


def contents(app: Path) -> dict[str, bytes]:
    """The files of an app, by their path in it, in order."""
    return {str(path.relative_to(app)): path.read_bytes() for path in sorted(app.rglob("*")) if path.is_file()}


def manifest(slug: str, number: str, files: dict[str, bytes]) -> bytes:
    """What a bundle says of itself.

    :param number: the version.
    """
    lines = ["digimon-bundle 1", f"version {number}", f"board {slug}", f"mpy {MPY_VERSION}"]
    lines += [f"{hashlib.sha256(content).hexdigest()} {len(content)} {path}" for path, content in files.items()]
    return "".join(f"{line}\n" for line in [*lines, ""]).encode()


def pack(slug: str, number: str, files: dict[str, bytes]) -> bytes:
    """A bundle, signed."""
    head = manifest(slug, number, files)
    return head + signing.sign(head) + b"".join(files.values())


def name(slug: str) -> str:
    """The name of a bundle in a release; Home Assistant's update entity looks for it."""
    return f"digimon-{version()}-{slug}.bundle"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Make the bundles for an update over the network.")
    parser.add_argument("--board", choices=sorted(boards.BOARDS), help="of this board only")
    parser.add_argument("--output", metavar="FOLDER", type=Path, default=Path(), help="where to put them")
    parser.add_argument("--release", action="store_true", help="only with the key that all boards trust")
    options = parser.parse_args()
    if options.release:
        try:
            signing.check_release()
        except ValueError as error:
            parser.error(str(error))
    options.output.mkdir(parents=True, exist_ok=True)
    for slug in [options.board] if options.board else sorted(boards.BOARDS):
        file = options.output / name(slug)
        file.write_bytes(pack(slug, version(), contents(build(slug) / "app")))
        print(file)


if __name__ == "__main__":
    main()
