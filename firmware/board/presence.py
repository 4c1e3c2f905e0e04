"""Whether the house finds the board: by multicast DNS from the start, by SSDP once it answers.

Both are loaded for as long as they are wanted. While an update comes in the board does without: who knows it does so
for two minutes more, and a flood of packets then takes no memory.
"""

from .memory import unload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .discovery import Responder
    from .identity import Identity
    from .log import Log
    from .main import Application, Kept
    from .ssdp import Ssdp

_MODULES = ("board.discovery", "board.ssdp", "board.dns", "board.multicast")


class Presence:
    """The two responders with their tasks, as far as they are there.

    :ivar name: under which the board was last found.
    :ivar searched: whether SSDP is wanted, too.
    """

    def __init__(self, application: "Application", identity: "Identity", port: int, log: "Log") -> None:
        """:param port: of the HTTP API."""
        self.searched = False
        self.name = self._wanted = identity.name
        self._resting = False
        self._application = application
        self._identity = identity
        self._port = port
        self._log = log
        self._responder: Responder | None = None
        self._ssdp: Ssdp | None = None
        self._tasks: list[Kept] = []

    def open(self) -> None:
        """Take the ports of those that are wanted and not there."""
        if self._responder is None:
            from .discovery import Responder

            responder = Responder(self._wanted, self._port, self._identity.text_entries(), self._log)
            responder.open()
            self._responder = responder
            self._tasks.append(self._application.keep("discovery", responder.answer))
        if self.searched and self._ssdp is None:
            from .ssdp import Ssdp

            ssdp = Ssdp(self._identity.uuid, self._port, self._log)
            ssdp.open()
            self._ssdp = ssdp
            self._tasks.append(self._application.keep("ssdp", ssdp.answer))

    def look(self, address: "str | None") -> None:
        """Have them say what there is to say; called every second.

        :param address: the one that the board has now, None while it is not on the network.
        """
        if self._resting:
            return
        self.open()
        for finder in (self._responder, self._ssdp):
            if finder is not None:
                finder.look(address)
        if self._responder is not None:
            self.name = self._responder.name

    def rename(self, name: str) -> None:
        """Be found under another name."""
        self._wanted = name
        if self._responder is not None:
            self._responder.rename(name)

    def rest(self, wanted: bool) -> None:
        """Do without both for a while, or no longer. Nobody has to forget the board for that."""
        self._resting = wanted
        if wanted:
            self.close(farewell=False)
            unload(*_MODULES)

    def close(self, farewell: bool = True) -> None:
        """Let go of the ports.

        :param farewell: whether to say goodbye.
        """
        while self._tasks:
            self._application.drop(self._tasks.pop())
        for finder in (self._responder, self._ssdp):
            if finder is not None:
                finder.close(farewell)
        self._responder = self._ssdp = None
