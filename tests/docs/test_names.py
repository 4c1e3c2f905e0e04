"""The READMEs call what people choose and read by the names that Home Assistant shows."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from .markdown import ROOT, read

READMES = {"en": "README.md", "nl": "README.nl.md"}
KINDS = ("services", "triggers", "conditions")

# The twelve months have a row of their own, and names that nobody changes.
MONTHS = {"en": "January to December", "nl": "Januari tot december"}


def texts(language: str) -> Any:
    path = ROOT / "custom_components" / "digimon" / "translations" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def values(node: Any) -> Iterator[str]:
    for value in node.values():
        if isinstance(value, dict):
            yield from values(value)
        else:
            yield value


@pytest.mark.parametrize("language", READMES)
def test_every_trigger_condition_and_action_stands_there_by_its_name(language: str) -> None:
    cells = [row[0] for table in read(READMES[language]).tables() for row in table]
    named = {
        match[2]: match[1] for cell in cells if (match := re.fullmatch(r"(.+) \(`digimon\.(\w+)`\)", cell)) is not None
    }
    known = texts(language)
    assert named == {key: described["name"] for kind in KINDS for key, described in known[kind].items()}


@pytest.mark.parametrize("language", READMES)
def test_every_option_of_the_tariff_stands_under_the_entry_of_its_menu(language: str) -> None:
    steps = texts(language)["options"]["step"]
    months = [name for key, name in steps["month_peaks"]["data"].items() if key != "since"]
    (table,) = (table for table in read(READMES[language]).tables() if table[0][1] in {"under", "onder"})
    named = {(option, menu) for option, menu, _ in table[1:]}
    entries = {"capacity": "capacity", "tariff": "capacity", "month_peaks": "month_peaks", "warnings": "warnings"}
    known = {
        (MONTHS[language] if option in months else option, steps["init"]["menu_options"][entry])
        for step, entry in entries.items()
        for option in steps[step]["data"].values()
    }
    assert named == known


@pytest.mark.parametrize("language", READMES)
def test_what_one_may_read_is_quoted_as_it_is_shown(language: str) -> None:
    (table,) = (table for table in read(READMES[language]).tables() if table[0][0] in {"what you see", "wat je ziet"})
    quoted = [match[1] for row in table if (match := re.fullmatch(r'"(.+)"', row[0])) is not None]
    assert len(quoted) > 2
    shown = "\n".join(values(texts(language))).lower()
    assert [text for text in quoted if text.lower() not in shown] == []
