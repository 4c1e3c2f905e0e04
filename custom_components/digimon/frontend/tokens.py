"""The parts that a module of ours is made of."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Token(NamedTuple):
    """One part.

    :ivar kind: ``word``, ``private`` (of a class), ``number``, ``text``, ``pattern``, ``template`` or ``sign``. A
        template is cut where code stands in it: its first piece ends with ``${``, the next one begins with ``}``.
    :ivar gap: what separated it from the one before: nothing, a space, or a line end.
    """

    kind: str
    text: str
    gap: str


_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>0x[0-9a-fA-F]+|(?:\d[\d_]*)?\.?\d+(?:e-?\d+)?)
    | (?P<private>\#[A-Za-z_$][\w$]*)
    | (?P<word>[A-Za-z_$][\w$]*)
    | (?P<sign>=>|\.\.\.|\?\.|\?\?=?|\|\|=?|&&=?|\+\+|--|\*\*=?|>>>?=?|<<=?|[-+*/%&|^<>=!]=?=?|[{}()\[\];,.:?~])
    """,
    re.VERBOSE,
)
_PATTERN: Final = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_TEMPLATE: Final = re.compile(r"[`}]((?:[^`$\\]|\\.|\$(?!\{))*)(`|\$\{)", re.DOTALL)

# Behind these words a slash begins a pattern, as behind a sign that ends no value.
_BEFORE_PATTERN: Final = {"return", "typeof", "case", "in", "of", "void", "yield", "await"}
_VALUES: Final = {"word", "private", "number", "text", "pattern"}


def tokens(source: str) -> Iterator[Token]:
    """The parts of a module, without its comments.

    :raises ValueError: something in it is not understood.
    """
    at = 0
    gap = ""
    before: Token | None = None
    # Of every brace that is open: whether it is one in a template.
    braces: list[bool] = []
    while at < len(source):
        in_template = source[at] == "`" or (source[at] == "}" and bool(braces) and braces[-1])
        found = _TEMPLATE.match(source, at) if in_template else None
        kind = "template"
        if (
            found is None
            and source[at] == "/"
            and source[at + 1 : at + 2] not in {"/", "*"}
            and not _ends_value(before)
        ):
            found, kind = _PATTERN.match(source, at), "pattern"
        if found is None:
            found = _TOKEN.match(source, at)
            kind = "" if found is None else found.lastgroup or ""
        if found is None:
            raise ValueError(f"not understood: {source[at : at + 20]!r}")
        at = found.end()
        if kind in {"space", "comment"}:
            gap = "\n" if "\n" in gap + found[0] else " "
            continue
        if found[0].startswith(("{", "}")) and (kind == "sign" or in_template):
            if found[0].startswith("{"):
                braces.append(False)
            elif braces:
                braces.pop()
        if kind == "template" and found[2] == "${":
            braces.append(True)
        before = Token(kind, found[0], gap)
        yield before
        gap = ""


def _ends_value(token: Token | None) -> bool:
    """Whether a slash behind a token divides."""
    if token is None:
        return False
    if token.kind in _VALUES:
        return token.text not in _BEFORE_PATTERN
    return token.text in {")", "]", "}"} or (token.kind == "template" and token.text.endswith("`"))
