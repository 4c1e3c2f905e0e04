"""Home Assistant's own API, as its page uses it: sign-in, REST and websocket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import aiohttp

_OK = 200
_CREATED = 201
_COMMAND_SECONDS = 180


class ApiError(Exception):
    """Home Assistant refused a request; the message says which and why.

    :ivar code: of a refused command, such as ``not_found``; empty otherwise.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Api:
    """Home Assistant at one address, used by one person.

    An asynchronous context manager; nothing works before `onboard` or `sign_in`.
    """

    def __init__(self, url: str) -> None:
        """Talk to a Home Assistant.

        :param url: such as ``http://127.0.0.1:8123``.
        """
        self._url = url
        # Home Assistant takes as an application's identity the address it comes from.
        self._client_id = f"{url}/"
        self._session = aiohttp.ClientSession(url)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._receiver: asyncio.Task[None] | None = None
        self._token = ""
        self._number = 0
        self._results: dict[int, asyncio.Future[Any]] = {}
        self._events: dict[int, asyncio.Queue[Any]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._receiver is not None:
            self._receiver.cancel()
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()

    async def onboarded(self) -> bool:
        """Whether somebody has an account."""
        async with self._session.get("/api/onboarding") as response:
            # The view is there only until all is done.
            if response.status != _OK:
                return True
            steps: list[dict[str, Any]] = await response.json()
            return all(step["done"] for step in steps)

    async def onboard(self, name: str, password: str, *, language: str) -> None:
        """Make the owner's account, as the first page of a new Home Assistant does.

        :param language: in which the rooms are named.
        """
        answer = await self.post(
            "/api/onboarding/users",
            {
                "client_id": self._client_id,
                "name": name.capitalize(),
                "username": name,
                "password": password,
                "language": language,
            },
        )
        await self._connect(answer["auth_code"])

    async def sign_in(self, name: str, password: str) -> None:
        """Sign in.

        :raises ApiError: no such account, or another password.
        """
        flow = await self.post(
            "/auth/login_flow",
            {"client_id": self._client_id, "handler": ["homeassistant", None], "redirect_uri": self._client_id},
        )
        answer = await self.post(
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": self._client_id, "username": name, "password": password},
        )
        if answer["type"] != "create_entry":
            raise ApiError(f"the account {name!r} has another password by now")
        await self._connect(answer["result"])

    async def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the path answers
        """Read a path of the REST API."""
        return await self._request("GET", path, None)

    async def post(self, path: str, document: dict[str, Any]) -> Any:  # noqa: ANN401 - likewise
        """Send a document to a path of the REST API."""
        return await self._request("POST", path, document)

    async def delete(self, path: str) -> Any:  # noqa: ANN401 - likewise
        """Delete what is at a path of the REST API."""
        return await self._request("DELETE", path, None)

    async def command(self, kind: str, **arguments: Any) -> Any:  # noqa: ANN401 - whatever the command takes and gives
        """Give a command over the websocket.

        :raises ApiError: it was refused.
        """
        return await self._give(self._next_number(), kind, arguments)

    @contextlib.asynccontextmanager
    async def subscription(self, kind: str, **arguments: Any) -> AsyncIterator[asyncio.Queue[Any]]:  # noqa: ANN401
        """Subscribe; the queue gets what is told from then on."""
        number = self._next_number()
        events = self._events[number] = asyncio.Queue()
        try:
            await self._give(number, kind, arguments)
            yield events
        finally:
            del self._events[number]
            if self._socket is not None and not self._socket.closed:
                await self.command("unsubscribe_events", subscription=number)

    async def _request(self, method: str, path: str, document: dict[str, Any] | None) -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(method, path, json=document, headers=headers) as response:
            if response.status not in {_OK, _CREATED}:
                raise ApiError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json()

    async def _connect(self, code: str) -> None:
        """Open the websocket.

        :param code: for which the sign-in gives a token.
        """
        form = {"client_id": self._client_id, "grant_type": "authorization_code", "code": code}
        async with self._session.post("/auth/token", data=form) as response:
            if response.status != _OK:
                raise ApiError(f"no token: {response.status} {await response.text()}")
            self._token = (await response.json())["access_token"]
        # All states of a house are more than the 4 MB that aiohttp takes for enough.
        self._socket = await self._session.ws_connect("/api/websocket", max_msg_size=0)
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self._token})
        answer = await self._socket.receive_json()
        if answer["type"] != "auth_ok":
            raise ApiError(f"the websocket refused the token: {answer}")
        self._receiver = asyncio.create_task(self._receive(self._socket))

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    async def _give(self, number: int, kind: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
        if self._socket is None:
            raise ApiError(f"{kind}: not signed in")
        result = self._results[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_json({"id": number, "type": kind, **arguments})
            async with asyncio.timeout(_COMMAND_SECONDS):
                message = await result
        except TimeoutError:
            raise ApiError(f"{kind}: no answer within {_COMMAND_SECONDS} s") from None
        except (ConnectionError, aiohttp.ClientError) as broken:
            raise ApiError(f"{kind}: {broken}") from broken
        finally:
            del self._results[number]
        if not message["success"]:
            error = message["error"]
            raise ApiError(f"{kind}: {error['message']} ({error['code']})", error["code"])
        return message["result"]

    async def _receive(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for received in socket:
            if received.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = received.json()
            if message["type"] == "result" and message["id"] in self._results:
                self._results[message["id"]].set_result(message)
            elif message["type"] == "event" and message["id"] in self._events:
                self._events[message["id"]].put_nowait(message["event"])
        for result in self._results.values():
            if not result.done():
                result.set_exception(ConnectionError("Home Assistant closed the connection"))
