"""What may be written, by whom: challenges, proofs, and the four paths behind them. Loaded when it is needed only.

A client asks for a challenge, and sends ``Authorization: Digimon <nonce>:<proof>`` with its request, where proof =
HMAC-SHA256(key, nonce, method, path and SHA-256 of the body, one on each line). The nonce and how many wrong proofs
there were are looked at before the body is read. The body comes piece by piece (`Proof.read`); its end is given only
when the proof was right, so whoever takes it has to read to its end before anything it brings counts.
"""

from hashlib import sha256
from os import urandom

from . import led
from .guard import allow
from .live import to_json
from .memory import unload
from .uptime import uptime
from .web import LONGEST_BODY, TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import Answer, Board
    from .request import Request

_JSON = "application/json"
_SCHEME = "Digimon "
# A nonce is its number, when it was given (uptime in s), and what shows that this board gave it.
_NUMBER_BYTES = 4
_HEAD_BYTES = 8
_MARK_BYTES = 8
_NONCE_SECONDS = 60
_SECRET_BYTES = 16
_SALT_BYTES = 16
# Of wrong proofs, those that anybody may have; each further one doubles the seconds in which none is looked at.
_FREE_GUESSES = 5
_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 300
_MOST_DOUBLINGS = 8
# A piece of a body may take so long to come.
_PIECE_MILLISECONDS = 20000
_SALT_OF_WIFI = b"digimon"
_DENIED = (401, TEXT, None, "The password is needed", {"WWW-Authenticate": "Digimon"})


class DeniedError(Exception):
    """The proof was wrong."""


class Proof:
    """The body of a request, as far as it is proved who sends it.

    :ivar right: whether it was read to its end, and is.
    """

    def __init__(self, request: "Request", key: bytes, nonce: str, proof: str, board: "Board") -> None:
        self.right = False
        self.request = request
        self.key = key
        self.nonce = nonce
        self._proof = proof
        self._board = board
        self._digest = sha256()

    async def read(self) -> "bytes | memoryview":
        """The next bytes of the body, which are there until the next ``await``; none at its end, once it is proved.

        :raises DeniedError: it is not.
        :raises EOFError: the client stopped sending before.
        """
        request = self.request
        allow(request.deadline, _PIECE_MILLISECONDS)
        piece = await request.read()
        if piece:
            self._digest.update(piece)
            return piece
        from .password import hmac, same

        message = f"{self.nonce}\n{request.method}\n{request.path}\n{self._digest.digest().hex()}"
        right = same(hmac(self.key, message.encode()).hex().encode(), self._proof.encode())
        unload("board.password")
        if not right:
            _count(self._board)
            raise DeniedError
        self.right = True
        self._board.wrong = 0
        return b""

    async def whole(self) -> bytes:
        """All of a small body, proved."""
        body = b""
        piece = await self.read()
        while piece:
            body += piece
            piece = await self.read()
        return body


