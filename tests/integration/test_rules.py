"""The rules by which Home Assistant's hassfest and HACS judge an integration, as far as a checkout can tell.

hassfest is not part of Home Assistant's package (home-assistant/core, script/hassfest); CI runs the real one as well.
"""

import ast
import json
import re
import string
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import homeassistant.components
import pytest
from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.const import Platform
from homeassistant.helpers import config_validation
from homeassistant.helpers.selector import TargetSelector, validate_selector
from homeassistant.util.yaml import load_yaml_dict

from custom_components.digimon.const import DOMAIN

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / DOMAIN
LANGUAGES = sorted(path.stem for path in (FOLDER / "translations").glob("*.json"))

# manifest.py: what the manifest of a custom integration may have.
MANIFEST_KEYS = {
    *("domain", "name", "after_dependencies", "bluetooth", "codeowners", "config_flow", "dependencies", "dhcp"),
    *("disabled", "documentation", "homekit", "import_executor", "integration_type", "iot_class", "issue_tracker"),
    *("loggers", "mqtt", "quality_scale", "requirements", "single_config_entry", "ssdp", "usb", "version", "zeroconf"),
}
INTEGRATION_TYPES = {"device", "entity", "hardware", "helper", "hub", "service", "system", "virtual"}
IOT_CLASSES = {"assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"}

# dependencies.py: what everybody may import without depending on it, beside the platforms.
ALWAYS_THERE = {
    "diagnostics",
    "frontend",
    "group",
    "homeassistant",
    "persistent_notification",
    "repairs",
    "system_health",
}

# hacs/integration, utils/validate.py: hacs.json may have nothing else.
HACS_KEYS = {
    *("content_in_root", "country", "filename", "hacs", "hide_default_branch", "homeassistant", "name"),
    *("persistent_directory", "render_readme", "zip_release"),
}

# translations.py: the sections of a custom integration's file that ours has, and what a step may have.
SECTIONS = {
    *("conditions", "config", "device", "entity", "exceptions", "issues", "options", "selector", "services"),
    *("system_health", "title", "triggers"),
}
STEP = {
    "title",
    "description",
    "data",
    "data_description",
    "menu_options",
    "menu_option_descriptions",
    "sections",
    "submit",
}
FLOW = {"flow_title", "step", "error", "abort", "progress", "create_entry", "initiate_flow", "entry_type"}
ENTITY = {"name", "state", "state_attributes", "unit_of_measurement"}
ISSUE = {"title", "description", "fix_flow"}

# translations.py: words by small letters and digits, with single dashes or underscores between them.
KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
ADDRESS = re.compile(r"(?:(?:s?ftps?|scp|https?|mqtts?|socks5?|socket)://|www\.)[a-z0-9.-]+\.[a-z]{2,5}", re.IGNORECASE)

# Brands of custom integrations (brand/): width and height of each picture.
PICTURES = {"icon.png": 256, "icon@2x.png": 512, "dark_icon.png": 256, "dark_icon@2x.png": 512}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


MANIFEST = load(FOLDER / "manifest.json")
ICONS = load(FOLDER / "icons.json")


def test_the_manifest_has_what_it_must_and_nothing_else() -> None:
    assert MANIFEST.keys() <= MANIFEST_KEYS
    assert MANIFEST["domain"] == FOLDER.name == DOMAIN
    assert re.fullmatch(r"[a-z0-9_]+", DOMAIN)
    assert list(MANIFEST) == ["domain", "name", *sorted(MANIFEST.keys() - {"domain", "name"})]
    assert MANIFEST["integration_type"] in INTEGRATION_TYPES
    assert MANIFEST["iot_class"] in IOT_CLASSES
    assert AwesomeVersion(MANIFEST["version"], ensure_strategy=AwesomeVersionStrategy.SEMVER).valid
    for key in ("documentation", "issue_tracker"):
        assert MANIFEST[key].startswith("https://")
        assert "home-assistant.io/integrations" not in MANIFEST[key]
    assert MANIFEST["codeowners"]
    assert all(re.fullmatch(r"@[\w-]+(/[\w-]+)?", owner) for owner in MANIFEST["codeowners"])
    assert all("==" in requirement for requirement in MANIFEST["requirements"])


def test_the_matchers_of_discovery_are_well_formed() -> None:
    for matcher in MANIFEST["zeroconf"]:
        assert matcher.keys() <= {"type", "name", "properties"}
        assert matcher["type"].endswith(".local.")
        assert len(matcher) > 1
        for text in (matcher.get("name", ""), *matcher.get("properties", {}).values()):
            assert text == text.lower()
    for matcher in MANIFEST["dhcp"]:
        assert matcher.keys() <= {"macaddress", "hostname", "registered_devices"}
        assert matcher.get("hostname", "") == matcher.get("hostname", "").lower()
    for matcher in MANIFEST["ssdp"]:
        assert matcher
        assert all(isinstance(value, str) and value for value in matcher.values())


