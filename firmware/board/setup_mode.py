"""Set-up mode over HTTP: the page that asks for the Wi-Fi, whatever the address.

Nothing here runs, or takes memory, on a board that has joined its network. The page comes from
`setup/` on the flash: pieces of HTML with ``[[names]]``, and a file of texts per language.
"""

from . import form
from .access_point import scan
from .config import saved_document, settings_in, store_document
from .request import fields as form_fields
from .settings import DEFAULT_NAME
from .web import LONGEST_BODY, TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .api import Answer
    from .log import Log
    from .net import Network
    from .request import Request
    from .store import Store

_HTML = "text/html; charset=UTF-8"
_LANGUAGES = ("nl", "en", "fr", "de")
# The way in which the original keeps Android on a network without internet.
_ANDROID_PROBE = "/generate_204"
_MOST_NETWORKS = 12
_DEFAULTS = {"ip": "192.168.0.250", "gateway": "192.168.0.1", "subnet": "255.255.255.0"}
_SECRETS = ("pass", "admin")
_FIELDS = ("ssid", "pass", "admin", "device_name", "ip_config", "ip", "gateway", "subnet")


class SetUp:
    """Answers every request of set-up mode."""

    def __init__(self, network: "Network", store: "Store", log: "Log", restart: "Callable[[], None]") -> None:
        """:param restart: begins to restart the board, with time left to answer."""
        self._network = network
        self._store = store
        self._log = log
        self._restart = restart

    def answer(self, request: "Request") -> "Answer":
        """The answer to a GET."""
        if request.path == _ANDROID_PROBE:
            return 200, TEXT, None, ""
        arguments = request.arguments
        if "scan" in arguments:
            scan(self._network, self._log)
        document = saved_document(self._store)
        values = dict(_DEFAULTS)
        values.update(_texts_of(document.get("network")))
        ssid = _texts_of(document.get("wifi")).get("ssid", "")
        values["ssid"] = arguments.get("ssid", ssid)
        values["device_name"] = values.get("device_name") or DEFAULT_NAME
        values["ip_config"] = "dhcp" if settings_in(document).static is None else "static"
        return self._page(_language(request, arguments), values, {}, ssid)

    async def save(self, request: "Request") -> "Answer":
        """Take the form, which comes by POST; then the board restarts."""
        if request.length > LONGEST_BODY:
            return 413, TEXT, None, "Payload Too Large"
        # Whatever name led the phone here, the page that sends the form has the same.
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
            return 403, TEXT, None, "Forbidden"
        fields = form_fields(await request.whole())
        # What people type around a name or an address is not meant.
        values = {key: fields.get(key, "") for key in _FIELDS}
        for key in _FIELDS[3:]:
            values[key] = values[key].strip()
        document = saved_document(self._store)
        stored = _texts_of(document.get("wifi"))
        language = _language(request, fields)
        secured = self._network.networks.get(values["ssid"], (0, False))[1]
        wrong = form.errors(values, stored.get("ssid") if stored.get("password") else None, secured)
        if wrong:
            return self._page(language, values, wrong, stored.get("ssid", ""))
        _change(document, values, stored)
        if values["admin"]:
            from .password import made

            document["admin"] = await made(values["admin"])
        if not store_document(document):
            return self._page(language, values, {"ssid": "not_saved"}, stored.get("ssid", ""))
        self._restart()
        shown = {"device_name": values["device_name"].encode()}
        return 200, _HTML, None, _render(("head", "saved"), shown, language, [])

    def _page(self, language: str, values: "dict[str, str]", wrong: "dict[str, str]", stored_ssid: str) -> "Answer":
        """The form with values, and what is wrong with them; a password never comes back."""
        shown = {key: _escaped(value).encode() for key, value in values.items() if key not in _SECRETS}
        shown["summary"] = b'<p class="wrong" role="alert">[[summary]]</p>' if wrong else b""
        choice = values.get("ip_config", "")
        shown[choice + "_checked"] = b" checked"
        if stored_ssid and values.get("ssid") == stored_ssid:
            shown["pass_hint"] = b"[[pass_kept]]"
        for field, text in wrong.items():
            shown[field + "_error"] = f'<p class="wrong" id="{field}-error">[[{text}]]</p>'.encode()
            shown[field + "_invalid"] = f' aria-invalid="true" aria-describedby="{field}-error"'.encode()
        return 200, _HTML, None, _render(("head", "form"), shown, language, self._strongest())

    def _strongest(self) -> "list[tuple[str, tuple[int, bool]]]":
        return sorted(self._network.networks.items(), key=lambda item: -item[1][0])[:_MOST_NETWORKS]


