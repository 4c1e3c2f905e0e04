"""scripts/flash: the image it makes, what it says to images that do not fit, and that the app starts from it."""

import json
import struct
import subprocess
from pathlib import Path

import boards
import bundle
import pytest
import signing

from .flash import Flash, app_of, new_key, tool
from .twin import ROOT

C3, S2 = 5, 2
MIB = 1 << 20
# As MicroPython's own tables for 4 MiB: before 1.26 with a partition for files, since then without.
PARTITIONS = [
    ("nvs", 1, 0x02, 0x9000, 0x6000),
    ("phy_init", 1, 0x01, 0xF000, 0x1000),
    ("factory", 0, 0, 0x10000, 0x1F0000),
]
OLD_PARTITIONS = [*PARTITIONS, ("vfs", 1, 0x81, 0x200000, 0x200000)]


def stock(chip: int, partitions: list[tuple[str, int, int, int, int]]) -> bytes:
    """What stands for MicroPython's image: boot loader, table of partitions, program."""
    base = 0x1000 if chip == S2 else 0
    made = bytearray(b"\xff" * (0x10000 - base + 5000))
    made[:24] = bytes([0xE9, 1, 2, 0x2F]) + bytes(8) + chip.to_bytes(2, "little") + bytes(10)
    for number, (name, kind, subtype, offset, size) in enumerate(partitions):
        entry = struct.pack("<HBBII16sI", 0x50AA, kind, subtype, offset, size, name.encode(), 0)
        start = 0x8000 - base + 32 * number
        made[start : start + 32] = entry
    made[0x10000 - base :] = b"MicroPython" * 500
    return bytes(made)


def flash(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "scripts/flash", *options], capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signing.VARIABLE, new_key())


@pytest.mark.parametrize(
    ("board", "chip", "partitions"),
    [
        ("t8_c3", C3, PARTITIONS),
        ("t8_c3", C3, OLD_PARTITIONS),
        ("t8_s2", S2, PARTITIONS),
        ("s2_mini", S2, OLD_PARTITIONS),
    ],
)
def test_the_image_is_micropython_and_behind_it_the_files(
    board: str, chip: int, partitions: list[tuple[str, int, int, int, int]], tmp_path: Path
) -> None:
    image = stock(chip, partitions)
    (tmp_path / "stock.bin").write_bytes(image)
    result = flash("--board", board, "--image", tmp_path / "stock.bin", "--output", tmp_path / "out.bin")
    assert result.returncode == 0, result.stdout + result.stderr
    made = (tmp_path / "out.bin").read_bytes()
    base = boards.BOARDS[board].image_offset
    assert made[base : base + len(image)] == image
    assert set(made[:base]) <= {0xFF}
    assert len(made) == 4 * MIB
    # The superblock of a littlefs.
    assert made[2 * MIB + 8 : 2 * MIB + 16] == b"littlefs"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no image of MicroPython"),
        (bytes(100000), "no image of MicroPython"),
        (b"\xe9" + bytes(50), "no image of MicroPython"),
        (stock(S2, PARTITIONS), "for esp32s2, the board has an esp32c3"),
        (stock(0, PARTITIONS), "for chip 0"),
        (stock(C3, []), "no table of partitions"),
        (stock(C3, [("factory", 0, 0, 0x10000, 0x3F0000)]), "leaves no room"),
        (stock(C3, [("factory", 0, 0, 0x10000, 0x1000)]), "longer than its partitions"),
    ],
    ids=["empty", "zeros", "short", "other chip", "unknown chip", "no table", "no room", "too long"],
)
def test_what_is_no_image_for_the_board_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "stock.bin").write_bytes(content)
    result = flash("--board", "t8_c3", "--image", tmp_path / "stock.bin", "--output", tmp_path / "out.bin")
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out.bin").exists()


