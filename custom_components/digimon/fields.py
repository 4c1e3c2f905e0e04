"""Validators of what commands and actions are given."""

import probatio

from .core.clock import quarter_exists


def quarter_id(value: object) -> int:
    """The id of a quarter that a clock of this country shows some day."""
    if isinstance(value, int) and not isinstance(value, bool) and quarter_exists(value):
        return value
    raise probatio.Invalid("not the id of a quarter")
