"""The firmware itself behind a board of the tests: 32-bit MicroPython with a card, on a meter whose time they make.

Home Assistant reaches it through the same socket as any board of the tests, so that the same things can go wrong with
its answers (`faults`). Before it answers it has heard every telegram up to that moment.
"""

import asyncio
import signal
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import override

from core.clock import INTERVAL_SECONDS
from tests.firmware.twin import Twin, Wire

from .board import INFO, Board
from .records import FORM
from .reply import Reply

# So much of what a board has heard a power cut may take (docs/reliability.md).
LOST_SECONDS = 30
# That it serves at a time.
MOST_CLIENTS = 5
# Of the board's clock; that of the meter has a pace of its own. It looks for a card every ten seconds.
_HURRY = "10"
# What a telegram takes it, at least.
_TELEGRAM_SECONDS = 0.0005
# Before it is given up; each is a question over HTTP, and time as such stands still.
_LOOKS = 50_000


class TwinBoard(Board):
    """A board that is a process.

    :ivar card: its card, or where that is when it is in.
    """

    def __init__(self, card: Path, telegram: Callable[[int], bytes], first: int, now: Callable[[], int]) -> None:
        """Put a meter before it.

        :param telegram: of an instant (utc).
        :param first: when it hears its first telegram (utc).
        :param now: utc of the simulated moment.
        """
        super().__init__("three_phase")
        self.card = card
        self._pocket = card.with_name("in a pocket")
        self._telegram = telegram
        self._now = now
        self._next = -(-first // INTERVAL_SECONDS) * INTERVAL_SECONDS
        self._twin: Twin | None = None
        self._wire = Wire()
        self._sent = 0
        self._turn = asyncio.Lock()

    def hears(self, utc: int) -> bool:
        """Whether a telegram of an instant reaches it."""
        return True

    def has_card(self, utc: int) -> bool:
        """Whether its card is in at an instant."""
        return True

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self._twin is not None

    async def power_on(self) -> None:
        """Start it, and come into the network."""
        self._sent = 0
        self._twin = await asyncio.to_thread(Twin, self._wire.source, sd=self.card, options=("--hurry", _HURRY))
        self.documents[INFO] = (await self.ask(INFO)).body
        await self.start()

    async def power_off(self) -> None:
        """Cut its power, after the last telegram that it hears."""
        await self.catch_up()
        await self.stop()
        await asyncio.to_thread(self._kill)

    async def end(self) -> None:
        """Leave nothing running."""
        await self.stop()
        await asyncio.to_thread(self._kill)
        self._wire.__exit__()

    def _kill(self) -> None:
        if self._twin is not None:
            self._twin.stop(signal.SIGKILL)
            self._twin = None
            self._wire.hang_up()

    @override
    async def reply(self, path: str, *, known: str | None, in_records: bool) -> Reply:
        await self.catch_up()
        return await self.ask(path + (FORM if in_records else ""), known)

    async def catch_up(self) -> None:
        """Hear all that the meter has sent."""
        async with self._turn:
            await asyncio.to_thread(self._hear, self._now())

    async def crowd(self) -> bytes:
        """What is said to who comes when all places are taken, by clients who have not asked for anything yet."""
        assert self._twin is not None
        others = [await asyncio.open_connection("127.0.0.1", self._twin.port) for _ in range(MOST_CLIENTS)]
        reader, writer = await asyncio.open_connection("127.0.0.1", self._twin.port)
        writer.write(b"GET /info HTTP/1.1\r\n\r\n")
        answer = await reader.read(-1)
        for _, other in [*others, (reader, writer)]:
            other.close()
        return answer

    async def ask(self, path: str, known: str | None = None) -> Reply:
        """What it answers now, whatever the meter has sent since.

        :param path: with its query.
        :param known: the tag of what the client has already.
        """
        assert self._twin is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", self._twin.port)
        tag = "" if known is None else f"If-None-Match: {known}\r\n"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{tag}\r\n".encode())
        answer = await reader.read(-1)
        writer.close()
        reply = Reply.read(answer)
        # What the tests' own web server puts on the wire is what the board did.
        assert reply.wire == answer
        return reply

    def _hear(self, until: int) -> None:
        """Send it the telegrams up to an instant, with its card in and out at the right ones."""
        for has_card, stretch in groupby(range(self._next, until + 1, INTERVAL_SECONDS), key=self.has_card):
            self._change_card(has_card=has_card)
            telegrams = [self._telegram(utc) for utc in stretch if self._twin is not None and self.hears(utc)]
            if telegrams:
                self._wire.send(b"".join(telegrams))
                self._sent += len(telegrams)
                self._wait_until_taken()
        self._next = max(self._next, until // INTERVAL_SECONDS * INTERVAL_SECONDS + INTERVAL_SECONDS)
        self._change_card(has_card=self.has_card(until))

    def _change_card(self, *, has_card: bool) -> None:
        if has_card == self.card.exists():
            return
        (self._pocket if has_card else self.card).rename(self.card if has_card else self._pocket)
        if has_card and self._twin is not None:
            twin = self._twin
            self._wait(lambda: twin.info()["card"]["state"] == "ok" and twin.info()["index"]["state"] == "ready")

    def _wait_until_taken(self) -> None:
        twin = self._twin
        assert twin is not None

        def left() -> int:
            return self._sent - int(twin.info()["telegrams"]["good"])

        for _ in range(_LOOKS):
            if not (number := left()):
                return
            time.sleep(max(number * _TELEGRAM_SECONDS, 0.002))
        raise TimeoutError("the board has not heard what the meter said")

    def _wait(self, what: Callable[[], bool]) -> None:
        for _ in range(_LOOKS):
            if what():
                return
            time.sleep(0.02)
        raise TimeoutError("the board did not come to what was waited for")
