"""The boards that the app runs on: their pins and quirks, as data. The build puts one of them into the app."""

from typing import NamedTuple


class Board(NamedTuple):
    """A board; every number is a GPIO, None where the board has no such pin."""

    # As discovery and the description tell it.
    name: str
    led: int
    # UART 1: data of the P1 port with inverted level. Nothing is sent, but images before 1.29 take a default pin.
    p1_receive: int
    p1_transmit: int
    # High asks the meter for telegrams (DSMR 5.0.2 P1 section 5.7.1).
    p1_request: int
    card_miso: int
    card_sck: int
    card_mosi: int
    card_cs: int
    # Must be high for the card to have power.
    card_power: int | None
    # The BOOT button, low while pressed.
    button: int | None
    # Of the eFuse words with the factory's unique id of the chip (EFUSE_RD_SYS_PART1_DATA0).
    serial_address: int
    # As esptool names the chip.
    chip: str
    # Where the chip's ROM looks for the boot loader, which the stock image of MicroPython begins with.
    image_offset: int


# By the name that the build is given.
BOARDS = {
    "t8_c3": Board(
        name="LilyGo TTGO T8 ESP32 C3 V1.1",
        led=3,
        p1_receive=2,
        p1_transmit=0,
        p1_request=8,
        card_miso=5,
        card_sck=4,
        card_mosi=7,
        card_cs=6,
        card_power=None,
        button=9,
        serial_address=0x6000885C,
        chip="esp32c3",
        image_offset=0x0,
    ),
    "t8_s2": Board(
        name="LilyGo TTGO T8 ESP32 S2 V1.1",
        led=36,
        p1_receive=18,
        p1_transmit=17,
        p1_request=19,
        card_miso=13,
        card_sck=12,
        card_mosi=11,
        card_cs=10,
        card_power=14,
        button=0,
        serial_address=0x3F41A05C,
        chip="esp32s2",
        image_offset=0x1000,
    ),
    "s2_mini": Board(
        name="Wemos ESP32 S2 Mini",
        led=15,
        p1_receive=38,
        p1_transmit=40,
        p1_request=36,
        card_miso=9,
        card_sck=7,
        card_mosi=11,
        card_cs=12,
        card_power=None,
        button=None,
        serial_address=0x3F41A05C,
        chip="esp32s2",
        image_offset=0x1000,
    ),
}
DEFAULT = "t8_c3"


# What only the computer that flashes a board needs.
_OF_THE_FLASH = ("chip", "image_offset")


def module(slug: str, version: str) -> str:
    """The module ``board.build`` of the app: the product's version and what this board is."""
    values = BOARDS[slug]._asdict().items()
    constants = {"VERSION": version, "SLUG": slug}
    constants |= {name.upper(): value for name, value in values if name not in _OF_THE_FLASH}
    return "".join(f"{name} = {value!r}\n" for name, value in constants.items())
