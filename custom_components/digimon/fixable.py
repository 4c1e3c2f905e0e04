"""The repairs that a person can make in the dialog that tells of them (`repairs`); the others say what to do."""

from typing import Final

WRONG_DEVICE: Final = "wrong_device"
CHOOSE_AREA: Final = "choose_area"

FIXABLE: Final = frozenset({WRONG_DEVICE, CHOOSE_AREA})
"""Keys of their texts."""
