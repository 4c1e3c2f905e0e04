"""The documents say what is there."""

import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import boards
import pytest

from .markdown import HOME, ROOT, files, read

READMES = ("README.md", "README.nl.md")
DOCUMENTS = sorted(name for name in files() if name.endswith(".md"))
INTEGRATION = ROOT / "custom_components" / "digimon"


# Sensors that the READMEs speak of elsewhere: those of gas and water meters, and of the history.
_IN_WORDS = {"gas_volume", "water_volume", "sub_meter_energy", "read_at", "history", "history_progress"}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def is_there(path: Path) -> bool:
    """Whether a file or folder is part of the repository, not only of this machine."""
    name = path.relative_to(ROOT).as_posix()
    return name in files() or any(file.startswith(f"{name}/") for file in files()) or (path.is_dir() and path == ROOT)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    document = read(name)
    for link in document.links:
        if "://" in link:
            continue
        path, _, fragment = link.partition("#")
        target = (document.path.parent / path).resolve() if path else document.path
        assert is_there(target), link
        if fragment:
            assert fragment in read(target.relative_to(ROOT).as_posix()).anchors, link


def test_links_to_our_own_page_lead_to_a_section_of_it() -> None:
    anchors = read("README.md").anchors
    for name in files():
        if name.endswith((".md", ".yml", ".json")):
            text = (ROOT / name).read_text(encoding="utf-8")
            for fragment in re.findall(re.escape(HOME) + r"#([\w-]+)", text):
                assert fragment in anchors, f"{name}: {fragment}"


def test_every_repair_is_explained_under_the_name_that_people_see() -> None:
    sections = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8").split("\n## ")[1:]
    named = dict(section.split("\n\n*", 1) for section in sections if "\n\n*" in section)
    for key, texts in load(INTEGRATION / "translations/en.json")["issues"].items():
        shown = re.sub(r"{\w+}", "…", texts["title"])
        assert named[key.replace("_", " ").capitalize()].startswith(f"{shown}*"), key


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_is_named_is_there_and_runs(name: str) -> None:
    commands = set(re.findall(r"(?<![\w/])scripts/[a-z][\w-]*(?!\w*/)", (ROOT / name).read_text(encoding="utf-8")))
    for command in commands - {"scripts/lib"}:
        assert command in files(), command
        assert os.access(ROOT / command, os.X_OK), command


def test_both_readmes_have_the_same_sections() -> None:
    english, dutch = (read(name) for name in READMES)
    assert [level for level, _ in dutch.headings] == [level for level, _ in english.headings]
    assert len(dutch.links) == len(english.links)
    assert [(len(table), len(table[-1])) for table in dutch.tables()] == [
        (len(table), len(table[-1])) for table in english.tables()
    ]
    assert [block.language for block in dutch.blocks] == [block.language for block in english.blocks]


@pytest.mark.parametrize("name", READMES)
def test_between_two_tables_there_are_words(name: str) -> None:
    """Without them they look like one where Home Assistant shows the README."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\|.*\n\n(\|.*)", text) == []


@pytest.mark.parametrize(("name", "language"), zip(READMES, ("en", "nl"), strict=True))
def test_the_readme_lists_every_sensor_by_the_name_that_people_see(name: str, language: str) -> None:
    names = load(INTEGRATION / "translations" / f"{language}.json")["entity"]["sensor"]
    tables = read(name).tables()
    rows = [row for table in tables for row in table if len(row) > 1 and row[1].startswith("`sensor.digimon")]
    listed: set[str] = set()
    for row in rows:
        # "Energy day tariff, night tariff" stands for two names that differ in their end.
        first, *others = row[0].split(", ")
        listed |= {first, *(f"{first.rsplit(' ', other.count(' ') + 1)[0]} {other}" for other in others)}
    assert listed == {sensor["name"].replace("{phase}", "1") for key, sensor in names.items() if key not in _IN_WORDS}
    for row in rows:
        first = unicodedata.normalize("NFD", row[0].split(", ")[0]).encode("ascii", "ignore").decode().lower()
        assert row[1].split(", ")[0] == f"`sensor.digimon_{first.replace(' ', '_').replace('-', '_')}`"


@pytest.mark.parametrize("name", READMES)
def test_the_readme_wires_the_boards_as_the_firmware_expects(name: str) -> None:
    tables = read(name).tables()
    (wiring,) = (table for table in tables if table[0][0].startswith("RJ12"))
    (named,) = (table for table in tables if any("TTGO" in cell for cell in table[1]))
    assert [row[2].strip("`") for row in named[1:]] == [
        board.name for board in (boards.BOARDS[key] for key in ("t8_c3", "t8_s2", "s2_mini"))
    ]
    for column, key in enumerate(("t8_c3", "t8_s2", "s2_mini"), start=3):
        board = boards.BOARDS[key]
        pins = {row[0]: row[column].removeprefix("IO") for row in wiring[1:]}
        assert int(pins["2"]) == board.p1_request
        assert int(pins["5"]) == board.p1_receive
        drawing = (ROOT / "docs" / "images" / f"wiring-{key.replace('_', '-')}.svg").read_text(encoding="utf-8")
        for pin in (board.p1_request, board.p1_receive):
            assert re.search(rf">IO0?{pin}<", drawing)
    mini = boards.BOARDS["s2_mini"]
    text = " ".join(read(name).prose)
    for signal, pin in (
        ("MISO", mini.card_miso),
        ("SCK", mini.card_sck),
        ("MOSI", mini.card_mosi),
        ("CS", mini.card_cs),
    ):
        assert re.search(rf"{signal} (to|op) {pin}\b", text)


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_every_package_that_set_up_may_install(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for script in sorted((ROOT / "scripts" / "lib").iterdir()):
        if script.is_file():
            for packages in re.findall(r'^[^#\n]*system_packages "[^"]*" (.+)$', script.read_text(), re.MULTILINE):
                for package in packages.split():
                    assert re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", text), package


@pytest.mark.parametrize("name", READMES)
def test_the_readme_asks_for_the_home_assistant_that_the_store_asks_for(name: str) -> None:
    oldest = load(ROOT / "hacs.json")["homeassistant"].removesuffix(".0")
    assert f"**Home Assistant {oldest}**" in (ROOT / name).read_text(encoding="utf-8")


def test_the_newest_release_of_the_changelog_is_the_version() -> None:
    releases = [text for level, text in read("CHANGELOG.md").headings if level == 2 and "Unreleased" not in text]
    version = load(INTEGRATION / "manifest.json")["version"]
    assert re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", releases[0])
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n[{version}]: {HOME}/releases/tag/v{version}\n" in text


def test_dutch_says_je_everywhere() -> None:
    """On the board, in Home Assistant and in the documents it is the same people who speak."""
    suffixes = ("nl.json", "nl.txt", "nl.js", "nl.md", "www/texts.js", "www/update-texts.js")
    dutch = [name for name in files() if name.endswith(suffixes)]
    assert len(dutch) > len(suffixes)
    for name in dutch:
        formal = re.findall(r"(?i)\b(?:u|uw)\b[^\n]*", (ROOT / name).read_text(encoding="utf-8"))
        assert formal == [], name
