"""scripts/develop as a command: how it ends, and how it starts again."""

import contextlib
import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from core.clock import QUARTER_INTERVALS, QUARTER_SECONDS, quarter_id_at, quarter_path
from develop.api import Api, ApiError
from develop.demonstration import PASSWORD, PERSON
from develop.home import device_of

from .command import PATIENCE_SECONDS, Command, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _entry_id(command: Command) -> str:
    async with Api(command.url) as api:
        await api.sign_in(PERSON, PASSWORD)
        device = await device_of(api, command.board())
        assert device is not None
        return str(device["config_entries"][0])


async def _end_with(command: Command, number: signal.Signals) -> None:
    """Send a signal, and see that it ends with no process left."""
    processes = command.descendants()
    # The meter, the twin, its MicroPython, and Home Assistant.
    assert len(processes) >= 4
    command.process.send_signal(number)
    assert await command.ended() == 0
    assert [process for process in processes if process.lives] == []


async def test_a_signal_ends_all_of_it_and_the_next_start_goes_on(tmp_path: Path) -> None:
    first = Command(tmp_path, "--no-discovery")
    try:
        await first.start()
        await first.ready()
        entry_id = await _entry_id(first)
        await _end_with(first, signal.SIGINT)
    finally:
        await first.stop()

    # A quarter that the board missed meanwhile.
    missed = int(time.time()) // QUARTER_SECONDS * QUARTER_SECONDS - QUARTER_SECONDS
    path = first.state.card / quarter_path(quarter_id_at(missed)).lstrip("/")
    path.unlink(missing_ok=True)
    second = Command(tmp_path, "--no-discovery", port=first.port)
    try:
        await second.start()
        await second.ready()
        assert await _entry_id(second) == entry_id
        assert len(json.loads(path.read_bytes())["consumed_power_interval_avgs"]) == QUARTER_INTERVALS
        await _end_with(second, signal.SIGTERM)
    finally:
        await second.stop()


async def test_home_assistant_may_be_restarted_but_nothing_may_crash(tmp_path: Path) -> None:
    command = Command(tmp_path, "--no-discovery")
    try:
        await command.start()
        await command.ready()
        async with Api(command.url) as api:
            await api.sign_in(PERSON, PASSWORD)
            # It ends before it answers.
            with contextlib.suppress(ApiError):
                await api.command("call_service", domain="homeassistant", service="restart")
        await command.says(r"^Home Assistant +is back")
        await _entry_id(command)

        processes = command.descendants()
        (meter,) = (process for process in processes if "-m simulator" in process.command)
        os.kill(meter.pid, signal.SIGKILL)
        assert await command.ended() == 1
        assert "the simulated house ended with signal SIGKILL" in command.output
        assert [process for process in processes if process.lives] == []
    finally:
        await command.stop()


async def test_when_the_command_itself_is_killed_nothing_stays(tmp_path: Path) -> None:
    command = Command(tmp_path, "--no-discovery")
    await command.start()

    async def home_assistant_starts() -> bool:
        return command.runs("-m homeassistant")

    async def all_are_gone() -> bool:
        return not any(process.lives for process in processes)

    try:
        await eventually(home_assistant_starts, PATIENCE_SECONDS)
        processes = command.descendants()
        command.process.kill()
        await command.process.wait()
        await eventually(all_are_gone, PATIENCE_SECONDS)
    finally:
        await command.stop()


async def test_a_port_that_is_taken_is_told_at_once(tmp_path: Path) -> None:
    with contextlib.closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = Command(tmp_path, port=port)
        await command.start()
        assert await command.ended() == 1
    assert f"port {port}" in command.output
    assert "--port" in command.output
    assert not command.state.folder.exists()


async def test_two_at_a_time_cannot_have_the_same_state(tmp_path: Path) -> None:
    first = Command(tmp_path, "--no-discovery")
    try:
        with first.state.lock():
            await first.start()
            assert await first.ended() == 1
        assert "another scripts/develop" in first.output
    finally:
        await first.stop()
