"""The capacity tariff is a matter of values: no clock, no network, no Home Assistant, no floating point."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / "digimon" / "capacity"
MODULES = sorted(FOLDER.glob("*.py"))
# Of the standard library; everything else is ours and relative.
LIBRARY = {"collections.abc", "csv", "dataclasses", "datetime", "decimal", "enum", "itertools", "pathlib", "typing"}
# Where euros are divided; W and Wh never are, but with //.
MONEY = {"billing.py", "explanation.py", "figures.py"}
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "fromtimestamp"}

# The package above without its own code, which is Home Assistant's.
ALONE = """
import sys, types
sys.modules["homeassistant"] = sys.modules["aiohttp"] = None
package = types.ModuleType("digimon")
package.__path__ = [sys.argv[1]]
sys.modules["digimon"] = package
from digimon.capacity import billing, risk
print(len(billing.Vat), risk.State().level)
"""


def test_it_works_without_home_assistant() -> None:
    command = [sys.executable, "-c", ALONE, str(FOLDER.parent)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "3 None\n"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= LIBRARY
        elif isinstance(node, ast.ImportFrom):
            assert node.level > 0 or node.module in LIBRARY
            assert node.level < 2 or node.module == "core.clock"
        elif isinstance(node, ast.Constant):
            assert not isinstance(node.value, float)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in {"float", *CLOCKS}
        elif isinstance(node, ast.BinOp | ast.AugAssign):
            assert not isinstance(node.op, ast.Div) or path.name in MONEY
