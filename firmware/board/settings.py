"""The settings in force. Where they come from and go to is `config`, which is loaded for as long as that takes."""

DEFAULT_NAME = "digimon"


class Settings:
    """What the person who set the board up chose.

    :ivar ssid: of the network to join, None before the board was set up.
    :ivar password: of that network.
    :ivar name: under which the board is found: letters, digits and hyphens.
    :ivar static: address, subnet and gateway, None to be given one (DHCP).
    """

    def __init__(self) -> None:
        self.ssid: str | None = None
        self.password = ""
        self.name = DEFAULT_NAME
        self.static: tuple[str, str, str] | None = None
