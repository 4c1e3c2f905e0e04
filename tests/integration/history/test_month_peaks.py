"""The month peaks and the calendar of the days before the board was added, from its card."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from core.clock import HOUR_SECONDS, QUARTER_SECONDS
from custom_components.digimon.capacity.ledger import Quarter, day_begin
from custom_components.digimon.capacity.months import Month

from .board import at
from .conftest import World
from .house import ModelHouse

BEGIN = at("2026-01-29T00:00")
ADDED = at("2026-02-02T09:00") + 600


@pytest.fixture
def house() -> ModelHouse:
    return ModelHouse(1, BEGIN, 24 * 8)


def highest(house: ModelHouse, first: int, until: int) -> Quarter:
    """Of the quarters of a period, by every interval of the house."""
    means = (
        Quarter(start, sum(consumed for consumed, _ in house.intervals(start)) // 180)
        for start in range(first, until, QUARTER_SECONDS)
    )
    return max(means, key=lambda quarter: quarter.power_w)


@pytest.mark.parametrize("firmware", ["ours", "original"])
async def test_the_days_of_the_card_are_known_on_the_first_day(world: World) -> None:
    world.move_to(ADDED)
    await world.start()
    await world.settled()
    await world.poll()
    tariff = world.entry.runtime_data.tariff
    house = world.board.house
    closed = ADDED // HOUR_SECONDS * HOUR_SECONDS
    midnights = sorted({day_begin(start) for start in range(BEGIN, closed, HOUR_SECONDS)})
    assert list(tariff.ledger.days) == midnights
    for begin, end in zip(midnights, [*midnights[1:], closed], strict=True):
        day = highest(house, max(begin, BEGIN), end)
        assert tariff.ledger.days[begin].start_utc == day.start_utc
        assert abs(tariff.ledger.days[begin].power_w - day.power_w) <= 4
    february = at("2026-02-01T00:00")
    for month, first, until in ((1, BEGIN, february), (2, february, closed)):
        assert abs(tariff.ledger.recorded[Month(2026, month)] - highest(house, first, until).power_w) <= 4


@pytest.mark.parametrize("firmware", ["original"])
async def test_the_bill_is_made_of_months_that_only_the_card_knows(world: World, hass: HomeAssistant) -> None:
    """The original firmware tells no month peaks at all."""
    world.move_to(ADDED)
    await world.start()
    await world.settled()
    await world.poll()
    billed = hass.states.get("sensor.digimon_billed_power")
    assert billed is not None
    house, february = world.board.house, at("2026-02-01T00:00")
    counted = [
        max(2500, highest(house, first, until).power_w)
        for first, until in ((BEGIN, february), (february, ADDED // HOUR_SECONDS * HOUR_SECONDS))
    ]
    assert billed.attributes["sources"] == {"2026-01": "recorded", "2026-02": "recorded"}
    assert float(billed.state) == pytest.approx(sum(counted) / 2000, abs=0.005)


async def test_the_calendar_has_the_days_of_the_card(world: World, hass: HomeAssistant) -> None:
    world.move_to(ADDED)
    await world.start()
    await world.settled()
    await world.poll()
    now = dt_util.utcnow()
    answer: Any = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": "calendar.digimon_peaks", "start_date_time": now - timedelta(days=10), "end_date_time": now},
        blocking=True,
        return_response=True,
    )
    events = answer["calendar.digimon_peaks"]["events"]
    starts = {round(datetime.fromisoformat(event["start"]).timestamp()) for event in events}
    # And the peak that the meter itself tells, of the quarter before.
    assert starts == {
        *(quarter.start_utc for quarter in world.entry.runtime_data.tariff.ledger.days.values()),
        ADDED // QUARTER_SECONDS * QUARTER_SECONDS - QUARTER_SECONDS,
    }
    assert len({day_begin(start) for start in starts}) == 5
