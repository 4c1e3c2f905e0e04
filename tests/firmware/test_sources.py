"""Where the twin takes its telegrams from, and how it ends."""

import gzip
import os
import pty
import signal
import subprocess
import termios
import time
from pathlib import Path

import pytest
from twin.process import STAND_IN_BYTES

from .telegrams import at, telegram
from .twin import PATIENCE_SECONDS, ROOT, Twin, Wire, wait_for

NOW = at("2026-03-15T18:45:00+01:00")
STREAM = b"".join(telegram(NOW + second, second) for second in range(40))


def last(twin: Twin) -> int:
    """The meter's clock of the last telegram, seconds after the first one of the stream; -1 before it."""
    utc = twin.info()["telegrams"]["last"]
    return -1 if utc is None else int(utc) - NOW


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(b"garbage" + STREAM + b"/FLU5 broken!0000\r\n")
    with Twin(path) as twin:
        assert twin.wait_replayed() == (40, 1)
        assert last(twin) == 39


def test_a_compressed_file_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "stream.txt"
    path.write_bytes(gzip.compress(STREAM))
    with Twin(path) as twin:
        assert twin.wait_replayed() == (40, 0)


def test_a_file_at_the_meters_pace(tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(STREAM)
    with Twin(path, speed="real") as twin:
        wait_for(lambda: last(twin) >= 0)
        start, first = time.monotonic(), last(twin)
        wait_for(lambda: last(twin) >= first + 3)
        assert time.monotonic() - start > 2
        assert "replayed" not in twin.output


def test_a_server_that_hangs_up_and_comes_back(wire: Wire) -> None:
    with Twin(wire.source, speed="real") as twin:
        wire.send(STREAM[:1000])
        wait_for(lambda: last(twin) >= 0)
        wire.hang_up()
        wire.accept()
        wire.send(STREAM)
        wait_for(lambda: last(twin) == 39)


def test_a_serial_line() -> None:
    master, slave = pty.openpty()
    try:
        with Twin(os.ttyname(slave), speed="real") as twin:
            # The launcher opens the line after a moment, and a terminal that nobody reads keeps what is written then.
            wait_for(lambda: not termios.tcgetattr(slave)[0] & termios.ICRNL)
            os.write(master, STREAM[:2000])
            wait_for(lambda: last(twin) >= 0)
            for start in range(2000, len(STREAM), 500):
                os.write(master, STREAM[start : start + 500])
            wait_for(lambda: last(twin) == 39)
            # A terminal in any other mode changes line ends, and then no CRC is right.
            assert twin.info()["telegrams"]["rejected"] == {}
    finally:
        os.close(master)
        os.close(slave)


def test_the_simulated_house() -> None:
    with Twin("sim", speed="real") as twin:
        wait_for(lambda: twin.info()["telegrams"]["good"] >= 2)
        assert abs(twin.info()["telegrams"]["last"] - time.time()) < 60
        meter = twin.get("/current/meter").json()
        assert len(meter["phases"]) == 3
        assert {device["type"] for device in meter["devices"]} == {"gas", "water"}


@pytest.mark.parametrize("source", ["/nowhere/at/all", "tcp://nowhere", "tcp://127.0.0.1:x"])
def test_a_source_that_cannot_be(source: str) -> None:
    command = [str(ROOT / "scripts" / "twin"), "--p1", source, "--no-discovery"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert result.returncode == 2
    assert "--p1: " in result.stderr


def test_a_port_that_is_taken() -> None:
    with Twin("/dev/null") as twin:
        command = [str(ROOT / "scripts" / "twin"), "--p1", "/dev/null", "--no-discovery", "--port", str(twin.port)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        assert result.returncode == 2
        assert "in use" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told(number: int, tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(STREAM)
    with Twin(path) as twin, twin.connect() as client:
        client.sendall(b"GET /wa")
        twin.wait_replayed()
        assert twin.stop(number) == 0
        used, size = map(int, twin.wait_line(r"^highest heap use: (\d+) of (\d+) bytes$").groups())
        assert 50_000 < used < size <= 112 * 1024 + STAND_IN_BYTES


def test_nothing_outlives_a_launcher_that_is_killed(card: Path) -> None:
    with Twin("sim", sd=card, speed="real") as twin:
        children = children_of(twin.process.pid)
        assert len(children) == 2
        twin.stop(signal.SIGKILL)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
