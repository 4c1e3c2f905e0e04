"""``python -m simulator``: the simulated house as a P1 port."""

import argparse
import asyncio
import signal
import sys
import time
from datetime import date
from typing import NoReturn

from simulator.house import INSTALLED, House
from simulator.instants import instant
from simulator.meter import Grid
from simulator.outputs import Output, OutputError, output
from simulator.pace import MAX, seconds, speed

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/meter",
        description="A simulated Flemish house with a digital meter: one P1 telegram per second.",
    )
    add = parser.add_argument
    add(
        "--to",
        required=True,
        metavar="stdout|tcp://HOST:PORT|DEVICE",
        help="tcp listens and serves every client; port 0 takes a free one",
    )
    add("--seed", type=int, default=1, help="which house (default: %(default)s)")
    add(
        "--start",
        type=instant,
        metavar="ISO",
        help="time of the first telegram, local time unless it has an offset (default: now)",
    )
    add(
        "--speed",
        type=speed,
        default="real",
        metavar="real|max|FACTOR",
        help="simulated seconds per second (default: %(default)s)",
    )
    add(
        "--grid",
        choices=[str(grid) for grid in Grid],
        default=str(Grid.THREE),
        help="connection (default: %(default)s)",
    )
    add("--count", type=int, metavar="N", help="stop after so many telegrams")
    add(
        "--installed",
        type=date.fromisoformat,
        default=INSTALLED,
        metavar="DATE",
        help="when the meter began to count (default: %(default)s)",
    )
    add("--version", default="50217", help="e-MUCS version: 50217, 50216 or 50213 (default: %(default)s)")
    add("--message", default="", help="text message of the grid operator")
    add(
        "--demand-lag", type=int, default=0, metavar="SECONDS", help="how long 1.4.0 keeps the final value of a quarter"
    )
    return parser.parse_args()


async def _send(house: House, arguments: argparse.Namespace, target: Output) -> None:
    try:
        await target.open()
        # The first telegram sums up all days since the installation: not while the clock runs.
        house.telegram(int(time.time()) if arguments.start is None else arguments.start)
        async for utc in seconds(arguments.start, arguments.speed, arguments.count):
            if not await target.send(house.telegram(utc)):
                break
        await target.close()
    finally:
        target.abandon()


def _stop(_number: int, _frame: object) -> NoReturn:
    """Leave at a signal, also out of a write that waits for its reader; a second one changes nothing."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def main() -> int:
    """Send telegrams until the count, the last reader or a signal ends it."""
    arguments = _arguments()
    for number in _SIGNALS:
        signal.signal(number, _stop)
    try:
        house = House(
            arguments.seed,
            grid=arguments.grid,
            installed=arguments.installed,
            version=arguments.version,
            message=arguments.message,
            demand_lag=arguments.demand_lag,
        )
        asyncio.run(_send(house, arguments, output(arguments.to, patient=arguments.speed == MAX)))
    except (OutputError, ValueError) as error:
        print(f"scripts/meter: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
