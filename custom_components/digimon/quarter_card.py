"""The quarter card gets to the dashboards: one file, and the Lovelace resource that names it.

A resource is loaded before a dashboard is drawn; what `add_extra_js_url` names is not, so that a card from there is
missing now and then until the page is loaded again.
"""

import gzip
import hashlib
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
from .frontend.bundle import script

URL: Final = "/digimon/quarter-card.js"
ISSUE: Final = "card_not_in_resources"

_SOURCE: Final = Path(__file__).parent / "frontend" / "quarter-card.js"
_HASH_DIGITS: Final = 8
# Of the file with this very hash there will never be another content.
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_JAVASCRIPT: Final = "text/javascript"


@dataclass(frozen=True, slots=True)
class Card:
    """The file.

    :ivar content: compressed with gzip.
    :ivar version: hash of the content.
    """

    content: bytes
    version: str

    @property
    def url(self) -> str:
        """Where it is, with its version."""
        return f"{URL}?v={self.version}"


_CARD: HassKey[Card] = HassKey(f"{DOMAIN}_card")


def read_card() -> Card:
    """Make the file of its modules."""
    text = script(_SOURCE).encode()
    return Card(content=gzip.compress(text, mtime=0), version=hashlib.sha256(text).hexdigest()[:_HASH_DIGITS])


class CardView(HomeAssistantView):
    """Answers with the file; it holds nothing that is anybody's secret, and a browser asks for it without a token."""

    url = URL
    name = "digimon:quarter_card"
    requires_auth = False

    def __init__(self, card: Card) -> None:
        """:param card: what is answered."""
        self._card = card

    async def get(self, request: web.Request) -> web.Response:
        """The file, to be kept for as long as it is named by its version."""
        version = f'"{self._card.version}"'
        named = request.query.get("v") == self._card.version
        headers = {
            hdrs.CACHE_CONTROL: _FOR_EVER if named else _ASK_AGAIN,
            hdrs.ETAG: version,
            hdrs.VARY: "Accept-Encoding",
        }
        if request.headers.get(hdrs.IF_NONE_MATCH) == version:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        content = self._card.content
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        else:
            content = gzip.decompress(content)
        return web.Response(body=content, headers=headers, content_type=_JAVASCRIPT, charset="utf-8")


async def async_serve_card(hass: HomeAssistant) -> None:
    """Serve the file, once for all boards."""
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
        translation_key=ISSUE,
        translation_placeholders={"url": URL},
    )
