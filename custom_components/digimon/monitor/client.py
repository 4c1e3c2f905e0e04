"""The HTTP side: one bounded request at a time, and the answers as models."""

import asyncio
from dataclasses import dataclass

from aiohttp import ClientError, ClientResponse, ClientResponseError, ClientSession, ClientTimeout
from yarl import URL

from ..core.clock import quarter_path
from . import fields
from .address import Address
from .documents import parse_meter, parse_month_peak, parse_running_quarter, parse_stored_quarter
from .errors import (
    BoardConnectionError,
    BoardTimeoutError,
    DamagedQuarterError,
    NotABoardError,
    PasswordBlockedError,
    PasswordError,
    PasswordMissingError,
    RefusedError,
    UnexpectedAnswerError,
    UnknownPathError,
)
from .identity import parse_description, parse_info
from .models import BoardInfo, MeterReading, MonthPeak, RunningQuarter, StoredDay
from .password import authorization, derive_key, parse_challenge
from .stored import parse_day, parse_days, parse_months, parse_quarters, parse_records, parse_years

# A board answers within half a second, also while it writes its card. Two polls of this length and
# their wait are over before a person would call a dead board still alive.
REQUEST_SECONDS = 4

# What has to be looked up on the card takes longer, and a board gives an answer up after 20 seconds.
CARD_SECONDS = 22

# A board takes a new firmware at the pace of its flash memory.
UPDATE_SECONDS = 180

# The longest answer of the live API is about 4 KB.
LONGEST_ANSWER = 65536
_PIECE = 8192
_RECORDS = "application/octet-stream"

_OK = 200
_REDIRECT = 300
_NOT_MODIFIED = 304
_UNAUTHORIZED = 401
_NOT_FOUND = 404
_TOO_MANY = 429
_FIRST_SERVER_ERROR = 500
_REFUSALS = range(400, 500)

_LONGEST_WAIT_S = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """An answer of any status."""

    status: int
    retry_after: int | None
    kind: str | None
    """Its content type."""

    etag: str | None
    body: bytes


