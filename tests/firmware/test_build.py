"""The build: complete, small, the same each time, and made in no time the second time."""

import json
import os
import subprocess
import sys
import types
import unittest.mock
from pathlib import Path

import boards
import lean
import pytest

from .twin import ROOT, environment


def build(board: str, cache: Path, *options: str) -> Path:
    """The folder of a build."""
    python = Path(environment("DIGIMON_TOOLS")) / "bin" / "python"
    command = [str(python), str(ROOT / "firmware/build.py"), "--board", board, *options]
    result = subprocess.run(
        command, env={**os.environ, "DIGIMON_CACHE": str(cache)}, capture_output=True, text=True, check=True
    )
    return Path(result.stdout.strip())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("name", sorted(boards.BOARDS))
def test_every_board_has_its_build(name: str, cache: Path) -> None:
    staged = build(name, cache)
    app = staged / "app"
    constants = (app / "board/main.mpy").read_bytes()
    assert boards.BOARDS[name].name.encode() in constants
    version = json.loads((ROOT / "custom_components/digimon/manifest.json").read_text())["version"]
    assert version.encode() in constants
    # Bytecode and pages, and only the loader is left for the board to compile.
    assert [path.name for path in (staged / "loader").iterdir()] == ["main.py"]
    assert {path.suffix for path in app.rglob("*") if path.is_file()} == {
        ".mpy",
        ".gz",
        ".png",
        ".html",
        ".txt",
        ".xml",
    }
    # One module with all that is always needed, beside those that are loaded when they are.
    modules = {path.stem for path in (app / "board").glob("*.mpy")}
    assert modules >= {"__init__", "main", "api", "ssdp", "setup_mode"}
    assert not modules & {"build", "store", "web", "quarter"}
    assert {path.stem for path in (app / "core").glob("*.mpy")} == {"__init__", "stored"}
    # The boards have 4 MB of flash, of which MicroPython leaves half for files: two apps have to fit.
    assert sum(path.stat().st_size for path in app.rglob("*") if path.is_file()) < 200_000


def test_the_parts_can_be_looked_at_by_themselves(cache: Path) -> None:
    app = build(boards.DEFAULT, cache, "--parts") / "app"
    modules = {path.stem for path in (ROOT / "firmware/board").glob("*.py")} | {"build"}
    assert {path.stem for path in (app / "board").glob("*.mpy")} == modules


def test_the_second_build_is_the_first(cache: Path) -> None:
    first = build(boards.DEFAULT, cache)
    made = first.stat().st_mtime_ns
    assert build(boards.DEFAULT, cache) == first
    assert first.stat().st_mtime_ns == made


def test_no_two_pins_of_a_board_are_one() -> None:
    for board in boards.BOARDS.values():
        numbers = {name: value for name, value in board._asdict().items() if isinstance(value, int)}
        pins = [value for name, value in numbers.items() if name not in ("serial_address", "image_offset")]
        assert len(pins) == len(set(pins)), board.name


MODULE = """
from json import dumps
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
_LIMIT = 5
_NAME = "name"
_TABLE = {1: "one"}
PUBLIC = 7

class Thing:
    def __init__(self, first, second=0):
        self._first = first
        self.second = second
    def total(self):
        def inner(value):
            return value + _LIMIT
        return inner(self._first) + self.second + sum([item for item in (1, 2)])
    def _unused(self):
        return self.total()

_calls = 0

def _helper(json, separators):
    global _calls
    _calls += 1
    try:
        return dumps(json, separators=separators)
    except ValueError as error:
        return str(error)

def call(text):
    thing = Thing(1, second=2)
    return f"{_calls}{_NAME}{thing.total()}{_TABLE[1]}{_helper([text], separators=(',', ':'))}"
"""


def run(source: str) -> str:
    """What the module's `call` says; `const` is what MicroPython has built in."""
    scope = {"const": lambda value: value, "__name__": "module"}
    exec(source, scope)  # noqa: S102 (the module above)
    said: str = scope["call"]("text")  # type: ignore[operator]
    return said


