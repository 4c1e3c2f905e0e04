"""An address that a person typed into a form, and the board that answers there."""

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .monitor import Address, BoardClient, BoardError, BoardInfo, InvalidAddressError, parse_address
from .source import failure_of


class TypedAddressError(Exception):
    """No board is found there.

    :ivar errors: of the form, by field.
    """

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


async def async_identify_typed(hass: HomeAssistant, text: str) -> tuple[Address, BoardInfo]:
    """Find out who is at an address.

    :raises TypedAddressError: it is none, or no board answers.
    """
    try:
        address = parse_address(text)
        board = await BoardClient(address, async_get_clientsession(hass)).identify()
    except InvalidAddressError as error:
        raise TypedAddressError({CONF_HOST: "invalid_host"}) from error
    except BoardError as error:
        raise TypedAddressError({"base": failure_of(error)}) from error
    return address, board
