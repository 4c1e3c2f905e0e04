"""Parts of the app by themselves, on MicroPython with the stand-ins."""

import functools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from .twin import PATIENCE_SECONDS, ROOT, environment

# As in firmware/twin/process.py.
EXIT_RESET = 75


@functools.cache
def staged() -> Path:
    """The folder of a build whose modules are those of the source."""
    python = Path(environment("DIGIMON_TOOLS")) / "bin" / "python"
    command = [str(python), str(ROOT / "firmware/build.py"), "--parts"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def run(script: str, folder: Path, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run a script where the app's modules and the stand-ins are.

    :param folder: for the board's own memory, which stays there from one run to the next.
    :param settings: for the stand-ins, in place of those of an idle board.
    """
    build = staged()
    nvs = folder / "nvs.json"
    if not nvs.exists():
        nvs.write_text("{}")
    told = {
        "card": None,
        "uart": os.open(os.devnull, os.O_RDONLY),
        "control": 0,
        "nvs": str(nvs),
        "address": "127.0.0.1",
        "mac": "020000123456",
        "chip": "00112233445566778899aabbccddeeff",
        "reset_cause": 1,
        **settings,
    }
    try:
        return subprocess.run(
            [environment("MICROPYTHON32"), "-X", "heapsize=112k", "-c", script],
            cwd=build / "app",
            env={"MICROPYPATH": f"{build}/app:{build}/twin:.frozen", "DIGIMON_TWIN": json.dumps(told)},
            pass_fds=(told["uart"],),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    finally:
        os.close(told["uart"])
