"""Makes one file of a script's modules: the page of a board and Home Assistant's card take one request.

It knows what our modules use and refuses the rest; a packer of JavaScript would have to come with Home Assistant.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import (?:(\{[^}]*\}) from )?"\./((?:[\w-]+/)?[\w.-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
# Comments that stand alone, as all of ours do; what a browser does not need.
_COMMENTS = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/)(?:.|\n))*\*/|//.*)[ \t]*\n", re.MULTILINE)
_CAST = re.compile(r"/\*\* @type \{.*?\} \*/ ")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def script(entry: Path) -> str:
    """A module and all that it imports, as one module.

    Each becomes a function that gives what the module exports, so that their private names do not meet.

    :raises ValueError: modules import each other in a circle, or one exports something in another way than by
        `export` before a function, class or constant.
    """
    made: dict[str, str] = {}
    _add(entry, made, [])
    return "".join(made.values())


def _add(path: Path, made: dict[str, str], importers: list[str]) -> None:
    if path.name in importers:
        raise ValueError(f"{path.name} imports itself by way of {importers}")
    if path.name in made:
        return
    source = _without_comments(path.read_text())
    imports = _IMPORT.findall(source)
    for _, name in imports:
        _add(path.parent / name, made, [*importers, path.name])
    exports = _EXPORT.findall(source)
    body = _EXPORT.sub("", _IMPORT.sub("", source))
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{path.name} imports or exports in a way that is not understood")
    imported = "".join(f"const {names} = {_variable(name)};\n" for names, name in imports if names)
    given = ", ".join(exports)
    made[path.name] = f"const {_variable(path.name)} = (() => {{\n{imported}{body}return {{ {given} }};\n}})();\n"


def _variable(name: str) -> str:
    """The name that holds what a module exports."""
    return "$" + name.rpartition("/")[2].removesuffix(".js").replace("-", "_")


def _without_comments(source: str) -> str:
    return _INDENT.sub("", _CAST.sub("", _COMMENTS.sub("", source)))
