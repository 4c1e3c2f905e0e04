import logging

import pytest
from homeassistant.components.button import DOMAIN as BUTTON
from homeassistant.components.button import SERVICE_PRESS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.digimon.diagnostics import async_get_config_entry_diagnostics

from .board import CHALLENGE, Board
from .faults import Fault

PASSWORD = "the cellar is cold"
RESTART = "button.digimon_restart"
IDENTIFY = "button.digimon_identify"


async def press(hass: HomeAssistant, entity_id: str) -> None:
    """Press a button."""
    await hass.services.async_call(BUTTON, SERVICE_PRESS, {"entity_id": entity_id}, blocking=True)


async def enter(hass: HomeAssistant, entry: MockConfigEntry, password: str) -> dict[str, object]:
    """Enter a password in the options."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["type"] is FlowResultType.MENU
    assert "password" in flow["menu_options"]
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "password"})
    assert flow["type"] is FlowResultType.FORM
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {CONF_PASSWORD: password} if password else {}
    )
    await hass.async_block_till_done()
    return dict(result)


@pytest.fixture
async def entrusted(hass: HomeAssistant, board: Board, loaded: MockConfigEntry) -> MockConfigEntry:
    """An entry that knows the password of its board."""
    board.expect_password(PASSWORD)
    assert (await enter(hass, loaded, PASSWORD))["type"] is FlowResultType.CREATE_ENTRY
    board.posts.clear()
    return loaded


async def test_the_password_is_tried_kept_and_used(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    board.expect_password(PASSWORD)
    assert (await enter(hass, loaded, PASSWORD))["type"] is FlowResultType.CREATE_ENTRY
    # The board blinks: the person sees which one it is.
    assert board.posts == [("/identify", b"")]
    assert loaded.options == {CONF_PASSWORD: PASSWORD}
    assert loaded.state is ConfigEntryState.LOADED
    for _ in range(2):
        await press(hass, RESTART)
    await press(hass, IDENTIFY)
    assert [path for path, _ in board.posts] == ["/identify", "/restart", "/restart", "/identify"]
    assert PASSWORD not in caplog.text
    assert PASSWORD not in str(await async_get_config_entry_diagnostics(hass, loaded))


async def test_a_wrong_password_can_be_corrected(hass: HomeAssistant, board: Board, loaded: MockConfigEntry) -> None:
    board.expect_password(PASSWORD)
    result = await enter(hass, loaded, "guess")
    assert result["errors"] == {"base": "password_wrong"}
    assert not loaded.options
    corrected = await hass.config_entries.options.async_configure(str(result["flow_id"]), {CONF_PASSWORD: PASSWORD})
    assert corrected["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, "password_blocked"), (403, "refused"), (500, "unexpected_answer"), (404, "firmware_too_old")],
)
async def test_what_the_board_has_against_a_password_is_told(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, status: int, error: str
) -> None:
    board.expect_password(PASSWORD)
    board.refusals["/identify"] = (status, b"no")
    assert (await enter(hass, loaded, PASSWORD))["errors"] == {"base": error}


async def test_firmware_without_a_password_is_told(hass: HomeAssistant, board: Board, loaded: MockConfigEntry) -> None:
    assert (await enter(hass, loaded, PASSWORD))["errors"] == {"base": "firmware_too_old"}


async def test_an_empty_answer_forgets_the_password(
    hass: HomeAssistant, board: Board, entrusted: MockConfigEntry
) -> None:
    assert (await enter(hass, entrusted, ""))["type"] is FlowResultType.CREATE_ENTRY
    assert entrusted.options == {}
    assert board.posts == []


async def test_without_a_password_a_button_says_where_to_enter_it(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry
) -> None:
    board.expect_password(PASSWORD)
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, RESTART)
    assert raised.value.translation_key == "password_missing"
    assert raised.value.translation_placeholders == {"name": "digimon"}
    assert board.posts == []


@pytest.mark.parametrize(
    ("status", "answer", "key", "placeholders"),
    [
        (401, b"", "password_wrong", {}),
        (429, b"", "password_blocked", {"seconds": "?"}),
        (403, b"Foreign host", "refused", {"reason": "Foreign host"}),
        (403, b"", "refused", {"reason": "?"}),
        (404, b"Item not found", "firmware_too_old", {}),
        (503, b"busy", "unexpected_answer", {}),
    ],
)
async def test_what_a_board_refuses_is_told_to_who_pressed(
    hass: HomeAssistant,
    board: Board,
    entrusted: MockConfigEntry,
    status: int,
    answer: bytes,
    key: str,
    placeholders: dict[str, str],
) -> None:
    board.refusals["/restart"] = (status, answer)
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, RESTART)
    assert raised.value.translation_key == key
    assert raised.value.translation_placeholders == {"name": "digimon"} | placeholders


@pytest.mark.parametrize(
    "challenge",
    [
        {},
        {"nonce": "12", "salt": "00", "rounds": 5},
        {"nonce": "z" * 32, "salt": "00", "rounds": 5},
        {"nonce": "0" * 32, "salt": "zz", "rounds": 5},
        {"nonce": "0" * 32, "salt": 5, "rounds": 5},
        {"nonce": "0" * 32, "salt": "00", "rounds": 0},
        {"nonce": "0" * 32, "salt": "00", "rounds": 10**9},
    ],
)
async def test_a_challenge_that_is_none_costs_no_password(
    hass: HomeAssistant, board: Board, entrusted: MockConfigEntry, challenge: dict[str, object]
) -> None:
    board.write(CHALLENGE, challenge)
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, RESTART)
    assert raised.value.translation_key == "unexpected_answer"
    assert board.posts == []


async def test_a_board_that_is_gone_is_told(hass: HomeAssistant, board: Board, entrusted: MockConfigEntry) -> None:
    board.faults[CHALLENGE] = Fault.HUNG_UP
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, IDENTIFY)
    assert raised.value.translation_key == "cannot_connect"


@pytest.mark.parametrize("variant", ["original"])
async def test_the_original_firmware_has_no_buttons(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert hass.states.async_all("button") == []
