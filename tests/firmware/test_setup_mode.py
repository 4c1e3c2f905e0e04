"""Set-up mode: the page, what it takes, and the name server that leads every phone to it."""

import contextlib
import hashlib
import html
import json
import random
import re
import socket
import struct
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from tests.ports import free_port

from .browser import chromium
from .micropython import run
from .test_fuzz import names as questions
from .twin import PATIENCE_SECONDS, Answer, Twin, wait_for

NETWORKS = {"thuis": "kachel-en-kast", 'Café <b>"&': "kachel-en-kast", "gasten": ""}
STORED = {
    "wifi": {"ssid": "elders", "password": "stored-secret"},
    "network": {"dhcp": False, "device_name": "kast", "colour": "green"},
    "admin": "kept",
}
GOOD = {"ssid": "thuis", "pass": "kachel-en-kast", "device_name": "kast", "ip_config": "dhcp"}
ADDRESSES = {"ip_config": "static", "ip": "192.168.0.250", "gateway": "192.168.0.1", "subnet": "255.255.255.0"}
ASK_AGAIN_SECONDS = 5.0


@pytest.fixture
def radio(tmp_path: Path) -> Path:
    file = tmp_path / "radio.json"
    file.write_text(json.dumps(NETWORKS))
    return file


@pytest.fixture
def names() -> int:
    return free_port(socket.SOCK_DGRAM)


@pytest.fixture
def twin(card: Path, radio: Path, names: int) -> Iterator[Twin]:
    (card / "config.json").write_text(json.dumps(STORED))
    # A second of the board lasts a tenth, so twenty of them are two.
    with Twin("sim", sd=card, options=("--radio", str(radio), "--names", str(names), "--hurry", "10")) as twin:
        twin.wait_line("set-up mode")
        yield twin
        assert "Traceback" not in twin.output


def post(twin: Twin, fields: dict[str, str], **headers: str) -> Answer:
    body = urllib.parse.urlencode(fields).encode()
    head = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    answer = twin.exchange(b"POST / HTTP/1.1\r\nHost: 192.168.4.1\r\n" + lines.encode() + b"\r\n" + body)
    start, _, text = answer.partition(b"\r\n\r\n")
    return Answer(int(start.split()[1]), {}, text)


def saved(card: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((card / "config.json").read_text())
    return found


def test_everything_leads_to_the_page_and_nothing_tells_a_secret(twin: Twin) -> None:
    paths = ("/", "/hotspot-detect.html", "/connecttest.txt", "/ncsi.txt", "/canonical.html", "/success.txt", "/info")
    for path in (*paths, "/telegram", "/config.json", "/a/b?c=d"):
        answer = twin.get(path)
        assert answer.status == 200
        assert '<form method="post" action="/"' in answer.text
        assert "stored-secret" not in answer.text
        assert "kept" not in answer.text
        # Nothing from outside the house.
        assert not re.search(r'(src|href)="?(https?:)?//', answer.text)
    probe = twin.get("/generate_204")
    assert (probe.status, probe.body) == (200, b"")


def test_it_lists_the_networks_and_they_are_only_names(twin: Twin) -> None:
    text = twin.get("/").text
    assert [html.unescape(name) for name in re.findall(r'data-ssid="([^"]*)"', text)] == sorted(NETWORKS)
    assert "<b>" not in text
    link = re.findall(r'href="(/[?]lang=nl&amp;ssid=[^"]*)"', text)[0]
    chosen = twin.get(html.unescape(link)).text
    assert 'name="ssid" value="Café &lt;b&gt;&quot;&amp;"' in chosen


def test_four_languages(twin: Twin) -> None:
    assert '<html lang="nl">' in twin.get("/").text
    for language in ("nl", "en", "fr", "de"):
        chosen = twin.get(f"/?lang={language}")
        assert f'<html lang="{language}">' in chosen.text
        assert chosen.body == twin.get("/", **{"Accept-Language": f"{language}-XX,en;q=0.5"}).body


def test_all_texts_are_there_in_all_languages() -> None:
    folder = Path(__file__).parents[2] / "firmware/setup"
    keys = {
        path.stem: [line.split("=", 1)[0] for line in path.read_text().splitlines()] for path in folder.glob("*.txt")
    }
    assert set(keys) == {"nl", "en", "fr", "de"}
    assert len({tuple(names) for names in keys.values()}) == 1
    assert all(
        "" not in [line.split("=", 1)[1] for line in path.read_text().splitlines()] for path in folder.glob("*.txt")
    )


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"ssid": ""}, ["ssid"]),
        ({"ssid": "é" * 17}, ["ssid"]),
        ({"pass": ""}, ["pass"]),
        ({"pass": "short"}, ["pass"]),
        ({"pass": "x" * 64}, ["pass"]),
        ({"admin": "short"}, ["admin"]),
        ({"admin": "x" * 65}, ["admin"]),
        ({"device_name": ""}, ["device_name"]),
        ({"device_name": "mijn kast"}, ["device_name"]),
        ({"device_name": "-kast"}, ["device_name"]),
        ({"ip_config": "both"}, ["ip_config"]),
        ({**ADDRESSES, "ip": "192.168.0.256"}, ["ip"]),
        ({**ADDRESSES, "ip": "192.168.0.255"}, ["ip"]),
        ({**ADDRESSES, "ip": "x", "gateway": ""}, ["ip", "gateway"]),
        ({**ADDRESSES, "gateway": "192.168.1.1"}, ["gateway"]),
        ({**ADDRESSES, "gateway": "192.168.0.250"}, ["gateway"]),
        ({**ADDRESSES, "subnet": "255.0.255.0"}, ["subnet"]),
        ({"ssid": "", "pass": "short", "device_name": "_"}, ["ssid", "pass", "device_name"]),
    ],
)
def test_what_is_wrong_stands_beside_the_field(tmp_path: Path, changes: dict[str, str], wrong: list[str]) -> None:
    fields = {**GOOD, **changes}
    result = run(f"from board.form import errors\nprint(list(errors({fields!r}, 'elders', True)))", tmp_path)
    # The order of a dict is any there.
    assert set(json.loads(result.stdout.replace("'", '"'))) == set(wrong)


