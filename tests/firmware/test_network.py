"""Joining a network, losing it, and when the board gives up."""

import json
from pathlib import Path

import pytest

from .micropython import run
from .twin import PATIENCE_SECONDS, Twin, wait_for

HOME = {"wifi": {"ssid": "home", "password": "x"}}

# As in firmware/board/net.py, which the build leaves without names for them.
STAY, SET_UP, RESET = 0, 1, 2

NETWORK = """
from board.access_point import open_access_point
from board.config import settings_in
from board.log import Log
from board.net import Network
import network
there = set({there})
network.WLAN.isconnected = lambda station: second in there
second = 0
log = Log()
one = Network(settings_in({config}), log)
one.start()
one.join()
before = 0
for second in range({seconds}):
    verdict = one.look()
    if verdict != before:
        print("at", second, verdict)
        if verdict == {SET_UP}:
            open_access_point(one, log)
    before = verdict
"""


def verdicts(folder: Path, config: object, seconds: int, there: object = ()) -> list[tuple[int, int]]:
    """When a look at the network gives something else than before, and what."""
    script = NETWORK.format(config=config, seconds=seconds, there=there, SET_UP=SET_UP)
    result = run(script, folder)
    assert result.returncode == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines() if line.startswith("at ")]
    return [(int(line[1]), int(line[2])) for line in lines]


def test_a_network_that_cannot_be_joined_in_20_seconds_leads_to_set_up_mode_for_5_minutes(tmp_path: Path) -> None:
    assert verdicts(tmp_path, HOME, 322) == [(20, SET_UP), (21, STAY), (321, RESET)]


def test_without_settings_set_up_mode_begins_at_once_and_lasts(tmp_path: Path) -> None:
    assert verdicts(tmp_path, {}, 4000) == [(0, SET_UP), (1, STAY)]


def test_a_network_that_is_gone_for_ten_minutes_needs_a_reset(tmp_path: Path) -> None:
    assert verdicts(tmp_path, HOME, 720, "range(10, 100)") == [(700, RESET)]


def test_a_network_that_comes_back_is_enough(tmp_path: Path) -> None:
    assert verdicts(tmp_path, HOME, 1400, "list(range(0, 100)) + list(range(690, 800))") == []


def test_the_addresses_of_the_form_are_taken_before_joining(tmp_path: Path) -> None:
    script = """
from board.config import settings_in
from board.log import Log
from board.net import Network
import network
calls = []
network.hostname = lambda name: calls.append(name)
network.country = lambda code: calls.append(code)
for name in ("active", "config", "ifconfig", "connect"):
    setattr(network.WLAN, name, lambda station, *a, name=name, **k: calls.append((name, a, k)))
document = {"wifi": {"ssid": "home", "password": "x"}, "network": {"dhcp": False, "device_name": "kast",
    "ip": "192.168.0.250", "gateway": "192.168.0.1", "subnet": "255.255.255.0"}}
one = Network(settings_in(document), Log())
one.start()
one.join()
print(calls)
"""
    result = run(script, tmp_path)
    assert result.stdout.splitlines()[-1] == repr(
        [
            "kast",
            "BE",
            ("active", (True,), {}),
            ("config", (), {"txpower": 15}),
            ("ifconfig", (("192.168.0.250", "255.255.255.0", "192.168.0.1", "192.168.0.1"),), {}),
            ("connect", ("home", "x"), {}),
        ]
    )


def hear(radio: Path, networks: dict[str, str]) -> None:
    """Change what the board hears, from one moment to the next."""
    new = radio.with_suffix(".new")
    new.write_text(json.dumps(networks))
    new.rename(radio)


def measuring(twin: Twin) -> bool:
    """Whether the board is in its network and has had a telegram; in between it resets, and shows its set-up page."""
    try:
        return twin.get("/watt").text.isdigit()
    except OSError:
        return False


@pytest.mark.parametrize("password", ["another one", None], ids=["a wrong password", "an access point that is off"])
def test_a_board_that_cannot_join_waits_for_its_network(card: Path, tmp_path: Path, password: str | None) -> None:
    """Twenty seconds, then five minutes of set-up mode, then again; here a hundred times as fast."""
    radio = tmp_path / "radio.json"
    hear(radio, {} if password is None else {"home": password})
    (card / "config.json").write_text(json.dumps({"wifi": {"ssid": "home", "password": "secret-1"}}))
    options = ("--radio", str(radio), "--names", "0", "--hurry", "100")
    with Twin("sim", sd=card, options=options) as twin:
        twin.wait_line("set-up mode, DigitaleMeterMonitor at 127.0.0.1")
        assert "<form" in twin.get("/").text
        hear(radio, {"home": "secret-1"})
        twin.wait_line("the board resets")
        twin.wait_line("network: 127.0.0.1$")
        wait_for(lambda: measuring(twin))
        assert twin.info()["reset_cause"] == "hard"


def test_a_network_that_is_gone_for_an_hour_costs_no_telegram_but_those_of_the_resets(
    card: Path, tmp_path: Path
) -> None:
    radio = tmp_path / "radio.json"
    (card / "config.json").write_text(json.dumps(HOME))
    home = {"home": "x"}
    hear(radio, home)
    with Twin("sim", sd=card, options=("--radio", str(radio), "--names", "0", "--hurry", "600")) as twin:
        twin.wait_line("network: 127.0.0.1$")
        hear(radio, {})
        # Ten minutes, a reset, and five minutes of set-up mode over and over: an hour before it is at home again.
        wait_for(lambda: twin.lines.count("the board resets") >= 5, 5 * PATIENCE_SECONDS)
        hear(radio, home)
        wait_for(lambda: measuring(twin))
        stored = twin.get("/current/quarter").json()
    # The quarter holds what was measured in every life of the board.
    values = stored["consumed_power_interval_avgs"]
    assert sum(value is not None for value in values) >= 2
    assert "Traceback" not in twin.output
