"""The rules bite: each breach that hassfest or HACS refuses is refused here as well, and nothing else is broken by it.

A breach is the way to a place in what the integration has, and what is put there; `REMOVED` takes the place away.
"""

import copy
from typing import Any

import pytest
from homeassistant.util.yaml import load_yaml_dict

from .rules import FOLDER, ROOT, faults, load
from .rules.dependencies import imported
from .rules.editor import DESCRIPTIONS, ICONS
from .rules.manifest import MANIFEST, manifest_faults
from .rules.store import HACS
from .rules.texts import TEXTS

REMOVED = object()


def broken(data: Any, way: str, value: object) -> Any:
    """A copy of data with a value at the end of a way of keys and numbers, which is made where it is not there."""
    data = copy.deepcopy(data)
    place = data
    *parents, last = (int(part) if part.isdecimal() else part for part in way.split("/"))
    for key in parents:
        place = place[key] if isinstance(key, int) else place.setdefault(key, {})
    if value is REMOVED:
        del place[last]
    elif isinstance(last, int) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return data


IN_MANIFEST = [
    ("colour", "red"),
    ("homeassistant", "2026.10.0"),
    ("name", REMOVED),
    ("domain", "other"),
    ("documentation", "http://example.com/page"),
    ("documentation", "https://"),
    ("documentation", "https://www.home-assistant.io/integrations/digimon"),
    ("issue_tracker", "issues"),
    ("issue_tracker", REMOVED),
    ("version", REMOVED),
    ("version", "new"),
    ("version", 1),
    ("codeowners", REMOVED),
    ("codeowners", []),
    ("codeowners", "@digimon-energy"),
    ("codeowners/0", "digimon-energy"),
    ("iot_class", REMOVED),
    ("iot_class", "local"),
    ("integration_type", REMOVED),
    ("integration_type", "virtual"),
    ("config_flow", "yes"),
    ("dependencies", "http"),
    ("dependencies", ["http", "http"]),
    ("requirements/0", "a_library"),
    ("requirements/0", "a_library == 1.0"),
    ("requirements/0", 1),
    ("zeroconf/0/name", "Digimon*"),
    ("zeroconf/0/port", 80),
    ("zeroconf/0/type", REMOVED),
    ("zeroconf/0/name", REMOVED),
    ("zeroconf/1/properties/board", "TTGO*"),
    ("dhcp/0/hostname", "Digimon*"),
    ("dhcp/0/ip", "192.168.*"),
    ("dhcp/0/macaddress", "aabbcc*"),
    ("dhcp/0/macaddress", "AABBCC"),
    ("dhcp/0/registered_devices", "perhaps"),
    ("ssdp/1", {}),
]


@pytest.mark.parametrize(("way", "value"), IN_MANIFEST)
def test_a_breach_in_the_manifest_is_refused(way: str, value: object) -> None:
    assert faults(MANIFEST, broken(load(FOLDER / "manifest.json"), way, value))


@pytest.mark.parametrize("key", ["quality_scale", "loggers", "single_config_entry"])
def test_a_key_of_the_manifest_has_its_place_and_its_values(key: str) -> None:
    manifest = broken(load(FOLDER / "manifest.json"), key, 7)
    assert len(manifest_faults(manifest)) == 2


def test_a_manifest_out_of_order_is_refused() -> None:
    manifest = load(FOLDER / "manifest.json")
    assert len(manifest_faults({"name": manifest["name"], **manifest})) == 1


STEP = "config/step/user"
ENTITY = "entity/sensor/new"
STEPS = "issues/new/fix_flow/step/confirm"
NEW_ISSUE: dict[str, Any] = {"title": "A title", "fix_flow": {"step": {"confirm": {"title": "A title"}}}}

IN_TEXTS = [
    ("colours", {}),
    ("config/colour", "red"),
    ("config/title", "Digimon"),
    ("config/step", REMOVED),
    ("config/initiate_flow", {"other": "Begin"}),
    (f"{STEP}/colour", "red"),
    (f"{STEP}/sections/more/colour", "red"),
    (f"{STEP}/data_description/unknown", "A field that is not there"),
    (f"{STEP}/description", "See https://example.com/page"),
    (f"{STEP}/description", "See www.example.com"),
    (f"{STEP}/description", "A <b>bold</b> word"),
    (f"{STEP}/description", "The '{host}'"),
    (f"{STEP}/description", "The {the host}"),
    (f"{STEP}/description", "The {} host"),
    (f"{STEP}/description", "The { host"),
    (f"{STEP}/description", "A blank "),
    (f"{STEP}/description", "A [%key:common::reference%]"),
    (f"{STEP}/description", 1),
    ("options", {}),
    ("device/gas/title", "Gas"),
    ("entity/sensors", {}),
    (f"{ENTITY}/description", "Words"),
    (f"{ENTITY}/state/on", "{name}"),
    (f"{ENTITY}/state/a__b", "On"),
    (f"{ENTITY}/state_attributes/power/colour", "red"),
    (f"{ENTITY}/unit_of_measurement", "{name}"),
    ("exceptions/new/text", "Words"),
    ("exceptions/a-b", {"message": "Words"}),
    ("issues/new", {"title": "A title"}),
    ("issues/new", {"description": "Words"}),
    ("issues/new", {**NEW_ISSUE, "description": "Words"}),
    ("issues/new", broken({"issues": {"new": NEW_ISSUE}}, f"{STEPS}/colour", "red")["issues"]["new"]),
    ("issues/new", broken({"issues": {"new": NEW_ISSUE}}, f"{STEPS}/data_description/x", "X")["issues"]["new"]),
    ("issues/new", {**NEW_ISSUE, "fix_flow": {**NEW_ISSUE["fix_flow"], "colour": "red"}}),
    ("selector/area/colours/a", "red"),
    ("selector/area/options/A B", "Words"),
    ("selector/a-b", {"options": {"a": "Words"}}),
    ("services/import_history/description", REMOVED),
    ("services/import_history/fields/start/name", REMOVED),
    ("services/import_history/fields/start/colour", "red"),
    ("system_health/colour", {}),
    ("triggers/new_month_peak/name", REMOVED),
    ("triggers/new_month_peak/description", REMOVED),
    ("triggers/a-b", {"name": "Words", "description": "Words"}),
    ("conditions/is_injecting/description", REMOVED),
]


