"""How the pages get onto the board."""

import gzip
import re
from pathlib import Path

import pages
import pytest

from tests.firmware.twin import ROOT

WWW = ROOT / "firmware" / "www"


@pytest.fixture(scope="module")
def ready() -> dict[str, str]:
    """The text of what the board serves to a browser."""
    packed = {name: content for name, content in pages.ready(WWW).items() if name.endswith(".gz")}
    return {name: gzip.decompress(content).decode() for name, content in packed.items()}


def test_the_page_takes_two_requests(ready: dict[str, str]) -> None:
    assert set(ready) >= {"index.html.gz", "app.js.gz"}
    page = ready["index.html.gz"]
    named = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert [name for name in named if not name.startswith("data:")] == [re.search(r"app\.js\?v=[0-9a-f]{8}", page)[0]]  # type: ignore[index]
    assert "import " not in ready["app.js.gz"]
    assert "url(" not in page


def test_all_of_it_is_small() -> None:
    sizes = {name: len(content) for name, content in pages.ready(WWW).items()}
    assert sizes["index.html.gz"] < 6_000
    assert sizes["app.js.gz"] < 30_000


def test_the_chart_is_small(tmp_path: Path) -> None:
    chart = pages.script(WWW / "chart" / "quarter-chart.js")
    assert len(chart) < 40_000
    assert len(gzip.compress(chart.encode())) < 13_000


def test_the_address_changes_with_the_content(tmp_path: Path) -> None:
    def address(script: str) -> str:
        (tmp_path / "a.js").write_text(script)
        (tmp_path / "index.html").write_text('<script type="module" src="a.js"></script>')
        return gzip.decompress(pages.ready(tmp_path)["index.html.gz"]).decode()

    assert address("1;\n") == address("// Why.\n1;\n") != address("2;\n")


def test_modules_become_one(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "low-er.js").write_text("/** What. */\nexport const LOW = 1;\nconst mine = 2;\n")
    (tmp_path / "b.js").write_text(
        'import { LOW } from "./deep/low-er.js";\n\nconst mine = LOW;\nexport async function b() {\n  return mine;\n}\n'
    )
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { LOW } from "./deep/low-er.js";\nb(LOW);\n')
    assert pages.script(tmp_path / "a.js") == (
        "const $low_er=(()=>{const b=1;const c=2;return{a:b}})();\n"
        "const $b=(()=>{const{a:c}=$low_er;const e=c;async function b(){return e}\nreturn{a:b}})();\n"
        "const $a=(()=>{const{a:b}=$b;const{a:c}=$low_er;b(c);return{}})();\n"
    )


@pytest.mark.parametrize(
    ("one", "other", "complaint"),
    [
        ('import { b } from "./b.js";\n', 'import { a } from "./a.js";\n', "imports itself"),
        ('import { b } from "./b.js";\n', "export default 1;\n", "not understood"),
        ('import { c } from "./b.js";\n', "export const b = 1;\n", "does not export"),
        ('import b from "./b.js";\n', "export const b = 1;\n", "not understood"),
    ],
)
def test_what_cannot_become_one_is_refused(tmp_path: Path, one: str, other: str, complaint: str) -> None:
    (tmp_path / "a.js").write_text(one)
    (tmp_path / "b.js").write_text(other)
    with pytest.raises(ValueError, match=complaint):
        pages.script(tmp_path / "a.js")


def test_every_language_says_everything() -> None:
    """Texts with the same places in them; that none is missing, the types say."""
    source = (WWW / "texts.js").read_text()
    languages = re.findall(r"^const (EN|NL|FR|DE) = \{(.*?)^\};", source, re.MULTILINE | re.DOTALL)
    assert len(languages) == 4
    tables = []
    for _, body in languages:
        texts = re.findall(r'^  (\w+):\s*((?:"[^"]*"[\s+]*)+),$', body, re.MULTILINE)
        tables.append({name: set(re.findall(r"\{\w+\}", text)) for name, text in texts})
    assert len(tables[0]) > 100
    assert tables[0] == tables[1] == tables[2] == tables[3]


@pytest.mark.parametrize("name", ["card-texts", "chart-texts"])
def test_every_file_of_a_language_says_everything(name: str) -> None:
    tables = []
    for language in ("en", "nl", "fr", "de"):
        source = (WWW / "chart" / f"{name}-{language}.js").read_text()
        texts = re.findall(r'^  (\w+): "(.*)",$', source, re.MULTILINE)
        tables.append({key: set(re.findall(r"\{\w+\}", text)) for key, text in texts})
    assert len(tables[0]) > 15
    assert tables[0] == tables[1] == tables[2] == tables[3]


@pytest.mark.parametrize("name", ["card-past-texts", "card-editor"])
def test_every_language_of_a_file_says_everything(name: str) -> None:
    source = (WWW / "chart" / f"{name}.js").read_text()
    tables = []
    for language in ("en", "nl", "fr", "de"):
        body = re.search(rf"^  {language}: \{{\n(.*?)^  \}},", source, re.MULTILINE | re.DOTALL)
        assert body
        texts = re.findall(r'^    (\w+): "(.*)",$', body[1], re.MULTILINE)
        tables.append({key: set(re.findall(r"\{\w+\}", text)) for key, text in texts})
    assert len(tables[0]) > 3
    assert tables[0] == tables[1] == tables[2] == tables[3]
