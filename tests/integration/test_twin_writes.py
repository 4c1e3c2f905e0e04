"""What a person lets a board do from Home Assistant, with the real firmware at the other end of a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import boards
import bundle
import pytest
import signing
from homeassistant.components.button import DOMAIN as BUTTON
from homeassistant.components.button import SERVICE_PRESS
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor import BoardClient
from tests.firmware.flash import app_of, new_key
from tests.firmware.panel import Panel
from tests.firmware.twin import Twin

from .conftest import state
from .test_update import FIRMWARE, Releases, install, releases

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
__all__ = ["releases"]

PASSWORD = "kachel en kast"
CONFIG = {"network": {"device_name": "digimon"}, "wifi": {"ssid": "thuis", "password": PASSWORD}}
NEWER = "9.9.9"
LIGHT = boards.BOARDS[boards.DEFAULT].led
BRIGHT = 65535


async def reach(what: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something on the board."""
    while not await what():  # noqa: ASYNC110 - the board does not tell
        await asyncio.sleep(0.05)


@pytest.fixture
async def twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> AsyncIterator[Twin]:
    """A board that takes what the key of this test has signed, five times as fast as a real one."""
    monkeypatch.setenv(signing.VARIABLE, await asyncio.to_thread(new_key))
    card = tmp_path / "card"
    card.mkdir()
    (card / "config.json").write_text(json.dumps(CONFIG))
    # The stand-ins take of the heap what an update needs of it on a board.
    options = ("--flash", str(tmp_path / "board"), "--panel", str(tmp_path / "panel"), "--hurry", "5", "--heap", "124k")
    twin = await asyncio.to_thread(Twin, "sim", sd=card, speed="real", options=options)
    try:
        await reach(lambda: asyncio.to_thread(lambda: twin.get("/current/meter").body not in (b"", b"{}")))
        yield twin
    finally:
        await asyncio.to_thread(twin.stop)


@pytest.fixture
async def loaded(
    hass: HomeAssistant, twin: Twin, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MockConfigEntry]:
    """The board, added with its password."""
    monkeypatch.setattr("custom_components.digimon.update.LOOK_SECONDS", 0.2)
    # The board is a process of its own, which a busy machine lets wait longer than a board in a house does.
    monkeypatch.setitem(BoardClient.__init__.__kwdefaults__ or {}, "timeout_seconds", 60)
    releases.document = releases.release(f"digimon-{NEWER}-{boards.DEFAULT}.bundle", version=NEWER)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="digimon",
        unique_id=(await asyncio.to_thread(twin.info))["serial"],
        data={CONF_HOST: "127.0.0.1", CONF_PORT: twin.port},
        options={CONF_PASSWORD: PASSWORD},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def press(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> None:
    """Press a button of the board."""
    entity_id = er.async_get(hass).async_get_entity_id(BUTTON, DOMAIN, f"{entry.unique_id}_{key}")
    assert entity_id is not None
    await hass.services.async_call(BUTTON, SERVICE_PRESS, {"entity_id": entity_id}, blocking=True)


async def is_read(hass: HomeAssistant, entry: MockConfigEntry) -> bool:
    """Whether another poll shows what the meter says."""
    await entry.runtime_data.coordinator.async_refresh()
    return state(hass) not in {None, STATE_UNAVAILABLE}


async def test_a_signed_bundle_is_installed_and_the_restart_followed(
    hass: HomeAssistant, twin: Twin, loaded: MockConfigEntry, releases: Releases, tmp_path: Path
) -> None:
    assert state(hass, FIRMWARE) == "on"
    releases.bundle = await asyncio.to_thread(lambda: bundle.pack(boards.DEFAULT, NEWER, app_of(NEWER, tmp_path)))
    await install(hass)
    await hass.async_block_till_done()
    assert state(hass, FIRMWARE) == "off"
    assert hass.states.get(FIRMWARE).attributes["installed_version"] == NEWER  # type: ignore[union-attr]
    assert f"start: {NEWER}, hard" in twin.output
    await reach(lambda: is_read(hass, loaded))


async def test_what_somebody_else_has_signed_is_refused_with_the_boards_own_words(
    hass: HomeAssistant, twin: Twin, loaded: MockConfigEntry, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(signing.VARIABLE, await asyncio.to_thread(new_key))
    releases.bundle = bundle.pack(boards.DEFAULT, NEWER, {"board/main.mpy": b"x"})
    with pytest.raises(HomeAssistantError) as raised:
        await install(hass)
    assert raised.value.translation_key == "refused"
    assert (raised.value.translation_placeholders or {})["reason"] not in {"", "?"}
    assert state(hass, FIRMWARE) == "on"
    assert (await asyncio.to_thread(twin.info))["version"] == bundle.version()


async def test_the_button_restarts_it_and_it_is_read_again(
    hass: HomeAssistant, twin: Twin, loaded: MockConfigEntry
) -> None:
    await press(hass, loaded, "restart")
    await asyncio.to_thread(twin.wait_line, "^the board resets$")
    await reach(lambda: asyncio.to_thread(lambda: twin.output.count("network: 127") == 2))
    await reach(lambda: is_read(hass, loaded))


async def test_the_button_lets_its_light_blink(
    hass: HomeAssistant, twin: Twin, loaded: MockConfigEntry, tmp_path: Path
) -> None:
    panel = Panel.__new__(Panel)
    panel.folder = tmp_path / "panel"
    before = panel.light(LIGHT).count(BRIGHT)
    await press(hass, loaded, "identify")
    await reach(lambda: asyncio.to_thread(lambda: panel.light(LIGHT).count(BRIGHT) > before + 2))


async def test_without_the_right_password_nothing_happens(
    hass: HomeAssistant, twin: Twin, loaded: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(loaded, options={CONF_PASSWORD: "another"})
    await hass.config_entries.async_reload(loaded.entry_id)
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, loaded, "restart")
    assert raised.value.translation_key == "password_wrong"
    assert "the board resets" not in twin.output
