"""A hundred boards in one Home Assistant: whether every poll is on time, and what each board costs.

Usage: python bench/boards.py [--boards 100] [--minutes 3]
Prints one line of JSON. Boards are one process that answers on as many ports what a board on the meter of a simulated
house does; Home Assistant is a real one with its recorder, and polls by its own timers.
"""

import argparse
import asyncio
import itertools
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.board import ROOT, wait_for
from bench.poll import TICKS, stat
from core.clock import quarter_id_at, quarter_start
from core.obis import Decoder
from core.quarter import QuarterAccumulator
from core.telegram import TelegramSplitter
from develop.known import KnownBoard, add_known
from simulator.house import House

POLL_SECONDS = 5
WARM_UP_SECONDS = 60
LIVE = "/current/quarter"
_INFO = ROOT / "tests/integration/fixtures/three_phase/info.json"
_DAY_SECONDS = 86_400
_KILO = 1024


class Boards:
    """Boards that all hang on the same meter; each is somebody by its port.

    :ivar asked: when each was asked for its running quarter, by port, in monotonic seconds.
    """

    def __init__(self) -> None:
        self.asked: dict[int, list[float]] = {}
        self._house = House(seed=1)
        self._decoder = Decoder()
        self._splitter = TelegramSplitter()
        self._accumulator = QuarterAccumulator()
        self._info: dict[str, Any] = json.loads(_INFO.read_text(encoding="utf-8"))
        self._now = 0
        self._documents: dict[str, bytes] = {"/historic/years": b'{"years":[]}'}
        # As boards that have listened since the quarter began.
        for utc in range(quarter_start(quarter_id_at(int(time.time()))), int(time.time())):
            self._hear(utc)

    async def serve(self, number: int) -> list[int]:
        """Take so many ports."""
        servers = [await asyncio.start_server(self._accept, "127.0.0.1", 0) for _ in range(number)]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        self.asked = {port: [] for port in ports}
        return ports

    def info(self, port: int) -> dict[str, Any]:
        """Who a board is."""
        return {**self._info, "serial": f"{port:028x}", "mac": f"02:00:00:00:{port >> 8:02x}:{port & 255:02x}"}

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            # Who connects and is ended asks for nothing.
            writer.close()
            return
        path = head.split(b" ", 2)[1].decode()
        port = writer.get_extra_info("sockname")[1]
        if path == LIVE:
            self.asked[port].append(time.monotonic())
        self._advance(int(time.time()))
        body = json.dumps(self.info(port)).encode() if path == "/info" else self._documents.get(path)
        status = "404 N/A" if body is None else "200 OK"
        body = body or b"Item not found"
        answer = f"HTTP/1.0 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(answer.encode() + body)
        await writer.drain()
        writer.close()

    def _advance(self, now: int) -> None:
        for utc in range(max(self._now + 1, now - 10), now + 1):
            self._hear(utc)

    def _hear(self, utc: int) -> None:
        """Take the telegram of a second."""
        self._now = utc
        for telegram in self._splitter.feed(self._house.telegram(utc)):
            document = dict(self._decoder.decode(telegram))
            self._accumulator.add(document)
            self._documents["/current/meter"] = json.dumps(document).encode()
        running = self._accumulator.running
        if running is not None:
            self._documents[LIVE] = "".join(running.document()).encode()


