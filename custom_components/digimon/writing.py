"""Writing to a board: its errors as people are told them."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .monitor import (
    BoardError,
    PasswordBlockedError,
    PasswordError,
    PasswordMissingError,
    RefusedError,
    UnknownPathError,
)
from .source import failure_of

TEXTS: tuple[tuple[type[BoardError], str], ...] = (
    (PasswordMissingError, "password_missing"),
    (PasswordError, "password_wrong"),
    (PasswordBlockedError, "password_blocked"),
    (RefusedError, "refused"),
    (UnknownPathError, "firmware_too_old"),
)


def text_of(error: BoardError) -> str:
    """The translation key of what went wrong."""
    return next((text for kind, text in TEXTS if isinstance(error, kind)), None) or failure_of(error)


def _details(error: BoardError) -> dict[str, str]:
    """What a text says beyond the name of the board."""
    if isinstance(error, RefusedError):
        return {"reason": error.reason or "?"}
    if isinstance(error, PasswordBlockedError):
        return {"seconds": "?" if error.retry_after is None else str(error.retry_after)}
    return {}


@contextmanager
def told_to_people(name: str) -> Iterator[None]:
    """Raise a board's errors as errors that a person reads.

    :param name: of the board.
    """
    try:
        yield
    except BoardError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=text_of(error),
            translation_placeholders={"name": name} | _details(error),
        ) from error