def test_a_trimmed_module_does_the_same() -> None:
    trimmed, names = lean.trim({"module.py": MODULE}, {"module.py": ("Thing._unused",)})
    small = trimmed["module.py"]
    assert run(small) == run(MODULE) == '0name11one["text"]'
    assert "typing" not in small
    assert "_unused" not in small
    assert "const(5)" in small
    assert "_first" not in small
    assert "_helper" not in small
    meanings = [meaning for meanings in names["module.py"].values() for meaning in meanings.split(" or ")]
    assert sorted(meanings) == ["Thing._first", "_TABLE", "_calls", "_helper"]
    # An attribute and a table have one name: they never meet.
    assert len(names["module.py"]) == 3
    # What others may name keeps its name.
    for kept in ("PUBLIC", "class Thing", "def total", ".second", "def call", "separators"):
        assert kept in small


APP = {
    "core/units.py": """
from array import array
FACTOR = 1000
HALF: int = FACTOR // 2
BITS = (1, 2)
class Meter:
    value = FACTOR
    def __init__(self, value):
        self._value = value
    def read(self):
        return self._value * FACTOR
    def _half(self):
        return self._value // 2
    _WAYS = ((1, read), (2, _half))
    def ways(self):
        return [way(self) * number for number, way in self._WAYS]
def total(values):
    return sum(values) + HALF
""",
    "board/tools.py": """
from core.units import FACTOR, total
_TEXT = "tools"
def describe(value):
    total_ = total([value])
    return f"{_TEXT}{FACTOR}{total_}"
def _helper():
    return 1
def shadow(total, FACTOR=2):
    return total * FACTOR + sum([_helper for _helper in (1, 2)])
""",
    "board/late.py": """
from core.units import BITS, FACTOR, total as summed
from . import tools
def _helper():
    return FACTOR + tools.shadow(3)
def late(total):
    return [_helper() + summed(BITS), tools.describe(total), tools._TEXT]
""",
    "board/main.py": """
from core.units import Meter, total
from . import tools
from .tools import describe
class Application:
    pass
def _helper():
    return 5
def run():
    from .late import late
    tools_ = tools.shadow(1)
    return [Meter(2).read(), Meter.value, Meter(4).ways(), total([1]), describe(4), tools_, _helper()] + late(7)
""",
}


def run_app(modules: dict[str, str]) -> object:
    """What `run` of an app gives, imported as a program of its own would."""
    made: dict[str, types.ModuleType] = {"board": types.ModuleType("board"), "core": types.ModuleType("core")}
    for name in ("board", "core"):
        made[name].__path__ = []
    with unittest.mock.patch.dict(sys.modules, made):
        for path, source in modules.items():
            name = path.removesuffix(".py").replace("/", ".")
            module = sys.modules[name] = types.ModuleType(name)
            module.__package__ = name.partition(".")[0]
            setattr(sys.modules[module.__package__], name.rpartition(".")[2], module)
            module.__dict__["const"] = lambda value: value
            if path != "board/late.py" or "board/tools.py" in modules:
                exec(source, module.__dict__)  # noqa: S102 (the modules above)
        if "board/tools.py" not in modules:
            exec(modules["board/late.py"], sys.modules["board.late"].__dict__)  # noqa: S102 (the module above)
        answer: object = sys.modules["board.main"].run()
        return answer


def test_a_merged_app_does_the_same() -> None:
    together, _ = lean.trim(APP, {}, "board/main.py")
    assert set(together) == {"board/main.py", "board/late.py"}
    assert run_app(together) == run_app(APP)
    # Constants stand where they are used, and what nobody else takes has no long name.
    assert "FACTOR =" not in together["board/main.py"]
    for gone in ("describe_", "Meter", "_helper"):
        assert gone not in together["board/main.py"]


def test_modules_that_import_each_other_are_refused() -> None:
    circle = {"board/a.py": "from . import b", "board/b.py": "from . import a"}
    with pytest.raises(ValueError, match="imports itself"):
        lean.trim(circle, {}, "board/a.py")


def test_what_is_to_be_left_out_has_to_be_there() -> None:
    with pytest.raises(ValueError, match=r"Thing\.gone is not there"):
        lean.trim({"module.py": MODULE}, {"module.py": ("Thing.gone",)})


def test_no_name_of_ours_makes_the_compiler_write_another_call() -> None:
    """In a method, MicroPython gives whatever is called `super` the class and the object."""
    names = "\n".join(f"def _part_{number}(): return {number}" for number in range(500))
    calls = ", ".join(f"_part_{number}()" for number in range(500))
    source = f"{names}\nclass Whole:\n    def all(self): return ({calls})\n"
    shortened, _ = lean.trim({"app.py": source}, {})
    assert "def super(" not in shortened["app.py"]
    assert "_part_" not in shortened["app.py"]
