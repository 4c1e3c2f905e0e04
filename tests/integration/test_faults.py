"""A bad day: whatever fails, in whatever order, what is shown is what the meter said or nothing."""

import logging
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from .bad_day import BadDay
from .card import house_of
from .house_boards import HouseBoard, TwinHouseBoard

# Before noon, a quarter begins: the house takes and gives, and the day has a midnight.
START = int(datetime(2026, 6, 10, 9, 0, tzinfo=UTC).timestamp())
DAY_SECONDS = 86_400
SAMPLE_SECONDS = 1200
# The firmware itself takes longer.
TWIN_SAMPLE_SECONDS = 300
TWIN_SECONDS = 3600 * int(os.environ.get("DIGIMON_HOURS", "3"))

type Begin = Callable[[int], Awaitable[BadDay]]


@pytest.fixture(params=[True, False], ids=["ours", "original"])
async def begin(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    enable_custom_integrations: None,
    tmp_path: Path,
    socket_enabled: None,
) -> AsyncIterator[Begin]:
    """Home Assistant with a board; the day of a seed begins."""
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    twin = TwinHouseBoard(house_of(1), START, tmp_path / "card") if request.param == "twin" else None
    board = twin or HouseBoard(house_of(1), START, ours=request.param)
    await board.start()
    days = []

    async def begin(seed: int) -> BadDay:
        days.append(BadDay(hass, freezer, board, seed))
        await days[0].begin(monkeypatch)
        return days[0]

    yield begin
    for day in days:
        await day.end()
    if twin is not None:
        await twin.end()


async def go_through(day: BadDay, seconds: int, caplog: pytest.LogCaptureFixture) -> None:
    """No wrong value, no exception, and all is well afterwards."""
    await day.live(seconds)
    await day.recover(20)
    assert day.wrong == []
    assert day.shown > day.polls // 3
    assert [record.message for record in caplog.records if record.exc_info and record.levelno >= logging.WARNING] == []
    if not day.board.ours:
        for counted, whole in day.counted():
            assert counted == pytest.approx(whole, rel=0.001, abs=20)


@pytest.mark.parametrize("begin", [False], indirect=True, ids=["original"])
async def test_no_wrong_value_is_ever_written(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    await go_through(await begin(1), SAMPLE_SECONDS, caplog)


@pytest.mark.long
async def test_nor_on_a_whole_day(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 (to do the same again)
    day = await begin(seed)
    await go_through(day, DAY_SECONDS, caplog)
    print(f"{day.polls} polls, {day.shown} of them shown, {day.values} values; {dict(day.faults)}")  # noqa: T201


@pytest.mark.parametrize("begin", ["twin"], indirect=True)
async def test_nor_with_ours_as_it_is(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    await go_through(await begin(3), TWIN_SAMPLE_SECONDS, caplog)


@pytest.mark.long
@pytest.mark.parametrize("begin", ["twin"], indirect=True)
async def test_nor_with_ours_for_hours(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    seed = int(os.environ.get("DIGIMON_SEED") or random.randrange(1 << 32))
    print(f"seed {seed}")  # noqa: T201 (to do the same again)
    day = await begin(seed)
    await go_through(day, TWIN_SECONDS, caplog)
    print(f"{day.polls} polls, {day.shown} of them shown, {day.values} values; {dict(day.faults)}")  # noqa: T201
