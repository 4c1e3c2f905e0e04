"""What goes wrong around a board that is set up, and is mended or said clearly."""

import asyncio
from datetime import date
from typing import Any

import probatio
import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from core.clock import quarter_id_at
from custom_components.digimon.const import DOMAIN

from .board import METER, QUARTER, Board
from .card import house_of, put_day, put_folders, quarter_of
from .conftest import Tick, meter_time, state

COUNT = {"consumed_ws": 5, "produced_ws": 0, "until_utc": 0, "known_utc": 0, "last": None, "hour": None}


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"count": {"consumed_ws": 5}, "offset": None},
        {"count": [], "offset": 3},
        {"count": COUNT | {"until_utc": None}, "offset": None},
        {"count": COUNT | {"consumed_ws": "5"}, "offset": None},
        {"count": None, "offset": {"consumed_wh": "5", "produced_wh": 0}},
    ],
)
@pytest.mark.parametrize("variant", ["original"])
async def test_a_count_that_cannot_be_read_keeps_no_board_from_being_read(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any], at_meter_time: None, kept: Any
) -> None:
    hass_storage[f"{DOMAIN}.{entry.entry_id}.energy"] = {"version": 1, "data": kept}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    counted = state(hass, "sensor.digimon_consumed_energy")
    assert counted is not None
    # Of the running quarter, which is where a count begins.
    assert 0 < float(counted) < 1


@pytest.mark.parametrize("name", ["digimon.{}.energy", "digimon.capacity.{}", "digimon.told_peaks.{}"])
async def test_what_a_later_version_has_stored_is_kept_and_told(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any], at_meter_time: None, name: str
) -> None:
    key = name.format(entry.entry_id)
    later = {"version": 2, "minor_version": 1, "key": key, "data": {}}
    hass_storage[key] = later
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert "newer version of digimon" in str(entry.reason)
    assert hass_storage[key] == later
    del hass_storage[key]
    assert await hass.config_entries.async_reload(entry.entry_id)


async def test_how_far_a_later_version_has_come_with_the_history_is_looked_up_again(
    recorder_mock: None, hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any], at_meter_time: None
) -> None:
    key = f"digimon.history.{entry.entry_id}"
    hass_storage[key] = {"version": 2, "minor_version": 1, "key": key, "data": {}}
    assert await hass.config_entries.async_setup(entry.entry_id)


async def test_another_board_at_the_address_is_told_at_a_start_too(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None
) -> None:
    board.become("three_phase")
    assert not await hass.config_entries.async_setup(entry.entry_id)
    issue_id = f"wrong_device_{entry.entry_id}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.is_fixable
    board.become("single_phase")
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


async def test_a_repair_that_somebody_ignores_stays_ignored_while_the_entry_is_tried_again(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, tick: Tick
) -> None:
    board.become("three_phase")
    await hass.config_entries.async_setup(entry.entry_id)
    issue_id = f"wrong_device_{entry.entry_id}"
    ir.async_ignore_issue(hass, DOMAIN, issue_id, ignore=True)
    board.requests.clear()
    await tick(90)
    assert board.requests
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_the_repair_of_a_board_that_never_answered_goes_with_it(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None
) -> None:
    board.become("three_phase")
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    assert [issue for (domain, issue) in ir.async_get(hass).issues if domain == DOMAIN] == []


async def test_a_meter_behind_a_board_that_is_gone_can_be_removed_but_not_the_board(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    registry = dr.async_get(hass)
    behind = registry.async_get_or_create(config_entry_id=loaded.entry_id, identifiers={(DOMAIN, "x_gas_1")})
    (itself,) = (
        device
        for device in dr.async_entries_for_config_entry(registry, loaded.entry_id)
        if (DOMAIN, str(loaded.unique_id)) in device.identifiers
    )
    assert await async_setup_component(hass, "config", {})
    await board.stop()
    await hass.config_entries.async_reload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.SETUP_RETRY
    connection = await hass_ws_client(hass)
    removed = {}
    for device in (behind, itself):
        await connection.send_json_auto_id(
            {
                "type": "config/device_registry/remove_config_entry",
                "config_entry_id": loaded.entry_id,
                "device_id": device.id,
            }
        )
        removed[device.id] = (await connection.receive_json())["success"]
    assert removed == {behind.id: True, itself.id: False}


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("get_day", {"date": "9999-12-31"}),
        ("get_day", {"date": "0001-01-01"}),
        ("get_quarter", {"time": "1999-12-31 23:00:00"}),
        ("import_history", {"start": "0001-01-01 00:00:00", "end": "2026-01-01 00:00:00"}),
        ("export_quarters", {"start": "2026-01-01 00:00:00", "end": "9999-12-31 23:59:59"}),
    ],
)
async def test_a_time_that_no_meter_tells_is_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, action: str, data: dict[str, Any]
) -> None:
    with pytest.raises(probatio.Invalid, match="not between 2001 and 2098"):
        await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)


async def test_a_month_that_nobody_looks_at_any_more_is_not_read(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    days = [date(2022, 7, day) for day in range(1, 29)]
    put_folders(board, *days)
    for day in days:
        put_day(board, house_of(3), day, quarters=range(1))
    connection = await hass_ws_client(hass)
    asked = asyncio.Event()
    answer = board.document

    def document(path: str) -> bytes | None:
        if path.startswith("/historic/years"):
            asked.set()
        return answer(path)

    board.document = document  # type: ignore[method-assign]
    await connection.send_json_auto_id({"type": "digimon/month/subscribe", "year": 2022, "month": 7})
    await asked.wait()
    await connection.close()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [path for path in board.requests if "historic/day?" in path] == []


async def test_a_clock_that_was_ahead_does_not_hush_the_quarters_of_today(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, tick: Tick
) -> None:
    today, ahead = meter_time(board), meter_time(board) + 90 * 86_400
    for utc in (ahead, today, today + 900):
        board.update(METER, time=utc, quarter_id=quarter_id_at(utc))
        board.documents[QUARTER] = "".join(quarter_of(house_of(3), quarter_id_at(utc)).document()).encode()
        if utc == ahead:
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
        for _ in range(8):
            await tick()
            board.update(METER, time=board.read(METER)["time"] + 5)
    told = hass.states.get("event.digimon_quarter")
    assert told is not None
    assert told.attributes["event_type"] == "quarter_finished"
