"""Instants as people write them on a command line."""

from datetime import UTC, datetime

from core.clock import SUMMER_OFFSET, WINTER_OFFSET, is_summer


def instant(text: str) -> int:
    """The utc of an ISO date and time; local time of Brussels when it names no offset.

    The hour that October repeats is taken as summer time; write the offset (``+01:00``) for the other.

    :raises ValueError: no ISO date.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return int(moment.timestamp())
    local = int(moment.replace(tzinfo=UTC).timestamp())
    return local - (SUMMER_OFFSET if is_summer(local - SUMMER_OFFSET) else WINTER_OFFSET)
