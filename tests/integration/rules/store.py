"""What hacs.json may have (HACS: utils/validate.py and validate/hacsjson.py)."""

from typing import Any

import probatio as vol
from awesomeversion import AwesomeVersion


def release(value: str) -> str:
    if not AwesomeVersion(value).valid:
        msg = "is no release of Home Assistant"
        raise vol.Invalid(msg)
    return value


def named(hacs: dict[str, Any]) -> dict[str, Any]:
    if hacs.get("zip_release") and "filename" not in hacs:
        msg = "has an archive in its releases, but not the name of it"
        raise vol.Invalid(msg)
    return hacs


HACS_JSON: dict[vol.Marker, Any] = {
    vol.Required("name"): str,
    vol.Optional("country"): [vol.Match(r"^[A-Z]{2}$")],
    vol.Optional("homeassistant"): release,
    **{vol.Optional(key): str for key in ("filename", "hacs", "persistent_directory")},
    **{vol.Optional(key): bool for key in ("content_in_root", "hide_default_branch", "render_readme", "zip_release")},
}
HACS = vol.All(HACS_JSON, named)
