"""The board as other machines find it, over a cable: python-zeroconf, Avahi, and Home Assistant's SSDP client."""

import base64
import json
import random
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from zeroconf import ServiceBrowser, ServiceInfo, Zeroconf

from . import machines
from .machines import ADDRESSES, Cable, program, running
from .test_discovery import GROUP, PORT, SERVICE, TXT, UNICAST, A, Listener, query, records
from .test_fuzz import names, searches
from .twin import PATIENCE_SECONDS, ROOT, Twin, environment, wait_for

BOARD, HOUSE = ADDRESSES["board"], ADDRESSES["house"]
NAME = "meterkast"
SSDP = ("239.255.255.250", 1900)
BASIC = "urn:schemas-upnp-org:device:Basic:1"
CLIENT = Path(__file__).parent / "upnp_client.py"


@pytest.fixture(scope="module")
def cable() -> Iterator[Cable]:
    with Cable() as cable:
        yield cable


@pytest.fixture(scope="module")
def twin(cable: Cable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    with board(cable, tmp_path_factory.mktemp("card"), NAME) as twin:
        with cable.at("board"):
            wait_for(lambda: twin.info()["announced"] == NAME)
        yield twin
        assert "Traceback" not in twin.output


def board(cable: Cable, card: Path, name: str) -> Twin:
    with cable.at("board"):
        return Twin("/dev/null", sd=card, discovery=True, options=("--name", name))


@pytest.fixture
def zeroconf(cable: Cable) -> Iterator[Zeroconf]:
    with cable.at("house"):
        made = Zeroconf(interfaces=[HOUSE])
    yield made
    made.close()


@pytest.fixture(scope="module")
def avahi(cable: Cable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with machines.avahi(cable, tmp_path_factory.mktemp("avahi")) as surroundings:
        yield surroundings


def texts(info: dict[str, Any]) -> dict[str, str | None]:
    """What the TXT record says of a board."""
    return {"board": info["board"], "version": info["version"], "serial": info["serial"], "api": "1"}


def told(cable: Cable, twin: Twin) -> Any:
    """What the board says of itself."""
    with cable.at("board"):
        return twin.info()


def test_zeroconf_finds_service_texts_and_address(cable: Cable, twin: Twin, zeroconf: Zeroconf) -> None:
    listener = Listener()
    browser = ServiceBrowser(zeroconf, SERVICE, listener)
    wait_for(lambda: ("add", f"{NAME}.{SERVICE}") in listener.events)
    browser.cancel()
    found = zeroconf.get_service_info(SERVICE, f"{NAME}.{SERVICE}", timeout=int(PATIENCE_SECONDS * 1000))
    assert found is not None
    assert (found.server, found.port, found.parsed_addresses()) == (f"{NAME}.local.", twin.port, [BOARD])
    assert found.decoded_properties == texts(told(cable, twin))
    with cable.at("house"), socket.create_connection((BOARD, twin.port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(b"GET /watt HTTP/1.1\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.0 200 OK")


class Browse:
    """avahi-browse: what it finds, and what goes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._lines = process.stdout

    def wait(self, sign: str, name: str) -> list[str]:
        """The fields of the next line about a name; `=` is found with all its records, `-` gone."""
        for line in self._lines:
            fields = line.rstrip("\n").split(";")
            if fields[0] == sign and fields[3] == name:
                return fields
        raise AssertionError(f"avahi-browse ended without {sign}{name}")


def browse(surroundings: dict[str, str]) -> Any:
    return running([program("avahi-browse"), "--parsable", "--no-db-lookup", "--resolve", "_http._tcp"], surroundings)


def resolved(surroundings: dict[str, str], name: str) -> list[str]:
    """What avahi-resolve says of a name: the name and its address, nothing when nobody has it."""
    command = [program("avahi-resolve"), "-4", "--name", name]
    return subprocess.run(command, env=surroundings, check=True, capture_output=True, text=True).stdout.split()


def test_avahi_finds_the_same(cable: Cable, twin: Twin, avahi: dict[str, str]) -> None:
    with cable.at("house"):
        with browse(avahi) as process:
            _, _, _, name, kind, _, host, address, port, said = Browse(process).wait("=", NAME)
        addresses = resolved(avahi, f"{NAME}.local")
    assert (name, kind, host, address, int(port)) == (NAME, "_http._tcp", f"{NAME}.local", BOARD, twin.port)
    entries = dict(entry.split("=") for entry in said.strip('"').split('" "'))
    assert entries == texts(told(cable, twin))
    assert addresses == [f"{NAME}.local", BOARD]


def test_both_hear_a_board_come_and_go(cable: Cable, avahi: dict[str, str], zeroconf: Zeroconf, tmp_path: Path) -> None:
    listener = Listener()
    browser = ServiceBrowser(zeroconf, SERVICE, listener)
    instance = f"kelder.{SERVICE}"
    with cable.at("house"), browse(avahi) as process:
        seen = Browse(process)
        with board(cable, tmp_path, "kelder") as twin:
            seen.wait("=", "kelder")
            wait_for(lambda: ("add", instance) in listener.events)
            twin.stop()
        seen.wait("-", "kelder")
        wait_for(lambda: ("remove", instance) in listener.events)
    browser.cancel()


def test_a_host_of_avahi_keeps_its_name(cable: Cable, avahi: dict[str, str], tmp_path: Path) -> None:
    with cable.at("house"):
        publish = [program("avahi-publish"), "--address", "--no-reverse", "zolder.local", "10.73.0.9"]
        with running(publish, avahi), browse(avahi) as process:
            command = [program("avahi-resolve"), "-4", "--name", "zolder.local"]
            wait_for(
                lambda: (
                    "10.73.0.9" in subprocess.run(command, env=avahi, check=True, capture_output=True, text=True).stdout
                )
            )
            with board(cable, tmp_path, "zolder") as twin:
                host = Browse(process).wait("=", "zolder-2")[6]
                info = told(cable, twin)
    assert host == "zolder-2.local"
    assert (info["name"], info["announced"]) == ("zolder", "zolder-2")


def test_a_service_of_zeroconf_keeps_its_name(cable: Cable, zeroconf: Zeroconf, tmp_path: Path) -> None:
    instance = f"garage.{SERVICE}"
    other = ServiceInfo(SERVICE, instance, port=8123, addresses=[socket.inet_aton(HOUSE)], server="laadpaal.local.")
    zeroconf.register_service(other)
    with board(cable, tmp_path, "garage") as twin:
        found = wait_for(lambda: zeroconf.get_service_info(SERVICE, f"garage-2.{SERVICE}"))
        assert (found.server, found.port) == ("garage-2.local.", twin.port)
        # Each is still found under its own name.
        theirs = zeroconf.get_service_info(SERVICE, instance)
        assert theirs is not None
        assert (theirs.server, theirs.port) == ("laadpaal.local.", 8123)


def test_who_asks_for_it_is_answered_alone(cable: Cable, twin: Twin) -> None:
    """RFC 6762 section 5.4: a question with the top bit of its class is answered to the one who asks."""
    with cable.at("house"), receiver(HOUSE) as own, receiver(GROUP) as group:
        member = socket.inet_aton(GROUP) + socket.inet_aton(HOUSE)
        group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        own.sendto(query((f"{NAME}.local", A, 1 | UNICAST)), (GROUP, PORT))
        answer, sender = own.recvfrom(9000)
        assert sender == (BOARD, PORT)
        assert records(answer, f"{NAME}.local", A) == [(120, 1 | UNICAST, socket.inet_aton(BOARD))]
        # The first answer that everybody hears is that to a question without the bit.
        own.sendto(query((f"{NAME}.{SERVICE}", TXT, 1)), (GROUP, PORT))
        while not (packet := group.recv(9000))[2] & 0x80 or NAME.encode() not in packet:
            pass
        assert records(packet, f"{NAME}.{SERVICE}", TXT)


def answers_alone(own: socket.socket, name: str) -> list[bytes] | None:
    """The addresses that a name has, if somebody answers."""
    own.sendto(query((name, A, 1 | UNICAST)), (GROUP, PORT))
    own.settimeout(1)
    try:
        while (packet := own.recv(9000)) and (
            packet[2:4] != b"\x84\0" or name.split(".", maxsplit=1)[0].encode() not in packet
        ):
            pass
    except TimeoutError:
        return None
    return [data for _, _, data in records(packet, name, A)]


def test_in_set_up_mode_digimon_local_is_the_board_whatever_its_name(cable: Cable, tmp_path: Path) -> None:
    (tmp_path / "radio.json").write_text("{}")
    (tmp_path / "card").mkdir()
    settings = {"wifi": {"ssid": "gone", "password": "kachel-en-kast"}, "network": {"device_name": "kelder"}}
    (tmp_path / "card/config.json").write_text(json.dumps(settings))
    options = ("--radio", str(tmp_path / "radio.json"), "--names", "0", "--hurry", "10")
    with cable.at("board"):
        twin = Twin("/dev/null", sd=tmp_path / "card", discovery=True, options=options)
    with twin, cable.at("house"), receiver(HOUSE) as own:
        twin.wait_line("set-up mode")
        assert wait_for(lambda: answers_alone(own, "digimon.local")) == [socket.inet_aton(BOARD)]
        assert answers_alone(own, "kelder.local") is None
        with socket.create_connection((BOARD, twin.port), timeout=PATIENCE_SECONDS) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: digimon.local\r\n\r\n")
            assert client.makefile("rb").readline() == b"HTTP/1.0 200 OK\r\n"


def test_it_is_found_again_after_its_tasks_have_failed_and_nonsense_has_rained(cable: Cable, tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 (to do the same again)
    crash = tmp_path / "crash"
    options = ("--name", "regen", "--crash", str(crash))
    with cable.at("board"):
        twin = Twin("/dev/null", sd=tmp_path / "card", discovery=True, options=options)
    with twin, cable.at("house"), receiver(HOUSE) as own:
        wait_for(lambda: answers_alone(own, "regen.local"))
        crash.write_text("")
        search = b'M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n'

        def failures() -> list[int]:
            return [twin.output.count(f"{task}: Traceback") for task in ("discovery", "ssdp")]

        def have_failed() -> bool:
            own.sendto(query(("regen.local", A, 1)), (GROUP, PORT))
            own.sendto(search, SSDP)
            return failures() == [1, 1]

        wait_for(have_failed)
        # Each answer to a search is a task of its own, which would fail as well.
        crash.unlink()
        chance = random.Random(seed)
        for corpus, group in ((names(), (GROUP, PORT)), (searches(), SSDP)):
            for case in corpus.cases(chance, 200):
                own.sendto(case, group)
        assert wait_for(lambda: answers_alone(own, "regen.local")) == [socket.inet_aton(BOARD)]

        def is_found() -> bool:
            own.sendto(search, SSDP)
            own.settimeout(3)
            try:
                while b"/description.xml" not in own.recv(9000):
                    pass
            except TimeoutError:
                return False
            return True

        wait_for(is_found)
        assert failures() == [1, 1]


def receiver(address: str) -> socket.socket:
    """A socket at the port of multicast DNS that hears what is sent to one address."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.settimeout(PATIENCE_SECONDS)
    made.bind((address, PORT))
    return made


def test_home_assistant_hears_and_finds_it_by_ssdp(cable: Cable, tmp_path: Path) -> None:
    """It tells that it comes, answers a search for each target, describes itself, and tells that it goes."""
    python = Path(environment("DIGIMON_HOMEASSISTANT") or "/nowhere") / "bin" / "python"
    if not python.exists():
        machines.missing("no environment of Home Assistant: run scripts/test")
    with board(cable, tmp_path, "ssdp") as first:
        info = told(cable, first)
        first.stop()
    # The same board again: the card has its serial number.
    uuid = "uuid:38323636-4558-4dda-9188-cda0e6" + info["mac"].replace(":", "")[6:]
    with cable.at("house"), running([str(python), str(CLIENT), HOUSE, uuid]) as process:
        assert process.stdout is not None
        heard = (json.loads(line) for line in process.stdout)
        assert next(heard)["kind"] == "ready"
        messages = []
        with board(cable, tmp_path, "ssdp") as twin:
            location = f"http://{BOARD}:{twin.port}/description.xml"
            for message in heard:
                messages.append(message)
                if message["kind"] == "device":
                    break
            twin.stop()
        gone: list[str] = []
        while len(gone) < 3:
            message = next(heard)
            if message["kind"] == "notify" and message["nts"] == "ssdp:byebye":
                gone.append(message["nt"])
    targets = {"upnp:rootdevice", BASIC, uuid}
    alive = [message for message in messages if message["kind"] == "notify"]
    assert {message["nt"] for message in alive} == targets
    assert {(message["nts"], message["location"]) for message in alive} == {("ssdp:alive", location)}
    answers = {message["target"]: message for message in messages if message["kind"] == "answer"}
    assert answers.keys() == targets == set(gone)
    for target, answer in answers.items():
        assert answer["st"] == target
        assert answer["usn"] == (uuid if target == uuid else f"{uuid}::{target}")
        assert (answer["location"], answer["cache-control"]) == (location, "max-age=1800")
    device = messages[-1]
    assert (device["name"], device["udn"], device["serial"]) == ("ssdp", uuid, info["serial"])
    assert (device["model"], device["manufacturer"]) == (info["board"], "Ockernuts")
    assert base64.b64decode(device["icon"]) == (ROOT / "firmware" / "www" / "electric-meter.png").read_bytes()
    assert device["icon_types"] == ["image/png", "image/png"]
