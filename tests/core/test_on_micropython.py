"""The suite of core under MicroPython."""

import subprocess

import pytest

from .conftest import HERE, MICROPYTHONS, ROOT, micropython

SUITE = HERE / "suite"


@pytest.mark.parametrize("variable", MICROPYTHONS)
def test_the_suite_passes(variable: str) -> None:
    """Every function that CPython runs passes under MicroPython too."""
    result = subprocess.run(
        [micropython(variable), "-X", "heapsize=1m", str(SUITE / "run.py")],
        env={"MICROPYPATH": f"{ROOT / 'firmware'}:{SUITE}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    functions = sum(
        line.startswith("def test_") for module in SUITE.glob("test_*.py") for line in module.read_text().splitlines()
    )
    assert f"{functions} passed, 0 failed" in result.stdout
