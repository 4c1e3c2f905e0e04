"""What describes and pictures the integration in the editor of Home Assistant.

hassfest: services.py, triggers.py and conditions.py for the files that say what can be filled in, icons.py for
icons.json.
"""

from typing import Any

import probatio as vol
from homeassistant.const import Platform
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import TargetSelector, validate_selector

from .texts import each


def given(value: Any) -> Any:
    if value is None:
        msg = "is empty"
        raise vol.Invalid(msg)
    return value


def target(value: Any) -> Any:
    """Which entities can be chosen; whole devices are, with a selector of their own."""
    config = TargetSelector.CONFIG_SCHEMA(value)
    if "device" in config:
        msg = "asks for a device"
        raise vol.Invalid(msg)
    return config


FIELD = {
    vol.Optional("default"): given,
    vol.Optional("example"): given,
    vol.Optional("required"): bool,
    vol.Required("selector"): validate_selector,
}
SUBJECT = vol.Any(vol.Schema({vol.Optional("target"): target, vol.Optional("fields"): each(FIELD)}), None)
# Parts that are shared have a name with a dot; of services hassfest knows this for Home Assistant's own ones only.
SHARED = vol.Remove(vol.All(str, vol.Match(r"^\.")))
DESCRIPTIONS = {
    "services": vol.Schema({cv.slug: SUBJECT}),
    "triggers": vol.Schema({SHARED: object, cv.slug: SUBJECT}),
    "conditions": vol.Schema({SHARED: object, cv.slug: SUBJECT}),
}

ICON = vol.All(str, vol.Match(r"^mdi:[a-z0-9-]+$"))


def news(icons: dict[str, Any]) -> dict[str, Any]:
    """A state has an icon of its own only when that is not the one of all others."""
    if icons.get("default") in icons.get("state", {}).values():
        msg = "has the same icon for a state as for the others"
        raise vol.Invalid(msg)
    return icons


def rising(icons: dict[str, str]) -> dict[str, str]:
    limits = [vol.Coerce(float)(limit) for limit in icons]
    if limits != sorted(limits):
        msg = "has limits that do not rise"
        raise vol.Invalid(msg)
    return icons


OF_VALUES = {
    vol.Optional("default"): ICON,
    vol.Optional("state"): each(ICON),
    vol.Optional("range"): vol.All({str: ICON}, rising),
}
OF_ENTITY = vol.All({**OF_VALUES, vol.Optional("state_attributes"): each(vol.All(OF_VALUES, news))}, news)
ICONS = vol.Schema(
    {
        vol.Optional("entity"): each(each(OF_ENTITY), vol.Coerce(Platform)),
        vol.Optional("services"): each({vol.Required("service"): ICON}, cv.slug),
        vol.Optional("triggers"): each({vol.Required("trigger"): ICON}, cv.slug),
        vol.Optional("conditions"): each({vol.Required("condition"): ICON}, cv.slug),
    }
)
