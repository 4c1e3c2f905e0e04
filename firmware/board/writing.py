"""What may be written, by whom: proofs, and the four paths behind them. Loaded when the first of them is asked for.

A client asks for a challenge, and sends ``Authorization: Digimon <nonce>:<proof>`` with its request, where proof =
HMAC-SHA256(key, nonce, method, path and SHA-256 of the body, one on each line). The nonce and how many wrong proofs
there were are looked at before the body is read. The body comes piece by piece (`Proof.read`); its end is given only
when the proof was right, so whoever takes it has to read to its end before anything it brings counts.
"""

from hashlib import sha256

from . import led
from .guard import allow
from .live import to_json
from .memory import unload
from .uptime import uptime
from .web import LONGEST_BODY, TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .admin import Admin
    from .api import Answer, Board
    from .request import Request

_JSON = "application/json"
_SCHEME = "Digimon "
# Of wrong proofs, those that anybody may have; each further one doubles the seconds in which none is looked at.
_FREE_GUESSES = 5
_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 300
_MOST_DOUBLINGS = 8
# A piece of a body may take so long to come.
_PIECE_MILLISECONDS = 20000
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


async def take(admin: "Admin", request: "Request") -> "Answer":
    """The answer to a POST."""
    board = admin.board
    if not is_own(request, board.names()):
        return 403, TEXT, None, "This is not a page of the board"
    takers = [taker for path, taker in _TAKERS if path == request.path]
    if not takers:
        return 405, TEXT, None, "", {"Allow": "GET, HEAD"}
    pause = board.until - uptime()
    if pause > 0:
        return 429, TEXT, None, "Too many wrong passwords", {"Retry-After": str(pause)}
    key = await admin.key()
    if key is None:
        return 403, TEXT, None, "No password is set: the Wi-Fi has none, and no other was chosen"
    given = request.headers.get("authorization", "")
    nonce, _, proof = given[len(_SCHEME) :].partition(":")
    number = admin.begin(nonce) if given.startswith(_SCHEME) else 0
    proved = Proof(request, key, nonce, proof, board)
    try:
        return await takers[0](admin, proved) if number else _DENIED
    except DeniedError:
        return _DENIED
    finally:
        if not proved.right:
            admin.end(number)


async def _update(admin: "Admin", proof: Proof) -> "Answer":
    if admin.updating:
        return 503, TEXT, None, "Another update is on its way", {"Retry-After": "60"}
    admin.updating = True
    update = None
    try:
        # Before what it takes is loaded.
        await admin.board.make_room(True)
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
        admin.updating = False
        update = None
        unload("board.update", "board.slots")
        await admin.board.make_room(False)
    admin.board.restart_soon("update")
    return 200, _JSON, None, to_json({"version": version})


async def _config(admin: "Admin", proof: Proof) -> "Answer":
    if proof.request.length > LONGEST_BODY:
        return 413, TEXT, None, "Payload Too Large"
    body = await proof.whole()
    from .settings_change import change

    answer = change(body, proof.key, proof.nonce, admin.board)
    unload("board.settings_change", "board.form", "board.config", "board.password")
    admin.read_settings()
    return answer


async def _restart(admin: "Admin", proof: Proof) -> "Answer":
    await proof.whole()
    admin.board.restart_soon("restart")
    return 202, TEXT, None, "The board restarts"


async def _identify(admin: "Admin", proof: Proof) -> "Answer":
    await proof.whole()
    admin.board.led.once = led.IDENTIFY
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
