"""Leaves out of the app's modules what would only cost heap on the board.

There the bytecode and every name lie in the 112 KB that the whole app has. What is taken away changes
nothing that the app does: imports for type checkers, names of private constants (MicroPython replaces
`const` by its value, CPython does not know it), long names that nothing outside a module uses, and of
core what is for other programs than this one.
"""

import array
import ast
import asyncio
import builtins
import gc
import hashlib
import io
import itertools
import json
import os
import random
import re
import socket
import string
import struct
import sys
import time
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator

import merge

# What the board has no use for.
UNUSED: dict[str, tuple[str, ...]] = {
    "core/clock.py": ("quarter_exists", "next_quarter", "day_start", "day_quarters"),
    "core/quarter.py": ("read_document", "_is_integer", "Quarter.number_of_intervals"),
}

# What the app's own things could be taken for: all that it uses of Python and MicroPython that has attributes.
_FOREIGN = (
    *(str, bytes, bytearray, memoryview, list, dict, set, tuple, int, Exception, OSError, array.array),
    *(io.BytesIO, io.StringIO, io.FileIO, types.GeneratorType, types.CoroutineType, type(hashlib.sha256())),
    *(asyncio, asyncio.StreamReader, asyncio.StreamWriter, asyncio.Task, socket, socket.socket),
    *(gc, hashlib, json, os, random, struct, sys, time),
)

_CONSTANT = re.compile(r"_[A-Z][A-Z0-9_]*")
_PRIVATE = re.compile(r"_[A-Za-z][A-Za-z0-9_]*")


Names = dict[str, dict[str, str]]


