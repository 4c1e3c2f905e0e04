"""Which second is due when, on a clock of the test."""

import math

import pytest

from simulator import pace
from simulator.outputs import _write


class Clock:
    """A machine's clock that moves only while somebody sleeps."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1_000_000.25)
    monkeypatch.setattr(pace.time, "time", clock.time)
    monkeypatch.setattr(pace.asyncio, "sleep", clock.sleep)
    return clock


async def test_now_is_the_full_second(clock: Clock) -> None:
    given = [(utc, clock.now) async for utc in pace.seconds(None, pace.REAL, 3)]
    assert given == [(1_000_001, 1_000_001), (1_000_002, 1_000_002), (1_000_003, 1_000_003)]


async def test_what_the_machine_slept_through_is_lost(clock: Clock) -> None:
    given = []
    async for utc in pace.seconds(None, pace.REAL, 4):
        given.append((utc, clock.now))
        if len(given) == 2:
            clock.now += 3.5
    assert given == [
        (1_000_001, 1_000_001),
        (1_000_002, 1_000_002),
        (1_000_005, 1_000_005.5),
        (1_000_006, 1_000_006),
    ]


async def test_from_a_given_start_no_second_is_left_out(clock: Clock) -> None:
    given = []
    async for utc in pace.seconds(500, pace.REAL, 6):
        given.append((utc, clock.now))
        if len(given) == 2:
            clock.now += 2.5
    begin = 1_000_001
    assert given == [
        (500, begin), (501, begin + 1), (502, begin + 3.5), (503, begin + 3.5), (504, begin + 4), (505, begin + 5),
    ]  # fmt: skip


async def test_a_factor(clock: Clock) -> None:
    given = [(utc, clock.now) async for utc in pace.seconds(500, 4, 3)]
    assert given == [(500, 1_000_001), (501, 1_000_001.25), (502, 1_000_001.5)]


async def test_full_speed_does_not_wait(clock: Clock) -> None:
    assert [utc async for utc in pace.seconds(500, math.inf, 3)] == [500, 501, 502]
    assert clock.now == 1_000_000.25


class Line:
    """A line with a reader who takes nothing."""

    def __init__(self) -> None:
        self.waiting = b""
        self.transport = self

    def get_write_buffer_size(self) -> int:
        return len(self.waiting)

    def write(self, data: bytes) -> None:
        self.waiting += data


async def test_who_does_not_keep_up_misses_whole_telegrams() -> None:
    line = Line()
    for _ in range(200):
        await _write(line, b"t" * 1000, patient=False)  # type: ignore[arg-type]
    assert len(line.waiting) % 1000 == 0
    assert 65_000 <= len(line.waiting) <= 67_000
