"""Makes the board's pages ready for its flash: few files, compressed, so that a browser takes one or two requests.

A board serves five clients, one request per connection, and a browser would ask for all modules of a page at once. So
the style becomes part of the page, and the modules that a script imports become one file with it. A page names its
script with a hash of the content, which a browser may therefore keep for ever.
"""

import gzip
import hashlib
import re
from pathlib import Path

_STYLE = re.compile(r'<link rel="stylesheet" href="([\w.-]+)">')
_SCRIPT = re.compile(r'<script type="module" src="([\w.-]+)">')
_IMPORT = re.compile(r'^import (?:(\{[^}]*\}) from )?"\./((?:[\w-]+/)?[\w.-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
# Comments that stand alone, as all of ours do; what a browser does not need.
_COMMENTS = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/)(?:.|\n))*\*/|//.*)[ \t]*\n", re.MULTILINE)
_CAST = re.compile(r"/\*\* @type \{.*?\} \*/ ")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)

_HASH_DIGITS = 8


def ready(folder: Path) -> dict[str, bytes]:
    """What the board serves, compressed, by name.

    :param folder: the sources: pages, and what they name.
    """
    files: dict[str, str] = {}
    for page in sorted(folder.glob("*.html")):
        text = _STYLE.sub(lambda found: f"<style>\n{_plain(folder / found[1])}</style>", page.read_text())
        for name in _SCRIPT.findall(text):
            files[name] = script(folder / name)
            digest = hashlib.sha256(files[name].encode()).hexdigest()[:_HASH_DIGITS]
            text = text.replace(f'src="{name}"', f'src="{name}?v={digest}"')
        files[page.name] = _INDENT.sub("", text)
    # Without a time, so that the same sources give the same bytes.
    return {f"{name}.gz": gzip.compress(text.encode(), mtime=0) for name, text in files.items()}


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


def _plain(path: Path) -> str:
    return _INDENT.sub("", re.sub(r"/\*.*?\*/\n?", "", path.read_text(), flags=re.DOTALL))
