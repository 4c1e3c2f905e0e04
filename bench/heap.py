"""Where the board's heap goes: bytes that each of its features takes, on 32-bit MicroPython.

Usage: python bench/heap.py
Prints one line of JSON: what each step leaves in use after a collection. Nothing of it depends on the speed of the
machine. The steps are those of the twin's own modules, in the order in which a board does them.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "firmware"))

import boards  # noqa: E402 (the build's modules are no package)
import build  # noqa: E402 (as above)
import image  # noqa: E402 (as above)

# Room for all of it at once, which a board never has to have.
HEAP = "400k"
LATE = (
    "backlog",
    "admin",
    "writing",
    "password",
    "config",
    "settings_change",
    "update",
    "manifest",
    "signature",
    "bundle_files",
)

STEPS = """
import gc, json, sys
sys.path.insert(0, "")
taken = {}
last = 0
def note(what):
    global last
    gc.collect()
    gc.collect()
    taken[what] = gc.mem_alloc() - last
    last += taken[what]
note("MicroPython")
import asyncio
note("asyncio")
import esp32, machine, network
from settings import SETTINGS
note("stand-ins")
from board.main import Application
note("app, its modules")
application = Application(SETTINGS["host"], 0, True)
note("app, its objects and buffers")
async def main():
    await application.start()
    note("radio, sockets, tasks")
    await asyncio.sleep(4)
    note("HTTP API and SSDP, in a network")
    for name in %r:
        __import__("board." + name)
        note(name)
    sys.stdout.write(json.dumps(taken) + chr(10))
    await application.stop()
asyncio.run(main())
"""


def measure() -> dict[str, int]:
    """Bytes by step."""
    staged = build.build(boards.DEFAULT)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        image.unpack(boards.DEFAULT, folder / "flash")
        card = folder / "card"
        card.mkdir()
        config = {"wifi": {"ssid": "twin", "password": ""}, "network": {"device_name": "digimon"}}
        (folder / "nvs.json").write_text(json.dumps({"digimon/config": json.dumps(config).encode().hex()}))
        told = {
            "card": str(card),
            "nvs": str(folder / "nvs.json"),
            "rtc": str(folder / "rtc"),
            "uart": os.devnull,
            "address": "127.0.0.1",
            "host": "127.0.0.1",
            "mac": "02" * 6,
            "chip": "00" * 16,
            "reset_cause": 1,
        }
        result = subprocess.run(
            [os.environ["MICROPYTHON32"], "-X", f"heapsize={HEAP}", "-c", STEPS % (LATE,)],
            cwd=folder / "flash" / "a",
            env={"MICROPYPATH": f":{staged / 'twin'}:.frozen", "DIGIMON_TWIN": json.dumps(told)},
            check=True,
            capture_output=True,
            text=True,
        )
    found: dict[str, int] = json.loads(next(line for line in result.stdout.splitlines() if line.startswith("{")))
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))
