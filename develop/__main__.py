"""``python -m develop``, behind scripts/develop."""

import argparse
import asyncio
import signal
import sys
from datetime import datetime
from pathlib import Path

from .api import ApiError
from .child import ChildError
from .demonstration import Demonstration, Options, is_free
from .state import DEFAULT_FOLDER, State, StateError, state_of

_COLUMN = 18


def _instant(text: str) -> int:
    """Seconds since 1970 of a time with an offset.

    :raises ValueError: it is none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return int(moment.timestamp())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/develop",
        description="A simulated Flemish house, the board and Home Assistant on this machine, until Ctrl-C.",
    )
    add = parser.add_argument
    add("--port", type=int, default=8123, metavar="N", help="of Home Assistant's page (default: %(default)s)")
    add("--seed", type=int, default=1, metavar="N", help="which simulated house (default: %(default)s)")
    add("--fresh", action="store_true", help="begin anew: forget this house's card and Home Assistant")
    add("--language", choices=("en", "nl", "fr", "de"), default="en", help="of Home Assistant (default: %(default)s)")
    add("--name", default="digimon-demo", help="of the board (default: %(default)s)")
    add(
        "--no-discovery",
        dest="discovery",
        action="store_false",
        help="announce nothing in the network, and add the board by its address",
    )
    add(
        "--begin",
        type=_instant,
        metavar="ISO",
        help="what the meter's clock shows at first, with an offset (default: now)",
    )
    # Taken by scripts/develop, which runs this in that Home Assistant's environment.
    add("--oldest", action="store_true", help="the oldest Home Assistant that the integration supports")
    add("--state", type=Path, default=DEFAULT_FOLDER, metavar="DIR", help="what the next start continues from")
    return parser.parse_args()


def _say(about: str, what: str) -> None:
    print(f"{about:<{_COLUMN}}{what}", flush=True)


async def _run(options: Options, state: State) -> None:
    """Run a demonstration until somebody or something ends it.

    :raises ChildError: a process ended that should not have.
    :raises ApiError: Home Assistant does not do what it is asked.
    """
    demonstration = Demonstration(options, state, _say)
    stopped = asyncio.Event()

    def stop() -> None:
        # Who asks twice does not want to wait.
        if stopped.is_set():
            demonstration.kill()
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)

    async def live() -> None:
        await demonstration.start()
        _say("", "Ctrl-C ends all of it")
        await demonstration.watch()

    life = asyncio.create_task(live())
    wish = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait((life, wish), return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            await life
    finally:
        life.cancel()
        _say("", "stopping")
        await demonstration.stop()


def main() -> int:
    """The command."""
    arguments = _arguments()
    state = state_of(arguments.seed, arguments.state)
    options = Options(
        port=arguments.port,
        seed=arguments.seed,
        name=arguments.name,
        discovery=arguments.discovery,
        language=arguments.language,
        oldest=arguments.oldest,
        begin=arguments.begin,
    )
    if not is_free(options.port):
        print(
            f"scripts/develop: something else on this machine uses port {options.port}, perhaps another Home Assistant;"
            " end it, or choose another port with --port",
            file=sys.stderr,
        )
        return 1
    try:
        with state.lock():
            if arguments.fresh:
                state.clear()
            asyncio.run(_run(options, state))
    except (ChildError, StateError) as error:
        print(f"scripts/develop: {error}", file=sys.stderr)
        return 1
    except ApiError as error:
        print(f"scripts/develop: {error}; Home Assistant's log is in {state.logs}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
