"""scripts/meter as a P1 port: standard output, TCP and a serial line."""

import contextlib
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time
import tty
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO

import pytest

from core.clock import parse_stamp
from core.obis import decode
from core.telegram import TelegramSplitter
from simulator.house import House
from tests.simulator.brute_force import local, utc

METER = Path(__file__).parents[2] / "scripts" / "meter"
# A young meter has few days to sum up before its first telegram.
INSTALLED = date(2025, 10, 20)
START = ("--start", "2025-10-26T02:59:58+02:00", "--installed", INSTALLED.isoformat())
BEGIN = utc(START[1])
WAIT = 180


@pytest.fixture(scope="module")
def house() -> House:
    return House(1, installed=INSTALLED)


@pytest.fixture
def meter() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts scripts/meter; what still runs at the end is stopped."""
    processes = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([METER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


Meter = Callable[..., subprocess.Popen[bytes]]


def ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    output, errors = process.communicate(timeout=WAIT)
    return process.returncode, output, errors


def expected(house: House, number: int) -> bytes:
    return b"".join(house.telegram(BEGIN + second) for second in range(number))


def port_of(process: subprocess.Popen[bytes]) -> int:
    assert process.stderr is not None
    line = process.stderr.readline().decode()
    announced = re.fullmatch(r"listening on tcp://127\.0\.0\.1:(\d+)\n", line)
    assert announced, line
    return int(announced[1])


def read(stream: IO[bytes], number: int) -> bytes:
    data = stream.read(number)
    assert len(data) == number
    return data


def test_standard_output(meter: Meter, house: House) -> None:
    process = meter(*START, "--speed", "max", "--count", "5", "--to", "stdout")
    assert ended(process) == (0, expected(house, 5), b"")


def test_options_of_the_meter(meter: Meter) -> None:
    options = ("--seed", "7", "--grid", "three_230", "--message", "Dag", "--demand-lag", "10")
    process = meter(*START, *options, "--speed", "max", "--count", "3", "--to", "stdout")
    house = House(7, grid="three_230", message="Dag", demand_lag=10, installed=INSTALLED)
    assert ended(process) == (0, expected(house, 3), b"")


def test_now_at_real_speed(meter: Meter) -> None:
    process = meter("--installed", f"{local(int(time.time())):%Y-%m-01}", "--count", "3", "--to", "stdout")
    assert process.stdout is not None
    seconds = []
    for line in process.stdout:
        if line.startswith(b"0-0:1.0.0("):
            seconds.append(time.time())
            stamped = parse_stamp(line[10:23])
            assert stamped is not None
            # The machine's clock has shown this second.
            assert stamped[0] <= seconds[-1]
    assert len(seconds) == 3
    assert seconds[2] - seconds[0] > 1.5


def test_a_factor(meter: Meter, house: House) -> None:
    process = meter(*START, "--speed", "20", "--count", "21", "--to", "stdout")
    assert process.stdout is not None
    telegrams = expected(house, 21)
    first = len(house.telegram(BEGIN))
    assert read(process.stdout, first) == telegrams[:first]
    begin = time.monotonic()
    assert process.stdout.read() == telegrams[first:]
    assert time.monotonic() - begin > 0.8


def test_everyone_who_connects_is_served(meter: Meter, house: House) -> None:
    process = meter(*START, "--speed", "10", "--to", "tcp://127.0.0.1:0")
    port = port_of(process)
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(_connect(port)) for _ in range(3)]
        for stream in streams:
            telegrams = TelegramSplitter().feed(read(stream, 4000))
            first = decode(telegrams[0])["time"]
            assert first >= BEGIN
            for second, telegram in enumerate(telegrams):
                assert house.telegram(first + second) == telegram + b"\r\n"
    # All of them left; a new one is served.
    with _connect(port) as stream:
        assert read(stream, 2000).count(b"/FLU5") >= 1
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, b"", b"")


@contextlib.contextmanager
def _connect(port: int) -> Iterator[IO[bytes]]:
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as client, client.makefile("rb") as stream:
        yield stream


def test_at_full_speed_a_client_misses_nothing(meter: Meter, house: House) -> None:
    process = meter(*START, "--speed", "max", "--count", "300", "--to", "tcp://127.0.0.1:0")
    with _connect(port_of(process)) as stream:
        assert stream.read() == expected(house, 300)
    assert ended(process) == (0, b"", b"")


def test_a_client_that_leaves_is_no_error(meter: Meter) -> None:
    process = meter(*START, "--speed", "max", "--to", "tcp://127.0.0.1:0")
    port = port_of(process)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as client:
            # Leaves with a reset, its buffer full of unread telegrams.
            client.recv(10)
    with _connect(port) as stream:
        read(stream, 5000)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, b"", b"")


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """A serial line: the end to read from and the path of the other."""
    near, far = pty.openpty()
    tty.setraw(far)
    yield near, os.ttyname(far)
    for end in (near, far):
        with contextlib.suppress(OSError):
            os.close(end)


def read_line(near: int, number: int) -> bytes:
    data = b""
    while len(data) < number:
        ready, _, _ = select.select([near], [], [], WAIT)
        assert ready, "the line is silent"
        data += os.read(near, 65536)
    return data


def test_a_serial_line(meter: Meter, house: House, line: tuple[int, str]) -> None:
    near, device = line
    process = meter(*START, "--speed", "max", "--count", "40", "--to", device)
    telegrams = expected(house, 40)
    assert read_line(near, len(telegrams)) == telegrams
    assert ended(process) == (0, b"", b"")


@pytest.mark.parametrize("speed", ["real", "max"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_serial_line(meter: Meter, line: tuple[int, str], number: int, speed: str) -> None:
    near, device = line
    process = meter(*START, "--speed", speed, "--to", device)
    read_line(near, 100)
    process.send_signal(number)
    assert ended(process) == (0, b"", b"")


@pytest.mark.parametrize("speed", ["real", "max"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_standard_output(meter: Meter, number: int, speed: str) -> None:
    process = meter(*START, "--speed", speed, "--to", "stdout")
    assert process.stdout is not None
    # At full speed nobody empties the pipe, and the meter waits in the middle of a telegram.
    read(process.stdout, 100)
    process.send_signal(number)
    assert process.wait(WAIT) == 0
    assert ended(process)[2] == b""


def test_a_reader_of_standard_output_that_leaves_is_no_error(meter: Meter) -> None:
    process = meter(*START, "--speed", "max", "--to", "stdout")
    assert process.stdout is not None
    assert process.stderr is not None
    read(process.stdout, 100)
    process.stdout.close()
    assert process.wait(WAIT) == 0
    assert process.stderr.read() == b""


def test_a_device_that_goes_away(meter: Meter) -> None:
    near, far = pty.openpty()
    tty.setraw(far)
    device = os.ttyname(far)
    process = meter(*START, "--speed", "20", "--to", device)
    read_line(near, 100)
    os.close(far)
    os.close(near)
    assert ended(process) == (1, b"", f"scripts/meter: {device}: the device went away\n".encode())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--to", "/dev/none"), "/dev/none: No such file or directory"),
        (("--to", "/dev/null"), "/dev/null: "),
        (("--to", "udp://127.0.0.1:1"), "udp://127.0.0.1:1: not of the form tcp://host:port"),
        (("--to", "tcp://127.0.0.1:99999"), "tcp://127.0.0.1:99999: not of the form tcp://host:port"),
        (("--to", "stdout", "--start", "2001-01-01"), "the meter was installed on 2025-10-20"),
        (("--to", "stdout", "--version", "1"), "unknown e-MUCS version 1"),
    ],
)
def test_errors_are_one_line(meter: Meter, arguments: tuple[str, ...], reason: str) -> None:
    code, output, errors = ended(meter("--installed", INSTALLED.isoformat(), *arguments, "--count", "1"))
    assert (code, output) == (1, b"")
    assert errors.decode().startswith(f"scripts/meter: {reason}")
    assert errors.count(b"\n") == 1


def test_a_port_that_is_taken(meter: Meter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        code, _, errors = ended(meter("--to", target))
    assert code == 1
    assert errors.decode().startswith(f"scripts/meter: {target}: ")
    assert errors.count(b"\n") == 1
