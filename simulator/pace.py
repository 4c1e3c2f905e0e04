"""When the telegram of which second is due."""

import asyncio
import math
import time
from collections.abc import AsyncIterator

REAL = 1.0
MAX = math.inf


def speed(text: str) -> float:
    """Read a speed: ``real``, ``max``, or how many times as fast as real.

    :raises ValueError: none of these.
    """
    if text in ("real", "max"):
        return REAL if text == "real" else MAX
    factor = float(text)
    if not 0 < factor < MAX:
        raise ValueError("not above 0")
    return factor


async def seconds(start: int | None, factor: float, count: int | None) -> AsyncIterator[int]:
    """Every second of the meter's clock, each when it is due.

    The first one is due at the next full second of this machine's clock. From a given start no
    second is left out. Without one the meter shows the time of now, so what this machine slept
    through is lost, as with a real meter.

    :param start: utc of the first telegram; None for now.
    :param factor: how many times as fast as real; `MAX` for without waiting.
    :param count: how many telegrams; None for without end.
    """
    origin = math.ceil(time.time())
    begin = origin if start is None else start
    follows_clock = start is None and factor == REAL
    passed = 0
    given = 0
    while count is None or given < count:
        if factor != MAX:
            await asyncio.sleep(max(0, origin + passed / factor - time.time()))
        if follows_clock:
            passed = max(passed, int(time.time()) - origin)
        yield begin + passed
        passed += 1
        given += 1
