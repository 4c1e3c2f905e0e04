"""Those who use the board: they read what it says without a pause, and bring updates and settings."""

import hashlib
import hmac
import http.client
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

from .twin import PATIENCE_SECONDS, Answer, Twin, wait_for

# Everything that anybody reads again and again, large and small.
PATHS = (
    "/current/quarter",
    "/current/meter",
    "/info",
    "/current/month/peak",
    "/telegram",
    "/historic/years",
    "/historic/quarters?year=2026&month=1&day=15",
    "/historic/day?year=2026&month=1&day=15",
    "/meter/2026/01/15/0000W.json",
    "/",
    "/crashlog.txt",
    "/description.xml",
    "/nothing",
)


class Reader(threading.Thread):
    """Reads one path after the other, over and over.

    :ivar statuses: how often it got which.
    :ivar failures: answers that were not whole.
    """

    def __init__(self, twin: Twin, first: int, paths: Sequence[str] = PATHS, pause: float = 0) -> None:
        """:param pause: between an answer and the next request, in seconds."""
        super().__init__(daemon=True)
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []
        self._twin = twin
        self._number = first
        self._paths = paths
        self._pause = pause
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.is_set():
            path = self._paths[self._number % len(self._paths)]
            self._number += 1
            try:
                self._check(path, self._twin.get(path))
            except (OSError, ValueError, AssertionError, http.client.HTTPException) as error:
                self.failures.append(f"{path}: {error!r}")
            if self._pause:
                self._end.wait(self._pause)

    def stop(self) -> None:
        """End after the answer that it waits for."""
        self._end.set()

    def _check(self, path: str, answer: Answer) -> None:
        self.statuses[answer.status] += 1
        if answer.status == 503:
            return
        if "Content-Length" in answer.headers:
            assert int(answer.headers["Content-Length"]) == len(answer.body)
        if answer.status == 200 and answer.headers["Content-Type"] == "application/json":
            document = answer.json()
            if path == "/current/quarter" and document:
                # The two arrays are of one moment.
                assert len(document["consumed_power_interval_avgs"]) == len(document["produced_power_interval_avgs"])


# Beside clients that read without a pause.
_UPLOADS = 10


class Readers:
    """Some who read at once, each from another path on.

    :ivar statuses: how often they got which, once they have ended.
    :ivar failures: answers that were not whole.
    """

    def __init__(self, twin: Twin, number: int, paths: Sequence[str] = PATHS, pause: float = 0) -> None:
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []
        self._readers = [Reader(twin, first, paths, pause) for first in range(number)]

    def __enter__(self) -> Self:
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._readers:
            reader.stop()
        for reader in self._readers:
            reader.join(PATIENCE_SECONDS)
        self.statuses = sum((reader.statuses for reader in self._readers), Counter())
        self.failures = [failure for reader in self._readers for failure in reader.failures]


def post(twin: Twin, path: str, content: bytes, password: str) -> tuple[int, str]:
    """What the board answers to who proves that he knows the password."""
    given = wait_for(lambda: _challenge(twin))
    salt = bytes.fromhex(given["salt"])
    key = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(given["rounds"] - 1):
        key = hashlib.sha256(key + salt).digest()
    message = f"{given['nonce']}\nPOST\n{path}\n{hashlib.sha256(content).hexdigest()}"
    proof = f"Digimon {given['nonce']}:{hmac.new(key, message.encode(), 'sha256').hexdigest()}"
    connection = http.client.HTTPConnection("127.0.0.1", twin.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", path, content, {"Host": "digimon.local", "Authorization": proof})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _challenge(twin: Twin) -> dict[str, Any] | None:
    """What a proof is made of; None when the board had no place for us."""
    try:
        answer = twin.get("/challenge")
    except OSError:
        return None
    given: dict[str, Any] | None = answer.json() if answer.status == 200 else None
    return given


def upload(twin: Twin, bundle: bytes, password: str) -> tuple[int, str]:
    """What the board answers to a bundle; who is told that there is no room just now tries again."""
    for _ in range(_UPLOADS):
        answer = post(twin, "/update", bundle, password)
        if answer[0] != 503:
            break
    return answer
