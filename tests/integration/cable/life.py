"""One run of a cable's source in a process of its own, that can be killed at any moment.

Usage: python life.py PORT STORE SERIAL. Answers each line on its standard input with one of JSON, and ends with the
word ``stop``, as Home Assistant does, or when the input ends. Whatever goes wrong stands on its standard error.
"""

import asyncio
import json
import logging
import sys
from pathlib import Path

from custom_components.digimon.cable import reader
from custom_components.digimon.cable.source import CableSource
from custom_components.digimon.cable.store import QuarterStore
from custom_components.digimon.source import SourceError

# Of an outage only the time of the meter counts.
reader.FIRST_PAUSE_SECONDS = 0.02  # type: ignore[misc]
reader.LONGEST_PAUSE_SECONDS = 0.1  # type: ignore[misc]


async def _where(path: str) -> str:
    """A port whose lasting name leads elsewhere now is found by that name."""
    return path


async def _told(source: CableSource, others: set[asyncio.Task[None]]) -> dict[str, object]:
    """What the rest of the integration would see."""
    told: dict[str, object] = {}
    if source.diagnostics()["telegrams_good"]:
        try:
            snapshot = await source.read()
        except SourceError as error:
            told["failure"] = error.failure
        else:
            reading, running = snapshot.reading, snapshot.running
            if reading is not None:
                told |= {
                    "time": reading.time_utc,
                    "registers": [reading.consumed_energy_wh, reading.produced_energy_wh],
                }
            told["quarter"] = None if running is None else running.quarter_id
    # After what was awaited: of the same moment.
    known = source.diagnostics()
    return told | {
        "heard": known["telegrams_good"],
        "rejected": known["telegrams_rejected"],
        "open": source._is_open,  # noqa: SLF001 - what is sent before is not heard
        "tasks": len(asyncio.all_tasks()) - len(others),
    }


async def _live(port: str, store: Path, serial: str) -> None:
    source = CableSource(port, QuarterStore(store), serial=serial, find_port=_where)
    await source.start()
    run = asyncio.create_task(source.run())
    loop = asyncio.get_running_loop()
    own = {run, *asyncio.all_tasks()}
    while (line := (await loop.run_in_executor(None, sys.stdin.readline)).strip()) not in {"", "stop"}:
        print(json.dumps(await _told(source, own)), flush=True)  # noqa: T201
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    await source.stop()
    if line:
        left = [repr(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        print(json.dumps({"left": left}), flush=True)  # noqa: T201


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(_live(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
