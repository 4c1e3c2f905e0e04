import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from homeassistant.helpers.entity import EntityDescription

from custom_components.digimon import binary_sensor
from custom_components.digimon.board_sensors import DESCRIPTIONS as BOARD_DESCRIPTIONS
from custom_components.digimon.history import entities as history
from custom_components.digimon.meter_sensors import DESCRIPTIONS
from custom_components.digimon.source import BoardFailure, CableFailure
from custom_components.digimon.sub_meter_sensors import DESCRIPTIONS as SUB_METER_DESCRIPTIONS
from custom_components.digimon.tariff_binary_sensors import DESCRIPTIONS as RISK_DESCRIPTIONS
from custom_components.digimon.tariff_sensors import DESCRIPTIONS as TARIFF_DESCRIPTIONS
from custom_components.digimon.writing import TEXTS as WRITING_TEXTS

FOLDER = Path(__file__).parents[2] / "custom_components" / "digimon"
LANGUAGES = ("en", "nl", "fr", "de")

# Words that another language has, too.
SAME_EVERYWHERE = {"config.flow_title", "entity.sensor.tariff.name"}

# What who reads the meter through a cable is told in the same words, and what a board is called.
OF_BOTH = (
    "config.abort.already_configured",
    "config.abort.reconfigure_successful",
    "options.abort.energy_dashboard_has_all",
    "options.abort.not_loaded",
)
BOARD = {"en": "board", "nl": "bord", "fr": "carte", "de": "Platine"}

TABLES: dict[str, Iterable[EntityDescription]] = {
    "sensor": (*DESCRIPTIONS, *BOARD_DESCRIPTIONS, *SUB_METER_DESCRIPTIONS, *history.SENSORS, *TARIFF_DESCRIPTIONS),
    "button": history.BUTTONS,
    "binary_sensor": (*binary_sensor.DESCRIPTIONS, *RISK_DESCRIPTIONS),
}


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from texts(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language_with_its_placeholders(language: str) -> None:
    english = dict(texts(load("translations/en.json")))
    translated = dict(texts(load(f"translations/{language}.json")))
    assert list(translated) == list(english)
    for path, text in translated.items():
        assert text == text.strip() != ""
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[path])), path


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_text_was_left_in_english(language: str) -> None:
    english = dict(texts(load("translations/en.json")))
    same = [path for path, text in texts(load(f"translations/{language}.json")) if text == english[path]]
    assert {path for path in same if not is_the_same_everywhere(english[path])} <= SAME_EVERYWHERE


def is_the_same_everywhere(text: str) -> bool:
    """Names, numbers, and words that two languages share."""
    shared = {"April", "August", "Certain", "December", "Gas", "November", "Postcode", "September", "Source", "Water"}
    return text.startswith("Fluvius ") or text.endswith(" %") or text in shared


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_told_of_a_cable_too_does_not_speak_of_a_board(language: str) -> None:
    translated = dict(texts(load(f"translations/{language}.json")))
    assert [path for path in OF_BOTH if re.search(rf"\b{BOARD[language]}\b", translated[path])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_repair_that_is_mended_in_the_options_names_the_entry_of_their_menu(language: str) -> None:
    translated = load(f"translations/{language}.json")
    menu, issues = translated["options"]["step"]["init"]["menu_options"], translated["issues"]
    assert menu["capacity"] in issues["rates_missing"]["description"]
    assert menu["capacity"] in issues["implausible_peaks"]["description"]
    assert menu["month_peaks"] in issues["implausible_peaks"]["description"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_sensors_have_the_same_name(language: str) -> None:
    names = [sensor["name"] for sensor in load(f"translations/{language}.json")["entity"]["sensor"].values()]
    assert len(set(names)) == len(names)


def test_every_entity_has_a_name_and_an_icon() -> None:
    english, icons = load("translations/en.json")["entity"], load("icons.json")["entity"]
    for platform, descriptions in TABLES.items():
        keys = {description.translation_key for description in descriptions}
        assert keys <= set(english[platform])
        # A device class brings an icon of its own, which says more than ours would where it has several.
        assert keys <= set(icons[platform])
    assert {platform: set(names) for platform, names in english.items()} == {
        platform: set(names) for platform, names in icons.items()
    }


def test_every_option_of_a_sensor_has_a_text() -> None:
    english = load("translations/en.json")["entity"]["sensor"]
    for description in (*DESCRIPTIONS, *BOARD_DESCRIPTIONS):
        if description.options is not None:
            assert list(english[str(description.translation_key)]["state"]) == list(description.options)


def test_every_failure_has_a_text_wherever_it_can_appear() -> None:
    english = load("translations/en.json")
    of_boards, of_cables = (set(get_args(kind.__value__)) for kind in (BoardFailure, CableFailure))
    assert of_boards | of_cables | {text for _, text in WRITING_TEXTS} <= set(english["exceptions"])
    assert (of_boards | of_cables) - {"wrong_device", "wrong_meter"} <= set(english["config"]["error"])
    assert of_boards | {"wrong_meter"} <= set(english["config"]["abort"])