def test_an_error_keeps_what_was_entered_but_the_password(twin: Twin, card: Path) -> None:
    answer = post(twin, {**GOOD, **ADDRESSES, "gateway": "10.0.0.1", "pass": "entered-secret", "lang": "en"})
    assert answer.status == 200
    assert 'id="gateway-error">The gateway has to be another address in the same subnet.' in answer.text
    assert 'name="ssid" value="thuis"' in answer.text
    assert "entered-secret" not in answer.text
    assert saved(card) == STORED


def test_it_saves_keeps_unknown_keys_and_restarts(twin: Twin, card: Path) -> None:
    answer = post(twin, {**GOOD, **ADDRESSES})
    assert "http://kast.local" in answer.text
    twin.wait_line("the board resets")
    twin.wait_line("network: 127.0.0.1$")
    assert saved(card) == {
        "wifi": {"ssid": "thuis", "password": "kachel-en-kast"},
        "network": {
            "dhcp": False,
            "device_name": "kast",
            "ip": "192.168.0.250",
            "gateway": "192.168.0.1",
            "subnet": "255.255.255.0",
            "colour": "green",
        },
        "admin": "kept",
    }
    # What was measured meanwhile is there.
    twin.started_again()
    assert wait_for(lambda: twin.get("/current/quarter").json())["consumed_power_interval_avgs"]


def test_an_admin_password_is_kept_as_what_proves_it_and_never_shown(twin: Twin, card: Path) -> None:
    wrong = post(twin, {**GOOD, "device_name": "-", "admin": "a secret of mine"})
    assert "a secret of mine" not in wrong.text
    assert "http://kast.local" in post(twin, {**GOOD, "admin": "a secret of mine"}).text
    kept = saved(card)["admin"]
    digest = hashlib.sha256(bytes.fromhex(str(kept["salt"])) + b"a secret of mine").digest()
    for _ in range(int(str(kept["rounds"])) - 1):
        digest = hashlib.sha256(digest + bytes.fromhex(str(kept["salt"]))).digest()
    assert kept["key"] == digest.hex()
    assert "a secret of mine" not in (card / "config.json").read_text()


@pytest.mark.parametrize(("ssid", "password"), [("elders", "stored-secret"), ("gasten", "")])
def test_an_empty_password_keeps_that_of_the_same_network_only(
    twin: Twin, card: Path, ssid: str, password: str
) -> None:
    assert "http://kast.local" in post(twin, {**GOOD, "ssid": ssid, "pass": ""}).text
    assert saved(card)["wifi"] == {"ssid": ssid, "password": password}


def test_a_foreign_page_cannot_set_the_board_up(twin: Twin, card: Path) -> None:
    assert post(twin, GOOD, Origin="http://evil.example").status == 403
    assert saved(card) == STORED
    assert post(twin, GOOD, Origin="http://192.168.4.1").status == 200


