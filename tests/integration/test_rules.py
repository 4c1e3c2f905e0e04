"""The integration is what hassfest and HACS ask for; that the rules bite is in test_rule_breaches.py."""

import ast
import struct
from pathlib import Path
from typing import Any

import homeassistant.components
import pytest
from homeassistant.util.yaml import load_yaml_dict

from custom_components.digimon.const import DOMAIN

from .rules import FOLDER, ROOT, faults, load
from .rules.dependencies import imported, undeclared
from .rules.editor import DESCRIPTIONS, ICONS
from .rules.manifest import manifest_faults
from .rules.store import HACS
from .rules.texts import TEXTS

LANGUAGES = sorted(path.stem for path in (FOLDER / "translations").glob("*.json"))
MANIFEST = load(FOLDER / "manifest.json")

# What is made in a checkout, and not checked out.
BUILT = {"build", "dist", "node_modules"}

# Brands of custom integrations (brand/): width and height of each picture.
PICTURES = {"icon.png": 256, "icon@2x.png": 512, "dark_icon.png": 256, "dark_icon@2x.png": 512}


def test_the_manifest_has_what_it_must_and_nothing_else() -> None:
    assert manifest_faults(MANIFEST) == []
    assert MANIFEST["domain"] == FOLDER.name == DOMAIN


def test_it_is_found_as_the_only_integration_of_the_repository() -> None:
    assert [path.name for path in (ROOT / "custom_components").iterdir() if path.is_dir()] == [DOMAIN]
    # The image of hassfest judges the folder of every manifest.json of a checkout (docker/entrypoint.sh).
    parts = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    found = [path for part in parts if part.name not in BUILT for path in part.rglob("manifest.json")]
    assert found == [FOLDER / "manifest.json"]


def test_what_is_imported_is_what_it_depends_on() -> None:
    assert list(undeclared(FOLDER, [*MANIFEST["dependencies"], *MANIFEST["after_dependencies"]])) == []
    assert len(set().union(*(imported(path.read_text(encoding="utf-8")) for path in FOLDER.rglob("*.py")))) > 10


def test_what_it_depends_on_exists_and_does_not_depend_on_it() -> None:
    wanted = [*MANIFEST["dependencies"], *MANIFEST["after_dependencies"]]
    assert len(set(wanted)) == len(wanted)
    components = Path(homeassistant.components.__file__).parent
    assert all((components / domain / "manifest.json").exists() for domain in wanted)
    # A custom integration must not stand in the place of one of these.
    assert not (components / DOMAIN).exists()


def test_set_up_says_that_nothing_is_configured_in_yaml() -> None:
    tree = ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8"))
    assert "async_setup" in {node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}
    assigned = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    assert "CONFIG_SCHEMA" in {target.id for target in assigned if isinstance(target, ast.Name)}


def test_what_is_discovered_gets_a_unique_id() -> None:
    # hassfest looks for this text in this file (config_flow.py).
    assert "self.async_set_unique_id" in (FOLDER / "config_flow.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_what_can_be_shown(language: str) -> None:
    assert faults(TEXTS, load(FOLDER / "translations" / f"{language}.json")) == []


def test_the_file_of_core_that_custom_integrations_do_not_read_is_not_there() -> None:
    assert not (FOLDER / "strings.json").exists()


def test_every_file_of_json_can_be_read() -> None:
    assert len([load(path) for path in FOLDER.rglob("*.json")]) > len(LANGUAGES)


def test_the_icons_are_those_of_home_assistant_and_say_something_new() -> None:
    assert faults(ICONS, load(FOLDER / "icons.json")) == []


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_the_descriptions_for_the_editor_have_selectors_that_exist(kind: str) -> None:
    assert faults(DESCRIPTIONS[kind], load_yaml_dict(str(FOLDER / f"{kind}.yaml"))) == []


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_what_the_editor_offers_has_a_name_a_description_and_an_icon(kind: str) -> None:
    described = subjects(kind)
    texts = load(FOLDER / "translations/en.json")
    assert texts[kind].keys() == load(FOLDER / "icons.json")[kind].keys() == described.keys()
    for key, subject in described.items():
        fields = subject.get("fields") or {}
        assert texts[kind][key].get("fields", {}).keys() == fields.keys()
        translated = {config.get("translation_key") for field in fields.values() for config in options(field)}
        assert translated - {None} <= texts["selector"].keys()


def subjects(kind: str) -> dict[str, Any]:
    """What a file for the editor describes, without the parts that it shares."""
    loaded = load_yaml_dict(str(FOLDER / f"{kind}.yaml"))
    return {key: subject or {} for key, subject in loaded.items() if not key.startswith(".")}


def options(field: dict[str, Any]) -> list[dict[str, Any]]:
    """What the selector of a field is told, if anything."""
    return [config for config in field["selector"].values() if config]


def test_hacs_takes_the_repository() -> None:
    hacs = load(ROOT / "hacs.json")
    assert faults(HACS, hacs) == []
    assert hacs["name"] == MANIFEST["name"]
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert (ROOT / "README.md").exists()
    # An archive of a repository holds links as text.
    assert not [path for path in FOLDER.rglob("*") if path.is_symlink()]


def test_the_pictures_of_the_brand_have_their_sizes() -> None:
    sizes = {path.name: size_of(path) for path in (FOLDER / "brand").iterdir()}
    assert sizes == {name: (size, size) for name, size in PICTURES.items()}


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a PNG (its header, RFC 2083 section 4.1.1)."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    return width, height
