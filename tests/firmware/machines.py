"""Two machines with a cable between them: network namespaces of this one, each with nothing but its end of it."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import pytest

from .twin import environment

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET of clone(2)
ADDRESSES = {"board": "10.73.0.1", "house": "10.73.0.2"}

_DBUS = """<busconfig>
<listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
</policy>
</busconfig>
"""
_USER = {"passwd": "avahi:x:0:0::/:/bin/false\n", "group": "avahi:x:0:\n"}
_AVAHI = """[server]
host-name=another-machine
use-ipv4=yes
use-ipv6=no
allow-interfaces=house
"""


def program(name: str) -> str:
    """The path of a program of `scripts/setup network`."""
    folder = Path(environment("DIGIMON_NETWORK") or "/nowhere")
    for place in ("usr/bin", "usr/sbin"):
        if (folder / place / name).exists():
            return str(folder / place / name)
    return missing(f"{name} is not there: run scripts/test as root")


def missing(reason: str) -> str:
    """Skip for want of something; in CI nothing may be wanting."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Cable:
    """The two machines: `board` and `house`."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._namespaces = {side: f"digimon-{os.getpid()}-{side}" for side in ADDRESSES}

    def __enter__(self) -> Self:
        try:
            for namespace in self._namespaces.values():
                _ip("netns", "add", namespace)
                self._stack.callback(_ip, "netns", "delete", namespace)
            board, house = self._namespaces.values()
            _ip("link", "add", "board", "netns", board, "type", "veth", "peer", "name", "house", "netns", house)
        except subprocess.CalledProcessError as error:
            self._stack.close()
            missing(f"no network namespaces on this machine: {error.stderr.strip()}")
        for side, address in ADDRESSES.items():
            self._on(side, "address", "add", f"{address}/24", "dev", side)
            self._on(side, "link", "set", "lo", "up")
            self.plug_in(side)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def at(self, side: str) -> Iterator[None]:
        """Be on one of the machines: sockets made and programs started in here, by this thread, stay there."""
        with (
            Path("/proc/thread-self/ns/net").open() as here,
            Path(f"/run/netns/{self._namespaces[side]}").open() as there,
        ):
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(here.fileno())

    def plug_in(self, side: str) -> None:
        """Let one of the machines have its end of the cable."""
        self._on(side, "link", "set", side, "up")
        # A link that goes down takes its routes with it.
        self._on(side, "route", "replace", "default", "dev", side)

    def pull_out(self, side: str) -> None:
        """Take the cable out of one of the machines."""
        self._on(side, "link", "set", side, "down")

    def move(self, side: str, address: str) -> None:
        """Give one of the machines another address, as a router does."""
        self._on(side, "address", "flush", "dev", side)
        self._on(side, "address", "add", f"{address}/24", "dev", side)
        self.plug_in(side)

    def _on(self, side: str, *arguments: str) -> None:
        _ip("-n", self._namespaces[side], *arguments)


def _ip(*arguments: str) -> None:
    subprocess.run([program("ip"), *arguments], check=True, capture_output=True, text=True)


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def avahi(cable: Cable, folder: Path) -> Iterator[dict[str, str]]:
    """Avahi in the house, with a bus of its own: the environment in which its tools find it."""
    bus = folder / "bus"
    (folder / "dbus.conf").write_text(_DBUS.format(socket=bus))
    (folder / "avahi.conf").write_text(_AVAHI)
    surroundings = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"}
    with cable.at("house"), ExitStack() as stack:
        command = [program("dbus-daemon"), f"--config-file={folder / 'dbus.conf'}", "--nofork", "--print-address"]
        _started(stack, command, surroundings, "unix:")
        # It wants a user and a place below /run, which only this process sees.
        for table in ("passwd", "group"):
            (folder / table).write_text(Path(f"/etc/{table}").read_text() + _USER[table])
        script = [f"mount --bind {folder / table} /etc/{table}" for table in _USER]
        script += ["mount -t tmpfs none /run", "mkdir /run/avahi-daemon"]
        options = f"--no-drop-root --no-chroot --no-rlimits --file {folder / 'avahi.conf'}"
        script.append(f"exec {program('avahi-daemon')} {options} 2>&1")
        command = ["unshare", "--mount", "sh", "-c", " && ".join(script)]
        _started(stack, command, surroundings, "Server startup complete")
        yield surroundings


def _started(stack: ExitStack, command: list[str], surroundings: dict[str, str], sign: str) -> None:
    """Start a program that ends with the stack, and wait for what it says when it is ready."""
    process = stack.enter_context(running(command, surroundings))
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if sign in line:
            return
    pytest.fail("".join(said))


@contextmanager
def running(command: list[str], surroundings: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A program that is stopped afterwards."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=surroundings) as process:
        try:
            yield process
        finally:
            process.terminate()
