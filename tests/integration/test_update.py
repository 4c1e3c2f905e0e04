"""The update entity, against a release server and a board that are both real servers."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from homeassistant.components.update import DOMAIN as UPDATE
from homeassistant.components.update import SERVICE_INSTALL
from homeassistant.const import CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.digimon.releases import MOST_BYTES, SLUGS, async_get_releases, parse_release

from .board import INFO, Board
from .conftest import entry_of, state

FIRMWARE = "update.digimon_firmware"
PASSWORD = "the cellar is cold"
BUNDLE = b"digimon-bundle 1\nversion 0.2.0\nboard t8_c3\nmpy 6\n\nsignature and files"


class Releases:
    """A release server with one release."""

    def __init__(self) -> None:
        self.url = ""
        self.bundle = BUNDLE
        self.status = 200
        self.document: Any = None
        self.asked = 0

    def release(self, *names: str, version: str = "0.2.0", digest: str | None = None) -> dict[str, Any]:
        """A release as GitHub tells of it."""
        return {
            "tag_name": f"v{version}",
            "html_url": "https://example.org/releases/v0.2.0",
            "body": "### Added\n\n- Faster.",
            "assets": [
                {"name": name, "browser_download_url": f"{self.url}/{name}", "digest": digest} for name in names
            ],
        }

    async def latest(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=self.status, text=json.dumps(self.document), content_type="application/json")

    async def asset(self, _: web.Request) -> web.Response:
        return web.Response(status=self.status, body=self.bundle)


@pytest.fixture
async def releases(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Releases]:
    """The release server, with a release for every kind of board."""
    releases = Releases()
    app = web.Application()
    app.router.add_get("/latest", releases.latest)
    app.router.add_get("/{asset}", releases.asset)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    releases.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    releases.document = releases.release(*(f"digimon-0.2.0-{slug}.bundle" for slug in SLUGS.values()))
    monkeypatch.setattr("custom_components.digimon.releases.RELEASES_URL", f"{releases.url}/latest")
    monkeypatch.setattr("custom_components.digimon.update.LOOK_SECONDS", 0)
    yield releases
    await runner.cleanup()


@pytest.fixture
async def offered(
    hass: HomeAssistant, board: Board, releases: Releases, entry: MockConfigEntry, at_meter_time: None
) -> MockConfigEntry:
    """A board for which there is newer firmware, and whose password is known."""
    board.expect_password(PASSWORD)
    hass.config_entries.async_update_entry(entry, options={CONF_PASSWORD: PASSWORD})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def install(hass: HomeAssistant) -> None:
    """Press the button."""
    await hass.services.async_call(UPDATE, SERVICE_INSTALL, {"entity_id": FIRMWARE}, blocking=True)


async def refresh(hass: HomeAssistant) -> None:
    """Let some hours pass for the release server."""
    await async_get_releases(hass).async_refresh()
    await hass.async_block_till_done()


async def test_newer_firmware_is_offered_with_its_notes(
    hass: HomeAssistant, offered: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    assert state(hass, FIRMWARE) == "on"
    attributes = hass.states.get(FIRMWARE).attributes  # type: ignore[union-attr]
    assert (attributes["installed_version"], attributes["latest_version"]) == ("0.1.0", "0.2.0")
    assert attributes["release_url"] == "https://example.org/releases/v0.2.0"
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": "update/release_notes", "entity_id": FIRMWARE})
    assert (await client.receive_json())["result"] == "### Added\n\n- Faster."


async def test_it_is_installed_and_the_restart_followed(
    hass: HomeAssistant, board: Board, offered: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def look(path: str) -> bytes | None:
        nonlocal looks
        if path == INFO and board.posts:
            looks += 1
            if looks == 3:
                board.update(INFO, version="0.2.0", uptime_s=4)
        return board.documents.get(path)

    monkeypatch.setattr(board, "document", look)
    await install(hass)
    await hass.async_block_till_done()
    assert board.posts == [("/update", BUNDLE)]
    assert looks >= 3
    assert state(hass, FIRMWARE) == "off"
    assert hass.states.get(FIRMWARE).attributes["installed_version"] == "0.2.0"  # type: ignore[union-attr]


async def test_a_release_without_firmware_for_this_board_is_not_offered(
    hass: HomeAssistant, releases: Releases, offered: MockConfigEntry
) -> None:
    releases.document = releases.release("digimon-0.2.0-s2_mini.bundle", "digimon-0.2.0.zip")
    await refresh(hass)
    assert state(hass, FIRMWARE) == "off"


@pytest.mark.parametrize("document", [None, [], {}, {"tag_name": 5}, {"message": "rate limit"}])
async def test_a_server_that_tells_nothing_changes_nothing(
    hass: HomeAssistant, releases: Releases, offered: MockConfigEntry, document: Any
) -> None:
    releases.document = document
    await refresh(hass)
    assert state(hass, FIRMWARE) == "on"


async def test_a_house_without_the_internet_has_no_error_in_its_log(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state(hass, FIRMWARE) == "unknown"
    assert [record for record in caplog.records if "releases" in record.message and record.levelname == "ERROR"] == []
    with pytest.raises(HomeAssistantError):
        await install(hass)


async def test_a_server_in_trouble_is_told_to_who_installs(
    hass: HomeAssistant, board: Board, releases: Releases, offered: MockConfigEntry
) -> None:
    releases.status = 503
    await refresh(hass)
    assert state(hass, FIRMWARE) == "on"
    with pytest.raises(HomeAssistantError) as raised:
        await install(hass)
    assert raised.value.translation_key == "release_unreachable"
    assert board.posts == []


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html>",
        BUNDLE.replace(b"t8_c3", b"t8_s2"),
        BUNDLE.replace(b"0.2.0", b"0.1.0"),
        BUNDLE + bytes(MOST_BYTES),
    ],
    ids=["a page", "another board", "another version", "too long"],
)
async def test_what_is_no_firmware_for_this_board_never_reaches_it(
    hass: HomeAssistant, board: Board, releases: Releases, offered: MockConfigEntry, content: bytes
) -> None:
    releases.bundle = content
    with pytest.raises(HomeAssistantError) as raised:
        await install(hass)
    assert raised.value.translation_key == "bundle_wrong"
    assert board.posts == []


@pytest.mark.parametrize(("content", "text"), [(BUNDLE, "refused"), (BUNDLE + b"x", "bundle_wrong")])
async def test_the_digest_of_the_release_is_checked(
    hass: HomeAssistant, board: Board, releases: Releases, offered: MockConfigEntry, content: bytes, text: str
) -> None:
    releases.document = releases.release(
        "digimon-0.2.0-t8_c3.bundle", digest=f"sha256:{hashlib.sha256(BUNDLE).hexdigest()}"
    )
    releases.bundle = content
    await refresh(hass)
    board.refusals["/update"] = (422, b'{"error":"signature","message":"Signed by somebody else."}')
    with pytest.raises(HomeAssistantError) as raised:
        await install(hass)
    assert raised.value.translation_key == text
    if text == "refused":
        assert raised.value.translation_placeholders == {"name": "digimon", "reason": "Signed by somebody else."}


@pytest.mark.parametrize("text", ["update_undone", "update_lost"])
async def test_a_board_that_does_not_come_back_with_it_is_told(
    hass: HomeAssistant,
    board: Board,
    offered: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
) -> None:
    monkeypatch.setattr("custom_components.digimon.update.LOOKS", 3)
    monkeypatch.setattr(
        board,
        "document",
        lambda path: None if board.posts and text == "update_lost" else board.documents.get(path),
    )
    with pytest.raises(HomeAssistantError) as raised:
        await install(hass)
    assert raised.value.translation_key == text


@pytest.mark.parametrize("variant", ["original"])
async def test_the_original_firmware_is_not_updated(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert hass.states.async_all("update") == []


async def test_a_kind_of_board_without_firmware_has_no_update(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None
) -> None:
    board.update(INFO, board="A board of the future")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert hass.states.async_all("update") == []


async def test_all_boards_ask_once(
    hass: HomeAssistant, board: Board, releases: Releases, offered: MockConfigEntry
) -> None:
    async with Board("three_phase") as other:
        second = entry_of(hass, other)
        assert await hass.config_entries.async_setup(second.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert len(hass.states.async_all("update")) == 2
    assert releases.asked == 1


@pytest.mark.parametrize("assets", [5, True, "x", {"name": "x"}, None])
def test_a_release_without_a_list_of_files_has_none(assets: object) -> None:
    release = parse_release({"tag_name": "v1.0.0", "assets": assets})
    assert release is not None
    assert release.bundles == {}


def test_a_release_is_read_leniently() -> None:
    release = parse_release({"tag_name": "v1.0.0", "assets": [5, {"name": 5}, {"name": "digimon-1.0.0-t8_c3.bundle"}]})
    assert release is not None
    assert (release.version, release.url, release.notes, release.bundles) == ("1.0.0", None, None, {})
