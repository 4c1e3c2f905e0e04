"""Readers of single values off the wire: the right type in the possible range, or None."""

import json
from collections.abc import Callable
from typing import Any

from ..core.clock import quarter_start
from .errors import UnexpectedAnswerError

# Years 2000 to 2099, which is what a meter's stamp can say.
_FIRST_INSTANT = 946_681_200
_LAST_INSTANT = 4_102_444_800

# No meter on a P1 port reaches a megawatt.
_MOST_POWER_W = 999_999
_MOST_NUMBER = 2**53
_LONGEST_TEXT = 255
_LONGEST_MESSAGE = 2048

_DECODER = json.JSONDecoder()


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body starts with.

    The original firmware overwrites files without cutting them off, so the tail of an older and
    longer answer may follow: reading stops at the end of the first value.

    :raises UnexpectedAnswerError: it starts with anything else.
    """
    try:
        document, _ = _DECODER.raw_decode(body.decode("utf-8", errors="replace").lstrip())
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswerError("no JSON") from error
    if not isinstance(document, dict):
        raise UnexpectedAnswerError("no JSON object")
    return document


def read_list(value: object) -> list[Any]:
    """A list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def read_dict(value: object) -> dict[str, Any]:
    """An object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def integer(low: int, high: int) -> Callable[[object], int | None]:
    """A reader of whole numbers from ``low`` to ``high``."""

    def read(value: object) -> int | None:
        # True is an int to Python, but no number to a meter.
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        return None

    return read


def _text(longest: int) -> Callable[[object], str | None]:
    def read(value: object) -> str | None:
        # Control characters and halves of surrogate pairs can neither be shown nor stored.
        if isinstance(value, str) and len(value) <= longest:
            return "".join(character for character in value if character.isprintable())
        return None

    return read


number = integer(0, _MOST_NUMBER)
small_number = integer(0, 99)
power = integer(0, _MOST_POWER_W)
produced_power = integer(-_MOST_POWER_W, 0)
instant = integer(_FIRST_INSTANT, _LAST_INSTANT)
message = _text(_LONGEST_MESSAGE)


def text(value: object) -> str | None:
    """A line of text that says something."""
    return _text(_LONGEST_TEXT)(value) or None


def quarter(value: object) -> int | None:
    """The id of a possible quarter."""
    quarter_id = number(value)
    if quarter_id is None:
        return None
    try:
        quarter_start(quarter_id)
    except ValueError:
        return None
    return quarter_id
