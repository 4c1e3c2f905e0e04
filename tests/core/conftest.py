"""The runtimes that core is proven on: this Python and MicroPython with objects of 32 and of 64 bits."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

# Environment variables that name the MicroPython executables; scripts/test sets them.
MICROPYTHONS = ("MICROPYTHON32", "MICROPYTHON64")


def micropython(variable: str) -> str:
    """The executable an environment variable names; the test is skipped without one, in CI it fails."""
    executable = os.environ.get(variable)
    if not executable:
        if os.environ.get("CI"):
            pytest.fail(f"{variable} is not set: run scripts/test")
        pytest.skip(f"{variable} is not set: run scripts/test")
    return executable


class Worker:
    """A process of one runtime that answers questions about core (worker.py)."""

    def __init__(self, command: list[str], variable: str) -> None:
        """Start it with the variable that this runtime reads its module path from."""
        path = f"{ROOT / 'firmware'}:{HERE}"
        self._process = subprocess.Popen(
            [*command, str(HERE / "worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={variable: path},
            text=True,
            encoding="utf-8",
        )

    def ask(self, question: str, argument: list[str] | str) -> Any:
        """The answer of one function of worker.py; any exception over there ends the process and so the test."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([question, argument]) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the worker died: see its traceback"
        return json.loads(line)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="session", params=["CPYTHON", *MICROPYTHONS])
def runtime(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """Each of the three runtimes in turn."""
    if request.param == "CPYTHON":
        worker = Worker([sys.executable, "-u"], "PYTHONPATH")
    else:
        # The heap is no subject here: the whole app in 112 KB is proven with the firmware.
        worker = Worker([micropython(request.param), "-X", "heapsize=8m"], "MICROPYPATH")
    yield worker
    worker.stop()
