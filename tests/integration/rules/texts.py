"""What a file of texts may have (hassfest: translations.py), for every language; hassfest looks at the English one."""

import re
import string
from typing import Any

import probatio as vol
from homeassistant.const import Platform
from homeassistant.helpers import config_validation as cv

# Words by small letters and digits, with single dashes or underscores between them.
KEY = vol.All(str, vol.Match(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"))
ADDRESS = re.compile(r"(?:(?:s?ftps?|scp|https?|mqtts?|socks5?|socket)://|www\.)[a-z0-9.-]+\.[a-z]{2,5}", re.IGNORECASE)


def placeholders(value: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(value) if name is not None]


def text(value: Any) -> str:
    """What can be shown: plain words, and names in braces for what is filled in."""
    reason = fault(value)
    if reason:
        raise vol.Invalid(reason)
    return str(value)


def fault(value: Any) -> str | None:
    """What keeps a value from being shown."""
    if not isinstance(value, str):
        return "is no text"
    try:
        cv.string_with_no_html(value)
        names = placeholders(value)
    except (vol.Invalid, ValueError) as error:
        return str(error)
    if value != value.strip():
        return "begins or ends with a blank"
    if not all(name.isidentifier() for name in names):
        return "has a placeholder that is no name"
    # What is in single quotes is shown as it is; references are for Home Assistant's own texts.
    if re.search(r"'{\w+}'|\[%|%\]", value):
        return "has a quoted placeholder or a reference"
    return "has an address" if ADDRESS.search(value) else None


def fixed(value: Any) -> str:
    """A text in which nothing is filled in."""
    if placeholders(text(value)):
        msg = "has placeholders"
        raise vol.Invalid(msg)
    return str(value)


def each(rule: object, key: object = KEY) -> vol.Schema:
    return vol.Schema({key: rule})


def described_fields_are_there(step: dict[str, Any]) -> dict[str, Any]:
    unknown = step.get("data_description", {}).keys() - step.get("data", {}).keys()
    if unknown:
        msg = f"describes fields that are not there: {sorted(unknown)}"
        raise vol.Invalid(msg)
    return step


FIELDS = {vol.Optional("data"): each(text), vol.Optional("data_description"): each(text)}
STEP = vol.All(
    {
        **{vol.Optional(key): text for key in ("title", "description", "submit")},
        **{vol.Optional(key): each(text) for key in ("menu_options", "menu_option_descriptions")},
        vol.Optional("sections"): each({vol.Optional("name"): text, vol.Optional("description"): text, **FIELDS}),
        **FIELDS,
    },
    described_fields_are_there,
)
FLOW = vol.Schema(
    {
        vol.Required("step"): each(STEP),
        vol.Optional("flow_title"): text,
        **{vol.Optional(key): each(text) for key in ("abort", "create_entry", "error", "progress")},
    }
)
# One that a person can mend here says so step by step.
ISSUE = vol.Any(
    vol.Schema({vol.Required("title"): text, vol.Required("description"): text}),
    vol.Schema({vol.Required("title"): text, vol.Required("fix_flow"): FLOW}),
)
ENTITY = {
    vol.Optional("name"): text,
    vol.Optional("state"): each(fixed),
    vol.Optional("state_attributes"): each({vol.Optional("name"): fixed, vol.Optional("state"): each(fixed)}),
    vol.Optional("unit_of_measurement"): fixed,
}
DESCRIBED = {
    vol.Required("name"): text,
    vol.Required("description"): text,
    vol.Optional("fields"): each(
        {vol.Required("name"): text, vol.Optional("description"): text, vol.Optional("example"): text}
    ),
}

TEXTS = vol.Schema(
    {
        vol.Optional("title"): text,
        vol.Required("config"): FLOW,
        vol.Required("options"): FLOW,
        vol.Required("device"): each({vol.Required("name"): text}),
        vol.Required("entity"): each(each(ENTITY), vol.Coerce(Platform)),
        vol.Required("exceptions"): each({vol.Required("message"): text}, cv.slug),
        vol.Required("issues"): each(ISSUE),
        vol.Required("selector"): each(
            {vol.Optional(key): each(text) for key in ("choices", "options", "unit_of_measurement")}, cv.slug
        ),
        vol.Required("system_health"): {vol.Required("info"): each(text)},
        **{vol.Required(key): each(DESCRIBED, cv.slug) for key in ("conditions", "services", "triggers")},
    }
)
