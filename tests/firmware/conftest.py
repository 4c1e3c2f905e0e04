"""What the tests of the firmware need."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .twin import Wire, environment


@pytest.fixture(scope="session", autouse=True)
def _micropython() -> None:
    """Everything here runs on 32-bit MicroPython, which scripts/test makes."""
    if not environment("MICROPYTHON32"):
        if os.environ.get("CI"):
            pytest.fail("MICROPYTHON32 is not set: run scripts/test")
        pytest.skip("MICROPYTHON32 is not set: run scripts/test")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """An empty card."""
    folder = tmp_path / "card"
    folder.mkdir()
    return folder


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A wire to a board that a test sends telegrams on."""
    with Wire() as made:
        yield made
