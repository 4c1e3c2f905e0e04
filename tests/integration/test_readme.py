"""The README says which entities are off at first."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from homeassistant.util import slugify

from custom_components.digimon import button, calendar, number, update

from .test_texts import TABLES

ROOT = Path(__file__).parents[2]

# On another meter it is another matter.
OFF = {"en": r"(?i)off at first(?! on a)", "nl": r"(?i)sta(?:at|an) eerst uit(?! bij een)"}
READMES = {"en": "README.md", "nl": "README.nl.md"}

DESCRIPTIONS = {
    **TABLES,
    "button": (*button.DESCRIPTIONS, *TABLES["button"]),
    "calendar": (calendar.PEAKS,),
    "number": (number.GOAL,),
    "update": (update.DESCRIPTION,),
}
# What Home Assistant names itself.
NAMED_BY_CLASS = {
    "identify": {"en": "Identify", "nl": "Identificeren"},
    "restart": {"en": "Restart", "nl": "Herstarten"},
}


def named(language: str) -> Iterator[tuple[str, bool]]:
    """Every entity of the tables, and whether its row, or the sentence over its table, says that it is off at first."""
    sentence = ""
    for line in (ROOT / READMES[language]).read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            sentence = line or sentence
            continue
        for entity_id in re.findall(r"`([a-z_]+\.digimon_\w+)`", line):
            yield entity_id, re.search(OFF[language], f"{sentence} {line}") is not None


def known(language: str) -> Iterator[tuple[str, bool]]:
    """Every entity of a board as it is called in a language, and whether it is off at first."""
    texts = json.loads((ROOT / f"custom_components/digimon/translations/{language}.json").read_text(encoding="utf-8"))
    for platform, descriptions in DESCRIPTIONS.items():
        for description in descriptions:
            names = NAMED_BY_CLASS.get(description.key)
            name = names[language] if names else texts["entity"][platform][description.translation_key]["name"]
            slug = slugify(f"digimon {name}".replace("{phase}", "1"))
            yield f"{platform}.{slug}", not description.entity_registry_enabled_default


@pytest.mark.parametrize("language", READMES)
def test_it_says_what_is_off_at_first(language: str) -> None:
    is_off = dict(known(language))
    said = dict(named(language))
    assert len(said) > 50
    assert said.keys() - is_off.keys() == set()
    assert {name for name in said if said[name]} == {name for name in said if is_off[name]}