def imported() -> Iterator[tuple[str, str]]:
    """The integrations of Home Assistant that our code imports at run time, and where."""
    for path in FOLDER.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                node.body = []
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "homeassistant.components":
                yield from ((alias.name, path.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("homeassistant.components."):
                yield str(node.module).split(".")[2], path.name


def test_what_is_imported_is_what_it_depends_on() -> None:
    assert len(set(imported())) > 10
    allowed = {*MANIFEST["dependencies"], *MANIFEST["after_dependencies"], *ALWAYS_THERE, *map(str, Platform)}
    assert {found for found in imported() if found[0] not in allowed} == set()


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_have_the_shape_that_is_asked_for(language: str) -> None:
    texts = load(FOLDER / "translations" / f"{language}.json")
    assert texts.keys() <= SECTIONS
    for kind in ("config", "options"):
        assert texts[kind].keys() <= FLOW
        for step in texts[kind]["step"].values():
            assert step.keys() <= STEP
            assert step.get("data_description", {}).keys() <= step.get("data", {}).keys()
    for platform, entities in texts["entity"].items():
        assert platform in set(Platform)
        assert all(entity.keys() <= ENTITY for entity in entities.values())
    for issue in texts["issues"].values():
        assert issue.keys() <= ISSUE
        # One that a person can mend here says so step by step.
        assert ("description" in issue) != ("fix_flow" in issue)
    assert all(text.keys() == {"message"} for text in texts["exceptions"].values())
    assert [key for key in keys_of(texts) if not KEY.fullmatch(key)] == []


def keys_of(node: dict[str, Any]) -> Iterator[str]:
    for key, value in node.items():
        yield key
        if isinstance(value, dict):
            yield from keys_of(value)


def values_of(node: dict[str, Any], *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text with the way to it."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from values_of(value, *path, key)
        else:
            yield (*path, key), value


def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_fit_to_be_shown(language: str) -> None:
    for path, text in values_of(load(FOLDER / "translations" / f"{language}.json")):
        assert config_validation.string_with_no_html(text) == text == text.strip(), path
        assert all(name.isidentifier() for name in placeholders(text)), path
        # What is in single quotes is shown as it is; references are for Home Assistant's own texts.
        assert not re.search(r"'{\w+}'|\[%|%\]", text), path
        assert not ADDRESS.search(text), path
        # States and attributes have nothing to fill in.
        if path[0] == "entity" and path[3:] != ("name",):
            assert not placeholders(text), path


def test_the_file_of_core_that_custom_integrations_do_not_read_is_not_there() -> None:
    assert not (FOLDER / "strings.json").exists()


@pytest.mark.parametrize("name", ["services", "triggers", "conditions"])
def test_the_descriptions_for_the_editor_have_selectors_that_exist(name: str) -> None:
    for subject in described(name).values():
        assert subject.keys() <= {"fields", "target"}
        # Whole devices are chosen with a selector of their own, not as a target.
        assert "device" not in TargetSelector.CONFIG_SCHEMA(subject.get("target") or {})
        for field in (subject.get("fields") or {}).values():
            assert field.keys() <= {"required", "default", "example", "selector", "advanced", "filter"}
            assert field.get("default", "") is not None
            assert field.get("example", "") is not None
            selector = validate_selector(field["selector"])
            translated = next(iter(selector.values())).get("translation_key")
            assert translated is None or translated in load(FOLDER / "translations/en.json")["selector"]


@pytest.mark.parametrize("name", ["services", "triggers", "conditions"])
def test_what_the_editor_offers_has_a_name_a_description_and_an_icon(name: str) -> None:
    texts = load(FOLDER / "translations/en.json")[name]
    assert texts.keys() == ICONS[name].keys() == described(name).keys()
    for key, subject in described(name).items():
        assert {"name", "description"} <= texts[key].keys() <= {"name", "description", "fields"}
        fields = texts[key].get("fields", {})
        assert fields.keys() == (subject.get("fields") or {}).keys()
        assert all({"name"} <= field.keys() <= {"name", "description", "example"} for field in fields.values())


def described(name: str) -> dict[str, Any]:
    """What a file for the editor describes, without the parts that it shares."""
    loaded = load_yaml_dict(str(FOLDER / f"{name}.yaml"))
    return {key: subject or {} for key, subject in loaded.items() if not key.startswith(".")}


def icons_of(node: dict[str, Any]) -> Iterator[str]:
    for value in node.values():
        if isinstance(value, dict):
            yield from icons_of(value)
        else:
            yield value


def test_icons_are_those_of_home_assistant_and_say_something_new() -> None:
    assert ICONS.keys() <= {"conditions", "entity", "services", "triggers"}
    assert all(re.fullmatch(r"mdi:[a-z0-9-]+", icon) for icon in icons_of(ICONS))
    for entities in ICONS["entity"].values():
        for icons in entities.values():
            assert icons.keys() <= {"default", "state", "range", "state_attributes"}
            assert icons["default"] not in icons.get("state", {}).values()


def test_hacs_takes_the_repository() -> None:
    hacs = load(ROOT / "hacs.json")
    assert hacs.keys() <= HACS_KEYS
    assert hacs["name"] == MANIFEST["name"]
    assert AwesomeVersion(hacs["homeassistant"]).valid
    assert all(re.fullmatch(r"[A-Z]{2}", country) for country in hacs["country"])
    # integration_manifest of its checks, and what it looks for in the repository.
    assert {"codeowners", "documentation", "domain", "issue_tracker", "name", "version"} <= MANIFEST.keys()
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert (ROOT / "README.md").exists()
    assert [path.name for path in (ROOT / "custom_components").iterdir() if path.is_dir()] == [DOMAIN]
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
