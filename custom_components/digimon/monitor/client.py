"""The HTTP side: one bounded GET at a time, and the answers as models."""

from aiohttp import ClientError, ClientResponse, ClientResponseError, ClientSession, ClientTimeout

from .address import Address
from .documents import parse_meter, parse_month_peak, parse_running_quarter
from .errors import BoardConnectionError, BoardTimeoutError, NotABoardError, UnexpectedAnswerError, UnknownPathError
from .identity import parse_description, parse_info
from .models import BoardInfo, MeterReading, MonthPeak, RunningQuarter

# A board answers within half a second, also while it writes its card. Two polls of this length and
# their wait are over before a person would call a dead board still alive.
REQUEST_SECONDS = 4

# The longest answer of the live API is about 4 KB.
LONGEST_ANSWER = 65536
_PIECE = 8192

_OK = 200
_NOT_FOUND = 404
_FIRST_SERVER_ERROR = 500


class BoardClient:
    """Talks to one board.

    Every method raises `BoardConnectionError`, `BoardTimeoutError` or `UnexpectedAnswerError` when
    the board does not give what the API promises.
    """

    def __init__(self, address: Address, session: ClientSession, *, timeout_seconds: float = REQUEST_SECONDS) -> None:
        """:param timeout_seconds: for one request, from looking up the name to the last byte."""
        self.address = address
        self._session = session
        self._timeout = ClientTimeout(total=timeout_seconds)

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

    async def _get(self, path: str) -> bytes:
        """The body of an answer of status 200."""
        try:
            async with self._session.get(
                self.address.url.with_path(path),
                timeout=self._timeout,
                allow_redirects=False,
                headers={"Accept-Encoding": "identity"},
            ) as response:
                body = await self._read(response)
        except TimeoutError as error:
            raise BoardTimeoutError(f"{path}: no answer in time") from error
        except ClientResponseError as error:
            raise UnexpectedAnswerError(f"{path}: no HTTP") from error
        # ValueError: a host name that no resolver takes.
        except (ClientError, OSError, ValueError) as error:
            raise BoardConnectionError(f"{path}: {error}") from error
        if response.status == _NOT_FOUND:
            raise UnknownPathError(f"{path}: not found", status=_NOT_FOUND)
        if response.status != _OK:
            raise UnexpectedAnswerError(f"{path}: status {response.status}", status=response.status)
        return body

    async def _read(self, response: ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            body += piece
            if len(body) > LONGEST_ANSWER:
                raise UnexpectedAnswerError("an answer without end")
        return bytes(body)
