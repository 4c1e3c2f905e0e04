"""Challenges: what they are made of, and which of them serves. Loaded for as long as one of them is open.

What is done for who has answered one is `writing`, which is loaded when the first of them comes.
"""

from hashlib import sha256
from os import urandom

from .live import to_json
from .memory import unload
from .uptime import uptime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import Answer, Board

_JSON = "application/json"
# A nonce is its number, when it was given (uptime in s), and what shows that this board gave it.
_NUMBER_BYTES = 4
_HEAD_BYTES = 8
_MARK_BYTES = 8
_NONCE_SECONDS = 60
_SECRET_BYTES = 16
_SALT_BYTES = 16
_SALT_OF_WIFI = b"digimon"


class Admin:
    """Gives challenges and knows the key of the password.

    :ivar board: what can be done with it by who has the password.
    :ivar updating: whether an update comes in.
    """

    def __init__(self, board: "Board") -> None:
        self.board = board
        self.updating = False
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
        self.read_settings()

    def idle(self) -> bool:
        """Whether nothing is lost when it is let go."""
        return self._until <= uptime() and not self.updating

    def challenge(self) -> "Answer":
        """The answer to ``GET /challenge``."""
        now = uptime()
        self._number += 1
        self._until = now + _NONCE_SECONDS
        nonce = self._marked(self._number.to_bytes(_NUMBER_BYTES, "big") + now.to_bytes(_NUMBER_BYTES, "big")).hex()
        body = to_json({"nonce": nonce, "salt": self._salt.hex(), "rounds": self._rounds})
        return 200, _JSON, None, body, {"Cache-Control": "no-store"}

    def begin(self, nonce: str) -> int:
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

    def end(self, number: int) -> None:
        """A request was not proved: its nonce serves again."""
        self._used.pop(number, None)

    def _marked(self, head: bytes) -> bytes:
        mark: bytes = sha256(self._secret + head).digest()
        return head + mark[:_MARK_BYTES]

    def read_settings(self) -> None:
        """Take the password of the settings; without one that of the Wi-Fi serves, as with the original."""
        from .config import saved_document, settings_in
        from .password import ROUNDS, stored

        document = saved_document(self.board.store)
        kept = stored(document.get("admin"))
        self._wifi = settings_in(document).password
        unload("board.config", "board.password")
        if kept is None:
            # The same for as long as the board is the same, and no secret.
            digest: bytes = sha256(_SALT_OF_WIFI + self.board.uuid.encode()).digest()
            self._salt, self._rounds, self._key = digest[:_SALT_BYTES], ROUNDS, None
        else:
            self._salt, self._rounds, self._key = kept

    async def key(self) -> "bytes | None":
        """The key of the password, None without one; others get their turns meanwhile."""
        if self._key is None and self._wifi:
            from .password import derive

            self._key = await derive(self._wifi, self._salt, self._rounds)
            unload("board.password")
        return self._key
