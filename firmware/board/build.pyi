# Written by firmware/build.py from firmware/boards.py, where each name is explained.
VERSION: str
SLUG: str
NAME: str
LED: int
P1_RECEIVE: int
P1_TRANSMIT: int
P1_REQUEST: int
CARD_MISO: int
CARD_SCK: int
CARD_MOSI: int
CARD_CS: int
CARD_POWER: int | None
BUTTON: int | None
SERIAL_ADDRESS: int
