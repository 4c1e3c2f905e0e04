"""The quarter card gets to the dashboards: its files, and the Lovelace resource that names the first of them.

A resource is loaded before a dashboard is drawn; what `add_extra_js_url` names is not, so that a card from there is
missing now and then until the page is loaded again.
"""

import gzip
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from homeassistant.components.lovelace.const import CONF_RESOURCE_TYPE_WS, LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.const import CONF_ID, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .frontend.bundle import parts, version_of
from .help_page import help_url

URL: Final = "/digimon/quarter-card.js"
ISSUE: Final = "card_not_in_resources"

_FOLDER: Final = "/digimon/{name}"
_SOURCE: Final = Path(__file__).parent / "frontend" / "quarter-card.js"
# Of the file with this very hash there will never be another content.
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_JAVASCRIPT: Final = "text/javascript"


@dataclass(frozen=True, slots=True)
class CardFile:
    """One of the files.

    :ivar content: compressed with gzip.
    :ivar version: hash of the content.
    """

    content: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Card:
    """The files by name: the one that is the resource, and those that it asks for when somebody needs them."""

    files: dict[str, CardFile]

    @property
    def url(self) -> str:
        """Where the first one is, with its version, which changes with any of them."""
        return f"{URL}?v={self.files[_SOURCE.name].version}"


_CARD: HassKey[Card] = HassKey(f"{DOMAIN}_card")


def read_card() -> Card:
    """Make the files of the card's modules."""
    return Card(
        files={
            name: CardFile(content=gzip.compress(text.encode(), mtime=0), version=version_of(text))
            for name, text in parts(_SOURCE).items()
        }
    )


class CardView(HomeAssistantView):
    """Answers with the files; nothing in them is a secret, and a browser asks for them without a token."""

    url = _FOLDER
    name = "digimon:quarter_card"
    requires_auth = False

    def __init__(self, card: Card) -> None:
        """:param card: what is answered."""
        self._card = card

    async def get(self, request: web.Request, name: str) -> web.Response:
        """A file, to be kept for as long as it is named by its version.

        Of those that are asked for later only that version is given: a window that was open during an update would
        take parts that do not fit.
        """
        file = self._card.files.get(name)
        wanted = request.query.get("v")
        if file is None or (name != _SOURCE.name and wanted != file.version):
            raise web.HTTPNotFound
        version = f'"{file.version}"'
        headers = {
            hdrs.CACHE_CONTROL: _FOR_EVER if wanted == file.version else _ASK_AGAIN,
            hdrs.ETAG: version,
            hdrs.VARY: "Accept-Encoding",
        }
        if request.headers.get(hdrs.IF_NONE_MATCH) == version:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        content = file.content
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        else:
            content = gzip.decompress(content)
        return web.Response(body=content, headers=headers, content_type=_JAVASCRIPT, charset="utf-8")


async def async_serve_card(hass: HomeAssistant) -> None:
    """Serve the files, once for all boards."""
    card = await hass.async_add_executor_job(read_card)
    hass.data[_CARD] = card
    hass.http.register_view(CardView(card))


async def async_offer_card(hass: HomeAssistant) -> None:
    """Name the file among the resources of the dashboards, or ask the person who keeps these in YAML to do it."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    url = hass.data[_CARD].url
    resources = lovelace.resources
    # Reads them from the disk, which making one before does not.
    await resources.async_get_info()
    ours = [item for item in resources.async_items() if _is_ours(item[CONF_URL])]
    if not isinstance(resources, ResourceStorageCollection):
        if ours:
            ir.async_delete_issue(hass, DOMAIN, ISSUE)
        else:
            _ask(hass)
        return
    ir.async_delete_issue(hass, DOMAIN, ISSUE)
    for item in ours[1:]:
        await resources.async_delete_item(item[CONF_ID])
    if not ours:
        await resources.async_create_item({CONF_RESOURCE_TYPE_WS: "module", CONF_URL: url})
    elif ours[0][CONF_URL] != url:
        await resources.async_update_item(ours[0][CONF_ID], {CONF_RESOURCE_TYPE_WS: "module", CONF_URL: url})


async def async_withdraw_card(hass: HomeAssistant) -> None:
    """Take the name away, when there is no board any more."""
    ir.async_delete_issue(hass, DOMAIN, ISSUE)
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    resources = lovelace.resources
    if not isinstance(resources, ResourceStorageCollection):
        return
    await resources.async_get_info()
    for item in list(resources.async_items()):
        if _is_ours(item[CONF_URL]):
            await resources.async_delete_item(item[CONF_ID])


def _is_ours(url: str) -> bool:
    return url.partition("?")[0] == URL


@callback
def _ask(hass: HomeAssistant) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        learn_more_url=help_url(ISSUE),
        translation_key=ISSUE,
        translation_placeholders={"url": URL},
    )
