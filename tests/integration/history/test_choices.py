"""What people choose: other names, other units, sensors that are not recorded, a stop, an action."""

from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry
from sqlalchemy.exc import OperationalError

from core.clock import HOUR_SECONDS, quarter_id_at
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.history import statistics
from tests.integration.board import Board
from tests.integration.faults import Fault

from .conftest import INJECTION, OFFTAKE, START, World

DAY = 24 * HOUR_SECONDS
ADDED = START + 3 * DAY
STATE = "sensor.digimon_history"
PROGRESS = "sensor.digimon_history_brought_in"


def stands(world: World) -> str:
    """How the sensor says that it stands."""
    state = world.hass.states.get(STATE)
    assert state is not None
    return state.state


def iso(utc: int) -> str:
    return datetime.fromtimestamp(utc, UTC).isoformat()


async def act(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    answer = await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)
    assert answer is not None
    return dict(answer)


async def press(hass: HomeAssistant, button: str) -> None:
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)


@pytest.fixture
async def added(world: World) -> World:
    """A board that was added three days after its card began."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    return world


async def test_a_renamed_sensor_keeps_its_history_and_goes_on(added: World) -> None:
    await added.live_until(ADDED + HOUR_SECONDS + 20)
    er.async_get(added.hass).async_update_entity(OFFTAKE, new_entity_id="sensor.from_the_grid")
    await added.hass.async_block_till_done()
    await added.stop()
    added.move_to(ADDED + 4 * HOUR_SECONDS + 600)
    await added.start()
    await added.live_until(ADDED + 6 * HOUR_SECONDS + 20)
    changes = await added.changes("sensor.from_the_grid")
    assert list(changes) == list(range(START, ADDED + 6 * HOUR_SECONDS, HOUR_SECONDS))
    for start, change in changes.items():
        assert change == pytest.approx(added.truth(start), abs=1.01)
    assert await added.rows(OFFTAKE) == []


async def test_statistics_stay_in_the_unit_they_were_begun_in(added: World) -> None:
    await added.live_until(ADDED + HOUR_SECONDS + 20)
    er.async_get(added.hass).async_update_entity_options(OFFTAKE, "sensor", {"unit_of_measurement": "MWh"})
    await added.hass.async_block_till_done()
    await added.stop()
    added.move_to(ADDED + 4 * HOUR_SECONDS + 600)
    await added.start()
    await added.live_until(ADDED + 5 * HOUR_SECONDS + 20)
    await added.assert_true(START, ADDED + 5 * HOUR_SECONDS)
    stored = await get_instance(added.hass).async_add_executor_job(
        lambda: get_metadata(added.hass, statistic_ids={OFFTAKE})
    )
    assert stored[OFFTAKE][1]["unit_of_measurement"] == "kWh"


async def test_a_unit_that_was_changed_for_the_statistics_too_is_written_in(added: World) -> None:
    get_instance(added.hass).async_change_statistics_unit(
        OFFTAKE, new_unit_of_measurement="MWh", old_unit_of_measurement="kWh"
    )
    await added.recorded()
    await added.live_until(ADDED + 2 * HOUR_SECONDS + 20)
    await added.stop()
    added.move_to(ADDED + 4 * HOUR_SECONDS + 600)
    await added.start()
    await added.live_until(ADDED + 5 * HOUR_SECONDS + 20)
    await added.assert_true(START, ADDED + 5 * HOUR_SECONDS)


async def test_a_disabled_sensor_gets_nothing_until_it_is_enabled(world: World) -> None:
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    registry = er.async_get(world.hass)
    registry.async_update_entity(INJECTION, disabled_by=er.RegistryEntryDisabler.USER)
    await world.hass.async_block_till_done()
    get_instance(world.hass).async_clear_statistics([INJECTION])
    await world.recorded()
    answer = await act(world.hass, "import_history", start=iso(START), end=iso(ADDED))
    assert answer["skipped"] == {"produced_energy": "disabled"}
    assert await world.rows(INJECTION) == []

    await world.stop()
    registry.async_update_entity(INJECTION, disabled_by=None)
    await world.start()
    await world.settled()
    await world.assert_true(START, ADDED)


@pytest.mark.parametrize("recorder_config", [{"exclude": {"entities": [OFFTAKE]}}])
async def test_a_sensor_that_is_left_out_of_the_recorder_is_left_out(added: World) -> None:
    assert await added.rows(OFFTAKE) == []
    assert list(await added.changes(INJECTION)) == list(range(START, ADDED, HOUR_SECONDS))
    answer = await act(added.hass, "import_history", start=iso(START), end=iso(ADDED))
    assert answer["skipped"] == {"consumed_energy": "not_recorded"}


async def test_a_sensor_that_was_left_out_for_some_hours_gets_them_later(added: World) -> None:
    recorder = get_instance(added.hass)
    recorded = recorder.entity_filter
    for until, chosen in ((2, lambda entity_id: entity_id != OFFTAKE), (4, recorded)):
        await added.stop()
        recorder.entity_filter = chosen
        await added.start()
        await added.live_until(ADDED + until * HOUR_SECONDS + 20)
    await added.assert_true(START, ADDED + 4 * HOUR_SECONDS)


async def test_without_a_recorder_there_is_no_history_and_all_else_works(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.runtime_data.history is None
    assert hass.states.get(STATE) is None
    assert hass.states.get("sensor.digimon_net_power") is not None
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "import_history", start=iso(START), end=iso(ADDED))
    assert raised.value.translation_key == "no_recorder"
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_statistics_that_a_person_deleted_come_back_when_they_ask(added: World) -> None:
    get_instance(added.hass).async_clear_statistics([OFFTAKE, INJECTION])
    await added.recorded()
    assert await added.rows(OFFTAKE) == []
    await press(added.hass, "button.digimon_bring_in_history")
    await added.settled()
    await added.assert_true(START, ADDED)


async def test_the_state_of_the_history_is_shown(added: World) -> None:
    state, progress = added.hass.states.get(STATE), added.hass.states.get(PROGRESS)
    assert state is not None
    assert progress is not None
    assert (state.state, progress.state) == ("up_to_date", "100")


async def test_a_stopped_history_brings_over_no_more_and_goes_on_when_asked(world: World) -> None:
    world.board.indexing = {(2026, 1, 12)}
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    assert stands(world) == "waiting"
    await press(world.hass, "button.digimon_stop_bringing_in_history")
    world.board.indexing = set()
    await world.stop()
    await world.start()
    await world.settled()
    state = world.hass.states.get(STATE)
    assert state is not None
    assert state.state == "stopped"
    assert await world.rows(OFFTAKE) == []
    await press(world.hass, "button.digimon_bring_in_history")
    await world.settled()
    await world.assert_true(START, ADDED)


async def test_a_stopped_history_still_repairs_what_home_assistant_missed(added: World) -> None:
    await added.live_until(ADDED + HOUR_SECONDS + 20)
    await press(added.hass, "button.digimon_stop_bringing_in_history")
    await added.stop()
    added.move_to(ADDED + 4 * HOUR_SECONDS + 600)
    await added.start()
    await added.settled()
    await added.assert_true(START, ADDED + 4 * HOUR_SECONDS)


async def test_a_card_that_was_out_at_first_is_looked_at_when_it_is_in(world: World) -> None:
    world.board.without_card.spans.append((ADDED, ADDED + HOUR_SECONDS))
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    assert stands(world) == "waiting"
    await world.live_until(ADDED + 2 * HOUR_SECONDS + 20)
    assert stands(world) == "up_to_date"
    await world.assert_true(START, ADDED + 2 * HOUR_SECONDS)


async def test_a_dry_run_tells_what_would_be_written_and_writes_nothing(world: World) -> None:
    world.board.without_card.spans.append((START, ADDED + HOUR_SECONDS))
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    world.board.without_card.spans.clear()
    answer = await act(world.hass, "import_history", start=iso(START), end=iso(ADDED), dry_run=True)
    assert answer["dry_run"] is True
    assert answer["complete"] is True
    assert answer["days"] == 4
    line = answer["sensors"]["consumed_energy"]
    assert (line["entity_id"], line["hours"]) == (OFFTAKE, 72)
    assert datetime.fromisoformat(line["first"]).timestamp() == START
    assert datetime.fromisoformat(line["last"]).timestamp() == ADDED - HOUR_SECONDS
    assert await world.rows(OFFTAKE) == []
    assert await act(world.hass, "import_history", start=iso(START), end=iso(ADDED)) == answer | {"dry_run": False}
    await world.assert_true(START, ADDED)


async def test_an_action_writes_only_its_period(world: World) -> None:
    world.board.indexing = {(2026, 1, 13)}
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    assert await world.rows(OFFTAKE) == []
    await act(world.hass, "import_history", start=iso(START + DAY), end=iso(START + DAY + 5 * HOUR_SECONDS))
    changes = await world.changes(OFFTAKE)
    assert list(changes) == [START + DAY + number * HOUR_SECONDS for number in range(5)]
    assert changes[START + DAY] == pytest.approx(world.truth(START + DAY), abs=1.01)


async def test_a_period_must_have_a_beginning_before_its_end(added: World) -> None:
    for action in ("import_history", "export_quarters"):
        with pytest.raises(ServiceValidationError) as raised:
            await act(added.hass, action, start=iso(ADDED), end=iso(ADDED))
        assert raised.value.translation_key == "no_period"


async def test_an_action_says_that_the_board_is_away(added: World) -> None:
    await added.board.stop()
    with pytest.raises(HomeAssistantError) as raised:
        await act(added.hass, "import_history", start=iso(START), end=iso(ADDED))
    assert raised.value.translation_key == "cannot_connect"


async def test_quarters_are_exported_as_a_table(added: World) -> None:
    answer = await act(added.hass, "export_quarters", start=iso(START + 900), end=iso(START + 2 * HOUR_SECONDS))
    assert answer["quarters"] == 7
    head, first, *rest = answer["csv"].splitlines()
    assert len(rest) == 6
    row = dict(zip(head.split(","), first.split(","), strict=True))
    assert row["start"] == iso(START + 900)
    assert row["meter_time"] == "260110011500W"
    assert row["intervals"] == "180"
    registers = added.board.house.registers(START + 1800)
    assert [row[name] for name in registers._fields] == [str(value) for value in registers]


async def test_nobody_gets_more_than_two_months_at_once(added: World) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await act(added.hass, "export_quarters", start=iso(START), end=iso(START + 63 * DAY))
    assert raised.value.translation_key == "period_too_long"


async def test_a_day_that_cannot_be_read_costs_no_other_day_and_is_told(world: World) -> None:
    path = "/historic/day?year=2026&month=1&day=11"
    world.board.faults[path] = Fault.WRONG_JSON
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    changes = await world.changes(OFFTAKE)
    for start in (START, ADDED - HOUR_SECONDS):
        assert changes[start] == pytest.approx(world.truth(start), abs=1.01)
    issue = ir.async_get(world.hass).async_get_issue(DOMAIN, f"history_unreadable_{world.entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders == {"name": "digimon", "days": "11/01/2026"}
    assert str(issue.learn_more_url).endswith("troubleshooting.md#history-unreadable")

    world.board.faults.clear()
    await press(world.hass, "button.digimon_bring_in_history")
    await world.settled()
    await world.assert_true(START, ADDED)
    assert ir.async_get(world.hass).async_get_issue(DOMAIN, f"history_unreadable_{world.entry.entry_id}") is None


async def _meet_unreadable_day(world: World) -> str:
    """Begin with a day on the card that cannot be read; the repair that asks what to do."""
    world.board.faults["/historic/day?year=2026&month=1&day=11"] = Fault.WRONG_JSON
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    issue_id = f"history_unreadable_{world.entry.entry_id}"
    assert ir.async_get(world.hass).async_get_issue(DOMAIN, issue_id) is not None
    return issue_id


async def test_who_stops_the_history_gives_up_the_days_that_cannot_be_read(world: World) -> None:
    issue_id = await _meet_unreadable_day(world)
    assert stands(world) == "failed"
    await press(world.hass, "button.digimon_stop_bringing_in_history")
    await world.settled()
    assert stands(world) == "stopped"
    assert ir.async_get(world.hass).async_get_issue(DOMAIN, issue_id) is None


async def test_the_repairs_of_a_history_go_with_its_entry(world: World) -> None:
    issue_id = await _meet_unreadable_day(world)
    await world.hass.config_entries.async_remove(world.entry.entry_id)
    assert ir.async_get(world.hass).async_get_issue(DOMAIN, issue_id) is None


async def test_who_stops_the_history_is_asked_for_no_more_of_what_was_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(*_: object) -> None:
        """As a database that silently refuses."""

    monkeypatch.setattr("custom_components.digimon.history.statistics.write_counted", lose)
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    issue_id = f"history_failed_{world.entry.entry_id}"
    assert ir.async_get(world.hass).async_get_issue(DOMAIN, issue_id) is not None
    await press(world.hass, "button.digimon_stop_bringing_in_history")
    assert await world.hass.config_entries.async_reload(world.entry.entry_id)
    await world.settled()
    assert stands(world) == "stopped"
    assert ir.async_get(world.hass).async_get_issue(DOMAIN, issue_id) is None


async def test_a_damaged_quarter_is_a_gap_that_the_registers_bridge(world: World) -> None:
    world.board.damaged = {quarter_id_at(START + DAY + number * 900) for number in (5, 6)}
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    await world.assert_true(START, ADDED)


async def test_a_database_that_keeps_nothing_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lose(*_: object) -> None:
        """As a database that silently refuses."""

    monkeypatch.setattr("custom_components.digimon.history.statistics.write_counted", lose)
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    issues = ir.async_get(world.hass)
    assert issues.async_get_issue(DOMAIN, f"history_failed_{world.entry.entry_id}") is not None
    assert stands(world) == "failed"
    monkeypatch.undo()
    monkeypatch.setattr("custom_components.digimon.history.card.asyncio.sleep", lose)
    await press(world.hass, "button.digimon_bring_in_history")
    await world.settled()
    await world.assert_true(START, ADDED)
    assert issues.async_get_issue(DOMAIN, f"history_failed_{world.entry.entry_id}") is None


async def test_a_database_that_is_away_for_a_moment_costs_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it is restarted: the next five minutes bring what could not be written."""
    write = statistics.write_counted

    async def away(*_: object) -> None:
        raise OperationalError("INSERT", {}, ConnectionError("server has gone away"))

    monkeypatch.setattr(statistics, "write_counted", away)
    world.move_to(ADDED + 600)
    await world.start()
    await world.settled()
    assert stands(world) == "waiting"
    with pytest.raises(HomeAssistantError) as raised:
        await act(world.hass, "import_history", start=iso(START), end=iso(ADDED))
    assert raised.value.translation_key == "history_database"
    assert await world.rows(OFFTAKE) == []
    monkeypatch.setattr(statistics, "write_counted", write)
    await world.live_until(ADDED + HOUR_SECONDS + 20)
    await world.assert_true(START, ADDED + HOUR_SECONDS)


async def test_what_nobody_thought_of_is_told_and_tried_again_with_the_next_hour(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def stumble(*_: object) -> None:
        raise KeyError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(statistics, "write_counted", stumble)
        world.move_to(ADDED + 600)
        await world.start()
        await world.settled()
    assert stands(world) == "failed"
    assert [record.levelname for record in caplog.records if "cannot be brought over" in record.message] == ["ERROR"]
    caplog.clear()
    await world.live_until(ADDED + HOUR_SECONDS + 20)
    await world.assert_true(START, ADDED + HOUR_SECONDS)


async def test_a_removed_board_leaves_its_statistics_and_nothing_else(
    added: World, hass_storage: dict[str, Any]
) -> None:
    await added.hass.config_entries.async_remove(added.entry.entry_id)
    await added.hass.async_block_till_done()
    assert f"digimon.history.{added.entry.entry_id}" not in hass_storage
    assert len(await added.rows(OFFTAKE)) == 72
