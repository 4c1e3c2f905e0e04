"""Repairs that are made in the dialog that tells of them, over the API that the dialog uses."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.digimon.const import DOMAIN

from .board import INFO, METER, Board
from .conftest import Tick, state

URL = "/api/repairs/issues/fix"

type Fix = Callable[[str], Awaitable[Any]]
type Answer = Callable[[Any, dict[str, str]], Awaitable[Any]]


@pytest.fixture
async def repairs(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "repairs", {})


@pytest.fixture
async def fix(hass: HomeAssistant, repairs: None, hass_client: ClientSessionGenerator) -> Fix:
    """Open the dialog of a repair."""
    client = await hass_client()

    async def open_dialog(issue_id: str) -> Any:
        response = await client.post(URL, json={"handler": DOMAIN, "issue_id": issue_id})
        assert response.status == 200
        return await response.json()

    return open_dialog


@pytest.fixture
async def answer(hass: HomeAssistant, repairs: None, hass_client: ClientSessionGenerator) -> Answer:
    """Fill in its form."""
    client = await hass_client()

    async def submit(flow: Any, fields: dict[str, str]) -> Any:
        response = await client.post(f"{URL}/{flow['flow_id']}", json=fields)
        assert response.status == 200
        result = await response.json()
        await hass.async_block_till_done()
        return result

    return submit


async def test_a_board_whose_address_another_one_has_is_found_again(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick, fix: Fix, answer: Answer
) -> None:
    own = board.read(INFO)
    board.become("three_phase")
    await tick(60)
    await tick(60)
    await tick(60)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"wrong_device_{loaded.entry_id}")
    assert issue is not None
    assert issue.is_fixable
    flow = await fix(issue.issue_id)
    assert (flow["type"], flow["step_id"]) == ("form", "ask")
    assert flow["description_placeholders"] == {"name": "digimon"}
    assert (await answer(flow, {CONF_HOST: "a b"}))["errors"] == {CONF_HOST: "invalid_host"}
    assert (await answer(flow, {CONF_HOST: "127.0.0.1:9"}))["errors"] == {"base": "cannot_connect"}
    # The address of the one that is not meant.
    assert (await answer(flow, {CONF_HOST: f"127.0.0.1:{board.port}"}))["errors"] == {"base": "wrong_device"}
    async with Board() as moved:
        assert moved.read(INFO)["serial"] == own["serial"]
        moved.update(METER, time=board.read(METER)["time"])
        assert (await answer(flow, {CONF_HOST: f"127.0.0.1:{moved.port}"}))["type"] == "create_entry"
        assert loaded.data == {CONF_HOST: "127.0.0.1", CONF_PORT: moved.port}
        assert loaded.state is ConfigEntryState.LOADED
        assert ir.async_get(hass).async_get_issue(DOMAIN, issue.issue_id) is None


@pytest.mark.parametrize(
    ("fields", "area"),
    [
        ({"postcode": "9000"}, "imewo"),
        ({"area": "antwerpen"}, "antwerpen"),
        ({"postcode": "2000", "area": "kempen"}, "kempen"),
        ({"postcode": "1000"}, "brussels"),
    ],
)
async def test_where_the_connection_is_can_be_told_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, fix: Fix, answer: Answer, fields: dict[str, str], area: str
) -> None:
    issue_id = f"choose_area_{loaded.entry_id}"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None
    hass.config_entries.async_update_entry(loaded, options={"capacity": {"goal_w": 3000}, "other": 1})
    flow = await fix(issue_id)
    assert (await answer(flow, {}))["errors"] == {"postcode": "place_needed"}
    for wrong in ({"postcode": "0"}, {"postcode": "huis"}, {"postcode": "huis", "area": "kempen"}):
        assert (await answer(flow, wrong))["errors"] == {"postcode": "unknown_postcode"}
    assert (await answer(flow, fields))["type"] == "create_entry"
    chosen = loaded.options["capacity"]
    assert (chosen["area"], chosen["goal_w"], chosen.get("postcode")) == (area, 3000, fields.get("postcode"))
    assert loaded.options["other"] == 1
    assert loaded.state is ConfigEntryState.LOADED
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
    assert state(hass, "sensor.digimon_billed_power") is not None
