"""What `POST /config` changes. Loaded while it does."""

from json import loads

from . import form, password
from .config import saved_document, store_document
from .live import to_json
from .settings import DEFAULT_NAME
from .web import TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .api import Answer, Board

_JSON = "application/json"
_ADDRESSES = ("ip", "gateway", "subnet")
_NETWORK = ("device_name", "ip", "gateway", "subnet")


def change(body: bytes, key: bytes, nonce: str, board: "Board") -> "Answer":
    """Change settings; the board restarts when they are the network's.

    :param body: JSON with ``device_name``, ``network`` and ``admin``, each of which may be absent.
    :param key: of the password that the request was proved with.
    :param nonce: that the proof was for.
    """
    try:
        wanted = loads(body)
    except (ValueError, MemoryError):
        # A thousand brackets are a thousand lists.
        wanted = None
    if not isinstance(wanted, dict):
        return 400, TEXT, None, "The settings have to be a JSON object"
    document = saved_document(board.store)
    before = to_json(document.get("network"))
    wrong = _change(document, wanted, key, nonce)
    if wrong:
        return 422, TEXT, None, wrong
    if not store_document(document):
        return 500, TEXT, None, "The settings could not be saved"
    changed = to_json(document.get("network")) != before
    if changed:
        board.restart_soon("config")
    return 200, _JSON, None, to_json({"restart": changed})


def _change(document: "dict[str, Any]", wanted: "dict[str, Any]", key: bytes, nonce: str) -> str:
    """Put what is wanted into a config.json, whose other keys stay.

    :returns: what is wrong with it, empty when nothing is.
    """
    if not isinstance(document.get("network"), dict):
        document["network"] = {}
    network = document["network"]
    given = wanted.get("network", {})
    if not isinstance(given, dict):
        return "network: no object"
    if "device_name" in wanted:
        network["device_name"] = wanted["device_name"]
    if "dhcp" in given:
        network["dhcp"] = given["dhcp"] is not False
    for name in _ADDRESSES:
        if name in given:
            network[name] = given[name]
    if "device_name" in wanted or given:
        # What is no text is wrong; to write a list in a list in a list as one takes more stack than the board has.
        fields = {name: network[name] if isinstance(network.get(name), str) else "" for name in _NETWORK}
        if "device_name" not in network:
            fields["device_name"] = DEFAULT_NAME
        fields["ssid"] = "-"
        fields["ip_config"] = "static" if network.get("dhcp") is False else "dhcp"
        wrong = form.errors(fields, "-", secured=False)
        if wrong:
            return ", ".join(f"{name}: {text}" for name, text in wrong.items())
    return _change_password(document, wanted["admin"], key, nonce) if "admin" in wanted else ""


def _change_password(document: "dict[str, Any]", wanted: "Any", key: bytes, nonce: str) -> str:
    """A new key comes hidden by the old one, so that it does not go over the air as it is."""
    kept = password.stored(wanted)
    if kept is None:
        return "admin: no salt, rounds and key"
    mask = password.hmac(key, f"{nonce}\nadmin".encode())
    new = bytes(left ^ right for left, right in zip(kept[2], mask))
    document["admin"] = {"salt": kept[0].hex(), "rounds": kept[1], "key": new.hex()}
    return ""