class BoardClient:
    """Talks to one board.

    Every method raises `BoardConnectionError`, `BoardTimeoutError` or `UnexpectedAnswerError` when
    the board does not give what the API promises.
    """

    def __init__(
        self,
        address: Address,
        session: ClientSession,
        *,
        password: str | None = None,
        timeout_seconds: float = REQUEST_SECONDS,
        card_seconds: float = CARD_SECONDS,
    ) -> None:
        """Talk to the board at an address.

        :param password: of the board's administrator; only writing needs it.
        :param timeout_seconds: for one request, from looking up the name to the last byte.
        :param card_seconds: the same where the board has to look something up on its card.
        """
        self.address = address
        self._session = session
        self._password = password
        self._key: tuple[bytes, int, bytes] | None = None
        self._timeout_seconds = timeout_seconds
        self._card_seconds = card_seconds

    async def identify(self) -> BoardInfo:
        """Who answers at this address, and with which firmware.

        :raises NotABoardError: something else does.
        """
        try:
            try:
                return parse_info(await self._get("/info"))
            except UnknownPathError:
                return parse_description(await self._get("/description.xml"))
        except UnexpectedAnswerError as error:
            if error.status is not None and error.status >= _FIRST_SERVER_ERROR:
                raise
            raise NotABoardError(str(error)) from error

    async def running_quarter(self) -> RunningQuarter | None:
        """The quarter the meter is in; None before the board's first telegram."""
        return parse_running_quarter(await self._get("/current/quarter"))

    async def month_peak(self) -> MonthPeak | None:
        """The month peak so far; None while the board knows of none."""
        return parse_month_peak(await self._get("/current/month/peak"))

    async def meter(self) -> MeterReading | None:
        """The last telegram; None before the first.

        :raises UnknownPathError: the board runs the original firmware.
        """
        return parse_meter(await self._get("/current/meter"))

    async def years(self) -> tuple[int, ...]:
        """The years that have a folder on the card; the original makes one for 2022 without any quarter in it."""
        return parse_years(await self._get_stored("/historic/years"))

    async def months(self, year: int) -> tuple[int, ...]:
        """The months of a year that have a folder."""
        return parse_months(await self._get_stored("/historic/months", year=year))

    async def days(self, year: int, month: int) -> tuple[int, ...]:
        """The days of a month that have a folder."""
        return parse_days(await self._get_stored("/historic/days", year=year, month=month))

    async def quarters(self, year: int, month: int, day: int) -> tuple[int, ...]:
        """The ids of the quarters of a day that the card has, in order of time."""
        body = await self._get_stored("/historic/quarters", year=year, month=month, day=day)
        return parse_quarters(body, (year, month, day))

    async def stored_quarter(self, quarter_id: int) -> RunningQuarter | None:
        """A quarter that ended, from the card; None when the card has none.

        :raises DamagedQuarterError: what it has is no quarter, or another one.
        """
        try:
            quarter = parse_stored_quarter(await self._get(quarter_path(quarter_id)))
        except UnknownPathError:
            return None
        if quarter.quarter_id != quarter_id:
            raise DamagedQuarterError("another quarter")
        return quarter

    async def day(self, year: int, month: int, day: int, *, etag: str | None = None) -> StoredDay | None:
        """The quarters of a day in one answer; None when it still is the one that the tag names.

        :raises UnknownPathError: the board runs the original firmware, or one of ours from before this path.
        """
        # A board that does not know this form, or cannot tell of this day in it, answers with JSON.
        answer = await self._request(
            "GET",
            _with_query("/historic/day", year=year, month=month, day=day, form="records"),
            headers={} if etag is None else {"If-None-Match": etag},
            seconds=self._card_seconds,
        )
        if etag is not None and answer.status == _NOT_MODIFIED:
            return None
        read = parse_records if answer.kind == _RECORDS else parse_day
        return read(_body("/historic/day", answer), (year, month, day), etag=answer.etag)

    async def blink(self) -> None:
        """Let the LED of the board blink for ten seconds; raises what `restart` does."""
        await self._write("/identify")

    async def restart(self) -> None:
        """Restart the board, two seconds from now.

        :raises PasswordMissingError: there is no password.
        :raises PasswordError: it is another one.
        :raises PasswordBlockedError: too many wrong ones came before.
        :raises RefusedError: the board will not.
        :raises UnknownPathError: its firmware cannot.
        """
        await self._write("/restart")

    async def update(self, bundle: bytes) -> None:
        """Hand over a new firmware; once the board has taken it, it restarts. Raises what `restart` does.

        :param bundle: signed, and made for this kind of board.
        """
        await self._write("/update", bundle, seconds=UPDATE_SECONDS)

    async def _get(self, path: str) -> bytes:
        """The body of an answer of status 200."""
        return _body(path, await self._request("GET", path))

    async def _get_stored(self, path: str, **query: int) -> bytes:
        """The same, where the board has to look it up on its card."""
        return _body(path, await self._request("GET", _with_query(path, **query), seconds=self._card_seconds))

    async def _write(self, path: str, body: bytes = b"", *, seconds: float | None = None) -> None:
        """POST with proof of the password."""
        if not self._password:
            raise PasswordMissingError(f"{path}: no password")
        challenge = parse_challenge(await self._get("/challenge"))
        known = self._key
        if known is None or known[:2] != (challenge.salt, challenge.rounds):
            key = await asyncio.to_thread(derive_key, self._password, challenge.salt, challenge.rounds)
            known = self._key = (challenge.salt, challenge.rounds, key)
        answer = await self._request(
            "POST",
            path,
            body=body,
            seconds=seconds,
            headers={
                "Authorization": authorization(known[2], challenge.nonce, "POST", path, body),
                "Content-Type": "application/octet-stream",
            },
        )
        if _OK <= answer.status < _REDIRECT:
            return
        if answer.status == _UNAUTHORIZED:
            raise PasswordError(f"{path}: wrong password")
        if answer.status == _TOO_MANY:
            raise PasswordBlockedError(f"{path}: too many wrong passwords", retry_after=answer.retry_after)
        if answer.status in _REFUSALS and answer.status != _NOT_FOUND:
            raise RefusedError(f"{path}: status {answer.status}", reason=_reason(answer.body))
        _body(path, answer)

    async def _request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        seconds: float | None = None,
    ) -> _Answer:
        """Put a request.

        :param path: with its query.
        """
        try:
            async with self._session.request(
                method,
                self.address.url.join(URL(path)),
                data=body,
                timeout=ClientTimeout(total=seconds or self._timeout_seconds),
                allow_redirects=False,
                headers={"Accept-Encoding": "identity"} | (headers or {}),
            ) as response:
                return _Answer(
                    status=response.status,
                    retry_after=_seconds(response.headers.get("Retry-After")),
                    kind=response.headers.get("Content-Type"),
                    etag=response.headers.get("ETag"),
                    body=await self._read(response),
                )
        except TimeoutError as error:
            raise BoardTimeoutError(f"{path}: no answer in time") from error
        except ClientResponseError as error:
            raise UnexpectedAnswerError(f"{path}: no HTTP") from error
        # ValueError: a host name that no resolver takes.
        except (ClientError, OSError, ValueError) as error:
            raise BoardConnectionError(f"{path}: {error}") from error

    async def _read(self, response: ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            body += piece
            if len(body) > LONGEST_ANSWER:
                raise UnexpectedAnswerError("an answer without end")
        return bytes(body)


def _body(path: str, answer: _Answer) -> bytes:
    """What an answer of status 200 says; every other status is an error."""
    if answer.status == _NOT_FOUND:
        raise UnknownPathError(f"{path}: not found", status=_NOT_FOUND)
    if answer.status != _OK:
        raise UnexpectedAnswerError(f"{path}: status {answer.status}", status=answer.status)
    return answer.body


def _with_query(path: str, **query: int | str) -> str:
    return str(URL.build(path=path, query=query))


def _reason(body: bytes) -> str:
    """What a board has to say for itself: the message of a JSON object, or a line of text."""
    try:
        return fields.text(fields.read_object(body).get("message")) or ""
    except UnexpectedAnswerError:
        return fields.text(body.decode("utf-8", errors="replace").strip()) or ""


def _seconds(text: str | None) -> int | None:
    return fields.integer(0, _LONGEST_WAIT_S)(int(text)) if text and text.isascii() and text.isdigit() else None
