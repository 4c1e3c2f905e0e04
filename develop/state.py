"""Where a demonstration keeps what the next start continues from."""

import fcntl
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_FOLDER = REPOSITORY / ".develop"


class StateError(Exception):
    """The state cannot be used; the message says why."""


@dataclass(frozen=True)
class State:
    """The folders of one simulated house.

    :ivar folder: all below it belongs to this house.
    """

    folder: Path

    @property
    def card(self) -> Path:
        """What is on the board's memory card."""
        return self.folder / "card"

    @property
    def home_assistant(self) -> Path:
        """Home Assistant's configuration folder."""
        return self.folder / "homeassistant"

    @property
    def logs(self) -> Path:
        """What the processes print."""
        return self.folder / "logs"

    @property
    def _ports(self) -> Path:
        return self.folder / "ports.json"

    def lock(self) -> TextIO:
        """Make sure that nobody else uses the state.

        :returns: an open file; closing it, or the end of the process, gives the state free.
        :raises StateError: somebody does.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "lock").open("w", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StateError(f"another scripts/develop runs with {self.folder}") from None
        return lock

    def clear(self) -> None:
        """Begin anew: forget card, Home Assistant and all that was set up in it."""
        for folder in (self.card, self.home_assistant, self.logs):
            shutil.rmtree(folder, ignore_errors=True)
        self._ports.unlink(missing_ok=True)

    def make(self) -> None:
        """Make the folders that are not there."""
        for folder in (self.card, self.home_assistant, self.logs):
            folder.mkdir(parents=True, exist_ok=True)

    def board_port(self) -> int | None:
        """The port that the board had the last time."""
        try:
            ports: dict[str, Any] = json.loads(self._ports.read_text(encoding="ascii"))
        except OSError, ValueError:
            return None
        port = ports.get("board")
        return port if isinstance(port, int) else None

    def keep_board_port(self, port: int) -> None:
        """Remember the port for the next time, so that Home Assistant finds the board where it was."""
        self._ports.write_text(json.dumps({"board": port}), encoding="ascii")


def state_of(seed: int, folder: Path = DEFAULT_FOLDER) -> State:
    """The state of a simulated house: another house has another meter, whose counters do not continue these."""
    return State(folder / f"house-{seed}")