def trim(
    modules: dict[str, str], unused: dict[str, tuple[str, ...]], entry: str | None = None
) -> tuple[dict[str, str], Names]:
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
    keywords = {node.arg for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    names = {path: _shorten(tree, keywords) for path, tree in trees.items()}
    if entry is not None:
        inside = {path: tree for path, tree in trees.items() if path.partition("/")[0] in merge.PACKAGES}
        outside = [tree for path, tree in trees.items() if path not in inside]
        short = _shorten_members(list(inside.values()), outside)
        for path in inside:
            names[path] = {
                name: " or ".join(filter(None, (names[path].get(name), short.get(name))))
                for name in {**names[path], **short}
            }
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


def _defined(statement: ast.AST) -> list[str]:
    """The names that a statement gives to something."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return []


def _shorten(module: ast.Module, keywords: set[str | None]) -> dict[str, str]:
    """Give what nothing outside the module can name a short name, and the same ones again and again.

    MicroPython keeps a name once, whatever carries it. So the variables of every function have the same few names,
    and the private attributes of every class; only the module's own private names differ, from all others.

    :param keywords: names by which arguments are passed anywhere, which therefore stay.
    :returns: what each of the short names stands for.
    """
    meanings: dict[str, list[str]] = defaultdict(list)
    kept = _reached_from_outside(module)
    for owner in [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]:
        _shorten_attributes(owner, kept, meanings)
    # MicroPython keeps the names of arguments, so these count with the other local names.
    local = _local_names(module) - keywords
    for scope in _outermost_functions(module):
        _rename(scope, dict(zip(sorted(_names_in(scope) & local), _short_names(), strict=False)))
    private = dict(zip(sorted(_private_names(module)), _short_names(string.ascii_uppercase), strict=False))
    for name, short in private.items():
        meanings[short].append(name)
    _rename(module, private)
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            statement.name = private.get(statement.name, statement.name)
    return {short: " or ".join(names) for short, names in meanings.items()}


def _shorten_attributes(owner: ast.ClassDef, kept: set[str], meanings: dict[str, list[str]]) -> None:
    """Shorten the private methods and attributes of a class, which only its own methods reach."""
    names = {name for statement in owner.body for name in _defined(statement)}
    names |= {node.attr for node in ast.walk(owner) if _is_own_attribute(node) and isinstance(node, ast.Attribute)}
    short = dict(zip(sorted(name for name in names - kept if _PRIVATE.fullmatch(name)), _short_names(), strict=False))
    for name, new in short.items():
        meanings[new].append(f"{owner.name}.{name}")
    for node in ast.walk(owner):
        if _is_own_attribute(node) and isinstance(node, ast.Attribute):
            node.attr = short.get(node.attr, node.attr)
    _rename_defined(owner.body, short)


def _shorten_members(inside: list[ast.Module], outside: list[ast.Module]) -> dict[str, str]:
    """Shorten public methods and attributes of the app's classes, as far as nothing from elsewhere has such a name.

    They get names that the entry module's functions have, too, which costs nothing: attributes are another matter.

    :param outside: modules that stand in for others, or name what the app has.
    :returns: what each of the short names stands for.
    """
    foreign = {name for thing in _FOREIGN for name in dir(thing)} | set(merge.PUBLIC)
    foreign |= {node.attr for tree in outside for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    foreign |= {name for tree in outside for node in ast.walk(tree) for name in _defined(node)}
    # What a module is asked for looks the same.
    foreign |= {name for tree in inside for statement in tree.body for name in _defined(statement)}
    members = {name for tree in inside for name in _members(tree) if not name.startswith("_")} - foreign
    short = dict(zip(sorted(members), _short_names(string.ascii_uppercase), strict=False))
    for node in [node for tree in inside for node in ast.walk(tree)]:
        if isinstance(node, ast.Attribute):
            node.attr = short.get(node.attr, node.attr)
        elif isinstance(node, ast.ClassDef):
            _rename_defined(node.body, short)
    return {new: name for name, new in short.items()}


def _members(tree: ast.Module) -> Iterator[str]:
    """The methods and attributes of a module's classes."""
    for owner in [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]:
        for statement in owner.body:
            yield from _defined(statement)
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.args.args:
                own = statement.args.args[0].arg
                yield from (
                    node.attr
                    for node in ast.walk(statement)
                    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own
                )


def _rename_defined(body: list[ast.stmt], short: dict[str, str]) -> None:
    """Rename what a class defines."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            statement.name = short.get(statement.name, statement.name)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    target.id = short.get(target.id, target.id)


def _is_own_attribute(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _reached_from_outside(module: ast.Module) -> set[str]:
    """Private attributes of what is not `self`."""
    return {node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute) and not _is_own_attribute(node)}


def _outermost_functions(module: ast.Module) -> Iterator[ast.AST]:
    """Functions and methods that stand in no other one."""
    pending: list[ast.AST] = list(module.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
        else:
            pending.extend(ast.iter_child_nodes(node))


def _names_in(scope: ast.AST) -> set[str]:
    """Every variable and argument that a function mentions."""
    names = {node.id for node in ast.walk(scope) if isinstance(node, ast.Name)}
    names |= {node.arg for node in ast.walk(scope) if isinstance(node, ast.arg)}
    return names | {node.name for node in ast.walk(scope) if isinstance(node, ast.ExceptHandler) and node.name}


def _rename(scope: ast.AST, short: dict[str, str]) -> None:
    """Rename variables, whatever they hold."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Name):
            node.id = short.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = short.get(node.arg, node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            node.name = short.get(node.name, node.name)
        elif isinstance(node, ast.alias) and node.asname:
            node.asname = short.get(node.asname, node.asname)
        elif isinstance(node, ast.Global):
            node.names = [short.get(name, name) for name in node.names]


def _short_names(first: str = string.ascii_lowercase) -> Iterator[str]:
    """`_a`, `_b` and so on, with one of some letters in front."""
    for length in itertools.count():
        for letters in itertools.product(first, *[string.ascii_letters] * length):
            yield "_" + "".join(letters)


def _private_names(module: ast.Module) -> set[str]:
    """Private names that the module itself has: functions, classes, tables and what it imports by such a name."""
    names = {name for statement in module.body for name in _defined(statement)}
    for statement in module.body:
        if isinstance(statement, ast.ImportFrom):
            names |= {name.asname for name in statement.names if name.asname}
    return {name for name in names if _PRIVATE.fullmatch(name)}


def _local_names(module: ast.Module) -> set[str]:
    """Names of arguments and variables of functions that are nothing else in the module."""
    elsewhere: set[str] = set(dir(builtins)) | _named(module.body)
    inside: set[str] = set()
    elsewhere |= {name for statement in module.body for name in _defined(statement)}
    for scope in ast.walk(module):
        if isinstance(scope, ast.Import | ast.ImportFrom):
            elsewhere |= {(alias.asname or alias.name).partition(".")[0] for alias in scope.names}
    for function in _outermost_functions(module):
        elsewhere |= {
            node.name
            for node in ast.walk(function)
            if node is not function and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
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
