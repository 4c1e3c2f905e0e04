"""Modules become shorter and stay what they are."""

from pathlib import Path

import pytest
from frontend.bundle import parts, script
from frontend.pack import packed
from playwright.sync_api import Browser

FRONTEND = Path(__file__).parents[2] / "custom_components" / "digimon" / "frontend"


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("// Why.\nlet x = 1; // one\n/* two */ x += 2;\n", "let x=1;x+=2;"),
        # A line end that may be the end of a statement stays one.
        ("x\n++y\n", "x\n++y"),
        ("f()\n[1].g()\n", "f()\n[1].g()"),
        ("return\nx\n", "return\nx"),
        ("x =\n  1 +\n  2;\n", "x=1+2;"),
        ("if (x) {\n  f();\n}\ng();\n", "if(x){f()}\ng();"),
        ("while (f());\n", "while(f());"),
        ("{ while (f()); }", "{while(f());}"),
        ("f(\n  x,\n  { y: 1, },\n  [, 2, ,],\n);\n", "f(x,{y:1},[,2,,]);"),
        ("x = a + +b - -c;", "x=a+ +b- -c;"),
        # A slash that divides, and one that begins a pattern.
        ("x = (a) / b / c;", "x=(a)/b/c;"),
        ("x = / {2}[/`]/.test(y) ? '/ * /' : \"//\";", "x=/ {2}[/`]/.test(y)?'/ * /':\"//\";"),
        ("return /a  b/;", "return/a  b/;"),
        # Templates, with code in them and templates in that.
        ("x = `a  ${b  +  `c  ${ d }`}  e`;", "x=`a  ${b+`c  ${d}`}  e`;"),
        ("x = `a\n    b`;", "x=`a\nb`;"),
        ("x = `\\`${y}\\``;", "x=`\\`${y}\\``;"),
        # Names.
        ("const number = 1;\nf(number, x.number, { number, y: number });", "const a=1;f(a,x.number,{number:a,y:a});"),
        ("const { size, other: mine = 2 } = x;\nsize + mine;", "const{size:b,other:a=2}=x;b+a;"),
        ("const [first, second] = x;\nfirst + second;", "const[a,b]=x;a+b;"),
        ("(one, { two }, ...three) => one + two + three[0];", "(a,{two:c},...b)=>a+c+b[0];"),
        ("const a = 1, long = b;", "const a=1,long=b;"),
        (
            "class Room {\n  size = 1;\n  #door = 2;\n  open(key) {\n    return this.#door + key + this.size;\n  }\n}",
            "class b{size=1;#a=2;open(a){return this.#a+a+this.size}}",
        ),
        (
            "const x1 = { get size() { return 1; }, grow(by) { return by; } };",
            "const b={get size(){return 1},grow(a){return a}};",
        ),
        ("const yes = 1;\nx = z ? yes : no;\ny = { yes: yes };", "const a=1;x=z?a:no;y={yes:a};"),
        ("function open(document) { return document; }", "function a(document){return document}"),
        ("try { f(); } catch (error) { g(error); }", "try{f()}catch(a){g(a)}"),
    ],
)
def test_what_means_nothing_goes(source: str, short: str) -> None:
    assert packed(source) == short


def test_a_style_sheet_keeps_the_spaces_that_mean_something() -> None:
    sheet = "export const S = `\n/* why */\na :hover, b > c {\n  width: calc(1px + 2px);\n  margin: 0 auto;\n}\n`;"
    assert packed(sheet, style=True) == "export const S=` a :hover,b > c{width:calc(1px + 2px);margin:0 auto}`;"


@pytest.mark.parametrize("source", ["x = `a", "x = 'a", "x = \\"])
def test_what_is_not_understood_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        packed(source)


def test_a_part_that_comes_later_takes_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "shared.js").write_text("export const SHARED = [];\n")
    (tmp_path / "own.js").write_text("export const OWN = 1;\n")
    (tmp_path / "late.js").write_text(
        'import { SHARED } from "./shared.js";\nimport { OWN } from "./own.js";\nexport const LATE = [SHARED, OWN];\n'
    )
    (tmp_path / "a.js").write_text('import { SHARED } from "./shared.js";\nf(() => import("./late.js"), SHARED);\n')
    made = parts(tmp_path / "a.js")
    assert list(made) == ["a.js", "late.js"]
    assert "OWN" not in made["a.js"]
    assert "$shared=" not in made["late.js"]
    assert made["late.js"].startswith("let made;\nexport const make=({$shared})=>")
    before = made["a.js"]
    (tmp_path / "own.js").write_text("export const OWN = 2;\n")
    # The address of the part changes with it, and so does what names it.
    assert parts(tmp_path / "a.js")["a.js"] != before


def test_a_part_of_a_part_is_refused(tmp_path: Path) -> None:
    (tmp_path / "late.js").write_text('f(() => import("./later.js"));\n')
    (tmp_path / "later.js").write_text("export const A = 1;\n")
    (tmp_path / "a.js").write_text('f(() => import("./late.js"));\n')
    with pytest.raises(ValueError, match="comes later itself"):
        parts(tmp_path / "a.js")


@pytest.mark.browser
def test_the_calendar_gives_the_same_short_and_long(browser: Browser) -> None:
    """Each module on its own, in a browser: what it exports, and what its functions of numbers answer."""
    told = """async ([text, name]) => {
        const module = await import(URL.createObjectURL(new Blob([text], {type: "text/javascript"})));
        const exported = module[name] ?? module;
        const ids = [436408139, 436408064, 453902848, 437059075];
        return Object.values(exported).map(value => JSON.stringify(typeof value === "function"
            ? ids.map(id => { try { return value(id) } catch (error) { return error.name } })
            : value)).sort();
    }"""
    page = browser.new_page()
    for name in ("quarters", "chart-scale", "formats"):
        variable = "$" + name.replace("-", "_")
        long = page.evaluate(told, [(FRONTEND / f"{name}.js").read_text(), variable])
        short = page.evaluate(told, [f"{script(FRONTEND / f'{name}.js')}export {{ {variable} }};", variable])
        assert long
        assert long == short
    page.close()