def test_a_board_that_is_not_there_is_esptools_to_tell(tmp_path: Path) -> None:
    result = flash("--port", tmp_path / "tty-nowhere")
    assert result.returncode != 0
    assert "tty-nowhere" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_it_needs_somewhere_to_write_to() -> None:
    result = flash()
    assert result.returncode == 2
    assert "--port or --output" in result.stderr


# The flash of an ESP32 for MicroPython's own littlefs, and the loader as MicroPython starts it.
MOUNT = """
import asyncio, os, vfs

class Blocks:
    def __init__(self):
        self.file = open({image!r}, "r+b")
    def readblocks(self, block, buffer, offset=0):
        self.file.seek(4096 * block + offset)
        self.file.readinto(buffer)
    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            offset = 0
            self.ioctl(6, block)
        self.file.seek(4096 * block + offset)
        self.file.write(buffer)
    def ioctl(self, operation, argument):
        if operation == 4:
            return {size} // 4096
        if operation == 5:
            return 4096
        if operation == 6:
            self.file.seek(4096 * argument)
            self.file.write(b"\\xff" * 4096)
            return 0

vfs.mount(vfs.VfsLfs2(Blocks(), progsize=32, readsize=32, lookahead=32), "/flash")
os.chdir("/flash")
"""

START = """
async def start():
    from board.main import Application
    application = Application("127.0.0.1", 0, False)
    await application.start()
    await asyncio.sleep_ms(100)
    await application.stop()
    print("runs", os.getcwd(), sorted(os.listdir("/flash")))

def run(app, run=asyncio.run):
    app.close()
    run(start())

asyncio.run = run
__import__("main")
"""

UPDATE = """
os.chdir("a")
async def take():
    from board.update import Update
    update = Update()
    await update.prepare()
    with open({bundle!r}, "rb") as file:
        while piece := file.read(512):
            update.feed(piece)
    print("taken", update.finish())
asyncio.run(take())
"""


def test_the_app_starts_from_the_image(tmp_path: Path) -> None:
    (tmp_path / "stock.bin").write_bytes(stock(C3, PARTITIONS))
    assert flash("--image", tmp_path / "stock.bin", "--output", tmp_path / "out.bin").returncode == 0
    files = tmp_path / "files.bin"
    files.write_bytes((tmp_path / "out.bin").read_bytes()[2 * MIB :])
    (tmp_path / "flash").mkdir()
    started = Flash(tmp_path).run(MOUNT.format(image=str(files), size=2 * MIB) + START, None)
    assert f"start: {bundle.version()}, power_on" in started.stdout, started.stdout + started.stderr
    assert "runs /flash/a ['a', 'main.py', 'update.key']" in started.stdout, started.stdout + started.stderr


IMAGE = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import boards, image
pathlib.Path(sys.argv[2]).write_bytes(image.file_system(boards.DEFAULT, int(sys.argv[3]), parts=True))
"""


@pytest.mark.parametrize("size", [2 * MIB, MIB])
def test_an_app_is_updated_on_micropythons_own_file_system(size: int, tmp_path: Path) -> None:
    files = tmp_path / "files.bin"
    tool("-c", IMAGE, ROOT / "firmware", files, str(size))
    (tmp_path / "flash").mkdir()
    board = Flash(tmp_path)
    mount = MOUNT.format(image=str(files), size=size)
    newer = tmp_path / "new.bundle"
    newer.write_bytes(bundle.pack(boards.DEFAULT, "9.9.9", app_of("9.9.9", tmp_path)))
    taken = board.run(mount + UPDATE.format(bundle=str(newer)), None)
    assert taken.stdout == "taken 9.9.9\n", taken.stderr
    started = board.run(mount + START, None)
    assert "start: 9.9.9, power_on" in started.stdout, started.stdout + started.stderr
    assert "runs /flash/b ['a', 'b', 'main.py', 'update.key']" in started.stdout, started.stdout + started.stderr
    # Nobody has said that it works.
    assert json.loads((tmp_path / "nvs.json").read_text())["digimon/boot"] == 4
