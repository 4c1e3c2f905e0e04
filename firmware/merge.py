"""Makes one module of all that the board always has loaded.

A module costs heap for itself: its object, two dictionaries of names, three forms of its path, and a slot for every
name that it takes from another. Those of the app that are needed from the start become one, the entry module; what
they call constants is written where it is used. Modules that are imported within a function stay modules, which are
loaded when that function runs.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator

# What other programs take from the entry module.
PUBLIC = ("Application", "run")

# Where the app's modules lie.
PACKAGES = ("board", "core")

_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")

Trees = dict[str, ast.Module]
# Of a module's names, by what it calls them: a name or a constant that takes its place.
Replacements = dict[str, ast.expr]


def merged(trees: Trees, entry: str) -> Trees:
    """The entry module with what it stands on in it, and the modules that are left.

    :param trees: modules by path, ``package/name.py``.
    :param entry: path of the entry module.
    :raises ValueError: two modules import each other.
    """
    together = _together(trees, entry)
    for tree in trees.values():
        _Plain().visit(tree)
    constants = {path: _constants(trees[path]) for path in together}
    left = {path: tree for path, tree in trees.items() if path not in together}
    wanted = {
        (source, name)
        for path, tree in left.items()
        for source, name in _taken(path, tree, together)
        if name not in constants[source] and (source, name) not in {(entry, public) for public in PUBLIC}
    } | {(entry, name) for name in PUBLIC}
    names = _new_names(together, trees, wanted)

    def replacement(path: str, name: str) -> ast.expr:
        if name in constants[path]:
            return ast.Constant(constants[path][name])
        return ast.Name(names[path][name], ast.Load())

    body: list[ast.stmt] = []
    for path in together:
        own = {name: replacement(path, name) for name in _top_names(trees[path])}
        _replace(path, trees[path], together, own, replacement)
        body.extend(statement for statement in trees[path].body if not _is_inlined(statement))
    left[entry] = ast.Module([*_unique_imports(body), *(one for one in body if not _is_import(one))], [])
    for path, tree in left.items():
        if path != entry and path.partition("/")[0] in PACKAGES:
            _import_from(entry, path, tree, names, constants)
    return {path: ast.fix_missing_locations(tree) for path, tree in left.items()}


def _import_from(
    entry: str,
    path: str,
    tree: ast.Module,
    names: dict[str, dict[str, str]],
    constants: dict[str, dict[str, int | str | bytes]],
) -> None:
    """Have a module that is left take from the entry module what it took from the merged ones."""

    def replacement(source: str, name: str) -> ast.expr:
        if name in constants[source]:
            return ast.Constant(constants[source][name])
        # Not what it is called there: that may be what something else is called here.
        return ast.Name(f"_{_short(source)}_{name}", ast.Load())

    together = list(names)
    needed = sorted((source, name) for source, name in _taken(path, tree, together) if name not in constants[source])
    _replace(path, tree, together, {}, replacement)
    if needed:
        aliases = [ast.alias(names[source][name], f"_{_short(source)}_{name}") for source, name in needed]
        tree.body.insert(0, ast.ImportFrom(_dotted(entry), aliases, 0))


def _together(trees: Trees, entry: str) -> list[str]:
    """The entry module and what it imports outside of functions, each behind what it stands on."""
    order: list[str] = []
    pending: list[str] = []

    def add(path: str) -> None:
        if path in pending:
            raise ValueError(f"{path} imports itself by way of {pending}")
        if path in order:
            return
        pending.append(path)
        for statement in trees[path].body:
            if isinstance(statement, ast.ImportFrom):
                for source in dict.fromkeys(_source(path, statement, name.name, trees)[0] for name in statement.names):
                    if source:
                        add(source)
        pending.remove(path)
        order.append(path)

    add(entry)
    return order


def _source(path: str, statement: ast.ImportFrom, name: str, trees: Iterable[str]) -> tuple[str, bool]:
    """The module of ours that an import takes a name from, empty for another's; whether the name is the module."""
    package = path.partition("/")[0]
    module = statement.module or ""
    base = f"{package}/{module}" if statement.level else module.replace(".", "/")
    base = base.rstrip("/")
    if f"{base}/{name}.py" in trees:
        return f"{base}/{name}.py", True
    return (f"{base}.py", False) if f"{base}.py" in trees else ("", False)


