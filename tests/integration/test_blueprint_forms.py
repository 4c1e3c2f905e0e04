"""The forms of the blueprints, as a person fills them in who reads Home Assistant in another language than English."""

import json
from pathlib import Path
from typing import Any

import pytest
from homeassistant.util.yaml import load_yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "blueprints" / "automation" / "digimon"
TRANSLATIONS = ROOT / "custom_components" / "digimon" / "translations"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SENSORS = [
    ("charger_follows_limit", "limit", "sensor", "steady_limit"),
    ("charger_follows_limit", "net_power", "sensor", "net_power"),
    ("shed_loads", "warning", "binary_sensor", "shed_loads"),
    ("shed_loads", "room", "sensor", "extra_room"),
    ("weekly_summary", "month_peak", "sensor", "month_peak"),
    ("weekly_summary", "cost_month", "sensor", "capacity_cost_month"),
    ("weekly_summary", "peaks", "calendar", "peaks"),
    ("announce", "board", "event", "quarter"),
    ("peak_message", "board", "event", "quarter"),
]


@pytest.mark.parametrize(("name", "field", "platform", "key"), SENSORS)
def test_what_is_to_be_chosen_is_named_as_the_list_names_it(name: str, field: str, platform: str, key: str) -> None:
    """Home Assistant does not translate blueprints, but it does the names of twenty sensors in its list."""
    chosen = _inputs(name)[field]
    said = f"{chosen['name']} {chosen['description']}"
    for language in ("en", "nl", "fr", "de"):
        texts = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))
        assert texts["entity"][platform][key]["name"] in said


def test_every_field_for_a_sensor_of_ours_is_among_them() -> None:
    ours = {
        (name, field)
        for name in NAMES
        for field, chosen in _inputs(name).items()
        for entity in chosen["selector"].get("entity", {}).get("filter", [])
        if entity.get("integration") == "digimon"
    }
    assert ours == {(name, field) for name, field, _, _ in SENSORS}


def test_every_choice_has_a_name() -> None:
    """A translation key means nothing in a blueprint: people would read `sun`."""
    for name in NAMES:
        for chosen in _inputs(name).values():
            select = chosen["selector"].get("select", {})
            assert "translation_key" not in select
            assert all(isinstance(option, dict) or option.isdigit() for option in select.get("options", []))


def _inputs(name: str) -> dict[str, Any]:
    """The fields of the form that a person fills in."""
    document = load_yaml(str(FOLDER / f"{name}.yaml"))
    assert isinstance(document, dict)
    inputs: dict[str, Any] = document["blueprint"]["input"]
    return inputs
