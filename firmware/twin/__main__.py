"""The launcher behind scripts/twin: stages the build, finds the telegrams, and runs the board."""

import argparse
import hashlib
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import boards
import image
from build import build

from .process import Board, Wire, die_with_parent
from .sources import SimulatedSource, Source, open_source

ROOT = Path(__file__).resolve().parents[2]

# What an ESP32-C3 gives Python with Wi-Fi on: 64 KB, grown once, less a reserve.
DEFAULT_HEAP = "112k"
# Four times what a board has: a machine that is busy is no board that stands still.
PATIENCE_SECONDS = 120.0
MDNS = ("224.0.0.251", 5353)
LOOPBACK = "127.0.0.1"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/twin", description="The board as a process on this machine.")
    parser.add_argument(
        "--sd",
        metavar="DIR",
        type=Path,
        help="folder that is the card, or image.img of one; without it the slot is empty",
    )
    parser.add_argument(
        "--p1",
        metavar="SOURCE",
        required=True,
        help="file of telegrams (plain or .gz), tcp://host:port, serial device or pty, or sim",
    )
    parser.add_argument("--port", metavar="N", type=int, default=0, help="HTTP port; a free one by default")
    parser.add_argument(
        "--speed",
        choices=("real", "max"),
        default="real",
        help="real: one telegram a second; max: as fast as the board takes them",
    )
    parser.add_argument(
        "--heap",
        metavar="SIZE",
        default=DEFAULT_HEAP,
        help="what the app has of MicroPython's, default %(default)s; what the twin itself needs comes on top",
    )
    parser.add_argument("--name", default="digimon", help="the board's name, unless config.json of the card has one")
    parser.add_argument(
        "--no-discovery",
        dest="discovery",
        action="store_false",
        help="serve this machine only and announce nothing",
    )
    parser.add_argument(
        "--radio",
        metavar="FILE",
        type=Path,
        help="JSON file with the passwords of the Wi-Fi networks that the board hears, by name, read again and again; "
        "the board was never set up. Without it, it is in a network that is always there",
    )
    parser.add_argument(
        "--crash",
        metavar="FILE",
        type=Path,
        help="once this file is there, every task of the app that sleeps fails once",
    )
    parser.add_argument("--names", metavar="N", type=int, help="port of the name server in set-up mode, default 53")
    parser.add_argument(
        "--flash",
        metavar="DIR",
        type=Path,
        help="folder that is the board's flash and own memory, kept from one start to the next; a new one by default",
    )
    parser.add_argument("--board", choices=sorted(boards.BOARDS), default=boards.DEFAULT, help="default %(default)s")
    parser.add_argument("--panel", metavar="DIR", type=Path, help="folder where its pins lead (stand_ins/panel.py)")
    parser.add_argument(
        "--watchdog",
        metavar="S",
        type=float,
        default=PATIENCE_SECONDS,
        help="seconds that the watchdog waits, default %(default)s; 30 on a board, which no other program slows down",
    )
    parser.add_argument("--hurry", metavar="FACTOR", type=int, default=1, help="how fast the board's seconds pass")
    return parser.parse_args()


def own_address() -> str:
    """The address of the interface that multicast leaves this machine by, loopback without one."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(MDNS)
        return str(probe.getsockname()[0])
    print("no route for multicast: the board will not be found by itself", file=sys.stderr)
    return LOOPBACK


def reserve(host: str, port: int) -> socket.socket:
    """A socket that holds a port until the board listens on it, and keeps others from being given it.

    :raises OSError: the port is taken.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((host, port))
    return holder


def settings(options: argparse.Namespace, source: Source, folder: Path) -> dict[str, Any]:
    """What the stand-ins are told; a board that was set up before is in its own memory (NVS).

    :param folder: for the board's own memory, which may have something in it from the last start.
    """
    config: dict[str, Any] = {"network": {"device_name": options.name}}
    if options.radio is None:
        config["wifi"] = {"ssid": "twin", "password": ""}
    nvs = folder / "nvs.json"
    if not nvs.exists():
        nvs.write_text(json.dumps({"digimon/config": json.dumps(config).encode().hex()}))
    rtc = folder / "rtc"
    rtc.unlink(missing_ok=True)
    card = None
    if options.sd is not None:
        if options.sd.suffix != ".img":
            options.sd.mkdir(exist_ok=True)
        card = str(options.sd.resolve())
    # The same card is the same board again.
    identity = hashlib.sha256((card or "").encode()).hexdigest()
    told: dict[str, Any] = {
        "card": card,
        "nvs": str(nvs),
        "rtc": str(rtc),
        "address": own_address() if options.discovery else LOOPBACK,
        # Locally administered.
        "mac": "02" + identity[:10],
        "chip": identity[:32],
        "host": "0.0.0.0" if options.discovery else LOOPBACK,
        "announced": options.discovery,
        "replaying": source.ends,
    }
    if options.panel is not None:
        options.panel.mkdir(exist_ok=True)
    for name in ("radio", "crash", "panel"):
        path: Path | None = getattr(options, name)
        if path is not None:
            told[name] = str(path.resolve())
    if options.names is not None:
        told["ports"] = {"53": options.names}
    told["patience"] = options.watchdog
    if options.hurry != 1:
        told["hurry"] = options.hurry
    return told


def feed(source: Source, wire: Wire) -> None:
    """Run a source; what ends ends the wire."""
    with suppress(BrokenPipeError):
        source.run(wire.write)
        wire.close()


def main() -> int:
    """The command."""
    options = arguments()
    executable = os.environ.get("MICROPYTHON32")
    if not executable:
        print("MICROPYTHON32 names no executable; use scripts/twin", file=sys.stderr)
        return 2
    staged = build(options.board)
    try:
        source = open_source(
            options.p1,
            at_once=options.speed == "max",
            meter=ROOT / "scripts" / "meter",
            prepare=die_with_parent,
        )
    except (OSError, ValueError) as error:
        print(f"--p1: {error}", file=sys.stderr)
        return 2
    wire = Wire()
    with tempfile.TemporaryDirectory(prefix="digimon-twin-") as temporary:
        folder = Path(temporary) if options.flash is None else options.flash.resolve()
        flash = folder / "flash"
        if not flash.exists():
            image.unpack(options.board, flash)
        try:
            told = settings(options, source, folder)
            holder = reserve(told["host"], options.port)
        except OSError as error:
            print(error, file=sys.stderr)
            return 2
        told["port"] = holder.getsockname()[1]
        told["uart"] = wire.reader
        board = Board(executable, options.heap, staged / "twin", flash, told)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: board.stop())
        signal.signal(signal.SIGALRM, lambda *_: board.kill())
        threading.Thread(target=feed, args=(source, wire), daemon=True).start()
        status = board.run()
        # An alarm that comes when Python is about to end would be the death of it.
        signal.setitimer(signal.ITIMER_REAL, 0)
        if isinstance(source, SimulatedSource):
            source.stop()
    return status


if __name__ == "__main__":
    sys.exit(main())
