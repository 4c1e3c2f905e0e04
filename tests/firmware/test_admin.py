"""Writing on the board: who may, how it is proved, and what happens to everybody else."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .twin import PATIENCE_SECONDS, Answer, Twin, Wire, wait_for

WIFI = "secret of the house"
ADMIN = "a better secret"
CONFIG = {
    "wifi": {"ssid": "home", "password": WIFI},
    "network": {"dhcp": True, "device_name": "kast", "colour": "green"},
    "other": {"kept": [1, 2]},
}


def derive(password: str, salt: bytes, rounds: int) -> bytes:
    """The key of a password, written down anew from docs/board-api.md."""
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(rounds - 1):
        digest = hashlib.sha256(digest + salt).digest()
    return digest


def admin(password: str) -> dict[str, Any]:
    """What `config.json` keeps of an admin password."""
    return {"salt": "00ff10", "rounds": 3, "key": derive(password, b"\x00\xff\x10", 3).hex()}


def send(
    twin: Twin, path: str, body: bytes = b"", authorization: str | None = None, method: str = "POST", **fields: str
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", twin.port, timeout=PATIENCE_SECONDS)
    try:
        if authorization is not None:
            fields["Authorization"] = authorization
        connection.request(method, path, body, headers=fields)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def challenge(twin: Twin) -> dict[str, Any]:
    answer = twin.get("/challenge")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    document: dict[str, Any] = answer.json()
    assert set(document) == {"nonce", "salt", "rounds"}
    assert len(bytes.fromhex(document["nonce"])) == 16
    return document


def authorization(given: dict[str, Any], password: str, path: str, body: bytes = b"") -> str:
    key = derive(password, bytes.fromhex(given["salt"]), given["rounds"])
    message = f"{given['nonce']}\nPOST\n{path}\n{hashlib.sha256(body).hexdigest()}"
    return f"Digimon {given['nonce']}:{hmac.new(key, message.encode(), hashlib.sha256).hexdigest()}"


def write(twin: Twin, path: str, body: bytes = b"", password: str = ADMIN, **fields: str) -> Answer:
    """A POST with proof, as the integration sends it."""
    return send(twin, path, body, authorization(challenge(twin), password, path, body), **fields)


@pytest.fixture
def start(card: Path) -> Iterator[Callable[..., Twin]]:
    """Starts a board in its network."""
    twins: list[Twin] = []

    def started(config: dict[str, Any], *options: str) -> Twin:
        (card / "config.json").write_text(json.dumps(config))
        twins.append(Twin("sim", sd=card, options=options))
        wait_for(lambda: twins[-1].get("/watt").status == 200)
        return twins[-1]

    yield started
    for twin in twins:
        twin.stop()
        assert "Traceback" not in twin.output
        assert "MemoryError" not in twin.output


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A board for what changes nothing."""
    card = tmp_path_factory.mktemp("card")
    (card / "config.json").write_text(json.dumps({**CONFIG, "admin": admin(ADMIN)}))
    with Twin("sim", sd=card) as twin:
        wait_for(lambda: twin.get("/watt").status == 200)
        yield twin
        twin.stop()
        assert "Traceback" not in twin.output
        assert "the board resets" not in twin.output


@pytest.fixture
def twin(start: Callable[..., Twin]) -> Twin:
    return start({**CONFIG, "admin": admin(ADMIN)})


def saved(card: Path) -> Any:
    return json.loads((card / "config.json").read_text())


def test_the_password_of_the_wifi_serves_until_there_is_another(start: Callable[..., Twin]) -> None:
    twin = start(CONFIG)
    assert challenge(twin)["rounds"] >= 1000
    assert write(twin, "/identify", password="wrong").status == 401
    assert write(twin, "/identify", password=WIFI).status == 204


def test_a_board_without_any_password_cannot_be_written(start: Callable[..., Twin]) -> None:
    twin = start({"wifi": {"ssid": "open", "password": ""}})
    assert write(twin, "/restart", password="").status == 403


def test_the_admin_password_serves_alone(shared: Twin) -> None:
    assert challenge(shared)["salt"] == "00ff10"
    assert write(shared, "/identify", password=WIFI).status == 401
    answer = write(shared, "/identify")
    assert (answer.status, answer.body) == (204, b"")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/update", "/config", "/restart", "/identify"])
def test_nothing_is_written_without_a_proof(shared: Twin, path: str) -> None:
    for given in (
        None,
        "",
        "Digimon",
        "Digimon :",
        "Digimon x:y",
        "Basic YTpi",
        "Digimon " + 32 * "0" + ":" + 64 * "0",
    ):
        answer = send(shared, path, b"{}", given)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Digimon")
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_proof_serves_once(shared: Twin) -> None:
    proof = authorization(challenge(shared), ADMIN, "/identify")
    assert send(shared, "/identify", b"", proof).status == 204
    assert send(shared, "/identify", b"", proof).status == 401


