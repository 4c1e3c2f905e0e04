"""The boards the app runs on: their pins and quirks, as data."""


class Board:
    """A board; every number is a GPIO, None where the board has no such pin.

    :cvar name: as discovery and the description tell it.
    :cvar led: the light.
    :cvar p1_receive: data of the P1 port, on UART 1 with inverted level.
    :cvar p1_transmit: unused, but stock images before 1.29 take a default pin when none is given.
    :cvar p1_request: high asks the meter for telegrams (DSMR 5.0.2 P1 section 5.7.1).
    :cvar card_power: must be high for the card to have power.
    :cvar card_slot: number of the SPI controller for `machine.SDCard`.
    :cvar button: the BOOT button, low while pressed.
    :cvar serial_address: of the eFuse words with the factory's unique id of the chip.
    """

    name = ""
    led = 0
    p1_receive = 0
    p1_transmit = 0
    p1_request = 0
    card_miso = 0
    card_sck = 0
    card_mosi = 0
    card_cs = 0
    card_power: "int | None" = None
    card_slot = 2
    button: "int | None" = None
    serial_address = 0


class T8C3(Board):
    """LilyGo T8 with an ESP32-C3."""

    name = "LilyGo TTGO T8 ESP32 C3 V1.1"
    led = 3
    p1_receive = 2
    p1_transmit = 0
    p1_request = 8
    card_miso = 5
    card_sck = 4
    card_mosi = 7
    card_cs = 6
    button = 9
    serial_address = 0x6000885C


class T8S2(Board):
    """LilyGo T8 with an ESP32-S2."""

    name = "LilyGo TTGO T8 ESP32 S2 V1.1"
    led = 36
    p1_receive = 18
    p1_transmit = 17
    p1_request = 19
    card_miso = 13
    card_sck = 12
    card_mosi = 11
    card_cs = 10
    card_power = 14
    button = 0
    serial_address = 0x3F41A05C


class S2Mini(Board):
    """Wemos (Lolin) S2 mini with a card reader on its pins."""

    name = "Wemos ESP32 S2 Mini"
    led = 15
    p1_receive = 38
    p1_transmit = 40
    p1_request = 36
    card_miso = 9
    card_sck = 7
    card_mosi = 11
    card_cs = 12
    serial_address = 0x3F41A05C


# By the name that the build is given.
BOARDS = {"t8_c3": T8C3, "t8_s2": T8S2, "s2_mini": S2Mini}
