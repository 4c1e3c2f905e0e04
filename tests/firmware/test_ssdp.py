"""The board is found by SSDP, as control points of UPnP search; and what is no search is none."""

import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .micropython import run
from .test_discovery import ADDRESS, sending
from .twin import PATIENCE_SECONDS, Twin, wait_for

GROUP = ("239.255.255.250", 1900)
BASIC = "urn:schemas-upnp-org:device:Basic:1"
pytestmark = pytest.mark.skipif(ADDRESS is None, reason="multicast does not come back on this machine")


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    name = f"ssdp-test-{os.getpid()}"
    with Twin("/dev/null", sd=tmp_path_factory.mktemp("card"), discovery=True, options=("--name", name)) as twin:
        yield twin
        assert "Traceback" not in twin.output


def udn(twin: Twin) -> str:
    return "uuid:38323636-4558-4dda-9188-cda0e6" + str(twin.info()["mac"]).replace(":", "")[6:]


def message(target: str, wait: str = "1", man: str = '"ssdp:discover"') -> bytes:
    head = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
    return f"{head}MAN: {man}\r\nMX: {wait}\r\nST: {target}\r\n\r\n".encode()


def fields(packet: bytes) -> dict[str, str]:
    lines = packet.decode().split("\r\n")
    assert lines[-2:] == ["", ""]
    return {"": lines[0]} | {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines[1:-2])}


def search(packet: bytes, about: str, answers: int) -> list[dict[str, str]]:
    """So many answers of one board to a search, which is sent again when they do not come."""
    with sending() as sender:

        def asked() -> list[dict[str, str]]:
            sender.sendto(packet, GROUP)
            return received(sender, b"HTTP/1.1 200 OK", about, answers, 5)

        return wait_for(lambda: found if len(found := asked()) == answers else None)


def received(receiver: socket.socket, begin: bytes, about: str, number: int, seconds: float) -> list[dict[str, str]]:
    """The messages of one board, as soon as there are so many of them, or else what came within some time."""
    found: list[dict[str, str]] = []
    end = time.monotonic() + seconds
    while len(found) < number and (left := end - time.monotonic()) > 0 and select.select([receiver], [], [], left)[0]:
        packet = receiver.recv(4096)
        if packet.startswith(begin) and about.encode() in packet:
            found.append(fields(packet))
    return found


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        receiver.bind(("", GROUP[1]))
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP[0]) + bytes(4))
        yield receiver


def notified(receiver: socket.socket, about: str, number: int) -> list[dict[str, str]]:
    return received(receiver, b"NOTIFY", about, number, PATIENCE_SECONDS)


@pytest.mark.parametrize("target", ["upnp:rootdevice", BASIC, "own"])
def test_a_search_for_what_it_is_gets_one_answer(twin: Twin, target: str) -> None:
    uuid = udn(twin)
    target = uuid if target == "own" else target
    (answer,) = search(message(target), uuid, 1)
    assert answer[""] == "HTTP/1.1 200 OK"
    assert answer["ST"] == target
    assert answer["USN"] == (uuid if target == uuid else f"{uuid}::{target}")
    assert answer["LOCATION"] == f"http://{ADDRESS}:{twin.port}/description.xml"
    assert answer["CACHE-CONTROL"] == "max-age=1800"
    assert "EXT" in answer
    assert uuid in twin.get("/description.xml").text


def test_a_search_for_everything_gets_three(twin: Twin) -> None:
    uuid = udn(twin)
    found = search(message("ssdp:all"), uuid, 3)
    assert sorted(answer["ST"] for answer in found) == sorted(["upnp:rootdevice", uuid, BASIC])


SILENCE = [
    message("urn:schemas-upnp-org:device:MediaServer:1"),
    message("uuid:38323636-4558-4dda-9188-000000000000"),
    message("ssdp:all", man="ssdp:discover"),
    message("ssdp:all").replace(b"M-SEARCH", b"NOTIFY"),
    message("ssdp:all")[:40],
    b"",
]


def test_to_everything_else_it_is_silent(twin: Twin) -> None:
    """A search gives it a second; what it has not answered by then, it does not."""
    uuid = udn(twin)
    with sending() as sender:
        for packet in SILENCE:
            sender.sendto(packet, GROUP)
        assert received(sender, b"", uuid, 1, 1.5) == []
    assert search(message(uuid), uuid, 1)


def test_a_flood_of_searches_is_no_flood_of_answers(twin: Twin) -> None:
    uuid = udn(twin)
    with sending() as sender:
        for _ in range(100):
            sender.sendto(message("ssdp:all", "2"), GROUP)
        # Four wait for their turn, of three answers each.
        assert 0 < len(received(sender, b"HTTP", uuid, 300, 3)) < 100
    assert twin.get("/watt").status == 200
    assert search(message("upnp:rootdevice"), uuid, 1)


def test_it_comes_and_goes(card: Path) -> None:
    with listening() as receiver, Twin("/dev/null", sd=card, discovery=True) as twin:
        uuid = udn(twin)
        came = notified(receiver, uuid, 6)
        assert {note["NTS"] for note in came} == {"ssdp:alive"}
        assert {note["NT"] for note in came} == {"upnp:rootdevice", uuid, BASIC}
        # Twice each, for one may get lost.
        assert sorted(note["NT"] for note in came[:3]) == sorted(note["NT"] for note in came[3:])
        assert all(note["LOCATION"] == f"http://{ADDRESS}:{twin.port}/description.xml" for note in came)
        twin.stop()
        gone = notified(receiver, uuid, 3)
        assert [note["NTS"] for note in gone] == ["ssdp:byebye"] * 3


def test_it_says_again_that_it_is_there_before_it_counts_as_gone(tmp_path: Path) -> None:
    script = """
from board import multicast
from board.log import Log
from board.ssdp import Ssdp
sent = []
second = 0
class Socket:
    def setsockopt(self, *_): pass
    def sendto(self, data, to): sent.append(second)
multicast.open_port = lambda *_: Socket()
one = Ssdp("0", 80, Log())
one.open()
for second in range(2000):
    one.look(None if second < 10 or 1000 <= second < 1010 else "10.0.0.1")
print(sorted(set(sent)), len(sent))
"""
    result = run(script, tmp_path)
    assert result.stdout.splitlines()[-1] == "[10, 11, 910, 911, 1010, 1011, 1910, 1911] 24", result.stderr


@settings(max_examples=3, deadline=None)
@given(
    st.lists(
        st.one_of(st.binary(max_size=300), st.binary(max_size=60).map(lambda b: b"M-SEARCH * HTTP/1.1\r\n" + b)),
        min_size=100,
        max_size=100,
    )
)
def test_no_packet_is_too_strange(packets: list[bytes]) -> None:
    """Whatever comes is a search of 1 to 5 seconds or none."""
    valid = [message("ssdp:all", wait) for wait in ("", "0", "3", "99", "9999", "-1", "x")]
    script = f"""
from board.ssdp import search
for packet in {[*packets, *valid]!r}:
    found = search(packet)
    assert found is None or 1 <= found[1] <= 5
print([search(packet)[1] for packet in {valid!r}])
"""
    with TemporaryDirectory() as folder:
        result = run(script, Path(folder))
    assert result.stdout.splitlines()[-1:] == ["[1, 1, 3, 5, 1, 1, 1]"], result.stderr
