"""What automations get of the capacity tariff: events with the euros, triggers and a condition."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from .conftest import EVENING, LOW_GOAL, At, automate, board_device, car_in_the_evening
from .metered import Load, Metered


@pytest.fixture
def load() -> Load:
    return car_in_the_evening


@pytest.fixture
def options() -> dict[str, Any]:
    return LOW_GOAL


def event(hass: HomeAssistant) -> dict[str, Any]:
    found = hass.states.get("event.digimon_quarter")
    assert found is not None
    return dict(found.attributes)


async def calls_of(hass: HomeAssistant, entry: MockConfigEntry, trigger: str, **more: Any) -> list[Any]:
    """An automation on one of our triggers; the calls it makes."""
    calls = async_mock_service(hass, "test", "automation")
    automation = {
        "triggers": {"trigger": f"digimon.{trigger}", "target": {"device_id": board_device(hass, entry)}},
        "actions": {
            "action": "test.automation",
            "data_template": {"cost": "{{ trigger.to_state.attributes.cost }}", "type": "{{ trigger.platform }}"},
        },
        **more,
    }
    await automate(hass, automation)
    return calls


async def test_a_warning_says_what_it_costs_and_until_when_to_act(
    hass: HomeAssistant, running: MockConfigEntry, at: At
) -> None:
    for second in range(-25, 75, 5):
        await at(EVENING + second)
    said = event(hass)
    assert said["event_type"] == "peak_warning"
    assert said["level"] == "high"
    assert (said["target"], said["month_peak"]) == (2.5, 2.0)
    assert said["projected"] == pytest.approx(7.9, abs=0.1)
    assert said["excess"] == pytest.approx(5.4, abs=0.1)
    assert said["cost"] == pytest.approx(5.4 * 4.364, abs=0.5)
    assert said["quarter_end"] == "2026-06-10T16:15:00+00:00"
    assert said["act_by"] is not None


async def test_a_new_peak_says_what_it_was_what_it_is_and_what_that_costs(
    hass: HomeAssistant, running: MockConfigEntry, at: At, metered: Metered
) -> None:
    metered.follows_peak = True
    for second in range(860, 906, 5):
        await at(EVENING + second)
    said = event(hass)
    assert said["event_type"] == "new_month_peak"
    assert (said["before"], said["after"]) == (2.0, 7.9)
    assert said["cost"] == pytest.approx(5.4 * 4.364, abs=0.01)
    assert said["quarter_start"] == "2026-06-10T16:00:00+00:00"
    assert said["cost_month"] > 15


async def test_the_trigger_of_a_peak_at_risk(hass: HomeAssistant, running: MockConfigEntry, at: At) -> None:
    calls = await calls_of(hass, running, "peak_at_risk")
    await at(EVENING - 5)
    for second in range(0, 300, 5):
        await at(EVENING + second)
    assert len(calls) == 1
    assert float(calls[0].data["cost"]) > 20


async def test_the_trigger_of_a_new_month_peak(
    hass: HomeAssistant, running: MockConfigEntry, at: At, metered: Metered
) -> None:
    calls = await calls_of(hass, running, "new_month_peak")
    metered.follows_peak = True
    for second in range(860, 930, 5):
        await at(EVENING + second)
    assert len(calls) == 1


async def test_the_trigger_of_a_finished_quarter_is_not_that_of_a_peak(
    hass: HomeAssistant, running: MockConfigEntry, at: At
) -> None:
    calls = await calls_of(hass, running, "quarter_finished")
    for second in range(-25, 100, 5):
        await at(EVENING + second)
    assert event(hass)["event_type"] == "peak_warning"
    assert len(calls) == 1


async def test_the_condition_holds_while_the_peak_is_at_risk(
    hass: HomeAssistant, running: MockConfigEntry, at: At
) -> None:
    condition = {
        "condition": "digimon.is_peak_at_risk",
        "target": {"entity_id": "binary_sensor.digimon_month_peak_at_risk"},
        "options": {"behavior": "any"},
    }
    calls = async_mock_service(hass, "test", "automation")
    automation = {
        "triggers": {"trigger": "event", "event_type": "asked"},
        "conditions": condition,
        "actions": {"action": "test.automation"},
    }
    await automate(hass, automation)
    await at(EVENING - 5)
    hass.bus.async_fire("asked")
    await hass.async_block_till_done()
    assert calls == []
    for second in range(0, 75, 5):
        await at(EVENING + second)
    hass.bus.async_fire("asked")
    await hass.async_block_till_done()
    assert len(calls) == 1
