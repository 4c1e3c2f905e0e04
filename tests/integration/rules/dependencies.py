"""Which integrations of Home Assistant the code may import (hassfest: dependencies.py)."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from homeassistant.const import Platform

COMPONENTS = "homeassistant.components"

# What everybody may import without depending on it, as far as ours does, beside the platforms.
ALWAYS_THERE = {"frontend", "group", "homeassistant", "persistent_notification", "system_health"}


class Imports(ast.NodeVisitor):
    """The integrations that a module imports at run time."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found.update(alias.name.split(".")[2] for alias in node.names if alias.name.startswith(f"{COMPONENTS}."))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == COMPONENTS:
            self.found.update(alias.name for alias in node.names)
        elif (node.module or "").startswith(f"{COMPONENTS}."):
            self.found.add(str(node.module).split(".")[2])


def imported(source: str) -> set[str]:
    """The integrations that source code imports at run time."""
    imports = Imports()
    imports.visit(ast.parse(source))
    return imports.found


def undeclared(folder: Path, depends_on: Collection[str]) -> Iterator[str]:
    """Each import of an integration that is neither always there nor depended on, as `module: integration`.

    A module with the name of an integration is what that integration loads, so it is there by then.
    """
    allowed = {*depends_on, *ALWAYS_THERE, *map(str, Platform)}
    for path in sorted(folder.rglob("*.py")):
        for domain in sorted(imported(path.read_text(encoding="utf-8")) - allowed):
            if not (folder / f"{domain}.py").exists():
                yield f"{path.relative_to(folder)}: {domain}"
