"""Where telegrams come from.

A source gives snapshots and hides what they were made of: a board that is polled over HTTP, here, or
a P1 cable (`cable.source`).
"""

import time
from typing import Literal, Protocol

from .finished import FinishedQuarter
from .health import Start, follow_start, health_of
from .monitor import (
    BoardClient,
    BoardConnectionError,
    BoardError,
    BoardInfo,
    BoardTimeoutError,
    MeterReading,
    MonthPeak,
    NotABoardError,
    RunningQuarter,
    UnexpectedAnswerError,
    UnknownPathError,
)
from .reading import reading_of
from .snapshot import Device, Snapshot

# How often a board is asked who it is. A new firmware or, after a router handed out addresses anew,
# another board is noticed this late at most, and at once when a request failed in between.
IDENTIFY_SECONDS = 60

# The original firmware tells the month peak apart from the rest; it changes at quarter's end only.
MONTH_PEAK_SECONDS = 60

type BoardFailure = Literal["cannot_connect", "timeout", "unexpected_answer", "not_a_board", "wrong_device"]
type CableFailure = Literal["cable_lost", "cable_silent", "no_telegrams", "old_meter", "encrypted_meter", "wrong_meter"]
type Failure = BoardFailure | CableFailure
"""Why there is nothing to show; each is a text of its own in the translations."""

_FAILURES: tuple[tuple[type[BoardError], BoardFailure], ...] = (
    (BoardConnectionError, "cannot_connect"),
    (BoardTimeoutError, "timeout"),
    (NotABoardError, "not_a_board"),
    (UnexpectedAnswerError, "unexpected_answer"),
)


class SourceError(Exception):
    """A source has nothing to give at the moment."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Source(Protocol):
    """Something that reads one meter."""

    async def read(self) -> Snapshot:
        """What the meter says now.

        :raises SourceError: nothing can be read.
        """

    def diagnostics(self) -> dict[str, object]:
        """The models behind the last snapshot by name; they hold identities, so redact before showing."""


def failure_of(error: BoardError) -> BoardFailure:
    """The name of what went wrong with a board."""
    return next(failure for kind, failure in _FAILURES if isinstance(error, kind))


class BoardSource:
    """A board that is polled over HTTP, with our firmware or the original one."""

    def __init__(self, client: BoardClient, *, unique_id: str | None) -> None:
        """:param unique_id: the only board to take values from."""
        self._client = client
        self._unique_id = unique_id
        self._board: BoardInfo | None = None
        self._identified_at = 0.0
        self._quarter: RunningQuarter | None = None
        self._meter: MeterReading | None = None
        self._meter_serial: str | None = None
        self._month_peak: MonthPeak | None = None
        self._month_peak_key: tuple[int, int] | None = None
        self._finished = FinishedQuarter(client)
        self._start: Start | None = None
        # Whether it was read as a board with the original firmware, and nothing else since.
        self._is_original = False

    async def read(self) -> Snapshot:
        """Poll the board.

        A single failure costs no value: the board is asked once more, from the beginning. What fails
        then is either gone or has another firmware than a moment ago.
        """
        try:
            try:
                return await self._read()
            except BoardError:
                self._board = None
                return await self._read()
        except BoardError as error:
            self._board = None
            raise SourceError(failure_of(error)) from error

    async def _read(self) -> Snapshot:
        board = await self._identified()
        if board.original and not self._is_original:
            await self._expect_the_original()
        self._quarter = await self._client.running_quarter()
        if board.original:
            self._meter = None
            await self._read_month_peak(self._quarter)
        else:
            self._meter = await self._client.meter()
            await self._expect_the_same(self._meter)
            self._month_peak = None if self._meter is None else self._meter.peak
            self._month_peak_key = None
        await self._finished.follow(self._quarter)
        self._is_original = board.original
        return Snapshot(
            device=self._device(board),
            reading=reading_of(self._quarter, self._meter, self._month_peak, self._finished.quarter),
            running=self._quarter,
            finished=self._finished.quarter,
            health=health_of(board.health, self._start),
            without_registers=board.original,
        )

    async def _expect_the_original(self) -> None:
        """See that it is no board of ours of which one answer failed: its registers would begin at nothing.

        :raises UnexpectedAnswerError: it is.
        """
        try:
            await self._client.meter()
        except UnknownPathError:
            return
        raise UnexpectedAnswerError("a board of ours that does not say who it is")

    async def _expect_the_same(self, meter: MeterReading | None) -> None:
        """See that what was read is of the board that was asked.

        Where another meter answers, another board may have got the address since the last poll.

        :raises SourceError: it has.
        """
        serial = None if meter is None else meter.serial
        if serial is not None and serial != self._meter_serial:
            # A new meter on the same board is one question more.
            if self._meter_serial is not None:
                self._board = None
                await self._identified()
            self._meter_serial = serial

    def identify_anew(self) -> None:
        """Ask the board with the next poll who it is, for example because it got new firmware."""
        self._board = None

    async def _identified(self) -> BoardInfo:
        now = time.monotonic()
        if self._board is None or now - self._identified_at >= IDENTIFY_SECONDS:
            board = await self._client.identify()
            if self._unique_id is not None and self._unique_id not in board.identifiers:
                self._board = None
                raise SourceError("wrong_device")
            self._board = board
            self._identified_at = now
            uptime_s = None if board.health is None else board.health.uptime_s
            self._start = follow_start(self._start, uptime_s, wall_utc=time.time())
        return self._board

    async def _read_month_peak(self, quarter: RunningQuarter | None) -> None:
        """Ask the original firmware for the month peak, once a minute and when a quarter has ended."""
        if quarter is None:
            return
        key = (quarter.quarter_id, int(time.monotonic() // MONTH_PEAK_SECONDS))
        if key != self._month_peak_key:
            self._month_peak = await self._client.month_peak()
            self._month_peak_key = key

    def _device(self, board: BoardInfo) -> Device:
        return Device(
            identifiers=board.identifiers,
            manufacturer="Ockernuts" if board.original else "Digimon",
            model=board.model,
            name=board.name,
            sw_version=board.version,
            serial=board.serial,
            mac=board.mac,
            configuration_url=str(self._client.address.url),
        )

    def diagnostics(self) -> dict[str, object]:
        """The board as it last described itself, and its last answers."""
        return {"board": self._board, "quarter": self._quarter, "meter": self._meter, "month_peak": self._month_peak}
