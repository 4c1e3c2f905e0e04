"""The light, the button, the watchdog and the clock: what a person sees of the board, and what guards it."""

import itertools
import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import boards
import pytest

from .micropython import run
from .panel import Panel
from .telegrams import at, telegram
from .twin import PATIENCE_SECONDS, Twin, Wire, wait_for

BOARD = boards.BOARDS[boards.DEFAULT]
START = at("2026-03-15T18:45:00+01:00")
DIM, NORMAL, BRIGHT = 700, 20000, 65535

# International Morse code, ITU-R M.1677-1.
MORSE = {"HELLO": ".... ..", "SET_UP": ".-- .. ..-. ..", "FAULT": "... --- ...", "BYE": "-... -.-- ."}


def signal(name: str, folder: Path) -> list[tuple[int, int]]:
    """How bright and for how many ms the light is, to say something."""
    result = run(f"from board import led, signals\nprint(list(signals.signal(led.{name})))", folder)
    assert result.returncode == 0, result.stderr
    return [(int(level), int(ms)) for level, ms in json.loads(result.stdout.replace("(", "[").replace(")", "]"))]


@pytest.mark.parametrize("name", MORSE)
def test_the_light_knows_its_morse_code(name: str, tmp_path: Path) -> None:
    steps = signal(name, tmp_path)
    if name == "HELLO":
        # It fades in and out first, and is dark for a while.
        fade = [level for level, _ in steps[:51]]
        assert fade == sorted(fade[:26]) + sorted(fade[26:], reverse=True)
        assert (max(fade), fade[0], fade[-1]) == (NORMAL, 0, 0)
        assert steps[51] == (0, 1350)
        steps = steps[52:]
    brightness = BRIGHT if name == "FAULT" else NORMAL
    said = ""
    for level, ms in steps:
        if level:
            assert level == brightness
            said += {150: ".", 450: "-"}[ms]
        else:
            # A dot's length between signs, three between letters, ten behind the text.
            said += {150: "", 300: " ", 1350: ""}[ms]
    assert said == MORSE[name]


def test_a_board_that_is_to_show_itself_blinks_for_ten_seconds(tmp_path: Path) -> None:
    steps = signal("IDENTIFY", tmp_path)
    assert sum(ms for _, ms in steps) == 10_000
    assert {level for level, _ in steps[::2]} == {BRIGHT}
    assert {level for level, _ in steps[1::2]} == {0}


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    return Panel(tmp_path / "panel")


def test_a_board_in_its_network_glows_and_pulses_with_every_telegram(card: Path, panel: Panel, wire: Wire) -> None:
    with Twin(wire.source, sd=card, options=("--panel", str(panel.folder))) as twin:
        wait_for(lambda: panel.light(BOARD.led)[-1:] == [DIM])
        # It has said hello: a fade, and six dots.
        assert panel.light(BOARD.led).count(NORMAL) == 1 + 6
        for pulses in (1, 2, 3):
            wire.send(telegram(START + pulses))
            expected = [NORMAL, DIM] * pulses
            wait_for(lambda: panel.light(BOARD.led)[-len(expected) :] == expected)  # noqa: B023 (waits here)
        twin.stop()


def test_a_board_without_a_card_calls_for_help_brightly(panel: Panel) -> None:
    with Twin("sim", options=("--panel", str(panel.folder))):
        # Three letters of three signs, and it goes on.
        wait_for(lambda: panel.light(BOARD.led).count(BRIGHT) > 9)


@pytest.fixture
def known(card: Path) -> Path:
    (card / "config.json").write_text(json.dumps({"wifi": {"ssid": "thuis", "password": "x"}, "more": 1}))
    return card


