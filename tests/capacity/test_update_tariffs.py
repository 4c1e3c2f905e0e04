"""The yearly workbook of the regulator, made here as its parts are known to be."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from custom_components.digimon.capacity.rates import RATES_FILE, Area, Rates, parse_rates, read_rates
from scripts.lib.tariffs.__main__ import main, write
from scripts.lib.tariffs.regulator import SHEET, merge
from scripts.lib.tariffs.workbook import Row, WorkbookError, read_sheet

COLUMNS = "DEFGHIJK"
NAMES = (
    "Fluvius Antwerpen",
    "Fluvius Halle-Vilvoorde",
    "Fluvius Imewo",
    "Fluvius Kempen",
    "Fluvius Limburg",
    "Fluvius Midden-Vlaanderen",
    "Fluvius West",
    "Fluvius Zenne-Dijle",
)


def amounts(first: str) -> Row:
    """A value per area, each a little higher than the one before."""
    return {column: str(Decimal(first) + number) for number, column in enumerate(COLUMNS)}


def sheet() -> list[Row]:
    """The rows of a sheet for 2027."""
    return [
        {"A": "Distributienettarieven elektriciteit 2027"},
        dict(zip(COLUMNS, NAMES, strict=True)),
        {"A": "Exclusief btw", "B": "Analoge meter"},
        {"B": "Capaciteitstarief - vaste term", "C": "EUR/jaar", **amounts("125")},
        {"B": "Totaal kWh-tarief", "C": "EUR/MWh", **amounts("90")},
        {"A": "Exclusief btw", "B": "Digitale meter"},
        {"B": "Capaciteitstarief - gemiddelde maandpiek", "C": "EUR/kW/jaar", **amounts("52.1234567")},
        {"B": "Totaal kWh-tarief", "C": "EUR/MWh", **amounts("51.5")},
        {"B": "Tarief databeheer", "C": "EUR/jaar", **dict.fromkeys(COLUMNS, "18.2")},
        {"A": "Inclusief 6% btw", "B": "Digitale meter"},
        {"B": "Capaciteitstarief - gemiddelde maandpiek", "C": "EUR/kW/jaar", **amounts("55")},
        {"B": "Dit tarief geldt van 01/01/2027 t.e.m. 31/12/2027."},
        {"B": "Er geldt een minimale bijdrage van 2,5 keer het capaciteitstarief."},
    ]


def workbook(rows: list[Row], *, name: str = SHEET, shared: bool = True, absolute: bool = False) -> bytes:
    """An .xlsx file of these rows as the second of two sheets; numbers as numbers."""
    texts: list[str] = []
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [f'<c r="Z{number}" s="1"/>']
        for column, text in row.items():
            place = f'r="{column}{number}"'
            if text.replace(".", "", 1).isdigit():
                cells.append(f"<c {place}><v>{text}</v></c>")
            elif shared:
                texts.append(f"<si><r><t>{escape(text[:5])}</t></r><r><t>{escape(text[5:])}</t></r></si>")
                cells.append(f'<c {place} t="s"><v>{len(texts) - 1}</v></c>')
            else:
                cells.append(f'<c {place} t="inlineStr"><is><t>{escape(text)}</t></is></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    main_space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    target = "/xl/worksheets/sheet2.xml" if absolute else "worksheets/sheet2.xml"
    parts = {
        "xl/workbook.xml": f'<workbook {main_space} {relations}><sheets><sheet name="Intro" sheetId="1" r:id="rId1"/>'
        f'<sheet name="{name}" sheetId="2" r:id="rId2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {package}><Relationship Id="rId1" Target="none.xml"/>'
        f'<Relationship Id="rId2" Target="{target}"/></Relationships>',
        "xl/worksheets/sheet2.xml": f'<worksheet {main_space}><sheetData><row r="99"/>{"".join(lines)}'
        "</sheetData></worksheet>",
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f"<sst {main_space}>{''.join(texts)}</sst>"
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return buffer.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the rates and the workbook."""
    (tmp_path / "rates.csv").write_text(RATES_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "2027.xlsx").write_bytes(workbook(sheet()))
    return tmp_path


def update(files: Path, *options: str) -> int:
    return main(
        [
            str(files / "2027.xlsx"),
            *("--rates", str(files / "rates.csv")),
            *("--accepted", str(files / "notes.txt")),
            *options,
        ]
    )


def rates_in(files: Path) -> Rates:
    return parse_rates((files / "rates.csv").read_text(encoding="utf-8").splitlines())