def _change(document: "dict[str, Any]", values: "dict[str, str]", stored: "dict[str, str]") -> None:
    """Put what was entered into a config.json, whose other keys stay."""
    for key in ("wifi", "network"):
        if not isinstance(document.get(key), dict):
            document[key] = {}
    # Without a password the stored one goes on for its own network, and for no other.
    kept = stored.get("password", "") if values["ssid"] == stored.get("ssid") else ""
    document["wifi"].update({"ssid": values["ssid"], "password": values["pass"] or kept})
    network = document["network"]
    network["device_name"] = values["device_name"]
    network["dhcp"] = values["ip_config"] == "dhcp"
    if not network["dhcp"]:
        for key in _DEFAULTS:
            network[key] = values[key]


def _texts_of(value: "Any") -> "dict[str, str]":
    """The texts of an object of config.json."""
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}


def _language(request: "Request", chosen: "dict[str, str]") -> str:
    """The language that was chosen, else the first that the browser asks for, else Dutch."""
    wanted = [chosen.get("lang", "")] + request.headers.get("accept-language", "").split(",")
    for name in wanted:
        if name.strip()[:2].lower() in _LANGUAGES:
            return str(name.strip()[:2].lower())
    return _LANGUAGES[0]


def _text(language: str, key: bytes) -> bytes:
    """A text in a language, empty when there is none. Read each time: all of them together would take 4 KB."""
    with open(f"setup/{language}.txt", "rb") as file:
        for line in file:
            if line.startswith(key + b"="):
                return bytes(line[len(key) + 1 :].rstrip())
    return b""


def _render(
    pieces: "tuple[str, ...]",
    values: "dict[str, bytes]",
    language: str,
    networks: "list[tuple[str, tuple[int, bool]]]",
) -> "Iterator[bytes]":
    """Pieces of HTML with values and texts in the place of their names; a value may name a text."""
    values["lang"] = language.encode()
    for piece in pieces:
        with open(f"setup/{piece}.html", "rb") as file:
            for line in file:
                text, found, rest = line.partition(b"[[")
                while found:
                    yield text
                    name, _, rest = rest.partition(b"]]")
                    if name == b"networks":
                        for one in networks or [("", (0, False))]:
                            yield _item(language, *one)
                    value = values.get(str(name, "utf-8"))
                    if value is None:
                        yield _text(language, name)
                    else:
                        # What was made here names a text; what a person entered has its brackets escaped.
                        before, _, after = value.partition(b"[[")
                        named, _, after = after.partition(b"]]")
                        yield before
                        if named:
                            yield _text(language, named)
                        yield after
                    text, found, rest = rest.partition(b"[[")
                yield text


def _item(language: str, ssid: str, heard: "tuple[int, bool]") -> bytes:
    """A network that was found: a link that fills in its name. Without a name: that there is none."""
    if not ssid:
        return b"<li><a>" + _text(language, b"none") + b"</a></li>"
    strength, secured = heard
    name = _escaped(ssid)
    link = f'<li><a href="/?lang={language}&amp;ssid={_quoted(ssid)}" data-ssid="{name}">{name}<small>'.encode()
    note = b"" if secured else _text(language, b"open") + " · ".encode()
    return link + note + f"{strength} dBm</small></a></li>".encode()


def _escaped(text: str) -> str:
    for character, escape in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#39;"),
        ("[", "&#91;"),
    ):
        text = text.replace(character, escape)
    return text


def _quoted(text: str) -> str:
    """A text for an address."""
    return "".join(chr(byte) if chr(byte).isalpha() and byte < 128 else f"%{byte:02X}" for byte in text.encode())
