"""Where a board is, as people write it."""

from dataclasses import dataclass
from ipaddress import IPv6Address

from yarl import URL

from .errors import InvalidAddressError

DEFAULT_PORT = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Host and port of a board; boards speak plain HTTP only."""

    host: str
    """A name or an address, lower case; an IPv6 address without brackets."""

    port: int = DEFAULT_PORT
    """1 to 65535."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT else f"{host}:{self.port}"

    @property
    def url(self) -> URL:
        """The board's own page."""
        return URL.build(scheme="http", host=self.host, port=self.port)


def parse_address(text: str) -> Address:
    """Read an address that a person typed or pasted.

    Takes a name, an IPv4 or IPv6 address, any of them with a port, and what the address bar of a
    browser gives. The scheme is ignored: some browsers write https before they have tried.

    :raises InvalidAddressError: there is no host in it, or no possible one.
    """
    _, separator, after = text.partition("://")
    location = (after if separator else text).strip()
    # URL parsers drop some of these silently, and what is left is another name.
    if any(character.isspace() or not character.isprintable() for character in location):
        raise InvalidAddressError("a space or control character")
    try:
        if _is_bare_ipv6(location):
            location = f"[{location}]"
        url = URL(f"http://{location}")
        host, port = url.host, url.explicit_port
    except ValueError as error:
        raise InvalidAddressError(str(error)) from error
    host = (host or "").rstrip(".").lower()
    if not host or port == 0:
        raise InvalidAddressError("no host")
    try:
        address = Address(host=host, port=DEFAULT_PORT if port is None else port)
        _ = address.url
    except ValueError as error:
        raise InvalidAddressError(str(error)) from error
    return address


def _is_bare_ipv6(location: str) -> bool:
    """Whether this is an IPv6 address without the brackets that a URL needs."""
    try:
        IPv6Address(location)
    except ValueError:
        return False
    return True
