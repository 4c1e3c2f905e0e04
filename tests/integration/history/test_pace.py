"""How fast the card of a board may be read."""

from hypothesis import example, given
from hypothesis import strategies as st

from custom_components.digimon.history.pace import LONGEST_REST_SECONDS, ORIGINAL_REST, OUR_REST, Pace

PARTS = st.sampled_from([ORIGINAL_REST, OUR_REST])


@given(st.lists(st.floats(0.001, 30), min_size=1), PARTS)
@example([1.0, 11.0, 5.0], ORIGINAL_REST)
def test_a_board_rests_for_its_part_at_least_and_never_longer_than_five_seconds(
    answers: list[float], part: float
) -> None:
    pace = Pace()
    for seconds in answers:
        rest = pace.rest_after(seconds, part)
        assert min(part * seconds, LONGEST_REST_SECONDS) <= rest <= LONGEST_REST_SECONDS


def test_one_answer_that_met_a_poll_costs_no_more_than_itself() -> None:
    pace = Pace()
    assert [pace.rest_after(seconds, ORIGINAL_REST) for seconds in (0.25, 0.25, 0.75, 0.25, 0.25)] == [
        0.25,
        0.25,
        0.75,
        0.25,
        0.25,
    ]


def test_a_board_that_has_become_busy_rests_longer_and_longer_until_it_is_not() -> None:
    pace = Pace()
    rests = [pace.rest_after(seconds, ORIGINAL_REST) for seconds in (0.1, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1)]
    assert rests[:4] == [0.1, 0.5, 1.0, 2.0]
    assert rests[4:] == [0.2, 0.1, 0.1]


def test_our_firmware_rests_half_as_long() -> None:
    pace = Pace()
    rests = [pace.rest_after(seconds, OUR_REST) for seconds in (0.1, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1)]
    assert rests == [0.05, 0.25, 0.5, 1.0, 0.1, 0.05, 0.05]
