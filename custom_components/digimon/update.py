"""Update: the firmware of a board, from the newest release."""

import asyncio
from collections.abc import Iterator
from typing import Any, override

from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
    UpdateEntityFeature,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .arrivals import add_as_they_come, take
from .const import DOMAIN
from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .entity import DigimonEntity
from .monitor import BoardClient, BoardError
from .releases import SLUGS, ReleaseError, ReleasesCoordinator, async_get_releases, download
from .source import BoardSource
from .writing import told_to_people

# A board does one thing at a time.
PARALLEL_UPDATES = 1

# A board restarts within half a minute. One whose new firmware does not work tries three times before
# it goes back to the old one.
LOOK_SECONDS = 2
LOOKS = 90

DESCRIPTION = UpdateEntityDescription(
    key="firmware",
    translation_key="firmware",
    device_class=UpdateDeviceClass.FIRMWARE,
    entity_category=EntityCategory.CONFIG,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DigimonConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Make it for a board with our firmware of a kind that releases have firmware for."""
    coordinator = entry.runtime_data.coordinator
    client = entry.runtime_data.client
    releases = async_get_releases(hass)
    waiting = [DESCRIPTION]

    def is_ours(_: UpdateEntityDescription) -> bool:
        return coordinator.data.device.model in SLUGS and coordinator.data.health is not None

    def arrivals() -> Iterator[DigimonUpdate]:
        if client is None or not take(waiting, is_ours):
            return
        yield DigimonUpdate(coordinator, releases, client, SLUGS[coordinator.data.device.model])
        if releases.data is None:
            # The internet may be slow or absent, and nothing else waits for it.
            entry.async_create_background_task(hass, releases.async_refresh(), name="digimon releases")

    add_as_they_come(entry, async_add_entities, arrivals)


class DigimonUpdate(DigimonEntity, UpdateEntity):
    """The firmware of a board."""

    _attr_supported_features = UpdateEntityFeature.INSTALL | UpdateEntityFeature.RELEASE_NOTES
    _attr_title = "Digimon"

    def __init__(
        self, coordinator: DigimonCoordinator, releases: ReleasesCoordinator, client: BoardClient, slug: str
    ) -> None:
        super().__init__(coordinator, DESCRIPTION)
        self._releases = releases
        self._client = client
        self._slug = slug

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._releases.async_add_listener(self._handle_coordinator_update))

    @property
    @override
    def installed_version(self) -> str | None:
        return self.coordinator.data.device.sw_version

    @property
    @override
    def latest_version(self) -> str | None:
        """That of the newest release; a release without firmware for this kind of board is none."""
        release = self._releases.data
        if release is None:
            return None
        return release.version if self._slug in release.bundles else self.installed_version

    @property
    @override
    def release_url(self) -> str | None:
        return None if self._releases.data is None else self._releases.data.url

    @override
    async def async_release_notes(self) -> str | None:
        return None if self._releases.data is None else self._releases.data.notes

    @override
    async def async_install(self, version: str | None, backup: bool, **kwargs: Any) -> None:
        """Hand the firmware to the board, and wait until it has started with it."""
        release = self._releases.data
        bundle = None if release is None else release.bundles.get(self._slug)
        if release is None or bundle is None:
            raise self._error("release_unreachable")
        try:
            content = await download(
                async_get_clientsession(self.hass), bundle, version=release.version, slug=self._slug
            )
        except ReleaseError as error:
            raise self._error(error.text) from error
        with told_to_people(self.coordinator.name):
            await self._client.update(content)
        await self._follow_restart(release.version)

    async def _follow_restart(self, version: str) -> None:
        """Wait until the board says that it runs a version.

        :raises HomeAssistantError: it does not come back, or with the old one.
        """
        text = "update_lost"
        for _ in range(LOOKS):
            await asyncio.sleep(LOOK_SECONDS)
            try:
                board = await self._client.identify()
            except BoardError:
                text = "update_lost"
                continue
            text = "update_undone"
            if board.version == version:
                if isinstance(self.coordinator.source, BoardSource):
                    self.coordinator.source.identify_anew()
                await self.coordinator.async_request_refresh()
                return
        raise self._error(text)

    def _error(self, text: str) -> HomeAssistantError:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=text,
            translation_placeholders={"name": self.coordinator.name},
        )