def test_the_button_held_for_20_s_makes_the_board_forget_its_wifi(known: Path, panel: Panel) -> None:
    options = ("--panel", str(panel.folder), "--hurry", "10")
    with Twin("sim", sd=known, options=options) as twin:
        twin.wait_line("network: 127")
        panel.set(**{f"p{BOARD.button}": 0})
        twin.wait_line("button: the Wi-Fi is forgotten")
        panel.set(**{f"p{BOARD.button}": 1})
        twin.wait_line("^the board resets$")
        # b, y and e: eight signs. The next life, which may have begun by now, says hello with six.
        # Switched off once more or not: the reset comes in between.
        levels = [level for level, _ in itertools.groupby(panel.light(BOARD.led))]
        assert [NORMAL, 0] * 8 in [levels[start : start + 16] for start in range(len(levels))]
        twin.wait_line("before the reset: button")
        twin.wait_line("set-up mode")
    assert json.loads((known / "config.json").read_text()) == {"wifi": {}, "more": 1}


def test_the_button_held_for_less_does_nothing(known: Path, panel: Panel) -> None:
    with Twin("sim", sd=known, options=("--panel", str(panel.folder), "--hurry", "4")) as twin:
        twin.wait_line("network: 127")
        panel.set(**{f"p{BOARD.button}": 0})
        fed = len(panel.outputs("feed"))
        # The watchdog is fed once in every look at the button.
        wait_for(lambda: len(panel.outputs("feed")) > fed + 10)
        panel.set(**{f"p{BOARD.button}": 1})
        fed = len(panel.outputs("feed"))
        wait_for(lambda: len(panel.outputs("feed")) > fed + 2)
        panel.set(**{f"p{BOARD.button}": 0})
        fed = len(panel.outputs("feed"))
        wait_for(lambda: len(panel.outputs("feed")) > fed + 10)
        assert "forgotten" not in twin.output


def test_a_task_that_never_returns_is_ended_by_the_watchdog_and_told_afterwards(
    card: Path, panel: Panel, wire: Wire
) -> None:
    options = ("--panel", str(panel.folder), "--watchdog", "12")
    with Twin(wire.source, sd=card, options=options) as twin:
        wire.send(telegram(START))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 1)
        assert twin.info()["reset_cause"] == "power_on"
        assert twin.info()["reset_task"] is None
        panel.set(stuck="p1")
        wire.send(telegram(START + 1))
        twin.wait_line("^the watchdog resets the board$")
        panel.set()
        twin.wait_line("before the reset: p1; last error: none")
        info = twin.started_again()
        assert (info["reset_cause"], info["reset_task"]) == ("watchdog", "p1")
        assert panel.outputs("watchdog")[0] == [30000]


def test_the_watchdog_goes_hungry_when_one_task_stands_still(tmp_path: Path, panel: Panel) -> None:
    script = """
import time
from board.watchdog import Watchdog

class Task:
    beat = time.ticks_ms()

class Log:
    def write(self, text):
        print(text)

watchdog, alive, dead = Watchdog(), Task(), Task()
watchdog.expect("alive", alive)
watchdog.expect("dead", dead)
print(watchdog.look(Log()))
dead.beat = time.ticks_add(time.ticks_ms(), -16000)
print(watchdog.look(Log()), watchdog.look(Log()))
dead.beat = time.ticks_ms()
print(watchdog.look(Log()))
"""
    result = run(script, tmp_path, panel=str(panel.folder), rtc=str(tmp_path / "rtc"))
    assert result.stdout.splitlines() == ["True", "watchdog: dead stands still", "False False", "True"], result.stderr
    assert len(panel.outputs("feed")) == 2


def test_the_last_error_before_a_reset_is_told(tmp_path: Path) -> None:
    rtc = str(tmp_path / "rtc")
    script = """
from board.log import Log
from board.watchdog import Watchdog, doing
Watchdog()
try:
    1 / 0
except ZeroDivisionError as error:
    Log().error("web", error)
doing("p1")
"""
    assert run(script, tmp_path, rtc=rtc).returncode == 0
    tell = "from board.watchdog import Watchdog\nw = Watchdog()\nprint(w.task, w.error, sep='|')"
    assert run(tell, tmp_path, rtc=rtc).stdout.startswith("p1|web: ZeroDivisionError(")
    # The next start has nothing to tell but that it had begun.
    assert run(tell, tmp_path, rtc=rtc).stdout == "start|\n"
    (tmp_path / "rtc").write_bytes(b"\xff\xfe\n\x80")
    assert run(tell, tmp_path, rtc=rtc).stdout == "|\n"


