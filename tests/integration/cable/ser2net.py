"""A serial device behind ser2net, as many have their P1 cable elsewhere in the house."""

import asyncio
import os
import termios
from pathlib import Path
from typing import Final, Self

import pytest

from tests.ports import free_port

from .lines import UsbLine

# By scheme: what ser2net speaks on its port, and how it sets up the device until somebody asks for something else.
_SERVED: Final = {"socket": ("tcp", "115200n81"), "rfc2217": ("telnet(rfc2217),tcp", "9600n81")}

_CONFIGURATION = """%YAML 1.1
---
connection: &p1
  accepter: {accepter},127.0.0.1,{port}
  connector: serialdev,{device},{settings},local
"""


class Ser2net:
    """Runs from `start` to `stop`; the device is at `line`."""

    def __init__(self, scheme: str, folder: Path) -> None:
        served = Path(os.environ.get("DIGIMON_SER2NET") or "/nowhere")
        self._program = served / "usr/sbin/ser2net"
        if not self._program.exists():
            reason = "ser2net is not there: run scripts/test integration"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        # Each kind of port is a library of its own, which it looks for where Debian installs it.
        (libraries,) = served.glob("usr/libexec/*/gensio/*")
        self._environment = {"GENSIO_LIBRARY_PATH": str(libraries)}
        self.line = UsbLine(folder)
        self._process: asyncio.subprocess.Process | None = None
        port = free_port()
        self.address = f"{scheme}://127.0.0.1:{port}"
        self._configuration = folder / "ser2net.yaml"
        accepter, settings = _SERVED[scheme]
        self._configuration.write_text(
            _CONFIGURATION.format(accepter=accepter, port=port, device=self.line.address, settings=settings)
        )

    async def __aenter__(self) -> Self:
        self.line.plug_in()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        self.line.unplug()

    async def start(self) -> None:
        """Serve; whoever connects meanwhile comes too early."""
        self._process = await asyncio.create_subprocess_exec(
            self._program, "-n", "-u", "-c", self._configuration, env=self._environment
        )

    async def stop(self) -> None:
        """Serve no more, with whoever is connected."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()
            self._process = None

    def speed(self) -> int:
        """At which the device is read, as a constant of `termios`; a pty has no other settings."""
        device = os.open(self.line.address, os.O_RDWR | os.O_NOCTTY)
        try:
            speed: int = termios.tcgetattr(device)[4]
        finally:
            os.close(device)
        return speed