def digest(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.rpartition("--notes ")[2].strip()


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("absolute", [True, False])
def test_a_sheet_is_read_as_it_was_written(shared: bool, absolute: bool) -> None:  # noqa: FBT001 - parameters
    assert read_sheet(workbook(sheet(), shared=shared, absolute=absolute), SHEET) == sheet()


def test_a_year_is_added(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert update(files, "--maximum", "0.34") == 1
    assert rates_in(files) == read_rates()
    assert update(files, "--maximum", "0.34", "--notes", digest(capsys)) == 0
    rates = rates_in(files)
    assert set(read_rates().rows) < set(rates.rows)
    new = [row for row in rates.rows if row.valid_from.year == 2027]
    assert [row.area for row in new] == list(Area)
    assert [str(row.per_kw_year) for row in new[:2]] == ["52.1234567", "53.1234567"]
    assert new[0].per_kwh == Decimal("0.0515")
    assert new[0].data_management_year == Decimal("18.2")
    assert {row.maximum_per_kwh for row in new} == {Decimal("0.34")}
    assert {row.per_kwh_night for row in new} == {None}
    assert "2027" in new[0].source


def test_notes_that_were_read_need_not_be_read_again(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert update(files) == 1
    assert update(files, "--notes", digest(capsys)) == 0
    assert update(files) == 0
    before = (files / "rates.csv").read_text(encoding="utf-8")
    # The year after: other dates are no other rule.
    rows = [{column: text.replace("2027", "2028") for column, text in row.items()} for row in sheet()]
    (files / "2027.xlsx").write_bytes(workbook(rows))
    assert update(files) == 0
    assert (files / "rates.csv").read_text(encoding="utf-8").startswith(before)
    rows[-1] = {"B": f"{rows[-1]['B']} Behalve op zondag."}
    (files / "2027.xlsx").write_bytes(workbook(rows))
    assert update(files) == 1
    assert "Behalve op zondag" in capsys.readouterr().err


def without(label: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [row for row in rows if label not in row.get("B", "")]


def changed(old: str, new: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{column: text.replace(old, new) for column, text in row.items()} for row in rows]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("gemiddelde maandpiek"), "no row"),
        (without("databeheer"), "no row"),
        (without("minimale bijdrage"), "minimum"),
        (without("geldt van"), "0 periods"),
        (changed("2,5 keer", "3 keer"), "minimum"),
        (changed("31/12/2027", "30/06/2027"), "no calendar year"),
        (changed("EUR/MWh", "EUR/kWh"), "no row"),
        (changed("Fluvius Kempen", "Fluvius Iveka"), "an area"),
        (changed("Fluvius Kempen", "Fluvius West"), "an area"),
        (changed("Fluvius Kempen", "Totaal"), "no column"),
        (changed("Exclusief btw", "Zonder btw"), "0 blocks"),
        (changed("Inclusief 6% btw", "Exclusief btw"), "2 blocks"),
        (changed("52.1234567", "zie bijlage"), "no amount"),
        (changed("52.1234567", "0"), "is 0"),
        (changed("52.1234567", "4.4"), "now 4.4"),
        (changed("52.1234567", "76"), "now 76"),
        (lambda rows: [*rows, {"B": "De rest geldt van 01/07/2027 t.e.m. 31/12/2027"}], "2 periods"),
        (lambda rows: [{**row, "D": "Fluvius"} if "Fluvius" in row.get("D", "") else row for row in rows], "no column"),
        (lambda rows: [row for row in rows if "D" not in row or "C" in row], "no column"),
    ],
)
def test_what_is_not_recognised_is_refused(
    files: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[list[Row]], list[Row]],
    message: str,
) -> None:
    (files / "2027.xlsx").write_bytes(workbook(change(sheet())))
    assert update(files) == 1
    assert message in capsys.readouterr().err
    assert rates_in(files) == read_rates()


@pytest.mark.parametrize(
    "data",
    [b"no archive", workbook(sheet(), name="Gas"), workbook(sheet()).replace(b"sheet2", b"sheet3")],
    # An archive has the time in it, and two processes that share these tests have to know them by the same names.
    ids=["no archive", "no sheet of electricity", "a sheet that is not there"],
)
def test_what_is_no_such_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(WorkbookError):
        read_sheet(data, SHEET)


def test_a_missing_file_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "2027.xlsx").unlink()
    assert update(files) == 1
    assert "2027.xlsx" in capsys.readouterr().err


def test_the_file_is_written_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "rates.csv", merge((), read_rates()))
    assert (tmp_path / "rates.csv").read_text(encoding="utf-8") == RATES_FILE.read_text(encoding="utf-8")


def test_a_row_of_the_same_days_is_replaced() -> None:
    known = read_rates()
    (old,) = (row for row in known.rows if row.area is Area.WEST and row.valid_from.year == 2026)
    new = replace(old, per_kw_year=Decimal(60))
    merged = merge([new], known)
    assert len(merged) == len(known.rows)
    assert new in merged
    assert old not in merged
