"""Home Assistant finds the board by itself."""

import contextlib
import secrets
import socket

import pytest

from develop.api import Api
from develop.home import device_of

from .command import Command

pytestmark = pytest.mark.asyncio(loop_scope="session")

_GROUP = "224.0.0.251"


def multicast_works() -> bool:
    """Whether one program on this machine hears what another sends to the group of mDNS."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as receiver:
        receiver.settimeout(2)
        receiver.bind(("", 0))
        message = secrets.token_bytes(16)
        try:
            receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(_GROUP) + bytes(4))
            with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
                sender.sendto(message, (_GROUP, receiver.getsockname()[1]))
            return receiver.recv(16) == message
        except OSError:
            return False


async def _entry(api: Api, command: Command) -> dict[str, str]:
    device = await device_of(api, command.board())
    assert device is not None
    answer = await api.command("config_entries/get_single", entry_id=device["config_entries"][0])
    entry: dict[str, str] = answer["config_entry"]
    return entry


async def test_the_board_was_discovered(api: Api, command: Command) -> None:
    if not multicast_works():
        pytest.skip("no multicast on this machine")
    entry = await _entry(api, command)
    # The board answers to both, and Home Assistant asks by both as it starts.
    assert entry["source"] in {"zeroconf", "ssdp"}
    assert "found the board by itself" in command.output


async def test_nobody_is_asked_about_the_board_any_more(api: Api, command: Command) -> None:
    flows = await api.command("config_entries/flow/progress")
    assert [flow for flow in flows if flow["context"].get("unique_id") == command.board().serial] == []


async def test_the_device_is_the_board(api: Api, command: Command) -> None:
    info = command.board_document("/info")
    device = await device_of(api, command.board())
    assert device is not None
    assert device["name"] == info["name"]
    assert device["model"] == info["board"]
    assert device["sw_version"] == info["version"]
    assert device["serial_number"] == info["serial"]
    assert ["mac", info["mac"]] in device["connections"]


async def test_a_board_that_does_not_announce_itself_is_added_by_its_address(dutch_api: Api, dutch: Command) -> None:
    entry = await _entry(dutch_api, dutch)
    assert entry["source"] == "user"
    assert entry["state"] == "loaded"
