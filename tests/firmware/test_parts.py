"""What the twin's network, which is always there, never shows: settings, resets and a network that is gone."""

import json
from pathlib import Path

import pytest
from twin.process import Board

from .micropython import EXIT_RESET, run

HOME = {"wifi": {"ssid": "home", "password": "x"}}


def settings(text: str | None, folder: Path) -> list[object]:
    """What the board makes of a config.json: network, password, name and static address."""
    result = run(
        f"from board.config import load\nc = load({text!r})\nfrom json import dumps\n"
        "print(dumps([c.ssid, c.password, c.name, c.static]))",
        folder,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    found: list[object] = json.loads(result.stdout)
    return found


def test_the_settings_of_the_original(tmp_path: Path) -> None:
    network = {
        "dhcp": False,
        "device_name": "meterkast",
        "ip": "192.168.0.250",
        "gateway": "192.168.0.1",
        "subnet": "255.255.255.0",
    }
    static = ["192.168.0.250", "255.255.255.0", "192.168.0.1"]
    assert settings(json.dumps({**HOME, "network": network}), tmp_path) == ["home", "x", "meterkast", static]


@pytest.mark.parametrize(
    ("network", "static"),
    [
        ({}, None),
        ({"dhcp": True, "ip": "10.0.0.2", "gateway": "10.0.0.1", "subnet": "255.0.0.0"}, None),
        ({"ip": "10.0.0.2", "gateway": "10.0.0.1", "subnet": "255.0.0.0"}, ["10.0.0.2", "255.0.0.0", "10.0.0.1"]),
        ({"dhcp": False, "ip": "10.0.0.2", "gateway": "10.0.0.1"}, None),
        ({"dhcp": False, "ip": "10.0.0.256", "gateway": "10.0.0.1", "subnet": "255.0.0.0"}, None),
        ({"dhcp": False, "ip": "10.0.0", "gateway": "10.0.0.1", "subnet": "255.0.0.0"}, None),
        ({"dhcp": False, "ip": "", "gateway": "", "subnet": ""}, None),
        ({"dhcp": False, "ip": 7, "gateway": [], "subnet": None}, None),
    ],
)
def test_when_an_address_is_static(tmp_path: Path, network: dict[str, object], static: list[str] | None) -> None:
    assert settings(json.dumps({"network": network}), tmp_path)[3] == static


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("digimon", "digimon"),
        ("Meter Kast", "Meter-Kast"),
        ("-", "digimon"),
        ("", "digimon"),
        ("été", "t"),
        ("a.b", "a-b"),
        ("x" * 40, "x" * 32),
    ],
)
def test_a_name_that_a_host_can_have(tmp_path: Path, name: str, host: str) -> None:
    assert settings(json.dumps({"network": {"device_name": name}}), tmp_path)[2] == host


def test_without_a_card_the_last_settings_hold(tmp_path: Path) -> None:
    assert settings(None, tmp_path) == [None, "", "digimon", None]
    text = json.dumps({**HOME, "network": {"device_name": "kast"}, "admin": "kept"})
    assert settings(text, tmp_path) == ["home", "x", "kast", None]
    for unreadable in (None, "", "{", "[]"):
        assert settings(unreadable, tmp_path) == ["home", "x", "kast", None]
    assert settings(json.dumps({"network": {"device_name": "new"}}), tmp_path) == [None, "", "new", None]
    assert settings(None, tmp_path) == [None, "", "new", None]


def test_a_restart_stops_in_order_and_resets(tmp_path: Path) -> None:
    script = """
import asyncio
from board.main import Application
async def main():
    application = Application("127.0.0.1", 0, False)
    await application.start()
    await asyncio.sleep_ms(50)
    await application.restart()
asyncio.run(main())
"""
    result = run(script, tmp_path)
    assert result.returncode == EXIT_RESET, result.stdout + result.stderr


def test_an_app_that_cannot_start_tells_why_and_resets(tmp_path: Path) -> None:
    script = """
import board.main
def broken():
    raise ValueError("no memory is like this")
board.main.Application = broken
board.main.run()
"""
    result = run(script, tmp_path)
    assert result.returncode == EXIT_RESET
    assert "ValueError: no memory is like this" in result.stdout


def test_a_board_that_resets_starts_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lives = tmp_path / "lives"
    executable = tmp_path / "micropython"
    executable.write_text(
        f'#!/bin/sh\necho "$DIGIMON_TWIN" >> {lives}\n[ "$(wc -l < {lives})" -lt 3 ] && exit {EXIT_RESET}\nexit 7\n'
    )
    executable.chmod(0o755)
    assert Board(str(executable), "112k", tmp_path, tmp_path, {"uart": 0}).run() == 7
    assert [json.loads(line)["reset_cause"] for line in lives.read_text().splitlines()] == [1, 2, 2]
    assert capfd.readouterr().out == "the board resets\n" * 2


def test_what_stands_in_a_log_of_a_crash(tmp_path: Path) -> None:
    script = """
from board.log import Log
taken = []
log = Log()
log.write("before the card")
log.append = lambda text: taken.append(text) or True
log.utc = 1773598500
try:
    {}["missing"]
except KeyError as error:
    log.error("task", error)
print(taken)
"""
    result = run(script, tmp_path)
    assert result.returncode == 0, result.stderr
    taken = result.stdout.splitlines()[-1]
    assert "+0s before the card\\n'" in taken
    assert "'260315191500W task: Traceback" in taken
    assert "KeyError: missing" in taken


def test_the_log_keeps_no_more_than_the_last_entries(tmp_path: Path) -> None:
    script = """
from board.log import Log
taken = []
log = Log()
for number in range(50):
    log.write(f"entry {number}." + "x" * 2000)
log.append = lambda text: taken.append(text) or True
print(log.flush(), [text.split(".")[0][4:] for text in taken], max(len(text) for text in taken) < 410)
"""
    result = run(script, tmp_path)
    assert result.stdout.splitlines()[-1] == f"True {[f'entry {number}' for number in range(42, 50)]} True"
