"""The eight loads on which the rules for warnings were settled: what is told when, and where silence is due."""

from dataclasses import dataclass

import pytest

from custom_components.digimon.capacity.level import Level

from .replay import QUARTER, Load, Reading, observations, watch


@dataclass(frozen=True)
class Case:
    """A load and what has to come of it; seconds of the quarter, None for never."""

    load: Load
    person: int | None
    automation: int | None
    certain: int | None
    end_w: int


def running(base: int, watt: int = 0, begin: int = 0, end: int = 900) -> Load:
    """An appliance that runs for some of the quarter, on a base load that was there before it."""
    return lambda second: base + (watt if begin <= second < end else 0)


def cycling(second: int) -> int:
    """An oven that heats every other minute."""
    return 3700 if second >= 0 and second // 60 % 2 == 0 else 1200


CASES = {
    "kettle, 3 minutes": Case(running(500, 2200, 0, 180), None, None, None, 940),
    "kettle, 4 minutes": Case(running(500, 2200, 0, 240), None, None, None, 1090),
    "kettle, later": Case(running(500, 2200, 300, 500), None, None, None, 990),
    "boiling tap": Case(running(400, 9000, 0, 10), None, None, None, 500),
    "steady 2.6 kW": Case(running(2600), 615, 795, 866, 2600),
    "steady 3.5 kW": Case(running(3500), 210, 390, 643, 3500),
    "oven": Case(running(1500, 2500, 500), 610, 790, 876, 2610),
    "cycling oven": Case(cycling, 299, 780, 892, 2530),
    # It stops by itself, which nobody could know when the time to tell came.
    "hob and kettle": Case(running(600, 3500, 0, 360), 60, 121, None, 2000),
    "car": Case(running(500, 7400), 60, 60, 285, 7900),
}
WITHIN_SECONDS = 10
WITHIN_W = 20


def assert_near(found: int | None, expected: int | None) -> None:
    assert (found is None) == (expected is None), (found, expected)
    if found is not None and expected is not None:
        assert abs(found - expected) <= WITHIN_SECONDS


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("name", CASES)
def test_load(name: str, reading: Reading) -> None:
    case = CASES[name]
    diary = watch(observations(case.load, reading))
    assert_near(diary.red(diary.person), case.person)
    assert_near(diary.red(diary.automation), case.automation)
    assert_near(diary.person.get(Level.CERTAIN), case.certain)
    (finished,) = (event for event in diary.finished if event.start_utc == QUARTER)
    assert abs(finished.power_w - case.end_w) <= WITHIN_W
    assert [second for second, _ in diary.warnings] == ([] if case.person is None else [diary.red(diary.person)])


@pytest.mark.parametrize("offset", range(5))
@pytest.mark.parametrize("name", CASES)
def test_it_does_not_matter_when_a_board_is_polled(name: str, offset: int) -> None:
    case = CASES[name]
    diary = watch(observations(case.load, Reading.BOARD, offset=offset))
    assert_near(diary.red(diary.person), case.person)
    assert_near(diary.red(diary.automation), case.automation)
    assert_near(diary.person.get(Level.CERTAIN), case.certain)


def test_a_projection_above_the_target_would_fire_on_kettle_tap_and_hob() -> None:
    """What we do not do, and why."""
    for name in ("kettle, 3 minutes", "boiling tap", "hob and kettle"):
        load = CASES[name].load
        energy = 0
        fired = False
        for second in range(900):
            fired = fired or energy // 900 + load(second) * (900 - second) // 900 > 2500
            energy += load(second)
        assert fired
        assert energy // 900 <= 2500
