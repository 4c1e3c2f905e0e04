"""The quarter card gets to the dashboards, is kept at its version, and goes with the last board."""

import gzip

import pytest
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.digimon.const import DOMAIN
from custom_components.digimon.quarter_card import ISSUE, URL, read_card

CARD = {"type": "module", "url": read_card().url}
OTHER = {"type": "module", "url": "/local/another-card.js"}


def resources(hass: HomeAssistant) -> list[dict[str, str]]:
    """The resources of the dashboards, without their ids."""
    found = hass.data[LOVELACE_DATA].resources.async_items()
    return [{key: item[key] for key in ("type", "url")} for item in found]


async def add(hass: HomeAssistant, url: str) -> None:
    """A resource that a person or an older version has added."""
    collection = hass.data[LOVELACE_DATA].resources
    assert isinstance(collection, ResourceStorageCollection)
    await collection.async_create_item({"res_type": "module", "url": url})


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
async def dashboards(hass: HomeAssistant, socket_enabled: None) -> None:
    """Dashboards whose resources are kept by Home Assistant, one of them there already."""
    assert await async_setup_component(hass, "lovelace", {})
    await add(hass, OTHER["url"])


@pytest.mark.usefixtures("dashboards")
async def test_it_is_added_once(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await set_up(hass, entry)
    assert resources(hass) == [OTHER, CARD]
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert resources(hass) == [OTHER, CARD]


@pytest.mark.usefixtures("dashboards")
async def test_another_version_takes_the_place_of_an_older_one(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await add(hass, f"{URL}?v=00000000")
    await add(hass, URL)
    await set_up(hass, entry)
    assert resources(hass) == [OTHER, CARD]


@pytest.mark.usefixtures("dashboards")
async def test_it_goes_with_the_last_board(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    other = MockConfigEntry(domain=DOMAIN, unique_id="other")
    other.add_to_hass(hass)
    await set_up(hass, entry)
    await hass.config_entries.async_remove(other.entry_id)
    assert resources(hass) == [OTHER, CARD]
    await hass.config_entries.async_remove(entry.entry_id)
    assert resources(hass) == [OTHER]


@pytest.mark.usefixtures("dashboards")
async def test_it_is_there_while_the_board_is_not(hass: HomeAssistant, enable_custom_integrations: None) -> None:
    away = MockConfigEntry(domain=DOMAIN, unique_id="away", data={"host": "127.0.0.1", "port": 1})
    away.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(away.entry_id)
    assert resources(hass) == [OTHER, CARD]


async def test_who_keeps_resources_in_yaml_is_asked_to_add_it(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await async_setup_component(hass, "lovelace", {"lovelace": {"mode": "yaml", "resources": [OTHER]}})
    await set_up(hass, entry)
    assert resources(hass) == [OTHER]
    issue = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)
    assert issue is not None
    assert issue.translation_placeholders == {"url": URL}
    assert str(issue.learn_more_url).endswith("troubleshooting.md#card-not-in-resources")
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, ISSUE) is None


async def test_who_has_added_it_in_yaml_is_not_asked(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    added = {"type": "module", "url": URL}
    assert await async_setup_component(hass, "lovelace", {"lovelace": {"mode": "yaml", "resources": [added]}})
    await set_up(hass, entry)
    assert ir.async_get(hass).async_get_issue(DOMAIN, ISSUE) is None


async def test_a_browser_keeps_what_it_asked_for_by_version(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> None:
    await set_up(hass, entry)
    client = await hass_client_no_auth()
    card = read_card()
    first = gzip.decompress(card.files["quarter-card.js"].content)
    answer = await client.get(card.url)
    assert answer.status == 200
    assert answer.content_type == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert await answer.read() == first
    # Somebody's YAML names no version: it is asked for again after an update.
    answer = await client.get(URL, headers={"Accept-Encoding": "identity"})
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Content-Encoding" not in answer.headers
    assert await answer.read() == first
    answer = await client.get(URL, headers={"If-None-Match": answer.headers["ETag"]})
    assert answer.status == 304


async def test_a_part_is_given_in_the_version_that_fits(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> None:
    await set_up(hass, entry)
    client = await hass_client_no_auth()
    card = read_card()
    first = gzip.decompress(card.files["quarter-card.js"].content).decode()
    for name, file in card.files.items():
        if name != "quarter-card.js":
            assert f"{name}?v={file.version}" in first
        answer = await client.get(f"/digimon/{name}?v={file.version}")
        assert "immutable" in answer.headers["Cache-Control"]
        assert await answer.read() == gzip.decompress(file.content)
    for wrong in ("card-past.js", "card-past.js?v=00000000", "bundle.py", "elements.js"):
        assert (await client.get(f"/digimon/{wrong}")).status == 404


def test_the_files_stay_small() -> None:
    """What everybody takes, and what the first look at a day, a month or the year takes; as text."""
    sizes = {name: len(gzip.decompress(file.content)) for name, file in read_card().files.items()}
    for language in ("en", "nl", "fr", "de"):
        texts = sizes[f"card-texts-{language}.js"] + sizes[f"chart-texts-{language}.js"]
        assert sizes["quarter-card.js"] + texts < 40_000
    assert sizes["card-past.js"] + sizes["chart-days.js"] < 20_000