@pytest.mark.parametrize(("way", "value"), IN_TEXTS)
def test_a_breach_in_the_texts_is_refused(way: str, value: object) -> None:
    assert faults(TEXTS, broken(load(FOLDER / "translations/en.json"), way, value))


def test_an_issue_that_can_be_mended_is_taken() -> None:
    assert not faults(TEXTS, broken(load(FOLDER / "translations/en.json"), "issues/new", NEW_ISSUE))


IN_ICONS = [
    ("colours", {}),
    ("entity/sensors", {}),
    (f"{ENTITY}/default", "hass:flash"),
    (f"{ENTITY}/default", "mdi:<b>flash</b>"),
    (f"{ENTITY}/colour", "mdi:flash"),
    ("entity/sensor/New", {"default": "mdi:flash"}),
    (ENTITY, {"default": "mdi:flash", "state": {"on": "mdi:flash"}}),
    (f"{ENTITY}/range", {"10": "mdi:flash", "5": "mdi:flash-off"}),
    (f"{ENTITY}/range", {"low": "mdi:flash"}),
    (f"{ENTITY}/state_attributes/power/colour", "mdi:flash"),
    (f"{ENTITY}/state_attributes/power", {"default": "mdi:flash", "state": {"on": "mdi:flash"}}),
    ("services/import_history", "mdi:flash"),
    ("services/import_history", {"icon": "mdi:flash"}),
    ("triggers/new_month_peak", "mdi:flash"),
    ("triggers/new_month_peak", {"icon": "mdi:flash"}),
    ("conditions/is_injecting", {"icon": "mdi:flash"}),
]


@pytest.mark.parametrize(("way", "value"), IN_ICONS)
def test_a_breach_in_the_icons_is_refused(way: str, value: object) -> None:
    assert faults(ICONS, broken(load(FOLDER / "icons.json"), way, value))


NEW_FIELD = "new/fields/field"
IN_DESCRIPTIONS = [
    ("Capital", None),
    ("new/colour", "red"),
    ("new/target/device", {"integration": "digimon"}),
    ("new/target/entity", {"colour": "red"}),
    (f"{NEW_FIELD}/selector/unknown", None),
    (NEW_FIELD, {"required": True}),
    (NEW_FIELD, {"selector": {"text": None}, "required": "yes"}),
    (NEW_FIELD, {"selector": {"text": None}, "default": None}),
    (NEW_FIELD, {"selector": {"text": None}, "example": None}),
    (NEW_FIELD, {"selector": {"text": None}, "advanced": True}),
    (NEW_FIELD, {"selector": {"text": None}, "filter": {"supported_features": []}}),
    (NEW_FIELD, {"selector": {"text": None}, "context": {"colour": "target"}}),
    (NEW_FIELD, {"fields": {"within": {"selector": {"text": None}}}}),
]


@pytest.mark.parametrize("kind", DESCRIPTIONS)
@pytest.mark.parametrize(("way", "value"), IN_DESCRIPTIONS)
def test_a_breach_in_what_the_editor_offers_is_refused(kind: str, way: str, value: object) -> None:
    assert faults(DESCRIPTIONS[kind], broken(load_yaml_dict(str(FOLDER / f"{kind}.yaml")), way, value))


def test_parts_can_be_shared_except_by_services() -> None:
    taken = {kind for kind, rule in DESCRIPTIONS.items() if not faults(rule, {".shared": {"fields": {}}})}
    assert taken == {"triggers", "conditions"}


@pytest.mark.parametrize(
    "source",
    [
        "from homeassistant.components.mqtt import DOMAIN",
        "from homeassistant.components.mqtt.client import MQTT",
        "from homeassistant.components import mqtt",
        "import homeassistant.components.mqtt",
        "import homeassistant.components.mqtt.client as client",
        "def later():\n    from homeassistant.components import mqtt",
        "import typing\nif typing.TYPE_CHECKING:\n    from homeassistant.components import mqtt",
        "if TYPE_CHECKING:\n    pass\nelse:\n    from homeassistant.components import mqtt",
    ],
)
def test_an_import_at_run_time_is_seen(source: str) -> None:
    assert imported(source) == {"mqtt"}


def test_an_import_for_types_only_is_free() -> None:
    assert imported("if TYPE_CHECKING:\n    from homeassistant.components import mqtt") == set()


IN_HACS_JSON = [
    ("colour", "red"),
    ("name", REMOVED),
    ("country/0", "be"),
    ("country/0", "Belgium"),
    ("homeassistant", "new"),
    ("hide_default_branch", "yes"),
    ("zip_release", True),
]


@pytest.mark.parametrize(("way", "value"), IN_HACS_JSON)
def test_a_breach_in_what_hacs_reads_is_refused(way: str, value: object) -> None:
    assert faults(HACS, broken(load(ROOT / "hacs.json"), way, value))
