"""Constants of the Digimon integration."""

import logging
from typing import Final

DOMAIN: Final = "digimon"
LOGGER = logging.getLogger(__package__)

DEFAULT_HOST: Final = "digimon.local"
