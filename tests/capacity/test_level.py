"""How levels are climbed and left again."""

from dataclasses import replace

import pytest

from custom_components.digimon.capacity.forecast import Forecast, forecast
from custom_components.digimon.capacity.level import (
    Ladder,
    Level,
    climb,
    is_due_for_automation,
    is_due_for_person,
    person_sheds,
)

TARGET_W = 4000


def projecting(second: int, projected_w: int, target_w: int = TARGET_W) -> Forecast:
    """A forecast of this mean: energy so far as if the power had always been there."""
    return forecast(second=second, demand_w=projected_w * second // 900, power_w=projected_w, target_w=target_w)


def levels(
    *spans: tuple[int, int, int], due_from: int = 0, step: int = 5, ladder: Ladder | None = None
) -> list[tuple[int, Level]]:
    """The seconds at which the level changed, for spans of (from, to, projection in W)."""
    ladder = ladder or Ladder()
    changes: list[tuple[int, Level]] = []
    for begin, end, projected_w in spans:
        for second in range(begin, end, step):
            # No certainty here: it is the projection that moves.
            now = forecast(
                second=second, demand_w=0, power_w=projected_w * 900 // (900 - second) + 1, target_w=TARGET_W
            )
            climbed = climb(ladder, now, is_due=second >= due_from)
            if climbed.level is not ladder.level:
                changes.append((second, climbed.level))
            ladder = climbed
    return changes


def test_watch_comes_after_four_minutes() -> None:
    assert levels((0, 800, 3600)) == [(240, Level.WATCH)]


def test_watch_has_to_last_a_minute() -> None:
    assert levels((0, 300, 3500), (300, 355, 3600), (355, 600, 3500), (600, 800, 3600)) == [(660, Level.WATCH)]


def test_watch_is_left_after_a_minute_below_85_percent() -> None:
    assert levels((0, 400, 3600), (400, 800, 3350)) == [(240, Level.WATCH), (460, Level.OK)]
    assert levels((0, 400, 3600), (400, 455, 3350), (455, 800, 3450)) == [(240, Level.WATCH)]


def test_high_has_to_last_half_a_minute() -> None:
    assert levels((0, 200, 3000), (200, 225, 4100), (225, 300, 3000)) == []
    assert levels((0, 200, 3000), (200, 300, 4100)) == [(230, Level.HIGH)]


def test_high_comes_after_the_first_minute() -> None:
    assert levels((0, 200, 4100)) == [(60, Level.HIGH)]


def test_high_comes_when_it_is_due() -> None:
    assert levels((0, 800, 4100), due_from=500) == [(240, Level.WATCH), (500, Level.HIGH)]


def test_due_is_not_forgotten_while_it_is_above() -> None:
    """A cycle that ends when the half minute is over."""
    ladder = Ladder()
    for second in range(300, 335, 5):
        ladder = climb(ladder, projecting(second, 4100), is_due=second == 305)
    assert ladder.level is Level.HIGH


def test_due_is_forgotten_below_the_target() -> None:
    ladder = climb(Ladder(), projecting(300, 4100), is_due=True)
    ladder = climb(ladder, projecting(305, 3900), is_due=False)
    for second in range(310, 390, 5):
        ladder = climb(ladder, projecting(second, 4100), is_due=False)
    assert ladder.level is Level.WATCH


def test_high_is_left_after_a_minute_below_95_percent() -> None:
    assert levels((0, 200, 4100), (200, 400, 3850)) == [(60, Level.HIGH)]
    assert levels((0, 200, 4100), (200, 400, 3750)) == [(60, Level.HIGH), (260, Level.WATCH)]
    assert levels((0, 200, 4100), (200, 400, 3000)) == [(60, Level.HIGH), (260, Level.OK)]


def test_high_comes_back() -> None:
    assert levels((0, 200, 4100), (200, 300, 3000), (300, 400, 4100)) == [
        (60, Level.HIGH),
        (260, Level.OK),
        (330, Level.HIGH),
    ]


def test_certain_at_any_second_and_for_good() -> None:
    ladder = climb(Ladder(), forecast(second=20, demand_w=4001, power_w=0, target_w=TARGET_W), is_due=False)
    assert ladder.level is Level.CERTAIN
    for second in range(25, 900, 5):
        ladder = climb(ladder, forecast(second=second, demand_w=0, power_w=0, target_w=TARGET_W), is_due=False)
        assert ladder.level is Level.CERTAIN


def test_after_silence_what_has_to_last_begins_anew() -> None:
    ladder = Ladder()
    for second in (100, 125):
        ladder = climb(ladder, projecting(second, 4100), is_due=True)
    ladder = climb(ladder.without_evidence(), projecting(165, 4100), is_due=True)
    assert ladder.level is Level.OK
    assert climb(ladder, projecting(195, 4100), is_due=True).level is Level.HIGH
    high = climb(ladder, projecting(195, 4100), is_due=True)
    assert high.without_evidence().level is Level.HIGH


@pytest.mark.parametrize(("second", "due"), [(389, False), (390, True)])
def test_due_for_an_automation(second: int, due: bool) -> None:  # noqa: FBT001 - a parameter
    """3.5 kW instead of 2.5: shedding 2 kW saves it until 450 s."""
    assert is_due_for_automation(projecting(second, 3500, 2500), 60, 2000) is due


def test_nothing_is_due_below_the_target() -> None:
    assert not is_due_for_automation(projecting(899, 2500, 2500), 240, 2000)
    assert not is_due_for_person(projecting(899, 2500, 2500), 240, 2000)


def test_a_person_can_switch_off_what_is_big() -> None:
    assert person_sheds(projecting(0, 4500), 2000) == 2000
    assert person_sheds(projecting(0, 9500), 2000) == 7000
    assert person_sheds(projecting(0, 9500), 8000) == 8000


@pytest.mark.parametrize(("second", "due"), [(530, False), (532, True)])
def test_due_for_a_person_with_a_big_load(second: int, due: bool) -> None:  # noqa: FBT001 - a parameter
    """9.5 kW instead of 8.5: shedding 7 kW saves it until 771 s."""
    assert is_due_for_person(projecting(second, 9500, 8500), 240, 2000) is due


@pytest.mark.parametrize(
    ("second", "projected_w", "due"), [(779, 4139, False), (780, 4139, True), (779, 4140, True), (590, 4140, False)]
)
def test_a_slight_excess_waits_until_the_last_two_minutes(
    second: int,
    projected_w: int,
    due: bool,  # noqa: FBT001 - a parameter
) -> None:
    now = replace(projecting(second, projected_w), projected_w=projected_w, is_pressing=False)
    assert is_due_for_person(now, 240, 2000) is due


@pytest.mark.parametrize(("chance_percent", "from_second"), [(0, 300), (9, 300), (10, 450), (49, 450), (50, None)])
def test_the_likelier_it_ends_by_itself_the_longer_a_message_waits(
    chance_percent: int, from_second: int | None
) -> None:
    """5 kW instead of 4: shedding 2.5 kW saves it until second 540."""
    now = [replace(projecting(second, 5000), is_pressing=False) for second in range(0, 630, 5)]
    due = [ahead.second for ahead in now if is_due_for_person(ahead, 240, 2000, chance_percent=chance_percent)]
    assert next(iter(due), None) == from_second


def test_nothing_is_waited_for_when_an_oven_would_make_it_too_late() -> None:
    """4.1 kW pass 4.0 within the last minute; with an oven more they would much earlier."""
    pressing = [second for second in range(0, 780, 5) if projecting(second, 4100).is_pressing]
    assert pressing == list(range(pressing[0], 780, 5))
    assert not projecting(pressing[0], 4100).is_last_call
    assert is_due_for_person(projecting(pressing[0], 4100), 240, 2000, chance_percent=49)
    assert not is_due_for_person(projecting(pressing[0] - 5, 4100), 240, 2000, chance_percent=49)
    assert not is_due_for_person(projecting(pressing[0], 3900), 240, 2000)


@pytest.mark.parametrize(("in_vain", "chance_percent"), [(0, 50), (1, 50), (9, 100)])
def test_what_ends_as_likely_as_not_waits_for_the_last_call(in_vain: int, chance_percent: int) -> None:
    for second in range(0, 900, 5):
        assert not is_due_for_person(
            projecting(second, 4100), 240, 2000, chance_percent=chance_percent, in_vain=in_vain
        )


@pytest.mark.parametrize("in_vain", [1, 9])
@pytest.mark.parametrize("chance_percent", [0, 49])
def test_after_a_message_in_vain_nothing_is_told_before_it_is_pressing(in_vain: int, chance_percent: int) -> None:
    for second in range(0, 780, 5):
        now = projecting(second, 5000)
        due = is_due_for_person(now, 240, 2000, chance_percent=chance_percent, in_vain=in_vain)
        assert due is now.is_pressing
    assert not is_due_for_person(projecting(890, 3900), 240, 2000, in_vain=in_vain)


def test_the_last_moment_is_a_minute_and_a_poll_before_it_is_certain() -> None:
    """5 kW pass 4.0 at second 720."""
    now = [projecting(second, 5000) for second in range(0, 720, 5)]
    assert next(ahead.second for ahead in now if ahead.is_last_call) == 650
    assert next(ahead.second for ahead in now if ahead.at_the_last_moment().is_last_call) == 660
    high = climb(Ladder(), projecting(650, 5000), is_due=False)
    waiting = climb(Ladder(), projecting(650, 5000).at_the_last_moment(), is_due=False)
    assert (high.level, waiting.level) == (Level.HIGH, Level.OK)
