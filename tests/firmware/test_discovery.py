"""The board is found by multicast DNS, as python-zeroconf (and so Home Assistant) sees it over real multicast."""

import contextlib
import json
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from zeroconf import ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from .micropython import run, staged
from .twin import PATIENCE_SECONDS, Twin, wait_for

GROUP = "224.0.0.251"
PORT = 5353
SERVICE = "_http._tcp.local."
NAME = f"digimon-test-{os.getpid()}"
INSTANCE = f"{NAME}.{SERVICE}"

A, PTR, TXT, AAAA, SRV, ANY = 1, 12, 16, 28, 33, 255
UNICAST = 0x8000


def multicast_address() -> str | None:
    """The address of the interface that multicast leaves this machine by; None where it does not come back."""
    with contextlib.suppress(OSError), listening() as receiver, sending() as sender:
        sender.connect((GROUP, PORT))
        own = str(sender.getsockname()[0])
        probe = os.urandom(16)
        sender.send(probe)
        end = time.monotonic() + 2
        while time.monotonic() < end and select.select([receiver], [], [], 0.5)[0]:
            if receiver.recv(9000) == probe:
                return own
    return None


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket that hears what is said to everybody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        receiver.bind(("", PORT))
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + bytes(4))
        yield receiver


@contextlib.contextmanager
def sending() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        yield sender


ADDRESS = multicast_address()
pytestmark = pytest.mark.skipif(ADDRESS is None, reason="multicast does not come back on this machine")


class Listener(ServiceListener):
    """Notes what comes and goes."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.events.append(("add", name))

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.events.append(("remove", name))

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.events.append(("update", name))


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    with board(tmp_path_factory.mktemp("card")) as twin:
        yield twin
        assert "Traceback" not in twin.output


def board(card: Path, name: str = NAME) -> Twin:
    return Twin("/dev/null", sd=card, discovery=True, options=("--name", name))


@pytest.fixture
def zeroconf() -> Iterator[Zeroconf]:
    made = Zeroconf()
    yield made
    made.close()


def test_home_assistant_finds_it(twin: Twin, zeroconf: Zeroconf) -> None:
    listener = Listener()
    browser = ServiceBrowser(zeroconf, SERVICE, listener)
    wait_for(lambda: ("add", INSTANCE) in listener.events)
    browser.cancel()
    found = zeroconf.get_service_info(SERVICE, INSTANCE, timeout=int(PATIENCE_SECONDS * 1000))
    assert found is not None
    assert found.port == twin.port
    assert found.parsed_addresses() == [ADDRESS]
    assert found.server == f"{NAME}.local."
    info = twin.info()
    assert found.decoded_properties == {
        "board": info["board"],
        "version": info["version"],
        "serial": info["serial"],
        "api": "1",
    }


def test_it_serves_at_the_address_it_announces(twin: Twin) -> None:
    assert ADDRESS is not None
    with socket.create_connection((ADDRESS, twin.port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(b"GET /watt HTTP/1.1\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.0 200 OK")


def test_it_says_hello_and_goodbye(card: Path, zeroconf: Zeroconf) -> None:
    listener = Listener()
    browser = ServiceBrowser(zeroconf, SERVICE, listener)
    name = f"{NAME}-2"
    with listening() as receiver, board(card, name) as twin:
        # Twice, whether anybody asks or not.
        for _ in range(2):
            heard(receiver, lambda packet: bool(records(packet, f"{name}.{SERVICE}", SRV)))
        wait_for(lambda: ("add", f"{name}.{SERVICE}") in listener.events)
        assert ("remove", f"{name}.{SERVICE}") not in listener.events
        twin.stop()
        wait_for(lambda: ("remove", f"{name}.{SERVICE}") in listener.events)
        heard(receiver, lambda packet: [ttl for ttl, *_ in records(packet, f"{name}.{SERVICE}", SRV)] == [0])
    browser.cancel()


def heard(receiver: socket.socket, wanted: Callable[[bytes], bool]) -> bytes:
    """The next of our boards' answers to everybody that is wanted."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (left := end - time.monotonic()) > 0 and select.select([receiver], [], [], left)[0]:
        packet = receiver.recv(9000)
        # Others in the house talk too.
        if packet[2:3] and packet[2] & 0x80 and NAME.encode() in packet and wanted(packet):
            return packet
    pytest.fail("it was not heard")


