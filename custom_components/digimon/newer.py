"""Files in Home Assistant's storage that a later version of the integration has written."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import ConfigEntryError, UnsupportedStorageVersionError

from .const import DOMAIN


@contextmanager
def told_to_be_newer(name: str) -> Iterator[None]:
    """Refuse to set an entry up over what only a later version can read: begun anew it would be lost.

    Home Assistant's own words for it ask for another Home Assistant.

    :param name: of the board.
    """
    try:
        yield
    except UnsupportedStorageVersionError as error:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key="newer_version", translation_placeholders={"name": name}
        ) from error
