"""Gives what nothing outside the app can name a short name, and the same ones again and again.

MicroPython keeps a name once, whatever carries it, and those that every MicroPython knows by itself cost nothing at
all. So the things of a module, the attributes of a class and the variables of a function are called by the same few
names; `build.py` keeps what each of them stands for, to read a traceback from a board by.
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

# Names that are in the image of every MicroPython (py/makeqstrdata.py), less those by which it looks for something in
# an object of ours, and less `super`, whose call the compiler makes another one in a method.
_KNOWN = (
    *("abs", "all", "any", "append", "bool", "builtins", "bytearray", "bytecode", "bytes", "callable", "chr"),
    *("classmethod", "clear", "copy", "count", "dict", "dir", "divmod", "end", "endswith", "eval", "exec", "extend"),
    *("find", "format", "from_bytes", "get", "getattr", "globals", "hasattr", "hash", "id", "index", "insert", "int"),
    *("isalpha", "isdigit", "isinstance", "islower", "isspace", "issubclass", "isupper", "items", "iter", "join"),
    *("key", "keys", "len", "list", "little", "locals", "lower", "lstrip", "map", "micropython", "next", "object"),
    *("open", "ord", "pop", "popitem", "pow", "range", "remove", "replace", "repr", "reverse", "rfind", "rindex"),
    *("round", "rsplit", "rstrip", "self", "sep", "set", "setattr", "setdefault", "sort", "sorted", "split", "start"),
    *("startswith", "staticmethod", "step", "stop", "str", "strip", "sum", "to_bytes", "tuple", "type"),
    *("update", "upper", "values", "zip", "NoneType", "Ellipsis"),
    *("ArithmeticError", "AssertionError", "AttributeError", "GeneratorExit", "ImportError", "IndentationError"),
    *("IndexError", "KeyError", "KeyboardInterrupt", "LookupError", "MemoryError", "NameError", "NotImplementedError"),
    *("OverflowError", "RuntimeError", "SyntaxError", "SystemExit", "TypeError", "ValueError", "ZeroDivisionError"),
    # Of modules that every port has which the app runs on; elsewhere they would cost what a name of our own costs.
    *("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "copysign", "cos", "cosh", "degrees", "e"),
    *("erf", "erfc", "exp", "expm1", "fabs", "floor", "fmod", "frexp", "gamma", "isfinite", "isinf", "isnan", "ldexp"),
    *("lgamma", "log10", "log2", "modf", "pi", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc", "polar"),
    *("rect", "heapify", "heappop", "heappush", "ARRAY", "BIG_ENDIAN", "FLOAT32", "FLOAT64", "INT16", "INT32", "INT64"),
    *("INT8", "LITTLE_ENDIAN", "NATIVE", "PTR", "UINT16", "UINT32", "UINT64", "UINT8", "VOID", "addressof", "sizeof"),
    *("EACCES", "EADDRINUSE", "EAGAIN", "EALREADY", "EBADF", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EEXIST"),
    *("EHOSTUNREACH", "EINPROGRESS", "EINVAL", "EIO", "EISDIR", "ENOBUFS", "ENODEV", "ENOENT", "ENOMEM", "ENOTCONN"),
    *("EOPNOTSUPP", "EPERM", "ETIMEDOUT", "crc32", "unhexlify", "hexlify", "a2b_base64", "b2a_base64"),
)

# What the app's own things could be taken for: all that it uses of Python and MicroPython that has attributes.
_FOREIGN = (
    *(str, bytes, bytearray, memoryview, list, dict, set, tuple, int, Exception, OSError, array.array),
    *(io.BytesIO, io.StringIO, io.FileIO, types.GeneratorType, types.CoroutineType, type(hashlib.sha256())),
    *(asyncio, asyncio.StreamReader, asyncio.StreamWriter, asyncio.Task, socket, socket.socket),
    *(gc, hashlib, json, os, random, struct, sys, time),
)

_PRIVATE = re.compile(r"_[A-Za-z][A-Za-z0-9_]*")
# In front of a variable that has no name for the moment.
_HIDDEN = "\0"

Trees = dict[str, ast.Module]
Names = dict[str, dict[str, str]]


def shorten(trees: Trees, entry: str | None) -> Names:
    """Shorten all names of the app's modules.

    :param trees: modules by path; changed.
    :param entry: the module that the others stand on (`merge`); None when each is for itself.
    :returns: for each module what its short names stand for.
    """
    names: Names = {path: {} for path in trees}
    if entry is not None:
        inside = {path: tree for path, tree in trees.items() if path.partition("/")[0] in merge.PACKAGES}
        members = _shorten_members(list(inside.values()), [tree for path, tree in trees.items() if path not in inside])
        for path in inside:
            names[path] = dict(members)
    keywords = {node.arg for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    taken = {} if entry is None else {entry: _imports_of(trees, entry)}
    for path, tree in trees.items():
        meanings: dict[str, list[str]] = defaultdict(list, {short: [name] for short, name in names[path].items()})
        _shorten_module(tree, keywords, taken.get(path, []), meanings)
        names[path] = {short: " or ".join(dict.fromkeys(found)) for short, found in meanings.items()}
    return names


def defined(statement: ast.AST) -> list[str]:
    """The names that a statement gives to something."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return []


