"""Bytes that nobody meant, made from ones that somebody did, and put to the board's parsers in bulk."""

import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack
from typing import Any

from .micropython import staged
from .telegrams import crc
from .twin import ROOT, environment

# Cases go to the board in files of so many.
_BATCH = 2000
# After so many cases every module is loaded, and what the heap holds is what it holds for good.
_SETTLED = 500
_LONGEST_CASE = 0xFFFF

type Mutation = Callable[[random.Random, bytes], bytes]


def _flip(chance: random.Random, data: bytes) -> bytes:
    """Some bits are others."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _replace(chance: random.Random, data: bytes) -> bytes:
    """A byte is any other."""
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.randbytes(1) + data[place + 1 :]


def _cut(chance: random.Random, data: bytes) -> bytes:
    """The end is missing, or the beginning."""
    place = chance.randrange(len(data) + 1)
    return data[:place] if chance.random() < 0.7 else data[place:]


def _remove(chance: random.Random, data: bytes) -> bytes:
    """A part is missing."""
    place = chance.randrange(len(data) + 1)
    return data[:place] + data[place + chance.randrange(1, 40) :]


def _insert(chance: random.Random, data: bytes) -> bytes:
    """Something stands in between."""
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.randbytes(chance.choice((1, 2, 4, 30))) + data[place:]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    """A part comes again, and again."""
    place = chance.randrange(len(data) + 1)
    part = data[place : place + chance.randrange(1, 40)]
    return data[:place] + part * chance.choice((2, 3, 50)) + data[place:]


def _join(chance: random.Random, data: bytes) -> bytes:
    """Two halves that do not belong together."""
    return data[: chance.randrange(len(data) + 1)] + data[chance.randrange(len(data) + 1) :]


_MUTATIONS: tuple[Mutation, ...] = (_flip, _flip, _replace, _cut, _remove, _insert, _repeat, _join)


@dataclass
class Corpus:
    """What cases are made from.

    :ivar seeds: what is meant to come.
    :ivar words: pieces of the language, any of which may be anywhere.
    :ivar longest: bytes, of what can come in one piece.
    :ivar first: a case that goes before all others.
    :ivar close: makes what was changed right again in the way that is checked first.
    """

    seeds: list[bytes]
    words: list[bytes]
    longest: int
    first: bytes | None = None
    close: Callable[[bytes], bytes] | None = None

    def cases(self, chance: random.Random, number: int) -> Iterator[bytes]:
        for _ in range(number):
            case = self._case(chance)
            if self.close is not None and chance.random() < 0.5:
                case = self.close(case)
            yield case[: min(self.longest, _LONGEST_CASE)]

    def _case(self, chance: random.Random) -> bytes:
        kind = chance.random()
        if kind < 0.05:
            return chance.randbytes(chance.randrange(self.longest))
        if kind < 0.15:
            return b"".join(chance.choice(self.words) for _ in range(chance.randrange(60)))
        case = chance.choice(self.seeds)
        for _ in range(chance.choice((1, 1, 2, 3, 6))):
            if chance.random() < 0.3:
                place = chance.randrange(len(case) + 1)
                case = case[:place] + chance.choice(self.words) + case[place + chance.choice((0, 0, 5)) :]
            else:
                case = chance.choice(_MUTATIONS)(chance, case)
        return case


# CRC-16/ARC of each byte by itself: bit by bit takes longer than the board needs for all the rest.
_CRC = [crc(bytes([byte])) for byte in range(256)]


def closed(data: bytes) -> bytes:
    """A telegram with the CRC that belongs to it."""
    body = data[: end + 1] if (end := data.rfind(b"!")) >= 0 else data + b"!"
    value = 0
    for byte in body[max(body.find(b"/"), 0) :]:
        value = value >> 8 ^ _CRC[(value ^ byte) & 0xFF]
    return body + f"{value:04X}\r\n".encode()


@dataclass
class Result:
    """What became of all cases of a parser."""

    cases: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    grown: int = 0


class Parsers:
    """on_board/fuzz.py, which runs until it is told to stop."""

    def __init__(self, folder: Path, heap: str = "400k") -> None:
        self._folder = folder
        build = staged()
        memory = folder / "nvs.json"
        memory.write_text("{}")
        uart = os.open(os.devnull, os.O_RDONLY)
        told = {
            "card": None,
            "uart": uart,
            "control": 0,
            "nvs": str(memory),
            "address": "127.0.0.1",
            "mac": "020000123456",
            "chip": "00112233445566778899aabbccddeeff",
            "reset_cause": 1,
        }
        self._process = subprocess.Popen(
            [environment("MICROPYTHON32"), "-X", f"heapsize={heap}", ROOT / "tests/firmware/on_board/fuzz.py"],
            cwd=build / "app",
            env={"MICROPYPATH": f"{build}/app:{build}/twin:.frozen", "DIGIMON_TWIN": json.dumps(told)},
            pass_fds=(uart,),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        os.close(uart)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def take(self, parser: str, corpus: Corpus, chance: random.Random, number: int) -> Result:
        """Put so many cases to a parser."""
        result = Result()
        while result.cases < number:
            cases = list(corpus.cases(chance, min(_BATCH, number - result.cases)))
            answer = self._ask(parser, [corpus.first, *cases] if corpus.first is not None else cases)
            result.cases += len(cases)
            result.verdicts.update(answer["verdicts"])
            result.grown = max(result.grown, answer["grown"])
            offset = 1 if corpus.first is not None else 0
            result.failures += [f"{cases[place - offset]!r}\n{text}" for place, text in answer["failures"]]
        return result

    def _ask(self, parser: str, cases: list[bytes]) -> Any:
        file = self._folder / "cases"
        file.write_bytes(b"".join(pack("<H", len(case)) + case for case in cases))
        command = {"parser": parser, "cases": str(file), "settled": _SETTLED}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        said = []
        for line in self._process.stdout:
            if line.startswith("="):
                return json.loads(line[1:])
            said.append(line)
        raise AssertionError("".join(said))
