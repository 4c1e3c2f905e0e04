"""Makes few files of a script's modules: the page of a board takes one, Home Assistant's card one and what it asks for.

It knows what our modules use and refuses the rest; a packer of JavaScript would have to come with Home Assistant.
"""

import hashlib
import re
from pathlib import Path

# The board's build and Home Assistant know this folder by different names.
from .names import short_names
from .pack import packed

_IMPORT = re.compile(r'^import (?:(\{[^}]*\}) from )?"\./((?:[\w-]+/)?[\w.-]+)";\n', re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([\w.-]+)"\)')
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
# Comments that stand alone, as all of ours do; what they say of imports is none.
_COMMENTS = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/)(?:.|\n))*\*/|//.*)[ \t]*\n", re.MULTILINE)
_CAST = re.compile(r"/\*\* @type \{.*?\} \*/ ")

_HASH_DIGITS = 8


def version_of(text: str) -> str:
    """What the address of a file changes with."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def script(entry: Path) -> str:
    """A module and all that it imports, now or later, as one module.

    Each becomes a function that gives what the module exports, so that their private names do not meet.

    :raises ValueError: modules import each other in a circle, or one exports something in another way than by
        `export` before a function, class or constant.
    """
    bundle = _Bundle(inline=True)
    bundle.add(entry)
    return bundle.text


def parts(entry: Path) -> dict[str, str]:
    """A module with all that it imports, and one file for each that it imports only later.

    A file that comes later exports `make`, which takes the modules that the first one has and gives what the module
    exports. Its address has a version: what the server has by then may be another one.

    :returns: texts by name, the first that of the entry.
    :raises ValueError: as `script`; or what is imported later imports something later still.
    """
    first = _Bundle(inline=False)
    first.add(entry)
    made = {entry.name: ""}
    text = first.text
    for path in first.later:
        part = _Bundle(inline=False, known=first)
        part.add(path, by_name=True)
        if part.later:
            raise ValueError(f"{path.name} imports something later, and comes later itself")
        body = f"{part.text}return {_variable(path.name)};\n"
        taken = ",".join(sorted(_variable(name) for name in part.taken))
        made[path.name] = f"let made;\nexport const make=({{{taken}}})=>made??=(()=>{{{body}}})();\n"
        text = text.replace(_placeholder(path.name), f'$part("{path.name}?v={version_of(made[path.name])}")')
    if first.later:
        known = ",".join(_variable(name) for name in first.modules)
        text += f"function $part(n){{return import(`./${{n}}`).then(({{make}})=>make({{{known}}}));}}\n"
    made[entry.name] = text
    return made


class _Bundle:
    """Modules in an order in which each finds what it imports."""

    def __init__(self, *, inline: bool, known: _Bundle | None = None) -> None:
        """:param inline: whether what is imported later becomes part of it.

        :param known: what is there already.
        """
        self.modules: dict[str, str] = {}
        self.later: list[Path] = []
        self.taken: set[str] = set()
        self._inline = inline
        self._known = known
        # By module: what it exports, and under which name it gives that.
        self.exports: dict[str, dict[str, str]] = {} if known is None else dict(known.exports)

    @property
    def text(self) -> str:
        return "".join(self.modules.values())

    def add(self, path: Path, importers: tuple[str, ...] = (), *, by_name: bool = False) -> None:
        """Add a module and what it imports.

        :param by_name: whether what it exports is asked for by its names; of all others only we know them.
        """
        if path.name in importers:
            raise ValueError(f"{path.name} imports itself by way of {importers}")
        if self._known is not None and path.name in self._known.modules:
            self.taken.add(path.name)
            return
        if path.name in self.modules:
            return
        source = _CAST.sub("", _COMMENTS.sub("", path.read_text()))
        imports = _IMPORT.findall(source)
        for _, name in imports:
            self.add(path.parent / name, (*importers, path.name))
        later = [path.parent / name for name in _LATER.findall(source)]
        for module in later:
            if self._inline:
                self.add(module, (*importers, path.name), by_name=True)
            elif module not in self.later:
                self.later.append(module)
        exports = _EXPORT.findall(source)
        self.exports[path.name] = dict(zip(exports, exports if by_name else short_names(), strict=False))
        self.modules[path.name] = self._module(path, source, imports)

    def _module(self, path: Path, source: str, imports: list[tuple[str, str]]) -> str:
        body = _EXPORT.sub("", _IMPORT.sub("", source))
        if re.search(r"^(import|export)\b", body, re.MULTILINE):
            raise ValueError(f"{path.name} imports or exports in a way that is not understood")
        body = _LATER.sub(
            lambda found: f"Promise.resolve({_variable(found[1])})" if self._inline else _placeholder(found[1]), body
        )
        imported = "".join(self._import(path, names, name) for names, name in imports if names)
        given = ",".join(f"{name}:{export}" for export, name in self.exports[path.name].items())
        whole = packed(f"{imported}{body}return{{{given}}};", style=path.stem.endswith("-style"))
        return f"const {_variable(path.name)}=(()=>{{{whole.removesuffix(';')}}})();\n"

    def _import(self, path: Path, names: str, module: str) -> str:
        given = self.exports[module.rpartition("/")[2]]
        wanted = [name.strip() for name in names.strip("{}").split(",") if name.strip()]
        if unknown := [name for name in wanted if name not in given]:
            raise ValueError(f"{path.name} imports what {module} does not export: {unknown}")
        return f"const{{{','.join(f'{given[name]}:{name}' for name in wanted)}}}={_variable(module)};\n"


def _variable(name: str) -> str:
    """The name that holds what a module exports."""
    return "$" + name.rpartition("/")[2].removesuffix(".js").replace("-", "_")


def _placeholder(name: str) -> str:
    return f"$later{_variable(name)}"
