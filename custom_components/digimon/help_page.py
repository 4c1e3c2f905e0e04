"""Where a repair is explained."""

from typing import Final

_PAGE: Final = "https://github.com/digimon-energy/digimon/blob/main/docs/troubleshooting.md"


def help_url(key: str) -> str:
    """The section about a repair, by the key of its text: the page has one for each."""
    return f"{_PAGE}#{key.replace('_', '-')}"