async def serve(number: int, report: Path) -> None:
    """Be the boards until the process is asked to end; then tell when each was asked what."""
    boards = Boards()
    ports = await boards.serve(number)
    print("boards", json.dumps([boards.info(port) | {"port": port} for port in ports]), flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    await asyncio.to_thread(report.write_text, json.dumps(boards.asked))


def configure(folder: Path, boards: list[dict[str, Any]]) -> None:
    """Make Home Assistant's configuration, with every board in it."""
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    (folder / "configuration.yaml").write_text(
        f"http:\n  server_host: 127.0.0.1\n  server_port: {free_port()}\nrecorder:\nlogger:\n  default: warning\n"
    )
    (folder / "custom_components").mkdir()
    (folder / "custom_components/digimon").symlink_to(ROOT / "custom_components/digimon")
    known = [
        KnownBoard(port=board["port"], serial=board["serial"], title=f"board {number}")
        for number, board in enumerate(boards)
    ]
    add_known(storage, known)


def free_port() -> int:
    """A port that nobody has."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(process: int) -> float:
    """What a process has used."""
    fields = stat(process)
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kilobytes(process: int) -> int:
    """What a process has in memory (proc(5), statm)."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // _KILO


def run(number: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Home Assistant with so many boards for some time."""
    report = folder / "asked.json"
    command: list[str | Path] = [sys.executable, "-m", "bench.boards", "--serve", report, "--boards", str(number)]
    boards = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    configuration = folder / "config"
    configure(configuration, json.loads(wait_for(boards, "^boards (.*)$")))
    home_assistant = subprocess.Popen(
        [
            Path(os.environ["DIGIMON_HOMEASSISTANT"]) / "bin/python",
            "-m",
            "homeassistant",
            "-c",
            configuration,
            "--skip-pip",
        ],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("w"),
        env=os.environ | {"PYTHONPATH": ""},
    )
    try:
        time.sleep(WARM_UP_SECONDS)
        began, cpu = time.time(), cpu_seconds(home_assistant.pid)
        monotonic = time.monotonic()
        time.sleep(seconds)
        cpu, memory = cpu_seconds(home_assistant.pid) - cpu, resident_kilobytes(home_assistant.pid)
        ended = time.time()
    finally:
        home_assistant.terminate()
        home_assistant.wait()
        boards.terminate()
        boards.wait()
    asked = {port: [at for at in when if at > monotonic] for port, when in json.loads(report.read_text()).items()}
    return {
        "cpu share of one core": cpu / (ended - began),
        "memory kB": memory,
        "late s": lateness(list(asked.values())),
        "log lines": len((folder / "log").read_text().splitlines()),
        "rows": rows(configuration / "home-assistant_v2.db", began, ended),
    }


def lateness(asked: list[list[float]]) -> list[float]:
    """How much more than 5 s passed between one poll of a board and the next."""
    return [later - earlier - POLL_SECONDS for when in asked for earlier, later in itertools.pairwise(when)]


def rows(database: Path, began: float, ended: float) -> dict[str, float]:
    """States that were written in a time by sensor, and the sensors with statistics of their own."""
    with closing(sqlite3.connect(database)) as connection:
        written = connection.execute(
            "SELECT states_meta.entity_id, COUNT(*) FROM states JOIN states_meta USING (metadata_id)"
            " WHERE last_updated_ts BETWEEN ? AND ? GROUP BY states_meta.entity_id",
            (began, ended),
        ).fetchall()
        (sensors,) = connection.execute("SELECT COUNT(*) FROM statistics_meta").fetchone()
    return {"statistics": sensors} | dict(written)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    return statistics.quantiles(values, n=1000)[round(share * 1000) - 1]


def measure(number: int, minutes: float) -> dict[str, Any]:
    """Without boards, and with all of them."""
    with tempfile.TemporaryDirectory() as none, tempfile.TemporaryDirectory() as all_of_them:
        without = run(0, 30, Path(none))
        with_boards = run(number, minutes * 60, Path(all_of_them))
    late = with_boards["late s"]
    written = with_boards["rows"]
    sensors = written.pop("statistics") / number
    per_day = _DAY_SECONDS / (minutes * 60) / number
    by_sensor: dict[str, float] = {}
    for entity_id, times in written.items():
        # Of the boards, which all have the same name.
        name = entity_id.rstrip("0123456789").rstrip("_")
        by_sensor[name] = by_sensor.get(name, 0) + times * per_day
    most = sorted(by_sensor.items(), key=lambda pair: -pair[1])
    return {
        "boards": number,
        "polls": len(late) + number,
        "late s": {str(share): round(percentile(late, share), 3) for share in (0.5, 0.9, 0.99, 0.999)},
        "latest s": round(max(late), 3),
        "cpu ms per poll": (with_boards["cpu share of one core"] - without["cpu share of one core"])
        * 1000
        * POLL_SECONDS
        / number,
        "cpu share of one core": with_boards["cpu share of one core"],
        "memory kB per board": (with_boards["memory kB"] - without["memory kB"]) / number,
        "log lines": with_boards["log lines"],
        "rows of states per board and day": round(sum(by_sensor.values())),
        "rows of statistics per board and day": round(sensors * (288 + 24)),
        "by sensor": {name: round(times) for name, times in most[:20]},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        asyncio.run(serve(options.boards, options.serve))
    else:
        print(json.dumps(measure(options.boards, options.minutes)))
