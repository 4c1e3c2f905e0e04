import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custom_components.digimon.monitor import Address, InvalidAddressError, parse_address


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("digimon.local", "digimon.local", 80),
        ("  Digimon.Local. ", "digimon.local", 80),
        ("digimon", "digimon", 80),
        ("192.168.1.42", "192.168.1.42", 80),
        ("192.168.1.42:8080", "192.168.1.42", 8080),
        ("http://digimon.local", "digimon.local", 80),
        ("http://digimon.local/", "digimon.local", 80),
        ("http://digimon.local:8080//", "digimon.local", 8080),
        ("HTTP://192.168.1.42/index.html?a=1#peak", "192.168.1.42", 80),
        ("https://digimon.local/", "digimon.local", 80),
        ("digimon.local/current/quarter", "digimon.local", 80),
        ("fd12::1", "fd12::1", 80),
        ("[fd12::1]", "fd12::1", 80),
        ("http://[FD12::1]:8080/", "fd12::1", 8080),
    ],
)
def test_an_address_is_read_however_people_write_it(text: str, host: str, port: int) -> None:
    assert parse_address(text) == Address(host=host, port=port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "http://",
        "http:///index.html",
        "digimon local",
        "digimon:port",
        "digimon:0",
        "digimon:65536",
        "a\tb",
        ":80",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddressError):
        parse_address(text)


@given(st.text())
@example("[::1")
@example("http://\ud800")
@example("xn--\x00")
@example("a@b@c:1")
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidAddressError:
        return
    assert address.host
    assert 1 <= address.port <= 65535
    assert address.url.scheme == "http"


@given(st.ip_addresses(), st.integers(min_value=1, max_value=65535))
def test_what_is_shown_can_be_typed_again(host: object, port: int) -> None:
    address = Address(host=str(host), port=port)
    assert parse_address(str(address.url)) == address
    assert parse_address(str(address)) == address