def _short_names(taken: set[str]) -> Iterator[str]:
    """Names that cost nothing, and then `_a`, `_b` and so on; none that is taken."""
    yield from (name for name in _KNOWN if name not in taken)
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_letters, repeat=length):
            name = "_" + "".join(letters)
            if name not in taken:
                yield name


def _paired(names: Iterable[str], taken: set[str]) -> dict[str, str]:
    return dict(zip(sorted(names), _short_names(taken), strict=False))


def _imports_of(trees: Trees, entry: str) -> list[ast.alias]:
    """What the other modules import from the entry module, but for what programs outside of the app may."""
    module = entry.replace("/", ".").removesuffix(".py")
    return [
        alias
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
        if alias.name not in merge.PUBLIC
    ]


def _shorten_module(
    module: ast.Module, keywords: set[str | None], imports: list[ast.alias], meanings: dict[str, list[str]]
) -> None:
    """Shorten what nothing but the module itself can name, and what others import from it.

    :param keywords: names by which arguments are passed anywhere, which therefore stay.
    :param imports: of other modules from this one; changed.
    :param meanings: what each of the short names stands for; added to.
    """
    kept = _reached_from_outside(module)
    for owner in [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]:
        _shorten_attributes(owner, kept, meanings)
    # MicroPython keeps the names of arguments, so these count with the other local names. They make room first.
    hidden = {name: _HIDDEN + name for name in _local_names(module) - keywords}
    for scope in _outermost_functions(module):
        _rename(scope, hidden)
    # MicroPython puts the value of a constant wherever its name stands, and does not keep that.
    constants = {name for statement in module.body if _is_constant(statement) for name in defined(statement)}
    private = (_private_names(module) | ({alias.name for alias in imports} - keywords)) - constants
    short = _paired(private, _all_names(module))
    for name, new in short.items():
        meanings[new].append(name)
    _rename(module, short)
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            statement.name = short.get(statement.name, statement.name)
    for alias in imports:
        alias.name = short.get(alias.name, alias.name)
    for scope in _outermost_functions(module):
        names = _names_in(scope)
        local = {name for name in names if name.startswith(_HIDDEN)}
        _rename(scope, _paired(local, names - local | constants))


def _shorten_attributes(owner: ast.ClassDef, kept: set[str], meanings: dict[str, list[str]]) -> None:
    """Shorten the private methods and attributes of a class, which only its own methods reach."""
    names = {name for statement in owner.body for name in defined(statement)}
    names |= {node.attr for node in ast.walk(owner) if _is_own_attribute(node) and isinstance(node, ast.Attribute)}
    private = {name for name in names - kept if _PRIVATE.fullmatch(name) and name not in meanings}
    short = _paired(private, names)
    for name, new in short.items():
        meanings[new].append(f"{owner.name}.{name}")
    for node in ast.walk(owner):
        if _is_own_attribute(node) and isinstance(node, ast.Attribute):
            node.attr = short.get(node.attr, node.attr)
    _rename_defined(owner.body, short)
    # A table of the class may hold its methods.
    for table in [statement.value for statement in owner.body if isinstance(statement, ast.Assign)]:
        _rename(table, short)


def _shorten_members(inside: list[ast.Module], outside: list[ast.Module]) -> dict[str, str]:
    """Shorten public methods and attributes of the app's classes, as far as nothing from elsewhere has such a name.

    :param outside: modules that stand in for others, or name what the app has.
    :returns: what each of the short names stands for.
    """
    foreign = {name for thing in _FOREIGN for name in dir(thing)} | set(merge.PUBLIC)
    foreign |= {node.attr for tree in outside for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    foreign |= {name for tree in outside for node in ast.walk(tree) for name in defined(node)}
    # What a module is asked for looks the same.
    foreign |= {name for tree in inside for statement in tree.body for name in defined(statement)}
    members = {name for tree in inside for name in _members(tree) if not name.startswith("_")} - foreign
    taken = {node.attr for tree in inside for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    taken |= {name for tree in inside for name in _members(tree)}
    short = _paired(members, taken)
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
            yield from defined(statement)
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
    names |= {name for node in ast.walk(scope) if isinstance(node, ast.Global) for name in node.names}
    return names | {node.name for node in ast.walk(scope) if isinstance(node, ast.ExceptHandler) and node.name}


def _all_names(module: ast.Module) -> set[str]:
    """Every variable that a module mentions anywhere, and what it imports and defines."""
    names = _names_in(module)
    for node in ast.walk(module):
        names.update(defined(node))
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return names


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


def _is_constant(statement: ast.stmt) -> bool:
    """Whether it is ``name = const(value)``."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "const"


def _private_names(module: ast.Module) -> set[str]:
    """Private names that the module itself has: functions, classes, tables and what it imports by such a name."""
    names = {name for statement in module.body for name in defined(statement)}
    for statement in module.body:
        if isinstance(statement, ast.ImportFrom):
            names |= {name.asname for name in statement.names if name.asname}
    return {name for name in names if _PRIVATE.fullmatch(name)}


def _local_names(module: ast.Module) -> set[str]:
    """Names of arguments and variables of functions that are nothing else in the module."""
    elsewhere: set[str] = set(dir(builtins)) | _named(module.body)
    inside: set[str] = set()
    elsewhere |= {name for statement in module.body for name in defined(statement)}
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
