"""Leaves out of the app's modules what would only cost heap on the board.

There the bytecode and every name lie in the 112 KB that the whole app has. What is taken away changes
nothing that the app does: imports for type checkers, names of private constants (MicroPython replaces
`const` by its value, CPython does not know it), long names that nothing outside a module uses, and of
core what is for other programs than this one.
"""

import ast
import builtins
import itertools
import re
import string
from collections.abc import Iterable, Iterator

# What the board has no use for.
UNUSED: dict[str, tuple[str, ...]] = {
    "core/clock.py": ("quarter_exists", "next_quarter", "day_start", "day_quarters"),
    "core/quarter.py": ("read_document", "_is_integer", "Quarter.number_of_intervals"),
}

_CONSTANT = re.compile(r"_[A-Z][A-Z0-9_]*")
_PRIVATE = re.compile(r"_[A-Za-z][A-Za-z0-9_]*")


Names = dict[str, dict[str, str]]


def trim(modules: dict[str, str], unused: dict[str, tuple[str, ...]]) -> tuple[dict[str, str], Names]:
    """All modules of the app as small as they get.

    :param modules: source by path.
    :param unused: what to leave out, by path: ``function``, ``Class`` or ``Class.method``.
    :returns: the same smaller, and for each module what its short names stand for.
    :raises ValueError: a module does not hold what is to be left out: it has changed.
    """
    trees = {path: ast.parse(source) for path, source in modules.items()}
    for path, unwanted in unused.items():
        for name in unwanted:
            _leave_out(trees[path], name)
    for tree in trees.values():
        tree.body = [_constant(statement) for statement in tree.body if not _for_type_checkers(statement)]
    keywords = {node.arg for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    names = {path: _shorten(tree, keywords) for path, tree in trees.items()}
    return {path: ast.unparse(tree) for path, tree in trees.items()}, names


def _leave_out(module: ast.Module, name: str) -> None:
    """Remove something, each time it is defined."""
    owner, _, member = name.rpartition(".")
    scope: ast.AST = module
    if owner:
        scope = next(node for node in ast.walk(module) if isinstance(node, ast.ClassDef) and node.name == owner)
    found = False
    for body in _bodies(scope):
        for statement in [statement for statement in body if member in _defined(statement)]:
            body.remove(statement)
            found = True
    if not found:
        raise ValueError(f"{name} is not there")


def _bodies(scope: ast.AST) -> Iterator[list[ast.stmt]]:
    """The list of statements of a module or class, and those of the ``try`` statements in it."""
    body: list[ast.stmt] = getattr(scope, "body", [])
    yield body
    for statement in body:
        if isinstance(statement, ast.Try):
            yield statement.body
            for handler in statement.handlers:
                yield handler.body


def _for_type_checkers(statement: ast.stmt) -> bool:
    """Whether it is ``TYPE_CHECKING = False`` or what stands under ``if TYPE_CHECKING``."""
    if isinstance(statement, ast.If):
        return isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING"
    return "TYPE_CHECKING" in _defined(statement)


def _constant(statement: ast.stmt) -> ast.stmt:
    """The assignment of a private constant as MicroPython understands it, else what it was."""
    if (
        isinstance(statement, ast.Assign)
        and all(_CONSTANT.fullmatch(name) for name in _defined(statement))
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, int | str | bytes)
    ):
        statement.value = ast.Call(ast.Name("const", ast.Load()), [statement.value], [])
    return statement


def _defined(statement: ast.stmt) -> list[str]:
    """The names that a statement gives to something."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return []


def _shorten(module: ast.Module, keywords: set[str | None]) -> dict[str, str]:
    """Give what nothing outside the module can name a name that all modules share: `_a`, `_b` and so on.

    :param keywords: names by which arguments are passed anywhere, which therefore stay.
    :returns: what each of the short names stands for.
    """
    # MicroPython keeps the names of arguments, so these count with the other local names.
    local, private = _local_names(module) - keywords, _private_names(module)
    short = dict(zip(sorted(local | private), _short_names(), strict=False))
    for node in ast.walk(module):
        if isinstance(node, ast.Name):
            node.id = short.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = short.get(node.arg, node.arg)
        elif isinstance(node, ast.Attribute) and node.attr in private:
            node.attr = short[node.attr]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name in private:
            node.name = short[node.name]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            node.name = short.get(node.name, node.name)
        elif isinstance(node, ast.Global):
            node.names = [short.get(name, name) for name in node.names]
    return {name: meaning for meaning, name in short.items()}


def _short_names() -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_letters, repeat=length):
            yield "_" + "".join(letters)


def _private_names(module: ast.Module) -> set[str]:
    """Private names that the module itself gives to functions, constants and attributes."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
    return {name for name in names if _PRIVATE.fullmatch(name)}


def _local_names(module: ast.Module) -> set[str]:
    """Names of arguments and variables of functions that are nothing else in the module."""
    elsewhere: set[str] = set(dir(builtins))
    inside: set[str] = set()
    for scope in ast.walk(module):
        if isinstance(scope, ast.Module | ast.ClassDef):
            elsewhere |= _named(scope.body)
        elif isinstance(scope, ast.Import | ast.ImportFrom):
            elsewhere |= {(alias.asname or alias.name).partition(".")[0] for alias in scope.names}
        elif isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            elsewhere.add(scope.name)
    for node in ast.walk(module):
        if isinstance(node, ast.arg):
            inside.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            inside.add(node.id)
    return inside - elsewhere


def _named(body: Iterable[ast.stmt]) -> set[str]:
    """What is assigned in a body, without looking into its functions and classes."""
    names: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        pending.extend(ast.iter_child_nodes(node))
    return names
