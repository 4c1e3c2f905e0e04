"""Stored quarters, as the tests put them on a card and expect them from the board."""

import json
from datetime import datetime

from .telegrams import BRUSSELS


def quarter_id(utc: int) -> int:
    """The id of the quarter that begins at an instant."""
    local = datetime.fromtimestamp(utc, BRUSSELS)
    summer = 0x80 if local.dst() else 0
    number = local.hour * 4 + local.minute // 15
    return (local.year - 2000) << 24 | local.month << 16 | local.day << 8 | summer | number


def path_of(utc: int) -> str:
    """Where the card has the quarter that begins at an instant."""
    local = datetime.fromtimestamp(utc, BRUSSELS)
    return f"meter/{local:%Y/%m/%d/%H%M}" + ("S" if local.dst() else "W") + ".json"


def quarter_document(utc: int, consumed: list[int | None], produced: list[int | None]) -> str:
    """The document of a quarter as the original firmware writes it."""
    values = [value for value in consumed if value is not None]
    document = {
        "quarter_id": quarter_id(utc),
        "consumed_power_avg": sum(values) // max(len(values), 1),
        "interval_secs": 5,
        "consumed_power_interval_avgs": consumed,
        "produced_power_interval_avgs": produced,
    }
    return json.dumps(document, separators=(",", ":"))
