"""The guided way from another integration: which sensors, what would come over, and that it did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from .board import Board
from .conftest import meter_time

OLD = ("sensor.old_day", "sensor.old_night")


def ended(board: Board) -> datetime:
    """The hour in which the older sensors stopped."""
    return datetime.fromtimestamp(meter_time(board), UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)


def day_of(board: Board, hours_before: int) -> str:
    """The local day of an hour before that, as people are shown it."""
    return f"{dt_util.as_local(ended(board) - timedelta(hours=hours_before)):%d/%m/%Y}"


async def choose(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    flow: Any = await hass.config_entries.options.async_init(entry.entry_id)
    return await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "predecessor"})


async def submit(hass: HomeAssistant, flow: Any, fields: dict[str, Any]) -> Any:
    return await hass.config_entries.options.async_configure(flow["flow_id"], fields)


def import_hours(
    hass: HomeAssistant, entity_id: str, first: datetime, counted: list[float], *, stood: float = 0, unit: str = "kWh"
) -> None:
    """Put hours of a sensor into the statistics.

    :param counted: up to the end of each hour, in the unit.
    :param stood: its register before.
    """
    async_import_statistics(
        hass,
        {
            "has_sum": True,
            "mean_type": StatisticMeanType.NONE,
            "name": None,
            "source": "recorder",
            "statistic_id": entity_id,
            "unit_class": "energy" if unit == "kWh" else "volume",
            "unit_of_measurement": unit,
        },
        [
            {"start": first + timedelta(hours=hour), "state": stood + total, "sum": total}
            for hour, total in enumerate(counted)
        ],
    )


@pytest.fixture
async def recorded(recorder_mock: None, hass: HomeAssistant, board: Board, loaded: MockConfigEntry) -> MockConfigEntry:
    """Two sensors of another integration, with 24 hours each that ended a day ago."""
    registry = er.async_get(hass)
    end = ended(board)
    for number, entity_id in enumerate(OLD, 1):
        registry.async_get_or_create(
            "sensor",
            "dsmr",
            f"1234_electricity_used_tariff_{number}",
            suggested_object_id=entity_id.removeprefix("sensor."),
        )
        import_hours(hass, entity_id, end - timedelta(hours=24), [hour / 4 for hour in range(24)])
    for number in (1, 2):
        registry.async_get_or_create("sensor", "dsmr", f"1234_electricity_delivered_tariff_{number}")
    await async_wait_recording_done(hass)
    return loaded


async def test_what_is_found_is_proposed_told_and_taken_over(
    recorded: MockConfigEntry, hass: HomeAssistant, board: Board
) -> None:
    flow = await choose(hass, recorded)
    assert flow["step_id"] == "predecessor"
    suggested = {
        str(marker.schema): marker.description["suggested_value"]
        for marker in flow["data_schema"].schema
        if marker.description
    }
    assert suggested["consumed_energy"] == list(OLD)
    assert suggested["consumed_energy_t1"] == [OLD[0]]
    # One that has been there for less than an hour.
    assert "produced_energy" not in suggested

    flow = await submit(hass, flow, {"consumed_energy": list(OLD), "consumed_energy_t1": [OLD[0]]})
    assert flow["step_id"] == "predecessor_confirm"
    days = f"{day_of(board, 24)} \N{EN DASH} {day_of(board, 1)}"
    # Each counted 23 times 250 Wh: nothing tells what the first hour added.
    amounts = {"Consumed energy": 12, "Consumed energy day tariff": 6}
    told = "\n".join(f"- {name}: {days}, {amount}\N{NO-BREAK SPACE}kWh" for name, amount in amounts.items())
    assert flow["description_placeholders"] == {"sensors": told}

    result = await submit(hass, flow, {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "predecessor_done")
    assert result["description_placeholders"] == {"sensors": told}


async def test_a_board_that_is_gone_when_it_is_confirmed_is_told(
    recorded: MockConfigEntry, hass: HomeAssistant
) -> None:
    flow = await submit(hass, await choose(hass, recorded), {"consumed_energy": list(OLD)})
    assert flow["step_id"] == "predecessor_confirm"
    await hass.config_entries.async_unload(recorded.entry_id)
    result = await submit(hass, flow, {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "predecessor_not_now")


async def test_what_came_over_before_is_not_told_again(
    recorded: MockConfigEntry, hass: HomeAssistant, board: Board
) -> None:
    flow = await submit(hass, await choose(hass, recorded), {"consumed_energy": list(OLD)})
    result = await submit(hass, flow, {})
    assert result["reason"] == "predecessor_done"
    both = {"consumed_energy": list(OLD), "consumed_energy_t1": [OLD[0]]}
    flow = await submit(hass, await choose(hass, recorded), both)
    days = f"{day_of(board, 24)} \N{EN DASH} {day_of(board, 1)}"
    told = f"- Consumed energy day tariff: {days}, 6\N{NO-BREAK SPACE}kWh"
    assert flow["description_placeholders"] == {"sensors": told}


async def test_what_has_no_such_statistics_can_be_corrected(recorded: MockConfigEntry, hass: HomeAssistant) -> None:
    flow = await choose(hass, recorded)
    flow = await submit(hass, flow, {"consumed_energy": ["sensor.digimon_net_power"]})
    assert flow["errors"] == {"base": "look_below", "consumed_energy": "not_continuable"}
    assert flow["description_placeholders"]["sensor"] == "digimon Net power"
    flow = await submit(hass, flow, {"consumed_energy": list(OLD)})
    assert flow["step_id"] == "predecessor_confirm"


async def test_what_went_away_before_the_last_click_is_told(recorded: MockConfigEntry, hass: HomeAssistant) -> None:
    flow = await submit(hass, await choose(hass, recorded), {"consumed_energy": list(OLD)})
    assert flow["step_id"] == "predecessor_confirm"
    get_instance(hass).async_clear_statistics(list(OLD))
    await async_wait_recording_done(hass)
    result = await submit(hass, flow, {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "predecessor_failed")


async def test_without_a_choice_it_asks_for_one(recorded: MockConfigEntry, hass: HomeAssistant) -> None:
    flow = await submit(hass, await choose(hass, recorded), {"consumed_energy": []})
    assert flow["errors"] == {"base": "nothing_chosen"}
    flow = await submit(hass, flow, {"consumed_energy": list(OLD)})
    assert flow["step_id"] == "predecessor_confirm"


async def test_with_no_hour_before_those_of_ours_there_is_nothing_to_do(
    recorded: MockConfigEntry, hass: HomeAssistant, board: Board
) -> None:
    import_hours(hass, "sensor.digimon_consumed_energy", ended(board) - timedelta(hours=25), [0.0] * 25)
    await async_wait_recording_done(hass)
    result = await submit(hass, await choose(hass, recorded), {"consumed_energy": list(OLD)})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "predecessor_nothing")


async def test_registers_that_do_not_go_on_are_asked_about_first(
    recorded: MockConfigEntry, hass: HomeAssistant, board: Board
) -> None:
    """The meter was replaced, or somebody chose day and night beside a total."""
    import_hours(hass, "sensor.digimon_consumed_energy", ended(board), [0.2, 0.4], stood=4200)
    await async_wait_recording_done(hass)
    flow = await submit(hass, await choose(hass, recorded), {"consumed_energy": list(OLD)})
    assert flow["step_id"] == "predecessor_doubt"
    told = "- Consumed energy: 12\N{NO-BREAK SPACE}kWh \N{RIGHTWARDS ARROW} 4200\N{NO-BREAK SPACE}kWh"
    assert flow["description_placeholders"] == {"sensors": told}
    flow = await submit(hass, flow, {})
    assert flow["step_id"] == "predecessor_confirm"
    assert (await submit(hass, flow, {}))["reason"] == "predecessor_done"


async def test_one_of_ours_is_not_an_older_sensor(recorded: MockConfigEntry, hass: HomeAssistant, board: Board) -> None:
    """The list has it too, and often under the same name."""
    import_hours(hass, "sensor.digimon_consumed_energy", ended(board), [0.2, 0.4], stood=5)
    await async_wait_recording_done(hass)
    chosen = [OLD[0], "sensor.digimon_consumed_energy"]
    flow = await submit(hass, await choose(hass, recorded), {"consumed_energy": chosen})
    assert flow["errors"] == {"base": "look_below", "consumed_energy": "own_sensor"}
    assert flow["description_placeholders"]["sensor"] == "digimon Consumed energy"


async def test_another_gas_meter_is_refused(recorded: MockConfigEntry, hass: HomeAssistant, board: Board) -> None:
    first = ended(board) - timedelta(hours=24)
    import_hours(hass, "sensor.gas_meter_gas_consumption", ended(board), [0.1, 0.2], stood=500, unit="m³")
    import_hours(hass, "sensor.old_gas", first, [hour / 10 for hour in range(24)], stood=900, unit="m³")
    await async_wait_recording_done(hass)
    import_hours(hass, "sensor.old_heat", first, [0.0] * 24, stood=100, unit="m³")
    await async_wait_recording_done(hass)
    flow = await submit(hass, await choose(hass, recorded), {"gas": ["sensor.old_gas", "sensor.old_heat"]})
    assert flow["errors"] == {"base": "look_below", "gas": "another_meter"}
    assert flow["description_placeholders"]["sensor"] == "sensor.old_gas + sensor.old_heat"


async def test_without_a_recorder_it_says_so(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    result = await choose(hass, loaded)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "predecessor_not_now")