def test_the_meter_sets_the_clock_once(card: Path, panel: Panel, wire: Wire) -> None:
    with Twin(wire.source, sd=card, options=("--panel", str(panel.folder), "--hurry", "20")) as twin:
        wire.send(telegram(START + 2))
        wait_for(lambda: panel.outputs("clock"))
        wire.send(telegram(START + 3))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 2)
        assert len(panel.outputs("clock")) == 1
        year, month, day, weekday, hour, minute, second, _ = panel.outputs("clock")[0]
        assert weekday == 0
        assert (year, month, day, hour, minute, second) == (2026, 3, 15, 18, 45, 2)


def test_setting_the_clock_does_not_change_how_long_the_board_is_on(tmp_path: Path) -> None:
    script = """
import board.clock, board.uptime

class Time:
    now = 0
    def time_ns(self):
        return Time.now

class Clock:
    def datetime(self, when):
        print(when)
        Time.now += 800000000 * 10 ** 9

board.clock.time = board.uptime.time = Time()
before = board.uptime.uptime()
board.clock.RTC = Clock
board.clock.set_clock(1773598500)
print(board.uptime.uptime() - before)
"""
    result = run(script, tmp_path)
    assert result.stdout.splitlines() == ["(2026, 3, 15, 0, 19, 15, 0, 0)", "0"], result.stderr


def time_server(answer: bytes) -> Iterator[int]:
    """A server that gives one answer: its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(PATIENCE_SECONDS)

        def serve() -> None:
            request, client = server.recvfrom(100)
            assert (len(request), request[0]) == (48, 0x23)
            server.sendto(answer, client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]


def answer(seconds: int, mode: int = 4, stratum: int = 2) -> bytes:
    """What a time server says (RFC 5905 section 7.3)."""
    return bytes([0x20 | mode, stratum]) + bytes(38) + struct.pack(">II", seconds % (1 << 32), 0)


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        (answer(3982587300), 1773598500),
        # Behind 2036 the count of seconds has begun again.
        (answer((1 << 32) + 5), 2085978501),
        (answer(3982587300, mode=3), None),
        (answer(3982587300, stratum=0), None),
        (answer(3982587300, stratum=16), None),
        (answer(3982587300)[:40], None),
        (b"", None),
    ],
)
def test_the_time_of_a_server(said: bytes, utc: int | None, tmp_path: Path) -> None:
    for port in time_server(said):
        script = "from board.log import Log\nfrom board.ntp import ask\nprint(ask(Log()))"
        result = run(script, tmp_path, ports={"123": port}, hosts={"be.pool.ntp.org": "127.0.0.1"})
        assert result.stdout == f"{utc}\n", result.stderr


def test_a_board_that_hears_no_meter_dates_its_log_by_a_time_server(tmp_path: Path) -> None:
    for port in time_server(answer(3982587300)):
        script = "from board.log import Log\nfrom board.ntp import give_time\nlog = Log()\nlog.write('a')\n"
        script += "give_time(log)\nlog.write('b')\nlog.utc = 0\nlog.write('c')"
        result = run(script, tmp_path, ports={"123": port}, hosts={"be.pool.ntp.org": "127.0.0.1"})
        first, second, third, fourth = result.stdout.splitlines()
    assert first == "+0s a"
    assert second.startswith("2603151915")
    assert third.startswith("2603151915")
    assert fourth.startswith("700101010000W")


def test_without_a_time_server_the_board_goes_on(tmp_path: Path) -> None:
    result = run("from board.log import Log\nfrom board.ntp import give_time\ngive_time(Log())", tmp_path)
    assert result.stdout == "+0s clock: no time server, OSError(-2,)\n"