def test_a_proof_serves_for_its_own_path_and_body_only(twin: Twin, card: Path) -> None:
    assert send(twin, "/restart", b"", authorization(challenge(twin), ADMIN, "/identify")).status == 401
    body = b'{"device_name":"mine"}'
    assert send(twin, "/config", body, authorization(challenge(twin), ADMIN, "/config", b"{}")).status == 401
    assert saved(card)["network"] == CONFIG["network"]


def test_who_asks_for_many_challenges_takes_nobodys(shared: Twin) -> None:
    given = [challenge(shared) for _ in range(200)]
    assert len({one["nonce"] for one in given}) == len(given)
    for one in (given[0], given[100], given[-1]):
        proof = authorization(one, ADMIN, "/identify")
        assert send(shared, "/identify", b"", proof).status == 204
        # Once, all the same, however it is written.
        assert send(shared, "/identify", b"", proof).status == 401
        assert send(shared, "/identify", b"", proof.replace(one["nonce"], one["nonce"].upper())).status == 401


def test_a_wrong_proof_takes_no_challenge_away(shared: Twin) -> None:
    given = challenge(shared)
    assert send(shared, "/identify", b"", authorization(given, "a guess", "/identify")).status == 401
    assert send(shared, "/identify", b"", authorization(given, ADMIN, "/identify")).status == 204


def test_a_challenge_that_the_board_did_not_give_does_not_serve(shared: Twin) -> None:
    given = challenge(shared)
    digits = given["nonce"]
    for place in range(len(digits)):
        forged = digits[:place] + f"{int(digits[place], 16) ^ 1:x}" + digits[place + 1 :]
        assert (
            send(shared, "/identify", b"", authorization({**given, "nonce": forged}, ADMIN, "/identify")).status == 401
        )
    assert send(shared, "/identify", b"", authorization(given, ADMIN, "/identify")).status == 204


def test_a_challenge_serves_one_request_at_a_time(shared: Twin) -> None:
    """Two that are proved with it at once: the one that came first counts."""
    body = b"{}"
    head = (
        f"POST /config HTTP/1.0\r\nHost: kast.local\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: {authorization(challenge(shared), ADMIN, '/config', body)}\r\n\r\n"
    ).encode()
    with shared.connect() as first:
        first.sendall(head)
        assert b" 401 " in shared.exchange(head + body)
        first.sendall(body)
        assert b" 200 " in first.recv(4096)
    assert b" 401 " in shared.exchange(head + body)


@pytest.mark.long
def test_a_challenge_expires(shared: Twin) -> None:
    given = challenge(shared)
    time.sleep(61)
    assert send(shared, "/identify", b"", authorization(given, ADMIN, "/identify")).status == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"Host": "evil.example"},
        {"Host": "digimon.local.evil.example"},
        {"Host": "192.168.4.1"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Host": "kast.local", "Origin": "http://evil.example"},
    ],
)
def test_a_foreign_page_or_name_is_refused(shared: Twin, fields: dict[str, str]) -> None:
    proof = authorization(challenge(shared), ADMIN, "/identify")
    assert send(shared, "/identify", b"", proof, "POST", **fields).status == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "kast", "KAST.local", "kast.local:80"])
def test_the_boards_own_page_is_welcome(shared: Twin, host: str) -> None:
    assert write(shared, "/identify", Host=host, Origin=f"http://{host}").status == 204


def test_guessing_takes_longer_and_longer(twin: Twin) -> None:
    assert [write(twin, "/restart", password=f"guess {number}").status for number in range(5)] == [401] * 5
    first = pause(twin)
    time.sleep(first + 1)
    assert write(twin, "/restart", password="again").status == 401
    assert pause(twin) > first
    assert "the board resets" not in twin.output


def pause(twin: Twin) -> int:
    """How many seconds the board looks at no password, not even at the right one."""
    refused = write(twin, "/restart")
    assert refused.status == 429
    return int(refused.headers["Retry-After"])


def guess(twin: Twin, number: int) -> int:
    """Try a password, or every other time a challenge that never was: the status."""
    nonce, proof = f"{number:032x}", f"{number:064x}"
    if number % 2:
        answer = twin.get("/challenge")
        if answer.status != 200:
            return answer.status
        nonce = answer.json()["nonce"]
    return send(twin, "/restart", b"", f"Digimon {nonce}:{proof}").status


