"""Who answers: ``/info`` of our firmware, ``/description.xml`` of the original.

A board is known by its serial number, never by its address or its name, which both change. The
original may not know its own (``Unknown``); then the UDN of its description, made of its MAC, stands in.
"""

import re
from html import unescape
from typing import Any

from . import fields
from .errors import NotABoardError, UnexpectedAnswerError
from .models import BoardHealth, BoardInfo

# What the original's UDN starts with; the last three bytes of the MAC follow.
_UDN_PREFIX = "38323636-4558-4dda-9188-cda0e6"
_ORIGINAL_DESCRIPTION = "Digitale Meter Monitor"

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_NO_SERIAL = re.compile(r"unknown|0*", re.IGNORECASE)
_SIGNAL_DBM = fields.integer(-200, 0)


def parse_info(body: bytes) -> BoardInfo:
    """Read ``/info``.

    :raises NotABoardError: something else that knows this path.
    """
    try:
        document = fields.read_object(body)
    except UnexpectedAnswerError as error:
        raise NotABoardError("no identity") from error
    model = fields.text(document.get("board"))
    name = fields.text(document.get("name"))
    if fields.number(document.get("api")) is None or model is None or name is None:
        raise NotABoardError("no identity")
    serial = _serial(document.get("serial"))
    mac = _mac(document.get("mac"))
    # The same board had this UDN while it ran the original firmware.
    udn = None if mac is None else _UDN_PREFIX + mac.replace(":", "")[-6:]
    return BoardInfo(
        original=False,
        identifiers=_identifiers(serial, udn),
        name=name,
        model=model,
        version=fields.text(document.get("version")),
        serial=serial,
        mac=mac,
        health=_health(document),
    )


def parse_description(body: bytes) -> BoardInfo:
    """Read the ``/description.xml`` of a board with the original firmware.

    The text of six flat elements is all that is needed, so no XML parser, and none of what one
    would follow, meets bytes from the network. The original does not escape the name, either.

    :raises NotABoardError: the description of another device.
    """
    text = body.decode("utf-8", errors="replace")
    udn = (_element(text, "UDN") or "").lower().removeprefix("uuid:")
    if not udn.startswith(_UDN_PREFIX) and _element(text, "modelDescription") != _ORIGINAL_DESCRIPTION:
        raise NotABoardError("the description of another device")
    serial = _serial(_element(text, "serialNumber"))
    return BoardInfo(
        original=True,
        identifiers=_identifiers(serial, udn),
        name=_element(text, "friendlyName") or "digimon",
        model=_element(text, "modelName") or _ORIGINAL_DESCRIPTION,
        version=_element(text, "modelNumber"),
        serial=serial,
        mac=None,
        health=None,
    )


def _element(text: str, name: str) -> str | None:
    """The text of the first element of a name."""
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return None if found is None else fields.text(unescape(found[1]).strip())


def _serial(value: object) -> str | None:
    serial = fields.text(value)
    if serial is None or _NO_SERIAL.fullmatch(serial.strip()):
        return None
    return serial.strip().lower()


def _mac(value: object) -> str | None:
    mac = fields.text(value)
    return mac.lower() if mac is not None and _MAC.fullmatch(mac.lower()) else None


def _identifiers(*candidates: str | None) -> tuple[str, ...]:
    identifiers = tuple(filter(None, candidates))
    if not identifiers:
        raise NotABoardError("nothing to tell this board from another")
    return identifiers


def _health(document: dict[str, Any]) -> BoardHealth:
    card = fields.read_dict(document.get("card"))
    telegrams = fields.read_dict(document.get("telegrams"))
    rejected = [fields.number(count) for count in fields.read_dict(telegrams.get("rejected")).values()]
    return BoardHealth(
        uptime_s=fields.number(document.get("uptime_s")),
        reset_cause=fields.text(document.get("reset_cause")),
        heap_size=fields.number(document.get("heap_size")),
        heap_free=fields.number(document.get("heap_free")),
        heap_used_max=fields.number(document.get("heap_used_max")),
        rssi=_SIGNAL_DBM(document.get("rssi")),
        card_state=fields.text(card.get("state")),
        card_size=fields.number(card.get("size")),
        card_free=fields.number(card.get("free")),
        telegrams_good=fields.number(telegrams.get("good")),
        telegrams_rejected=sum(filter(None, rejected)) if "rejected" in telegrams else None,
    )
