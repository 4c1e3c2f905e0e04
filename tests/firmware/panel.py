"""What is connected to a board's pins: a light to look at, a button to hold."""

import json
from pathlib import Path


class Panel:
    """The folder of `firmware/twin/stand_ins/panel.py`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder

    def outputs(self, what: str) -> list[list[int]]:
        """The values of every output of a kind so far, the oldest first."""
        file = self.folder / "outputs.txt"
        lines = file.read_text().splitlines() if file.exists() else []
        words = [line.split() for line in lines]
        return [[int(value) for value in values] for _, name, *values in words if name == what]

    def light(self, pin: int) -> list[int]:
        """How bright the light was, one level after the other, of 65,535."""
        return [level for number, level in self.outputs("pwm") if number == pin]

    def set(self, **inputs: object) -> None:
        """Change what comes in; pins by `p` and their number."""
        temporary = self.folder / "inputs.tmp"
        temporary.write_text(
            json.dumps({name[1:] if name[1:].isdigit() else name: value for name, value in inputs.items()})
        )
        # At no moment is it half of it.
        temporary.rename(self.folder / "inputs.json")
