"""What the board does for its clients: requests a second, and the heap it needs, on 32-bit MicroPython.

Usage: python bench/board.py [--heap 112k]
Prints one line of JSON. The rates depend on the machine; compare them within one run.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from simulator.house import House

ROOT = Path(__file__).parent.parent
# Thursday 15 January 2026, 17:00 local time: the busiest hours of a winter day.
START = 1768492800
REPLAYED_SECONDS = 3 * 3600
CLIENTS = 5
REQUESTS = 600


@contextmanager
def board(telegrams: Path, heap: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A twin that replays a file; gives its port and its process."""
    with tempfile.TemporaryDirectory() as card:
        command: list[str | Path] = [ROOT / "scripts/twin", "--sd", card, "--p1", telegrams, "--heap", heap]
        process = subprocess.Popen(
            [*command, "--speed", "max", "--no-discovery"], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            yield int(wait_for(process, r"listening on http://127\.0\.0\.1:(\d+)")), process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()


def wait_for(process: subprocess.Popen[str], pattern: str) -> str:
    """The first group of the first line that matches.

    :raises RuntimeError: the process ended before.
    """
    for line in process.stdout or ():
        found = re.search(pattern, line)
        if found:
            return found[1]
    raise RuntimeError(f"the twin ended before it said {pattern}")


async def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: digimon.local\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


async def rate(port: int, path: str, clients: int) -> float:
    """Requests a second of some clients that each wait for their answer."""
    left = REQUESTS

    async def client() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            status, _ = await get(port, path)
            if status != HTTPStatus.OK:
                raise RuntimeError(f"{path} answered {status}")

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return REQUESTS / (time.perf_counter() - start)


async def read_until(port: int, finished: asyncio.Event) -> int:
    """Five clients that read all the live answers until the replay has finished; how many answers they got."""
    answers = 0

    async def client(number: int) -> None:
        nonlocal answers
        paths = ("/current/quarter", "/current/meter", "/info", "/current/month/peak", "/telegram")
        while not finished.is_set():
            status, _ = await get(port, paths[(number + answers) % len(paths)])
            if status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
                raise RuntimeError(f"answered {status}")
            answers += 1

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return answers


async def heap_of(port: int) -> int:
    """The most bytes of heap that were ever in use."""
    return int(json.loads((await get(port, "/info"))[1])["heap_used_max"])


def measure(heap: str) -> dict[str, float]:
    """Replay once alone and once with five clients, then ask as fast as it answers."""
    house = House(seed=1)
    with tempfile.TemporaryDirectory() as folder:
        telegrams = Path(folder) / "telegrams.txt"
        with telegrams.open("wb") as file:
            for second in range(REPLAYED_SECONDS):
                file.write(house.telegram(START + second))
        with board(telegrams, heap) as (port, process):
            wait_for(process, r"replayed (\d+) telegrams, 0 rejected")
            alone = asyncio.run(heap_of(port))
            rates = {
                f"{path} by {clients}": asyncio.run(rate(port, path, clients))
                for path in ("/watt", "/current/quarter", "/current/meter")
                for clients in (1, CLIENTS)
            }
        with board(telegrams, heap) as (port, process):

            async def replay() -> tuple[int, int]:
                finished = asyncio.Event()
                readers = asyncio.create_task(read_until(port, finished))
                await asyncio.to_thread(wait_for, process, rf"replayed ({REPLAYED_SECONDS}) telegrams, 0 rejected")
                finished.set()
                return await readers, await heap_of(port)

            answers, with_clients = asyncio.run(replay())
    return {
        "heap_used_max alone": alone,
        "heap_used_max with 5 clients": with_clients,
        "answers during the replay": answers,
        **rates,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heap", default="112k")
    print(json.dumps(measure(parser.parse_args().heap)))