def asked(names: int, name: str, kind: int) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    question = labels + struct.pack("!2H", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(ASK_AGAIN_SECONDS)
        answer = b""
        for _ in range(round(PATIENCE_SECONDS / ASK_AGAIN_SECONDS)):
            client.sendto(struct.pack("!6H", 77, 0x0100, 1, 0, 0, 0) + question, ("127.0.0.1", names))
            # As a phone does: nobody hears what is asked in the moment between the line of set-up mode and its port.
            with contextlib.suppress(TimeoutError):
                answer = client.recv(512)
                break
    assert answer[:4] == struct.pack("!2H", 77, 0x8580)
    assert answer[12 : 12 + len(question)] == question
    return answer[12 + len(question) :]


def test_every_name_is_the_board(twin: Twin, names: int) -> None:
    for name in ("captive.apple.com", "www.MSFTconnecttest.com", "digimon.local", "x"):
        assert asked(names, name, 1)[-6:] == b"\0\4\x7f\0\0\1"
        assert asked(names, name, 28) == b""


def test_the_name_server_goes_on_after_it_has_failed_and_nonsense_has_rained(
    card: Path, radio: Path, names: int
) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 (to do the same again)
    crash = card.with_name("crash")
    options = ("--radio", str(radio), "--names", str(names), "--crash", str(crash))
    with Twin("sim", sd=card, options=options) as twin:
        twin.wait_line("set-up mode")
        assert asked(names, "x", 1)[-6:] == b"\0\4\x7f\0\0\1"
        crash.write_text("")
        # The one that is answered before it fails.
        asked(names, "x", 1)
        twin.wait_line("names: Traceback")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            for number, case in enumerate(questions().cases(random.Random(seed), 200)):
                client.sendto(case, ("127.0.0.1", names))
                # No more at a time than the board's end of the line holds.
                if number % 20 == 19:
                    assert asked(names, "x", 1)[-6:] == b"\0\4\x7f\0\0\1"
        assert twin.output.count("names: Traceback") == 1


@settings(max_examples=3, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=80, max_size=80))
def test_no_question_and_no_form_is_too_strange(packets: list[bytes]) -> None:
    head = struct.pack("!6H", 1, 0, 1, 0, 0, 0)
    script = f"""
from board import dns, form, request
from board.captive import answer
for packet in {packets!r}:
    for query in (packet, {head!r} + packet):
        reply = answer(query, b"\\0\\0\\0\\0")
        assert reply is None or len(reply) <= 2 * len(query) + 16
        list(dns.records(query))
    fields = request.fields(packet)
    form.errors(fields, None, True)
    text = str(packet[2:20])
    form.errors({{"ssid": text, "pass": text, "ip_config": "static", "ip": text, "subnet": text}}, None, True)
print(request.fields(b"a=%41+b&b=%C3%A9&c=%&d=%zz&e=%ff&f"))
"""
    with TemporaryDirectory() as folder:
        result = run(script, Path(folder))
    assert result.returncode == 0, result.stderr
    assert eval(result.stdout.splitlines()[-1]) == {"a": "A b", "b": "é", "f": ""}  # noqa: S307 (what our own script prints)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_on_a_phone(twin: Twin, card: Path, browser: Browser, scripts: bool) -> None:  # noqa: FBT001 (as pytest names it)
    context = browser.new_context(
        viewport={"width": 360, "height": 700}, java_script_enabled=scripts, locale="nl-BE", has_touch=True
    )
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{twin.port}/")
    page.get_by_role("link", name="thuis").tap()
    expect(page.get_by_label("Naam van het wifinetwerk")).to_have_value("thuis")
    page.get_by_label("Wachtwoord van het wifinetwerk").fill("kort")
    page.get_by_label("Vast adres").check()
    page.get_by_role("textbox", name="IP-adres").fill("192.168.0.300")
    page.get_by_role("button").tap()
    password = page.get_by_label("Wachtwoord van het wifinetwerk")
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_have_value("")
    expect(page.locator("#pass-error")).to_have_text("Een wifiwachtwoord telt 8 tot 63 tekens.")
    expect(page.locator("#ip-error")).to_be_visible()
    # Nothing is wider than the phone.
    box = page.locator("form").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    password.fill("kachel-en-kast")
    page.get_by_label("Automatisch (DHCP)").check()
    expect(page.locator("#addresses")).to_be_hidden()
    page.get_by_role("button").tap()
    expect(page.get_by_role("status")).to_have_text("Bewaard. De monitor start nu opnieuw.")
    assert saved(card)["wifi"] == {"ssid": "thuis", "password": "kachel-en-kast"}
    context.close()
