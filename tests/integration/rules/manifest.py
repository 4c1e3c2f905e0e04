"""What manifest.json may have (hassfest: manifest.py, codeowners.py, integration_type.py, requirements.py)."""

from typing import Any
from urllib.parse import urlparse

import probatio as vol
from awesomeversion import AwesomeVersion, AwesomeVersionStrategy

from custom_components.digimon.const import DOMAIN

from . import faults

INTEGRATION_TYPES = ("device", "entity", "hardware", "helper", "hub", "service", "system")
IOT_CLASSES = ("assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push")
QUALITY_SCALES = ("bronze", "silver", "gold", "platinum", "custom", "internal", "legacy", "no_score")


def address(value: str) -> str:
    """Of a page that is read over https, and not one of Home Assistant's own integrations."""
    parts = urlparse(value)
    if parts.scheme != "https" or "." not in parts.netloc:
        msg = "is no https address"
        raise vol.Invalid(msg)
    if value.startswith("https://www.home-assistant.io/integrations"):
        msg = "is the page of an integration of Home Assistant"
        raise vol.Invalid(msg)
    return value


def version(value: str) -> str:
    # hassfest takes other kinds as well; the releases of this product are of this one.
    if AwesomeVersion(value).strategy is not AwesomeVersionStrategy.SEMVER:
        msg = "is no version"
        raise vol.Invalid(msg)
    return value


def small(value: str) -> str:
    if value != value.lower():
        msg = "has capitals"
        raise vol.Invalid(msg)
    return value


SMALL = vol.All(str, small)
# The first digits of an address of hardware, and a star for the others.
HARDWARE = vol.All(str, vol.Match(r"^[0-9A-F]+\*[0-9A-F*]*$"))

ZEROCONF = vol.All(
    {
        vol.Required("type"): vol.Match(r"^_[a-z0-9-]+\._(tcp|udp)\.local\.$"),
        vol.Optional("name"): SMALL,
        vol.Optional("properties"): {str: SMALL},
    },
    # A type alone is everything that speaks it.
    vol.Length(min=2),
)
DHCP = vol.All(
    {
        vol.Optional("hostname"): SMALL,
        vol.Optional("macaddress"): HARDWARE,
        vol.Optional("registered_devices"): bool,
    },
    vol.Length(min=1),
)
SSDP = vol.All({str: vol.All(str, vol.Length(min=1))}, vol.Length(min=1))
NAMES = vol.All([str], vol.Unique())

# Home Assistant 2026.11 also reads categories and connectivity. The hassfest that could be read refuses both.
MANIFEST = vol.Schema(
    {
        vol.Required("domain"): DOMAIN,
        vol.Required("name"): str,
        vol.Required("codeowners"): vol.All([vol.Match(r"^@[\w-]+(/[\w-]+)?$")], vol.Length(min=1)),
        vol.Required("config_flow"): bool,
        vol.Required("documentation"): address,
        vol.Required("integration_type"): vol.In(INTEGRATION_TYPES),
        vol.Required("iot_class"): vol.In(IOT_CLASSES),
        # Wanted by HACS.
        vol.Required("issue_tracker"): address,
        vol.Required("version"): vol.All(str, version),
        vol.Optional("after_dependencies"): NAMES,
        vol.Optional("dependencies"): NAMES,
        vol.Optional("dhcp"): [DHCP],
        vol.Optional("import_executor"): bool,
        vol.Optional("loggers"): NAMES,
        vol.Optional("quality_scale"): vol.In(QUALITY_SCALES),
        # hassfest wants the exact version from Home Assistant's own integrations only.
        vol.Optional("requirements"): [vol.Match(r"^[\w.,\[\]-]+==[\w.]+$")],
        vol.Optional("single_config_entry"): bool,
        vol.Optional("ssdp"): [SSDP],
        vol.Optional("zeroconf"): [ZEROCONF],
    }
)


def manifest_faults(manifest: dict[str, Any]) -> list[str]:
    """What is wrong with a manifest: what it says, and the order in which it does."""
    first = [key for key in ("domain", "name") if key in manifest]
    found = faults(MANIFEST, manifest)
    if list(manifest) != [*first, *sorted(manifest.keys() - {*first})]:
        found.append("the keys are not domain, name and the others by the alphabet")
    return found
