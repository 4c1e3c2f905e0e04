"""What happened is told to automations, also when nobody could hear it at that moment."""

from typing import Any

import pytest
from homeassistant.core import CoreState, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from .board import QUARTER, Board
from .conftest import EVENING, LOW_GOAL, At, automate, board_device, car_in_the_evening
from .metered import Load, Metered
from .test_tariff_automation import calls_of, event


@pytest.fixture
def load() -> Load:
    return car_in_the_evening


@pytest.fixture
def options() -> dict[str, Any]:
    return LOW_GOAL


@pytest.mark.parametrize("trigger", ["new_month_peak", "quarter_finished"])
async def test_an_outage_over_the_turn_of_a_quarter_costs_no_automation_its_trigger(
    hass: HomeAssistant, running: MockConfigEntry, at: At, metered: Metered, board: Board, trigger: str
) -> None:
    calls = await calls_of(hass, running, trigger)
    metered.follows_peak = trigger == "new_month_peak"
    await at(EVENING + 850)
    await board.stop()
    await at(EVENING + 880)
    assert hass.states.is_state("event.digimon_quarter", "unavailable")
    await board.start()
    board.store(board.read(QUARTER)["quarter_id"], consumed=7900)
    for second in (905, 910, 915):
        await at(EVENING + second)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("trigger", "sensor", "expected"),
    [
        ("new_month_peak", "month_peak", 7900),
        ("new_month_peak", "capacity_tariff_this_month", 17.49),
        ("quarter_finished", "last_quarter_average", 7900),
        ("peak_at_risk", "peak_risk", "high"),
    ],
)
async def test_who_is_told_finds_the_sensors_of_that_moment(
    hass: HomeAssistant,
    running: MockConfigEntry,
    at: At,
    metered: Metered,
    board: Board,
    trigger: str,
    sensor: str,
    expected: float | str,
) -> None:
    metered.follows_peak = True
    await at(EVENING)
    calls = async_mock_service(hass, "test", "automation")
    automation = {
        "triggers": {"trigger": f"digimon.{trigger}", "target": {"device_id": board_device(hass, running)}},
        "actions": {"action": "test.automation", "data": {"seen": f"{{{{ states('sensor.digimon_{sensor}') }}}}"}},
    }
    await automate(hass, automation)
    for second in (*range(5, 75, 5), *range(860, 900, 5)):
        await at(EVENING + second)
    board.store(board.read(QUARTER)["quarter_id"], consumed=7900)
    await at(EVENING + 905)
    assert [call.data["seen"] for call in calls][-1:] == [expected]


async def test_a_peak_that_was_made_while_home_assistant_was_away_is_told_when_it_is_back(
    hass: HomeAssistant, running: MockConfigEntry, at: At, metered: Metered
) -> None:
    calls = await calls_of(hass, running, "new_month_peak")
    metered.follows_peak = True
    await at(EVENING + 860)
    await hass.config_entries.async_unload(running.entry_id)
    await at(EVENING + 1860)
    await hass.config_entries.async_setup(running.entry_id)
    for second in (1865, 1870, 1875):
        await at(EVENING + second)
    assert len(calls) == 1
    assert (event(hass)["before"], event(hass)["after"]) == (2.0, 7.9)


async def begin_to_start(hass: HomeAssistant, entry: MockConfigEntry, at: At, second: int) -> None:
    """Home Assistant goes as the evening begins, comes back at a second of it, and is not through with starting yet."""
    await at(EVENING - 5)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.starting)
    await at(EVENING + second)
    await hass.config_entries.async_setup(entry.entry_id)


@pytest.mark.parametrize("minutes_of_start", [0, 2])
async def test_a_quarter_that_is_too_high_when_home_assistant_comes_back_is_told(
    hass: HomeAssistant, running: MockConfigEntry, at: At, minutes_of_start: int
) -> None:
    calls = await calls_of(hass, running, "peak_at_risk")
    await begin_to_start(hass, running, at, 200)
    for second in range(205, 205 + 60 * minutes_of_start, 5):
        await at(EVENING + second)
    assert calls == []
    hass.set_state(CoreState.running)
    for second in range(330, 345, 5):
        await at(EVENING + second)
    assert len(calls) == 1


async def test_a_warning_of_a_quarter_that_ended_while_home_assistant_started_is_no_news(
    hass: HomeAssistant, running: MockConfigEntry, at: At
) -> None:
    calls = await calls_of(hass, running, "peak_at_risk")
    await begin_to_start(hass, running, at, 800)
    await at(EVENING + 905)
    hass.set_state(CoreState.running)
    await at(EVENING + 910)
    assert calls == []
