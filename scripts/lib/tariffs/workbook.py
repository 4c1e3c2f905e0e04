"""Reads the cells of a sheet of an .xlsx workbook (ECMA-376): texts and numbers as they are written, nothing more."""

import re
import zipfile
from io import BytesIO

# The workbook is one that a maintainer has downloaded and looks at, and the result is looked at again.
from xml.etree import ElementTree as ET

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"

Row = dict[str, str]
"""Letter of the column -> text; empty cells are left out."""


class WorkbookError(Exception):
    """The workbook is not what we know how to read."""


def read_sheet(data: bytes, name: str) -> list[Row]:
    """The rows of a sheet that hold anything, from the top.

    :raises WorkbookError: no workbook, or none with such a sheet.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            texts = _shared_texts(archive)
            sheet = _parse(archive, _path_of(archive, name))
    except (zipfile.BadZipFile, KeyError, ET.ParseError) as error:
        raise WorkbookError(f"not a workbook: {error}") from error
    rows = (_row(row, texts) for row in sheet.iter(f"{_MAIN}row"))
    return [row for row in rows if row]


def _parse(archive: zipfile.ZipFile, path: str) -> ET.Element:
    return ET.fromstring(archive.read(path))  # noqa: S314 - see the import


def _path_of(archive: zipfile.ZipFile, name: str) -> str:
    sheets = {
        sheet.get("name", ""): sheet.get(_RELATION, "")
        for sheet in _parse(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet")
    }
    if name not in sheets:
        raise WorkbookError(f"no sheet {name!r} among {sorted(sheets)}")
    relations = _parse(archive, "xl/_rels/workbook.xml.rels").iter(f"{_PACKAGE}Relationship")
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    target = targets[sheets[name]]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(item) for item in _parse(archive, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]


def _text(element: ET.Element) -> str:
    """All pieces of a text, however it is formatted; white space as single spaces."""
    return " ".join("".join(piece.text or "" for piece in element.iter(f"{_MAIN}t")).split())


def _row(row: ET.Element, texts: list[str]) -> Row:
    cells: Row = {}
    for cell in row.iter(f"{_MAIN}c"):
        value = cell.findtext(f"{_MAIN}v") or ""
        match cell.get("t"):
            case "s":
                text = texts[int(value)]
            case "inlineStr":
                text = _text(cell)
            case _:
                text = value.strip()
        column = re.match(r"[A-Z]+", cell.get("r", ""))
        if text and column:
            cells[column[0]] = text
    return cells
