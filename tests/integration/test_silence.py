from hypothesis import given
from hypothesis import strategies as st

from custom_components.digimon.silence import SILENT_SECONDS, Progress, follow, is_silent

NOW = 1_700_000_000

# Polls: seconds since the one before, and how far the meter's time moved meanwhile (backwards when somebody set it).
polls = st.lists(st.tuples(st.integers(1, 60), st.integers(-3600, 3600)), max_size=40)


def follow_polls(steps: list[tuple[int, int]], age: int = 0) -> tuple[Progress, float]:
    """Follow a meter that is first seen at an age of some seconds."""
    monotonic, time_utc = 1000.0, NOW - age
    progress = follow(None, time_utc, monotonic=monotonic, wall_utc=NOW)
    for seconds, moved in steps:
        monotonic += seconds
        time_utc += moved
        progress = follow(progress, time_utc, monotonic=monotonic, wall_utc=NOW)
    return progress, monotonic


@given(polls, st.integers(1, 3600), st.integers(0, 10_000))
def test_a_meter_is_silent_exactly_when_its_time_stood_still_too_long(
    before: list[tuple[int, int]], moved: int, still: int
) -> None:
    progress, monotonic = follow_polls([*before, (5, moved)])
    progress = follow(progress, progress.time_utc, monotonic=monotonic + still, wall_utc=NOW)
    assert is_silent(progress, monotonic=monotonic + still) is (still >= SILENT_SECONDS)


@given(st.integers(-10_000, 10_000))
def test_at_first_sight_our_clock_judges(age: int) -> None:
    progress, monotonic = follow_polls([], age)
    assert is_silent(progress, monotonic=monotonic) is (abs(age) >= SILENT_SECONDS)


@given(st.integers(-(10**9), 10**9), st.integers(1, 60))
def test_one_step_of_the_meter_settles_whose_clock_is_wrong(age: int, moved: int) -> None:
    progress, monotonic = follow_polls([(5, moved)], age)
    assert not is_silent(progress, monotonic=monotonic)


def test_a_meter_set_back_is_not_silent() -> None:
    progress, monotonic = follow_polls([(5, -3600)])
    assert not is_silent(progress, monotonic=monotonic)
