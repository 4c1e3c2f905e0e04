"""What has been released: the newest version, and its firmware for every kind of board."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, override

from aiohttp import ClientError, ClientSession, ClientTimeout
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util.hass_dict import HassKey

from .const import LOGGER

RELEASES_URL: Final = "https://api.github.com/repos/digimon-energy/digimon/releases/latest"
UPDATE_INTERVAL = timedelta(hours=6)

# By the name that a board gives its kind; the same as in the names of the bundles.
SLUGS: Mapping[str, str] = {
    "LilyGo TTGO T8 ESP32 C3 V1.1": "t8_c3",
    "LilyGo TTGO T8 ESP32 S2 V1.1": "t8_s2",
    "Wemos ESP32 S2 Mini": "s2_mini",
}

_LIST_SECONDS = 20
_DOWNLOAD_SECONDS = 120
# No flash of these boards holds more.
MOST_BYTES = 4 * 1024 * 1024
_OK = 200
_PIECE = 65536


class ReleaseError(Exception):
    """The firmware of a release cannot be had.

    :ivar text: translation key of what a person is told.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """The firmware of one kind of board."""

    url: str
    sha256: str | None
    """As the release lists it; None when it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A version that can be installed."""

    version: str
    url: str | None
    notes: str | None
    """Markdown."""

    bundles: Mapping[str, Bundle] = field(default_factory=dict)
    """By slug."""


def parse_release(document: object) -> Release | None:
    """Read the answer of GitHub; None when it tells of no release."""
    if not isinstance(document, dict) or not isinstance(tag := document.get("tag_name"), str):
        return None
    version = tag.removeprefix("v")
    listed = document.get("assets")
    assets = {
        asset["name"]: asset
        for asset in (listed if isinstance(listed, list) else ())
        if isinstance(asset, dict) and isinstance(asset.get("name"), str)
    }
    names = {slug: f"digimon-{version}-{slug}.bundle" for slug in SLUGS.values()}
    return Release(
        version=version,
        url=_text(document.get("html_url")),
        notes=_text(document.get("body")),
        bundles={
            slug: Bundle(url=url, sha256=_sha256(assets[name]))
            for slug, name in names.items()
            if name in assets and (url := _text(assets[name].get("browser_download_url"))) is not None
        },
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _sha256(asset: dict[str, Any]) -> str | None:
    kind, _, digest = str(asset.get("digest")).partition(":")
    return digest if kind == "sha256" and digest else None


async def download(session: ClientSession, bundle: Bundle, *, version: str, slug: str) -> bytes:
    """Fetch a bundle and see that it is the one that was meant; who made it is for the board to check.

    :raises ReleaseError: it cannot be fetched, or is another one.
    """
    content = bytearray()
    try:
        async with session.get(bundle.url, timeout=ClientTimeout(total=_DOWNLOAD_SECONDS)) as response:
            if response.status != _OK:
                raise ReleaseError("release_unreachable")
            async for piece in response.content.iter_chunked(_PIECE):
                content += piece
                if len(content) > MOST_BYTES:
                    raise ReleaseError("bundle_wrong")
    except (ClientError, OSError) as error:
        raise ReleaseError("release_unreachable") from error
    if bundle.sha256 not in {None, hashlib.sha256(content).hexdigest()}:
        raise ReleaseError("bundle_wrong")
    if not bytes(content).startswith(f"digimon-bundle 1\nversion {version}\nboard {slug}\n".encode()):
        raise ReleaseError("bundle_wrong")
    return bytes(content)


class ReleasesCoordinator(DataUpdateCoordinator[Release | None]):
    """Asks for the newest release a few times a day, once for all boards.

    A house without the internet is none to complain about: what is known stays, and nothing is logged.
    """

    data: Release | None

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(
            hass,
            LOGGER,
            config_entry=None,
            name="digimon releases",
            update_interval=UPDATE_INTERVAL,
            always_update=False,
        )
        self.data = None

    @override
    async def _async_update_data(self) -> Release | None:
        try:
            async with async_get_clientsession(self.hass).get(
                RELEASES_URL,
                timeout=ClientTimeout(total=_LIST_SECONDS),
                headers={"Accept": "application/vnd.github+json"},
            ) as response:
                if response.status != _OK:
                    return self.data
                return parse_release(await response.json(content_type=None)) or self.data
        except (ClientError, OSError, ValueError) as error:
            LOGGER.debug("No word of the newest release: %s", error)
            return self.data


_RELEASES: HassKey[ReleasesCoordinator] = HassKey("digimon_releases")


@callback
def async_get_releases(hass: HomeAssistant) -> ReleasesCoordinator:
    """The one that all boards share."""
    if _RELEASES not in hass.data:
        hass.data[_RELEASES] = ReleasesCoordinator(hass)
    return hass.data[_RELEASES]
