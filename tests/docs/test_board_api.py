"""docs/board-api.md says what the code does."""

import json
import re

import pytest

from core.clock import quarter_path, quarter_start
from core.obis import decode
from core.quarter import read_document
from core.telegram import TelegramSplitter

from .markdown import ROOT, read

DOCUMENT = read("docs/board-api.md")
EXAMPLES = [json.loads(block.text) for block in DOCUMENT.blocks if block.language == "json"]


def telegram() -> bytes:
    (block,) = (block for block in DOCUMENT.blocks if block.language == "text")
    return block.text.replace("\n", "\r\n").encode()


def test_the_telegram_is_a_good_one() -> None:
    assert TelegramSplitter().feed(telegram()) == [telegram()]


def test_the_telegram_gives_the_document_that_stands_under_it() -> None:
    (example,) = (example for example in EXAMPLES if "phases" in example)
    assert decode(telegram()) == example


def test_the_quarter_document_is_one_to_the_byte() -> None:
    (block,) = (block for block in DOCUMENT.blocks if "consumed_power_interval_avgs" in block.text)
    assert "".join(read_document(block.text).document()) == block.text


def test_the_quarter_ids_are_those_of_their_files() -> None:
    (table,) = (table for table in DOCUMENT.tables() if table[0][1] == "id")
    for path, quarter_id, start in table[1:]:
        assert quarter_path(int(quarter_id)) == path.strip("`")
        utc = quarter_start(int(quarter_id))
        assert f"{utc // 3600 % 24:02d}:{utc // 60 % 60:02d}" == start.split()[1]


def test_every_path_of_the_board_is_described() -> None:
    sources = ((ROOT / "firmware" / "board" / name).read_text(encoding="utf-8") for name in ("api.py", "writing.py"))
    paths = [path for source in sources for path in re.findall(r'^ {4,8}\("(/[^"]*)", _', source, re.MULTILINE)]
    assert len(paths) > 15
    described = "\n".join(row[0] for table in DOCUMENT.tables() for row in table)
    for path in paths:
        assert re.search(rf"(?<![\w/]){re.escape(path)}(?![\w/])", described), path


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("_LONGEST_HEAD", r"A request of more than ([\d,]+) bytes"),
        ("LONGEST_BODY", r"a body of more than ([\d,]+) bytes 413"),
    ],
)
def test_a_limit_of_the_board_is_the_one_that_is_told(number: str, sentence: str) -> None:
    source = (ROOT / "firmware" / "board" / "web.py").read_text(encoding="utf-8")
    (limit,) = re.findall(rf"^{number} = (\d+)$", source, re.MULTILINE)
    (told,) = re.findall(sentence, " ".join((ROOT / "docs/board-api.md").read_text(encoding="utf-8").split()))
    assert int(told.replace(",", "")) == int(limit)


@pytest.mark.parametrize("key", sorted(decode(telegram())))
def test_every_key_of_a_telegram_is_explained(key: str) -> None:
    (table,) = (table for table in DOCUMENT.tables() if table[0][:2] == ["key", "OBIS"])
    explained = " ".join(row[0] for row in table[1:])
    assert f"`{key}`" in explained or f"`{key.rpartition('_')[0]}_t1`, `_{key.rpartition('_')[2]}`" in explained