def _taken(path: str, tree: ast.Module, together: list[str]) -> set[tuple[str, str]]:
    """What a module that is left takes from the merged ones."""
    found: set[tuple[str, str]] = set()
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                source, whole = _source(path, node, name.name, together)
                if source and whole:
                    aliases[name.asname or name.name] = source
                elif source:
                    found.add((source, name.name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            found.add((aliases[node.value.id], node.attr))
    return found


def _top_names(tree: ast.Module) -> list[str]:
    """What a module itself gives a name to."""
    names: list[str] = []
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(statement.name)
        elif not _is_import(statement):
            names.extend(_stored(statement))
    return names


def _new_names(together: list[str], trees: Trees, wanted: set[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """What each module's names are called in the one that they all become."""
    public = [name for _, name in wanted]
    return {
        path: {
            name: (name if public.count(name) == 1 else f"{name}_{_short(path)}")
            if (path, name) in wanted
            else f"_{_short(path)}_{name.lstrip('_')}"
            for name in _top_names(trees[path])
        }
        for path in together
    }


def _short(path: str) -> str:
    return path.replace("/", "_").removesuffix(".py")


def _dotted(path: str) -> str:
    return path.replace("/", ".").removesuffix(".py")


def _constants(tree: ast.Module) -> dict[str, int | str | bytes]:
    """The values of a module's constants, as far as they are numbers and texts."""
    values: dict[str, int | str | bytes] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and _CONSTANT.fullmatch(target.id):
                value = _value(statement.value, values)
                if value is not None:
                    values[target.id] = value
    return values


def _value(node: ast.expr, known: dict[str, int | str | bytes]) -> int | str | bytes | None:
    """What an expression of constants is, None when it is no number or text."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    calls = any(isinstance(part, ast.Call | ast.Attribute | ast.JoinedStr) for part in ast.walk(node))
    if calls or not names <= set(known):
        return None
    value = eval(compile(ast.Expression(node), "constant", "eval"), {"__builtins__": {}}, dict(known))  # noqa: S307 (our own source)
    return value if isinstance(value, int | str | bytes) and not isinstance(value, bool) else None


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _is_inlined(statement: ast.stmt) -> bool:
    """Whether a statement gave a constant its name, which stands where it was used now."""
    return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Constant)


def _unique_imports(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What comes from outside of the app, each once."""
    seen: set[str] = set()
    for statement in body:
        if _is_import(statement) and ast.unparse(statement) not in seen:
            seen.add(ast.unparse(statement))
            yield statement


class _Plain(ast.NodeTransformer):
    """Takes docstrings and annotations away, which MicroPython does not look at."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        return ast.Assign([node.target], node.value) if node.value is not None else ast.Pass()

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        self.generic_visit(node)
        return ast.Pass() if isinstance(node.value, ast.Constant) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        node.returns = None
        self.generic_visit(node)
        return node


def _stored(*nodes: ast.AST) -> set[str]:
    """The names that are given a value, without looking into functions, classes and comprehensions."""
    names: set[str] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.partition(".")[0])
        pending.extend(ast.iter_child_nodes(node))
    return names


def _replace(
    path: str,
    tree: ast.Module,
    together: list[str],
    own: Replacements,
    replacement: Callable[[str, str], ast.expr],
) -> None:
    _Replacer(path, together, own, replacement).visit(tree)


class _Replacer(ast.NodeTransformer):
    """Puts new names and constants in the place of what a module calls its own and others' things."""

    def __init__(
        self, path: str, together: list[str], own: Replacements, replacement: Callable[[str, str], ast.expr]
    ) -> None:
        self._path = path
        self._together = together
        self._known = dict(own)
        self._modules: dict[str, str] = {}
        self._replacement = replacement
        # Of every function around the place, its own names; a class's count in its own body only.
        self._scopes: list[tuple[bool, set[str]]] = []

    def _hidden(self, name: str) -> bool:
        return any(name in names for inner, names in self._scopes if inner) or (
            bool(self._scopes) and name in self._scopes[-1][1]
        )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | None:
        kept = []
        for name in node.names:
            source, whole = _source(self._path, node, name.name, self._together)
            called = name.asname or name.name
            if not source:
                kept.append(name)
            elif whole:
                self._modules[called] = source
            else:
                self._known[called] = self._replacement(source, name.name)
        if not kept:
            return ast.Pass() if self._scopes else None
        if node.level:
            node.module = self._path.partition("/")[0] + (f".{node.module}" if node.module else "")
            node.level = 0
        node.names = kept
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self._known or self._hidden(node.id):
            return node
        new = self._known[node.id]
        return ast.Name(new.id, node.ctx) if isinstance(new, ast.Name) else new

    def visit_Global(self, node: ast.Global) -> ast.Global:
        new = [self._known.get(name) for name in node.names]
        node.names = [one.id if isinstance(one, ast.Name) else name for one, name in zip(new, node.names, strict=True)]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in self._modules and not self._hidden(node.value.id):
            return self._replacement(self._modules[node.value.id], node.attr)
        self.generic_visit(node)
        return node

    def _named(self, name: str) -> str:
        new = None if self._scopes else self._known.get(name)
        return new.id if isinstance(new, ast.Name) else name

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        node.name = self._named(node.name)
        node.bases = [self.visit(base) for base in node.bases]
        self._scopes.append((False, _stored(*node.body)))
        node.body = [self.visit(statement) for statement in node.body]
        self._scopes.pop()
        return node

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
        node.name = self._named(node.name)
        node.decorator_list = [self.visit(one) for one in node.decorator_list]
        node.args = self.visit(node.args)
        # What is imported here from a merged module is no name of the function's own.
        imported = {
            name.asname or name.name
            for statement in ast.walk(node)
            if isinstance(statement, ast.ImportFrom)
            for name in statement.names
            if _source(self._path, statement, name.name, self._together)[0]
        }
        shared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
        names = _stored(*node.body) - imported - shared
        self._scopes.append((True, names | {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}))
        node.body = [self.visit(statement) for statement in node.body]
        self._scopes.pop()
        return node

    visit_FunctionDef = _function  # noqa: N815 (as ast names it)
    visit_AsyncFunctionDef = _function  # noqa: N815 (as ast names it)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        self._scopes.append((True, {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}))
        node.body = self.visit(node.body)
        self._scopes.pop()
        return node

    def _comprehension(self, node: ast.expr) -> ast.expr:
        targets = {
            name.id
            for part in ast.walk(node)
            if isinstance(part, ast.comprehension)
            for name in ast.walk(part.target)
            if isinstance(name, ast.Name)
        }
        self._scopes.append((True, targets))
        self.generic_visit(node)
        self._scopes.pop()
        return node

    visit_ListComp = _comprehension  # noqa: N815 (as ast names it)
    visit_SetComp = _comprehension  # noqa: N815 (as ast names it)
    visit_DictComp = _comprehension  # noqa: N815 (as ast names it)
    visit_GeneratorExp = _comprehension  # noqa: N815 (as ast names it)
