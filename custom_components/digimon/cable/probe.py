"""Who is at the other end of a cable: asked before anything is set up."""

import asyncio
from dataclasses import dataclass

from ..source import CableFailure, SourceError
from .meter import CableMeter
from .reader import FAILURES, read_port
from .source import FAILURES_OF_A_PORT, FIRST_TELEGRAM_SECONDS, why_closed

_PREFIX = "meter_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A meter that sends telegrams we can read."""

    serial: str | None

    @property
    def unique_id(self) -> str | None:
        """What an entry for it goes by."""
        return None if self.serial is None else unique_id_of(self.serial)


class _EnoughError(Exception):
    """A telegram has come."""


def unique_id_of(serial: str) -> str:
    """What an entry for a meter goes by."""
    return _PREFIX + serial.lower()


def serial_of(unique_id: str | None) -> str | None:
    """The serial number, in lower case, of the meter that an entry is for; None when it is not known."""
    return unique_id.removeprefix(_PREFIX) if unique_id is not None and unique_id.startswith(_PREFIX) else None


async def async_probe(port: str, *, seconds: float | None = None) -> Found:
    """Open a port and wait for a telegram.

    :param seconds: how long; by default what the slowest converter needs.
    :raises SourceError: it cannot be opened, or sends nothing that we can read; says why.
    """
    meter = CableMeter()

    async def take(piece: bytes) -> None:
        for telegram in meter.feed(piece):
            meter.take(telegram)
            raise _EnoughError

    failure: CableFailure = "cable_lost"
    try:
        async with asyncio.timeout(FIRST_TELEGRAM_SECONDS if seconds is None else seconds):
            await read_port(port, take, lambda: None)
    except _EnoughError:
        return Found(serial=(meter.document or {}).get("serial"))
    except TimeoutError:
        failure = FAILURES_OF_A_PORT[meter.why_unusable() or "no_telegrams"]
    except FAILURES:
        # Closed by the other end: what came before may tell why nothing else did.
        failure = why_closed(meter)
    raise SourceError(failure)
