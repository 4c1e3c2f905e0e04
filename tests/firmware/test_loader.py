"""The loader: which of the two apps a start is for."""

from pathlib import Path

import pytest

from .flash import Flash
from .micropython import EXIT_RESET
from .twin import ROOT

START = "exec(open('main.py').read())"
GOOD = "def run():\n    print('{slot} runs')\n"


@pytest.fixture
def flash(tmp_path: Path) -> Flash:
    flash = Flash(tmp_path)
    for slot in "ab":
        (flash.path / slot / "board").mkdir(parents=True)
        (flash.path / slot / "board/__init__.py").touch()
        put(flash, slot, GOOD.format(slot=slot))
    (flash.path / "main.py").write_bytes((ROOT / "firmware/main.py").read_bytes().replace(b"sleep(3)", b"sleep(0)"))
    return flash


def put(flash: Flash, slot: str, source: str) -> None:
    (flash.path / slot / "board/main.py").write_text(source)


def start(flash: Flash) -> str:
    """Start the board once: what it says last, and `resets` if it does."""
    result = flash.run(START, None)
    assert result.returncode in (0, EXIT_RESET), result.stderr
    return "resets" if result.returncode == EXIT_RESET else result.stdout.strip()


def boot(flash: Flash) -> int:
    number: int = flash.memory["digimon/boot"]
    return number


def test_a_board_that_was_just_flashed_starts_a(flash: Flash) -> None:
    assert [start(flash) for _ in range(3)] == ["a runs"] * 3
    assert flash.memory == {}


@pytest.mark.parametrize(("good", "new"), [(0, "b"), (1, "a")])
def test_a_new_app_that_says_nothing_of_itself_is_started_three_times(flash: Flash, good: int, new: str) -> None:
    flash.memory = {"digimon/boot": good + 2 * 3}
    old = "ab"[good]
    assert [start(flash) for _ in range(5)] == [f"{new} runs"] * 3 + [f"{old} runs"] * 2
    assert boot(flash) == good


def test_an_app_that_was_found_good_is_started_from_then_on(flash: Flash) -> None:
    flash.memory = {"digimon/boot": 0 + 2 * 3}
    start(flash)
    flash.memory = {"digimon/boot": 1}
    assert [start(flash) for _ in range(4)] == ["b runs"] * 4


@pytest.mark.parametrize("broken", ["raise ImportError", "this is no Python", "from board import nothing", "1 / 0"])
def test_a_new_app_that_cannot_be_loaded_gives_way_to_the_old_one(flash: Flash, broken: str) -> None:
    put(flash, "b", broken)
    flash.memory = {"digimon/boot": 0 + 2 * 3}
    assert [start(flash) for _ in range(4)] == ["resets"] * 3 + ["a runs"]


def test_an_old_app_that_cannot_be_loaded_any_more_gives_way_to_the_other(flash: Flash) -> None:
    put(flash, "a", "damaged")
    assert start(flash) == "resets"
    assert start(flash) == "b runs"
    # And if that is none either, each is tried in turn for ever.
    put(flash, "b", "damaged")
    assert [start(flash) for _ in range(4)] == ["resets"] * 4
    put(flash, "a", GOOD.format(slot="a"))
    assert "a runs" in [start(flash) for _ in range(2)]


def test_a_board_without_a_second_app_goes_on_with_the_first(flash: Flash) -> None:
    (flash.path / "b").rename(flash.path / "c")
    flash.memory = {"digimon/boot": 0 + 2 * 3}
    assert [start(flash) for _ in range(4)] == ["resets"] * 3 + ["a runs"]


def test_the_watchdog_waits_for_the_app_already(flash: Flash) -> None:
    (flash.path / "a/board/main.py").write_text("import machine\ndef run(): print(machine.asked)\n")
    result = flash.run(
        "import machine\nmachine.WDT = lambda timeout: setattr(machine, 'asked', timeout)\n" + START, None
    )
    assert result.stdout == "30000\n", result.stderr


@pytest.mark.parametrize(
    ("slot", "memory", "trial"),
    [
        ("a", {}, "False"),
        ("b", {"digimon/boot": 4, "digimon/tried": 1}, "True"),
        ("b", {"digimon/boot": 0, "digimon/tried": 1}, "True"),
        ("b", {"digimon/boot": 1, "digimon/tried": 0}, "False"),
        ("a", {"digimon/boot": 1, "digimon/tried": 1}, "True"),
    ],
)
def test_an_app_knows_whether_it_is_on_trial_and_stays_by_saying_so(
    flash: Flash, slot: str, memory: dict[str, int], trial: str
) -> None:
    flash.memory = memory
    for name in ("slots.py",):
        (flash.path / slot / "board" / name).write_bytes((ROOT / "firmware/board" / name).read_bytes())
    result = flash.run(
        "from board import slots\nprint(slots.on_trial())\nslots.confirm()\nprint(slots.on_trial())", slot
    )
    assert result.stdout == f"{trial}\nFalse\n", result.stderr
    assert boot(flash) == "ab".index(slot)


def test_an_app_tells_once_that_the_update_before_it_failed(flash: Flash) -> None:
    flash.memory = {"digimon/boot": 0, "digimon/tried": 1}
    (flash.path / "a/board/slots.py").write_bytes((ROOT / "firmware/board/slots.py").read_bytes())
    script = "from board import slots\nclass Log:\n    def write(self, text): print(text)\nslots.report(Log())"
    assert flash.run(script).stdout == "update: the new version did not hold, back to the one before\n"
    assert flash.run(script).stdout == ""