class Admin:
    """Gives challenges and takes what is proved."""

    def __init__(self, board: "Board") -> None:
        self._board = board
        # Nonces are not kept, or a flood of challenges would leave no place for the one of who has the password.
        self._secret = urandom(_SECRET_BYTES)
        self._number = 0
        # Until when (uptime in s) the last one serves; and those that a request came with, by their numbers.
        self._until = 0
        self._used: dict[int, int] = {}
        # Salt, rounds and key of the password, the key None before it is needed and where there is none.
        self._salt = b""
        self._rounds = 0
        self._key: bytes | None = None
        self._wifi = ""
        self._read_settings()
        self._updating = False

    def idle(self) -> bool:
        """Whether nothing is lost when it is let go."""
        return self._until <= uptime() and not self._updating

    def challenge(self) -> "Answer":
        """The answer to ``GET /challenge``."""
        now = uptime()
        self._number += 1
        self._until = now + _NONCE_SECONDS
        nonce = self._marked(self._number.to_bytes(_NUMBER_BYTES, "big") + now.to_bytes(_NUMBER_BYTES, "big")).hex()
        body = to_json({"nonce": nonce, "salt": self._salt.hex(), "rounds": self._rounds})
        return 200, _JSON, None, body, {"Cache-Control": "no-store"}

    async def take(self, request: "Request") -> "Answer":
        """The answer to a POST."""
        if not is_own(request, self._board.names()):
            return 403, TEXT, None, "This is not a page of the board"
        takers = [taker for path, taker in self._TAKERS if path == request.path]
        if not takers:
            return 405, TEXT, None, "", {"Allow": "GET, HEAD"}
        pause = self._board.until - uptime()
        if pause > 0:
            return 429, TEXT, None, "Too many wrong passwords", {"Retry-After": str(pause)}
        key = await self._known_key()
        if key is None:
            return 403, TEXT, None, "No password is set: the Wi-Fi has none, and no other was chosen"
        given = request.headers.get("authorization", "")
        nonce, _, proof = given[len(_SCHEME) :].partition(":")
        number = self._begin(nonce) if given.startswith(_SCHEME) else 0
        proved = Proof(request, key, nonce, proof, self._board)
        try:
            return await takers[0](self, proved) if number else _DENIED
        except DeniedError:
            return _DENIED
        finally:
            if not proved.right:
                self._used.pop(number, None)

    def _begin(self, nonce: str) -> int:
        """Take the nonce that a request came with: its number, or 0 when it does not serve.

        From now on it serves for no other request: for ever if this one is proved, else until that has failed.
        """
        now = uptime()
        try:
            given = bytes.fromhex(nonce)
        except ValueError:
            return 0
        number = int.from_bytes(given[:_NUMBER_BYTES], "big")
        until = int.from_bytes(given[_NUMBER_BYTES:_HEAD_BYTES], "big") + _NONCE_SECONDS
        if self._marked(given[:_HEAD_BYTES]) != given or until <= now or number in self._used:
            return 0
        self._used = {used: end for used, end in self._used.items() if end > now}
        self._used[number] = until
        return number

    def _marked(self, head: bytes) -> bytes:
        mark: bytes = sha256(self._secret + head).digest()
        return head + mark[:_MARK_BYTES]

    def _read_settings(self) -> None:
        """Take the password of the settings; without one that of the Wi-Fi serves, as with the original."""
        from .config import saved_document, settings_in
        from .password import ROUNDS, stored

        document = saved_document(self._board.store)
        kept = stored(document.get("admin"))
        self._wifi = settings_in(document).password
        unload("board.config")
        unload("board.password")
        if kept is None:
            # The same for as long as the board is the same, and no secret.
            digest: bytes = sha256(_SALT_OF_WIFI + self._board.uuid.encode()).digest()
            self._salt, self._rounds, self._key = digest[:_SALT_BYTES], ROUNDS, None
        else:
            self._salt, self._rounds, self._key = kept

    async def _known_key(self) -> "bytes | None":
        if self._key is None and self._wifi:
            from .password import derive

            self._key = await derive(self._wifi, self._salt, self._rounds)
            unload("board.password")
        return self._key

    async def _update(self, proof: Proof) -> "Answer":
        if self._updating:
            return 503, TEXT, None, "Another update is on its way", {"Retry-After": "60"}
        self._updating = True
        update = None
        try:
            # Before what it takes is loaded.
            await self._board.make_room(True)
            from .update import RefusedError, Update

            update = Update(proof.request.headers.get("content-type", "").startswith("multipart/form-data"))
            await update.prepare()
            piece = await proof.read()
            while piece:
                update.feed(piece)
                piece = await proof.read()
            version = update.finish()
        except MemoryError:
            # Those who are answered beside it needed more than usual; nothing was started.
            return 503, TEXT, None, "There is no room for it just now", {"Retry-After": "10"}
        except RefusedError as error:
            return 422, _JSON, None, to_json({"error": error.reason, "message": str(error)})
        finally:
            if update is not None:
                update.close()
            self._updating = False
            update = None
            for name in ("update", "slots"):
                unload(f"board.{name}")
            await self._board.make_room(False)
        self._board.restart_soon("update")
        return 200, _JSON, None, to_json({"version": version})

    async def _config(self, proof: Proof) -> "Answer":
        if proof.request.length > LONGEST_BODY:
            return 413, TEXT, None, "Payload Too Large"
        body = await proof.whole()
        from .settings_change import change

        answer = change(body, proof.key, proof.nonce, self._board)
        for name in ("settings_change", "form", "config", "password"):
            unload(f"board.{name}")
        self._read_settings()
        return answer

    async def _restart(self, proof: Proof) -> "Answer":
        await proof.whole()
        self._board.restart_soon("restart")
        return 202, TEXT, None, "The board restarts"

    async def _identify(self, proof: Proof) -> "Answer":
        await proof.whole()
        self._board.led.once = led.IDENTIFY
        return 204, TEXT, None, ""

    # Tells of a path who takes what is sent there.
    _TAKERS = (
        ("/update", _update),
        ("/config", _config),
        ("/restart", _restart),
        ("/identify", _identify),
    )


def _count(board: "Board") -> None:
    """One more proof was wrong."""
    board.wrong += 1
    over = board.wrong - _FREE_GUESSES
    if over >= 0:
        board.until = uptime() + min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS << min(over, _MOST_DOUBLINGS))


def is_own(request: "Request", names: "list[str]") -> bool:
    """Whether a request names the board as its host, and comes from no foreign page."""
    hosts = [request.headers.get("host", "")]
    origin = request.headers.get("origin")
    if origin is not None:
        scheme, _, host = origin.partition("://")
        hosts.append(host if scheme == "http" else "")
    return all(host.partition(":")[0].lower() in names for host in hosts)
