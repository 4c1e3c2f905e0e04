"""Leaves out of the app's modules what would only cost heap on the board.

There the bytecode and every name lie in the 112 KB that the whole app has. What is taken away changes
nothing that the app does: imports for type checkers, names of private constants (MicroPython replaces
`const` by its value, CPython does not know it), long names that nothing outside a module uses, and of
core what is for other programs than this one.
"""

import ast
import re
from collections.abc import Iterator

import merge
import shorten

# What the board has no use for.
UNUSED: dict[str, tuple[str, ...]] = {
    "core/clock.py": ("quarter_exists", "next_quarter", "day_start", "day_quarters"),
    "core/obis.py": ("decode",),
    "core/quarter.py": ("read_document", "_is_integer", "Quarter.number_of_intervals"),
    "core/telegram.py": ("TelegramSplitter.feed",),
}

_CONSTANT = re.compile(r"_[A-Z][A-Z0-9_]*")


def trim(
    modules: dict[str, str], unused: dict[str, tuple[str, ...]], entry: str | None = None
) -> tuple[dict[str, str], shorten.Names]:
    """All modules of the app as small as they get.

    :param modules: source by path.
    :param unused: what to leave out, by path: ``function``, ``Class`` or ``Class.method``.
    :param entry: the module to merge with all that it always needs; None to leave every module one.
    :returns: the same smaller, and for each module what its short names stand for, by where they do.
    :raises ValueError: a module does not hold what is to be left out: it has changed.
    """
    trees = {path: ast.parse(source) for path, source in modules.items()}
    for path, unwanted in unused.items():
        for name in unwanted:
            _leave_out(trees[path], name)
    for tree in trees.values():
        tree.body = [statement for statement in tree.body if not _for_type_checkers(statement)]
    if entry is not None:
        trees = merge.merged(trees, entry)
    for tree in trees.values():
        tree.body = [_constant(statement) for statement in tree.body]
    names = shorten.shorten(trees, entry)
    return {path: ast.unparse(tree) for path, tree in trees.items()}, names


def _leave_out(module: ast.Module, name: str) -> None:
    """Remove something, each time it is defined."""
    owner, _, member = name.rpartition(".")
    scope: ast.AST = module
    if owner:
        scope = next(node for node in ast.walk(module) if isinstance(node, ast.ClassDef) and node.name == owner)
    found = False
    for body in _bodies(scope):
        for statement in [statement for statement in body if member in shorten.defined(statement)]:
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
    return "TYPE_CHECKING" in shorten.defined(statement)


def _constant(statement: ast.stmt) -> ast.stmt:
    """The assignment of a private constant as MicroPython understands it, else what it was."""
    if (
        isinstance(statement, ast.Assign)
        and all(_CONSTANT.fullmatch(name) for name in shorten.defined(statement))
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, int | str | bytes)
    ):
        statement.value = ast.Call(ast.Name("const", ast.Load()), [statement.value], [])
    return statement
