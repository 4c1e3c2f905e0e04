"""The rules of the Integration Quality Scale that hassfest checks in the code of Home Assistant's own integrations.

It does not look at the scale of a custom one (home-assistant/core, script/hassfest/quality_scale_validation).
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homeassistant.const import Platform
from homeassistant.util.yaml import load_yaml_dict

from custom_components.digimon.const import DOMAIN

FOLDER = Path(__file__).parents[2] / "custom_components" / DOMAIN
RULES = load_yaml_dict(str(FOLDER / "quality_scale.yaml"))["rules"]
NUMBER_OF_RULES = 54

PLATFORMS = sorted(platform for platform in Platform if (FOLDER / f"{platform}.py").exists())

# What Home Assistant calls with an entry, and the place of the entry among the arguments.
CALLED_WITH_AN_ENTRY = {
    "async_get_config_entry_diagnostics": 1,
    "async_get_device_diagnostics": 1,
    "async_get_options_flow": 0,
    "async_migrate_entry": 1,
    "async_remove_config_entry_device": 1,
    "async_remove_entry": 1,
    "async_setup_entry": 1,
    "async_unload_entry": 1,
}


def status(rule: Any) -> str:
    return rule if isinstance(rule, str) else rule["status"]


def parsed(name: str) -> ast.Module:
    return ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def function(module: ast.Module, name: str) -> ast.AsyncFunctionDef:
    return next(node for node in module.body if isinstance(node, ast.AsyncFunctionDef) and node.name == name)


def called(tree: ast.AST) -> set[str]:
    """Names of the methods that are called somewhere in it."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {call.attr for call in calls if isinstance(call, ast.Attribute)}


def entry_arguments() -> Iterator[tuple[str, str]]:
    """Each function that Home Assistant calls with an entry, and the type that it gives the entry."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name in CALLED_WITH_AN_ENTRY:
                annotation = node.args.args[CALLED_WITH_AN_ENTRY[node.name]].annotation
                yield f"{path.name} {node.name}", ast.unparse(annotation) if annotation else ""


def test_every_rule_is_met_or_excused() -> None:
    assert len(RULES) == NUMBER_OF_RULES
    for name, rule in RULES.items():
        assert status(rule) in {"done", "exempt"}, name
        assert status(rule) == "done" or rule["comment"]


def test_an_entry_is_known_with_what_it_holds_at_run_time() -> None:
    arguments = dict(entry_arguments())
    assert len(arguments) > len(PLATFORMS)
    assert {where: kind for where, kind in arguments.items() if kind != "DigimonConfigEntry"} == {}


def test_what_an_entry_holds_at_run_time_is_kept_in_it() -> None:
    setup = function(parsed("__init__"), "async_setup_entry")
    kept = {ast.unparse(node) for node in ast.walk(setup) if isinstance(node, ast.Attribute) if is_assigned(node)}
    assert f"{setup.args.args[1].arg}.runtime_data" in kept


def is_assigned(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def test_a_board_is_read_before_an_entry_is_set_up() -> None:
    assert "async_config_entry_first_refresh" in called(function(parsed("__init__"), "async_setup_entry"))


def test_an_entry_can_be_unloaded() -> None:
    assert "async_unload_platforms" in called(function(parsed("__init__"), "async_unload_entry"))


@pytest.mark.parametrize("name", ["__init__", *PLATFORMS])
def test_actions_are_there_before_any_entry(name: str) -> None:
    registering = {"async_register", "register", "async_register_entity_service"}
    assert not called(function(parsed(name), "async_setup_entry")) & registering


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_platform_says_how_many_entities_may_work_at_once(name: str) -> None:
    assigned = {ast.unparse(node.targets[0]) for node in parsed(name).body if isinstance(node, ast.Assign)}
    assert "PARALLEL_UPDATES" in assigned


def test_the_same_board_cannot_be_added_twice_and_can_be_moved() -> None:
    flow = parsed("config_flow")
    assert {"async_set_unique_id", "_abort_if_unique_id_configured"} <= called(flow)
    steps = {node.name for node in ast.walk(flow) if isinstance(node, ast.AsyncFunctionDef)}
    assert {"async_step_reconfigure", "async_step_zeroconf", "async_step_ssdp", "async_step_dhcp"} <= steps
