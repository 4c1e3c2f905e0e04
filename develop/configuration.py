"""Home Assistant's configuration folder, made so that it starts in seconds, without internet and without questions."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .state import REPOSITORY

# `default_config` would bring what needs the cloud, cameras or Bluetooth; this is what people who look at a meter use.
_CONFIGURATION = """\
# Written by scripts/develop at every start.
recorder:
  commit_interval: 1
logger:
  default: info
automation: !include automations.yaml
config:
energy:
history:
logbook:
my:
ssdp:
sun:
usb:
zeroconf:
"""

# All questions of a new Home Assistant but who its owner is.
_ANSWERED = ["core_config", "analytics", "integration"]
# Of the documents below, in Home Assistant 2026.11; it brings older ones up to date itself.
_ONBOARDING_VERSION = (4, 1)
_HTTP_VERSION = (3, 1)
# Of 2026.10, which refuses what is newer than itself.
_OLDEST_HTTP_VERSION = (2, 2)


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where Home Assistant listens.

    :ivar host: an address of this machine.
    :ivar port: 1 to 65535.
    """

    host: str
    port: int

    @property
    def url(self) -> str:
        """Of its page, for programs on this machine."""
        return f"http://{self.host}:{self.port}"


def write(folder: Path, listening: Listening, *, oldest: bool = False, integration: bool = True) -> None:
    """Make what is missing of a configuration folder, and make it listen there.

    :param folder: Home Assistant's, which exists.
    :param oldest: whether it is 2026.10, which does not understand what 2026.11 keeps of its web server.
    :param integration: whether the integration is to be there, from this checkout.
    """
    (folder / "configuration.yaml").write_text(_CONFIGURATION, encoding="utf-8")
    automations = folder / "automations.yaml"
    if not automations.exists():
        automations.write_text("[]\n", encoding="utf-8")
    if integration:
        _link_integration(folder / "custom_components")
    storage = folder / ".storage"
    storage.mkdir(exist_ok=True)
    # A person may have chosen another port the last time.
    web_server = {"stable": _http(listening), "pending": None, "yaml_migration_done": True}
    _store(storage / "http", _OLDEST_HTTP_VERSION if oldest else _HTTP_VERSION, web_server)
    if not (storage / "onboarding").exists():
        _store(storage / "onboarding", _ONBOARDING_VERSION, {"done": _ANSWERED})


def _http(listening: Listening) -> dict[str, Any]:
    """The settings of the web server.

    As YAML they would be a trial that Home Assistant undoes after 5 minutes, unless somebody confirms it on the page.
    """
    return {
        "server_host": [listening.host],
        "server_port": listening.port,
        "cors_allowed_origins": [],
        # Who brings https in front of it does so on this machine.
        "use_x_forwarded_for": True,
        "trusted_proxies": ["127.0.0.1/32"],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }


def _store(path: Path, version: tuple[int, int], data: dict[str, Any]) -> None:
    """Write one of the documents in which Home Assistant keeps what is set up on its page."""
    document = {"version": version[0], "minor_version": version[1], "key": path.name, "data": data}
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def _link_integration(components: Path) -> None:
    """Have Home Assistant load the integration from this checkout, so that a change needs a restart only."""
    components.mkdir(exist_ok=True)
    link = components / "digimon"
    link.unlink(missing_ok=True)
    link.symlink_to(REPOSITORY / "custom_components" / "digimon", target_is_directory=True)
