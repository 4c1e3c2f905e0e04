"""Times and speeds as people write them."""

import math

import pytest

from simulator.instants import instant
from simulator.pace import speed
from tests.simulator.brute_force import utc


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-11-23T18:00",
        "2026-07-01 06:30:15",
        "2026-03-29T01:59:59",
        "2026-03-29T03:00",
        "2025-10-26T01:59",
        "2025-10-26T02:30",
        "2025-10-26T03:00",
        "2025-10-26T02:30+01:00",
        "2025-10-26T00:30Z",
    ],
)
def test_local_time_unless_an_offset_says_otherwise(text: str) -> None:
    assert instant(text) == utc(text)


def test_no_time() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        instant("yesterday")


def test_speeds() -> None:
    assert (speed("real"), speed("max"), speed("2.5")) == (1.0, math.inf, 2.5)


@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan", "fast"])
def test_no_speed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        speed(text)
