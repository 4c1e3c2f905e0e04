"""The power goes at any moment: nothing stored is damaged, half a minute is lost, and the next quarter is written."""

import random
from pathlib import Path

import pytest

from .fat import complaints
from .power_cut import HARMLESS, Campaign
from .telegrams import at

MIDNIGHT = at("2026-02-01T00:00:00+01:00")
HOUR = 3600


def examine(campaign: Campaign, numbers: list[int]) -> None:
    """Cut at some writes, and tell what it came to."""
    strange = {}
    for done, number in enumerate(numbers):
        if done % 100 == 0:
            print(f"{done} of {len(numbers)} cuts, lost {campaign.most_lost} s at most", flush=True)  # noqa: T201 (so long)
        try:
            cut = campaign.cut(number)
        except Exception as error:
            error.add_note(f"cut after {number} of {campaign.writes} writes")
            raise
        if harmful := [line for line in cut.complaints if not line.startswith(HARMLESS)]:
            strange[number] = harmful
    # `pytest -rP` shows it.
    print(f"{len(numbers)} cuts among {campaign.writes} writes; lost {campaign.most_lost} s at most")  # noqa: T201
    print(f"fsck.fat: {dict(campaign.complaints)}")  # noqa: T201 (the figures are what the campaign is for)
    assert not strange


def test_cuts_at_some_writes_around_midnight_at_the_end_of_a_month(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 (to do the same again)
    with Campaign(tmp_path, MIDNIGHT - 1300, MIDNIGHT + 1300, [MIDNIGHT + 500]) as campaign:
        chosen = random.Random(seed).sample(range(campaign.writes + 1), 60)
        examine(campaign, sorted(chosen))


# Together every write; each part by itself is spread over the whole day.
PARTS = 8


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_cuts_at_every_write_of_a_day_with_the_end_of_a_month(tmp_path: Path, part: int) -> None:
    restarts = [MIDNIGHT - 7 * HOUR, MIDNIGHT + 500, MIDNIGHT + 9 * HOUR + 850]
    with Campaign(tmp_path, MIDNIGHT - 12 * HOUR, MIDNIGHT + 12 * HOUR, restarts) as campaign:
        examine(campaign, list(range(part, campaign.writes + 1, PARTS)))


def test_a_file_system_that_is_not_sound_is_noticed(tmp_path: Path) -> None:
    """Two files on one chain of clusters, which a rename that is cut leaves."""
    with Campaign(tmp_path, MIDNIGHT, MIDNIGHT + 10, []) as campaign:
        campaign.cross_link()
        assert any(not line.startswith(HARMLESS) for line in complaints(campaign.image))
