"""What the person who set the board up chose: ``config.json`` of the card. Loaded while it is read or written.

The file is the original's: ``wifi.ssid``, ``wifi.password``, ``network.dhcp``, ``.device_name``,
``.ip``, ``.gateway`` and ``.subnet``. The last one that could be read stays in the chip's own
memory, so that a board whose card is missing is still on the network with its live values.
"""

from json import dumps, loads

from esp32 import NVS

from .settings import DEFAULT_NAME, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .store import Store

CONFIG = "/config.json"
_BACKUP = "/config.bak"
_CARD = "/sd"

# A longer one is no host name for MicroPython (`network.hostname`).
_LONGEST_NAME = 32

_SPACE = "digimon"
_KEY = "config"
_LONGEST_CONFIG = 1024


def settings_in(document: "dict[str, Any]") -> Settings:
    """The settings of a config.json; what is missing or of a wrong type takes its default."""
    wifi = _object(document, "wifi")
    network = _object(document, "network")
    settings = Settings()
    settings.ssid = _text(wifi, "ssid") or None
    settings.password = _text(wifi, "password")
    settings.name = _host_name(_text(network, "device_name"))
    addresses = [_text(network, key) for key in ("ip", "subnet", "gateway")]
    # The original took any "dhcp", even false, for DHCP; its form writes false with addresses.
    if network.get("dhcp") is not True and all(_is_address(address) for address in addresses):
        settings.static = (addresses[0], addresses[1], addresses[2])
    return settings


def load(text: "str | None") -> Settings:
    """The settings of a config.json, or those of the last one when it cannot be read.

    :param text: of the card's file, None without one.
    """
    document = _document(text)
    kept = _kept()
    if document is None:
        return settings_in(_document(kept) or {})
    text = dumps(document)
    if text != kept:
        _keep(text)
    return settings_in(document)


def saved_text(store: "Store") -> "str | None":
    """The settings of the card: of the first of its two files that can be read, None without one."""
    for path in (CONFIG, _BACKUP):
        text = store.read(path)
        if _document(text) is not None:
            return text
    return None


def saved_document(store: "Store") -> "dict[str, Any]":
    """The settings as they were saved, with every key that anybody put there."""
    document = _document(saved_text(store))
    return (_document(_kept()) or {}) if document is None else document


def store_document(document: "dict[str, Any]") -> bool:
    """Save settings on the card and in the chip.

    :returns: whether one of them has them now.
    """
    text = dumps(document)
    _keep(text)
    try:
        # One after the other: whenever the power goes, one of the two is whole.
        for path in (_BACKUP, CONFIG):
            with open(_CARD + path, "w") as file:
                file.write(text)
    except OSError:
        # Then the chip's own memory alone has them.
        return _kept() == text
    return True


def forget_wifi(store: "Store") -> None:
    """Forget network and password, and nothing else."""
    document = saved_document(store)
    document["wifi"] = {}
    store_document(document)


def _document(text: "str | None") -> "dict[str, Any] | None":
    try:
        document = loads(text or "")
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _kept() -> "str | None":
    buffer = bytearray(_LONGEST_CONFIG)
    try:
        length = NVS(_SPACE).get_blob(_KEY, buffer)
        return str(memoryview(buffer)[:length], "utf-8")
    except (OSError, ValueError):
        return None


def _keep(text: str) -> None:
    try:
        storage = NVS(_SPACE)
        storage.set_blob(_KEY, text.encode())
        storage.commit()
    except OSError:
        # Nothing is lost: the card has it.
        pass


def _object(document: "dict[str, Any]", key: str) -> "dict[str, Any]":
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _text(document: "dict[str, Any]", key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _host_name(text: str) -> str:
    """A label of a host name (RFC 1123): what is not allowed in one becomes a hyphen."""
    letters = [c if c.isdigit() or "a" <= c.lower() <= "z" else "-" for c in text[:_LONGEST_NAME]]
    return "".join(letters).strip("-") or DEFAULT_NAME


def _is_address(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdigit() and len(part) < 4 and int(part) < 256 for part in parts)