@pytest.mark.parametrize("guesses", [200, pytest.param(10_000, marks=pytest.mark.long)])
def test_wrong_passwords_cost_no_telegram(card: Path, guesses: int) -> None:
    (card / "config.json").write_text(json.dumps({**CONFIG, "admin": admin(ADMIN)}))
    with Wire() as wire, Twin(wire.source, sd=card) as twin:
        from .test_guard import Board  # noqa: PLC0415 (its fixtures are for its own tests)

        board = Board(twin, wire)
        board.still_takes_telegrams()
        before = twin.info()["heap_free"]
        statuses: dict[int, int] = {}

        def attack(first: int) -> None:
            for number in range(first, guesses, 4):
                answer = guess(twin, number)
                statuses[answer] = statuses.get(answer, 0) + 1

        attackers = [threading.Thread(target=attack, args=(first,)) for first in range(4)]
        for attacker in attackers:
            attacker.start()
        while any(attacker.is_alive() for attacker in attackers):
            board.send()
            time.sleep(0.05)
        for attacker in attackers:
            attacker.join()
        assert set(statuses) <= {401, 429, 503}
        board.still_takes_telegrams()
        assert twin.info()["heap_free"] > before - 12_000
        assert statuses[429] > statuses[401] // 2
        # Whoever knows it gets in as soon as the board looks again.
        time.sleep(pause(twin) + 1)
        assert write(twin, "/identify").status == 204
        assert "the board resets" not in twin.output
        assert "MemoryError" not in twin.output


def test_settings_are_changed_and_unknown_ones_kept(twin: Twin, card: Path) -> None:
    body = {
        "device_name": "meter",
        "network": {"dhcp": False, "ip": "10.0.0.9", "gateway": "10.0.0.1", "subnet": "255.255.255.0"},
    }
    answer = write(twin, "/config", json.dumps(body).encode())
    assert (answer.status, answer.json()) == (200, {"restart": True})
    document = saved(card)
    assert document["network"] == {
        "dhcp": False,
        "device_name": "meter",
        "colour": "green",
        "ip": "10.0.0.9",
        "gateway": "10.0.0.1",
        "subnet": "255.255.255.0",
    }
    assert (document["wifi"], document["other"]) == (CONFIG["wifi"], CONFIG["other"])
    assert (card / "config.bak").read_text() == (card / "config.json").read_text()
    twin.wait_line("the board resets")


def test_an_address_may_be_chosen_before_a_name_is(start: Callable[..., Twin], card: Path) -> None:
    twin = start({"wifi": CONFIG["wifi"], "admin": admin(ADMIN)})
    network = {"dhcp": False, "ip": "10.0.0.9", "gateway": "10.0.0.1", "subnet": "255.255.255.0"}
    assert write(twin, "/config", json.dumps({"network": network}).encode()).status == 200
    assert saved(card)["network"] == network


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b'{"device_name":"-"}', 422),
        (b'{"device_name":5}', 422),
        (b'{"network":5}', 422),
        (b'{"network":{"dhcp":false,"ip":"1.2.3"}}', 422),
        (b'{"admin":"secret"}', 422),
        (b'{"admin":{"salt":"zz","rounds":1,"key":""}}', 422),
        (b'{"unknown":1}', 200),
        (b'{"device_name":"' + b"x" * 1100 + b'"}', 413),
    ],
)
def test_settings_that_are_none(twin: Twin, card: Path, body: bytes, status: int) -> None:
    assert write(twin, "/config", body).status == status
    if status != 200:
        assert saved(card)["network"] == CONFIG["network"]


def test_the_password_is_changed_without_being_sent(twin: Twin, card: Path) -> None:
    given = challenge(twin)
    old = derive(ADMIN, bytes.fromhex(given["salt"]), given["rounds"])
    new = derive("the newest", b"salt", 5)
    mask = hmac.new(old, f"{given['nonce']}\nadmin".encode(), hashlib.sha256).digest()
    hidden = bytes(one ^ other for one, other in zip(new, mask, strict=True)).hex()
    body = json.dumps({"admin": {"salt": b"salt".hex(), "rounds": 5, "key": hidden}}).encode()
    answer = send(twin, "/config", body, authorization(given, ADMIN, "/config", body))
    assert (answer.status, answer.json()) == (200, {"restart": False})
    assert saved(card)["admin"] == {"salt": b"salt".hex(), "rounds": 5, "key": new.hex()}
    assert write(twin, "/identify").status == 401
    assert write(twin, "/identify", password="the newest").status == 204


def test_it_restarts(twin: Twin) -> None:
    assert write(twin, "/restart").status == 202
    twin.wait_line("the board resets")
    assert twin.started_again()["reset_cause"] == "hard"


def test_an_update_that_is_none_changes_nothing(twin: Twin) -> None:
    version = twin.info()["version"]
    assert write(twin, "/update", b"no bundle\n" * 5000).status == 422
    assert send(twin, "/update", b"x" * 300_000).status == 401
    assert twin.info()["version"] == version


def test_no_secret_is_told(shared: Twin) -> None:
    key = admin(ADMIN)["key"]
    for path in ("/info", "/challenge", "/description.xml", "/crashlog.txt", "/config.json", "/config.bak"):
        text = shared.get(path).text
        assert WIFI not in text
        assert key not in text
