"""Reads what the tests want to know of the repository's Markdown."""

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = "https://github.com/digimon-energy/digimon"

_FENCE = re.compile(r"^ *```(\w*)$")
_LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A block of code and the name of its language."""

    language: str
    text: str


@dataclass(frozen=True)
class Document:
    """A file in parts: its prose without code, and the code."""

    path: Path
    prose: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Level and text of each heading."""
        found = [re.match(r"(#+) (.+)", line) for line in self.prose]
        return [(len(match[1]), match[2].strip()) for match in found if match]

    @property
    def anchors(self) -> set[str]:
        """What a link can point at in this document."""
        return {anchor(text) for _, text in self.headings}

    @property
    def links(self) -> list[str]:
        """The targets of all links and pictures."""
        return [target for line in self.prose for target in _LINK.findall(line)]

    def tables(self) -> list[list[list[str]]]:
        """Every table as rows of cells, the line under its head left out."""
        tables: list[list[list[str]]] = [[]]
        for line in (*self.prose, ""):
            if not line.startswith("|"):
                if tables[-1]:
                    tables.append([])
            elif not re.fullmatch(r"[|:\- ]+", line):
                tables[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        return tables[:-1]


def anchor(heading: str) -> str:
    """The name that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


@cache
def read(name: str) -> Document:
    """A document by its path from the root."""
    prose: list[str] = []
    blocks: list[Block] = []
    code: list[str] | None = None
    language = ""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        fence = _FENCE.match(line)
        if code is not None and fence and not fence[1]:
            blocks.append(Block(language, "\n".join(code)))
            code = None
        elif code is not None:
            code.append(line)
        elif fence:
            code, language = [], fence[1]
        else:
            prose.append(line)
    assert code is None, f"{name} has a block of code without end"
    return Document(ROOT / name, tuple(prose), tuple(blocks))


@cache
def files() -> frozenset[str]:
    """The files of the repository, also new ones, by their path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return frozenset(name for name in listed if (ROOT / name).exists())