def encoded(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")) + b"\0"


def query(*questions: tuple[str, int, int], identification: int = 0) -> bytes:
    head = struct.pack("!6H", identification, 0, len(questions), 0, 0, 0)
    return head + b"".join(encoded(name) + struct.pack("!2H", kind, group) for name, kind, group in questions)


def records(packet: bytes, name: str, kind: int) -> list[tuple[int, int, bytes]]:
    """TTL, class and data of the records of a packet without compressed names, as the board sends them."""
    found = []
    _, _, questions, *numbers = struct.unpack_from("!6H", packet)
    position = 12
    assert questions == 0
    for _ in range(sum(numbers)):
        start = position
        while packet[position]:
            assert packet[position] < 64
            position += packet[position] + 1
        position += 1
        owner = packet[start:position]
        record_kind, group, ttl, length = struct.unpack_from("!2HIH", packet, position)
        position += 10
        if owner.lower() == encoded(name).lower() and record_kind == kind:
            found.append((ttl, group, packet[position : position + length]))
        position += length
    assert position == len(packet)
    return found


def ask(packet: bytes, seconds: float = PATIENCE_SECONDS, about: bytes = NAME.encode()) -> bytes | None:
    """Ask everybody, again after a second, and give what comes back to the one who asks.

    :param about: is in the answer; others on this network answer too.
    """
    end = time.monotonic() + seconds
    with sending() as sender:
        while time.monotonic() < end:
            sender.sendto(packet, (GROUP, PORT))
            while select.select([sender], [], [], min(seconds, 1.0))[0]:
                answer = sender.recv(9000)
                if about in answer and answer[4:6] == b"\0\0":
                    return answer
    return None


def test_a_question_for_a_unicast_answer_gets_one(twin: Twin) -> None:
    answer = ask(query((f"{NAME}.local", A, 1 | UNICAST)))
    assert answer is not None
    assert ADDRESS is not None
    assert records(answer, f"{NAME}.local", A) == [(120, 1 | UNICAST, socket.inet_aton(ADDRESS))]


def test_a_simple_resolver_gets_its_number_back(twin: Twin) -> None:
    answer = ask(query((f"{NAME}.local", A, 1), identification=0x1234))
    assert answer is not None
    assert answer[:4] == b"\x12\x34\x84\x00"


def test_names_are_the_same_in_capitals(twin: Twin) -> None:
    answer = ask(query((f"{NAME.upper()}.LOCAL", ANY, 255 | UNICAST)))
    assert answer is not None
    assert records(answer, f"{NAME}.local", A)


def test_the_browser_gets_everything_at_once(twin: Twin) -> None:
    answer = ask(query((SERVICE, PTR, 1 | UNICAST)))
    assert answer is not None
    assert records(answer, SERVICE, PTR)[0][2] == encoded(INSTANCE)
    assert records(answer, INSTANCE, SRV)[0][2] == struct.pack("!3H", 0, 0, twin.port) + encoded(f"{NAME}.local")
    assert b"\x05api=1" in records(answer, INSTANCE, TXT)[0][2]
    assert records(answer, f"{NAME}.local", A)


def test_who_asks_for_everything_at_once_is_answered(twin: Twin) -> None:
    """Home Assistant does, in a packet of which the board reads the beginning only."""
    others = [(f"_service-{number}._tcp.local", PTR, 1) for number in range(50)]
    for questions in ([*others, (SERVICE, PTR, 1)], [(SERVICE, PTR, 1), *others]):
        packet = query(*questions, identification=7)
        assert 1400 < len(packet) <= 1472
        answer = ask(packet)
        assert answer is not None
        assert [data for _, _, data in records(answer, SERVICE, PTR)] == [encoded(INSTANCE)]
        assert records(answer, INSTANCE, SRV)


def test_any_record_of_the_service(twin: Twin) -> None:
    answer = ask(query((INSTANCE, ANY, 1 | UNICAST)))
    assert answer is not None
    assert records(answer, INSTANCE, SRV)
    assert records(answer, INSTANCE, TXT)


def test_the_list_of_services(twin: Twin) -> None:
    answer = ask(query(("_services._dns-sd._udp.local", PTR, 1 | UNICAST)), about=encoded(SERVICE))
    assert answer is not None
    assert records(answer, "_services._dns-sd._udp.local", PTR)[0][2] == encoded(SERVICE)


def test_several_questions_in_one(twin: Twin) -> None:
    answer = ask(
        query(("elsewhere.local", A, 1 | UNICAST), (INSTANCE, TXT, 1 | UNICAST), (f"{NAME}.local", A, 1 | UNICAST))
    )
    assert answer is not None
    assert records(answer, INSTANCE, TXT)
    assert records(answer, f"{NAME}.local", A)


def service(name: str, port: int) -> bytes:
    """The record of another device that offers a service under a name."""
    data = struct.pack("!3H", 0, 0, port) + encoded(f"{name}.local")
    return encoded(f"{name}.{SERVICE}") + struct.pack("!2HIH", SRV, 1 | UNICAST, 120, len(data)) + data


def host(name: str, address: str) -> bytes:
    return encoded(f"{name}.local") + struct.pack("!2HIH4s", A, 1 | UNICAST, 120, 4, socket.inet_aton(address))


def test_it_asks_before_it_takes_a_name(card: Path) -> None:
    name = f"{NAME}-asks"
    with listening() as receiver, board(card, name):
        probes: list[bytes] = []
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and len(probes) < 3:
            if select.select([receiver], [], [], 0.1)[0]:
                packet = receiver.recv(9000)
                if name.encode() in packet:
                    assert not packet[2] & 0x80, "it answers before it has asked"
                    probes.append(packet)
        assert len(probes) == 3
        # Two questions for any record, and what the name is wanted for.
        assert probes[0][:12] == struct.pack("!6H", 0, 0, 2, 0, 2, 0)
        assert encoded(f"{name}.local") + struct.pack("!2H", ANY, 1 | UNICAST) in probes[0]


@pytest.mark.parametrize("record", ["host", "service"])
def test_a_name_that_is_taken_is_left_to_whom_it_belongs(card: Path, record: str) -> None:
    name = f"{NAME}-taken-{record}"
    taken = host(name, "192.0.2.1") if record == "host" else service(name, 9)
    answer = struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + taken
    with listening() as receiver, board(card, name) as twin, sending() as sender:

        def renamed() -> bool:
            while select.select([receiver], [], [], 0)[0]:
                packet = receiver.recv(9000)
                if not packet[2] & 0x80 and encoded(name + ".local") in packet:
                    sender.sendto(answer, (GROUP, PORT))
            return bool(ask(query((f"{name}-2.local", A, 1 | UNICAST)), 0.2, f"{name}-2".encode()))

        wait_for(renamed)
        assert twin.info()["announced"] == f"{name}-2"
        assert twin.info()["name"] == name
        assert f"discovery: the name is taken, trying {name}-2" in twin.get("/crashlog.txt").text
        # Now it defends that one.
        assert ask(query((f"{name}.local", A, 1 | UNICAST)), 0.3, name.encode() + b"\5local") is None


def test_who_uses_its_name_all_the_same_is_asked(card: Path) -> None:
    """As long as that one does not answer, the name stays."""
    name = f"{NAME}-again"
    about = name.encode()
    with board(card, name) as twin, sending() as sender:
        wait_for(lambda: ask(query((f"{name}.local", A, 1 | UNICAST)), 0.5, about))
        with listening() as receiver:
            sender.sendto(struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + host(name, "192.0.2.1"), (GROUP, PORT))
            end = time.monotonic() + PATIENCE_SECONDS
            asked = False
            while time.monotonic() < end and not asked:
                if select.select([receiver], [], [], 0.1)[0]:
                    packet = receiver.recv(9000)
                    asked = about in packet and not packet[2] & 0x80
            assert asked
        wait_for(lambda: ask(query((f"{name}.local", A, 1 | UNICAST)), 0.5, about))
        assert twin.info()["announced"] == name


def test_who_asks_at_the_same_moment_for_more_goes_first(tmp_path: Path) -> None:
    """RFC 6762 section 8.2: the records are compared, and the lesser gives way."""
    script = """
from board import dns
from board.discovery import Responder
from board.log import Log
one = Responder("kast", 80, [], Log())
one._address = "10.0.0.5"
for address in ("10.0.0.4", "10.0.0.5", "10.0.0.6"):
    record = dns.record(dns.name("Kast", "local"), 1, 1, 120, dns.address_data(address))
    theirs = dns.probe((dns.name("KAST", "local"),), [record])
    print(one.{rival}(theirs, False))
"""
    names = json.loads((staged() / "names.json").read_text())["board/discovery.py"]
    # One short name may stand for several long ones.
    short = {long: name for name, meaning in names.items() for long in meaning.split(" or ")}
    rival, address = (short.get(f"Responder.{name}", name) for name in ("_rival", "_address"))
    result = run(script.replace("{rival}", rival).replace("_address", address), tmp_path)
    assert result.stdout.split() == ["0", "0", "2"], result.stderr


def test_who_knows_the_answer_gets_none(twin: Twin) -> None:
    question = query((SERVICE, PTR, 1 | UNICAST))
    known = encoded(SERVICE) + struct.pack("!2HIH", PTR, 1, 4400, len(encoded(INSTANCE))) + encoded(INSTANCE)
    stale = known.replace(struct.pack("!I", 4400), struct.pack("!I", 2000))
    one_known = question[:6] + b"\0\1" + question[8:]
    assert ask(one_known + known, 0.3) is None
    assert ask(one_known + stale) is not None


SILENCE = [
    query(("elsewhere.local", A, 1 | UNICAST)),
    query((f"{NAME}.local", AAAA, 1 | UNICAST)),
    query((f"{NAME}.local", A, 3 | UNICAST)),
    query(("_ipp._tcp.local", PTR, 1 | UNICAST)),
    query((f"x{NAME}.local", ANY, 1 | UNICAST)),
    # An answer, another operation, a question that is cut, and names that go in circles or beyond the end.
    b"\0\0\x84\0" + query((f"{NAME}.local", A, 1 | UNICAST))[4:],
    b"\0\0\x08\0" + query((f"{NAME}.local", A, 1 | UNICAST))[4:],
    query((f"{NAME}.local", A, 1 | UNICAST))[:-3],
    struct.pack("!6H", 0, 0, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1",
    struct.pack("!6H", 0, 0, 1, 0, 0, 0) + b"\xc0\xff\0\1\0\1",
    struct.pack("!6H", 0, 0, 65535, 0, 0, 0),
    struct.pack("!6H", 0, 0, 1, 0, 0, 0) + b"\x3fshort",
    b"",
    b"\0",
    os.urandom(512),
]


@pytest.mark.parametrize("packet", SILENCE, ids=range(len(SILENCE)))
def test_to_everything_else_it_is_silent(twin: Twin, packet: bytes) -> None:
    """It answers one packet after the other: the first answer is that to the question behind it."""
    question = query((f"{NAME}.local", A, 1 | UNICAST), identification=0x7777)
    with sending() as sender:
        sender.sendto(packet, (GROUP, PORT))

        def answered() -> bytes | None:
            sender.sendto(question, (GROUP, PORT))
            while select.select([sender], [], [], 1.0)[0]:
                answer = sender.recv(9000)
                if NAME.encode() in answer:
                    return answer
            return None

        assert wait_for(answered)[:2] == b"\x77\x77"


def test_a_flood_of_questions_is_no_flood_of_answers(twin: Twin) -> None:
    with sending() as sender:
        start = time.monotonic()
        for _ in range(300):
            sender.sendto(query((f"{NAME}.local", A, 1 | UNICAST)), (GROUP, PORT))
        for _ in range(60):
            assert select.select([sender], [], [], PATIENCE_SECONDS)[0]
            sender.recv(9000)
        # Fifty a second, by a clock that counts whole milliseconds; one that waited to be read is not counted twice.
        assert time.monotonic() - start > 59 * 0.019
    assert twin.get("/watt").status == 200


def test_a_compressed_question_is_understood(twin: Twin) -> None:
    # The second name is the first one's end.
    packet = struct.pack("!6H", 0, 0, 2, 0, 0, 0) + encoded("x.local") + struct.pack("!2H", A, 1 | UNICAST)
    label = NAME.encode()
    packet += bytes([len(label)]) + label + struct.pack("!H", 0xC000 | 12 + 2) + struct.pack("!2H", A, 1 | UNICAST)
    answer = ask(packet)
    assert answer is not None
    assert records(answer, f"{NAME}.local", A)


def test_without_discovery_nobody_hears_of_it(card: Path) -> None:
    name = f"{NAME}-3"
    with Twin("/dev/null", sd=card, options=("--name", name)):
        assert ask(query((f"{name}.local", A, 1 | UNICAST)), 0.5, name.encode()) is None


def test_what_zeroconf_reads_is_what_was_written(twin: Twin, zeroconf: Zeroconf) -> None:
    found = ServiceInfo(SERVICE, INSTANCE)
    assert found.request(zeroconf, int(PATIENCE_SECONDS * 1000))
    assert found.text is not None
    assert found.text.startswith(bytes([len("board=") + len(twin.info()["board"])]) + b"board=")
