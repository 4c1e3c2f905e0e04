"""Puts MicroPython and the app on a real board; behind `scripts/flash`.

The stock image of MicroPython, which everybody gets for himself, holds the boot loader, a table of partitions and
the interpreter. Behind it comes a file system with the loader, the trusted keys and the app (`image.py`).
"""

import argparse
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import boards
import image
from boards import Board

# All three boards have 4 MiB.
FLASH_BYTES = 4 << 20
# Where the file system is on a board that has MicroPython already, unless its image says otherwise.
FILES_OFFSET = 0x200000

# ESP-IDF: the header of an image (esp_app_format.h) and the table of partitions (esp_flash_partitions.h).
_IMAGE_MAGIC = 0xE9
_CHIPS = {"esp32s2": 2, "esp32c3": 5}
_TABLE_OFFSET = 0x8000
_ENTRY = struct.Struct("<HBBII16sI")
_ENTRY_MAGIC = 0x50AA
_TABLE_ENTRIES = 95
_DATA = 1
_FILE_SYSTEMS = (0x81, 0x83)


class Place(NamedTuple):
    """A part of the flash, in bytes."""

    offset: int
    size: int


class StockError(ValueError):
    """The image of MicroPython is not one for the board."""


def place_of_files(stock: bytes, board: Board) -> Place:
    """Where MicroPython will look for its file system.

    Images before 1.26 have a partition for it; later ones take what their partitions leave of the flash.

    :param stock: the image, from the boot loader on.
    :raises StockError: it is none, or of another chip.
    """
    if len(stock) <= _TABLE_OFFSET or stock[0] != _IMAGE_MAGIC:
        raise StockError("this is no image of MicroPython for an ESP32 (the .bin that is flashed at its first address)")
    chip = int.from_bytes(stock[12:14], "little")
    if chip != _CHIPS[board.chip]:
        names = {number: name for name, number in _CHIPS.items()}
        raise StockError(f"this image is for {names.get(chip, f'chip {chip}')}, the board has an {board.chip}")
    end = 0
    for number in range(_TABLE_ENTRIES):
        start = _TABLE_OFFSET - board.image_offset + number * _ENTRY.size
        if start + _ENTRY.size > len(stock):
            break
        magic, kind, subtype, offset, size, _, _ = _ENTRY.unpack_from(stock, start)
        if magic != _ENTRY_MAGIC:
            break
        if kind == _DATA and subtype in _FILE_SYSTEMS:
            return Place(offset, size)
        end = max(end, offset + size)
    if not end:
        raise StockError("this image has no table of partitions where MicroPython has it")
    if board.image_offset + len(stock) > end:
        raise StockError("this image is longer than its partitions")
    if end + (FLASH_BYTES >> 3) > FLASH_BYTES:
        raise StockError("this image leaves no room for files: it is for a board with more flash")
    return Place(end, FLASH_BYTES - end)


def _esptool(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "esptool", *map(str, words)], check=True)


def flash(slug: str, stock: Path | None, port: str | None, output: Path | None) -> None:
    """Make the image, and write it to a board or a file.

    :param slug: the board.
    :param stock: MicroPython's image; None when the board has MicroPython.
    :param port: the serial device of the board, None for no board.
    :param output: for the image, None for no file.
    :raises StockError: the image is not one for the board.
    :raises subprocess.CalledProcessError: esptool says why.
    """
    board = boards.BOARDS[slug]
    place = Place(FILES_OFFSET, FLASH_BYTES - FILES_OFFSET)
    if stock is not None:
        place = place_of_files(stock.read_bytes(), board)
    with tempfile.TemporaryDirectory(prefix="digimon-flash-") as folder:
        print(f"files of {slug}: {place.size} bytes at {place.offset:#x}", flush=True)
        files = Path(folder) / "files.bin"
        files.write_bytes(image.file_system(slug, place.size))
        parts: list[str | Path] = [] if stock is None else [hex(board.image_offset), stock]
        parts += [hex(place.offset), files]
        if output is not None:
            _esptool("--chip", board.chip, "merge-bin", "--output", output, *parts)
        if port is not None:
            _esptool("--chip", board.chip, "--port", port, "write-flash", *parts)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="scripts/flash", description="Put MicroPython and the app on a board.")
    parser.add_argument("--board", choices=sorted(boards.BOARDS), default=boards.DEFAULT, help="default %(default)s")
    parser.add_argument("--port", metavar="DEVICE", help="serial device of the board, such as /dev/ttyACM0")
    parser.add_argument(
        "--image",
        metavar="STOCK.bin",
        type=Path,
        help="MicroPython for the chip; needed unless the board has it already",
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help="write the image to a file, from address 0 on")
    options = parser.parse_args()
    if options.port is None and options.output is None:
        parser.error("--port or --output is needed")
    try:
        flash(options.board, options.image, options.port, options.output)
    except (OSError, StockError) as error:
        print(f"flash: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        # esptool has said why.
        return int(error.returncode)
    return 0


if __name__ == "__main__":
    sys.exit(main())
