"""Makes a module of ours shorter without changing what it does.

Comments go, and spaces that separate nothing; names that only the module knows become short. A line end stays wherever
the language might put a semicolon in its place.
"""

import re
from itertools import chain, pairwise
from typing import Final

from .names import shortened
from .tokens import Token, tokens

_OPERATORS: Final = {"=>", "...", "?.", "&&", "||", "??", "===", "!==", "==", "<=", ">=", "**", "<<", ">>", ">>>"}
_ASSIGNING: Final = {"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "&&=", "||=", "??="}
# Not that of an array: there a comma may stand for a hole.
_LIST_ENDS: Final = {"}", ")"}
_WITH_BODY: Final = {"for", "while", "if"}
# Where no statement can end, so that a line end means nothing: behind the ones, and before the others.
_GOES_ON_BEHIND: Final = set("{([;,:?.=+-*/<>!&|~%^") | _OPERATORS | _ASSIGNING
_GOES_ON_BEFORE: Final = set("})];,:?.=*<>&|%^") | _OPERATORS | _ASSIGNING


def packed(source: str, *, style: bool = False) -> str:
    """A module, shorter.

    :param style: whether its templates are style sheets.
    :raises ValueError: something in it is not understood.
    """
    parts = _without_last_signs(shortened(list(tokens(source))))
    made = [_text(token, style=style) for token in parts]
    between = ["", *(_between(before, token) for before, token in pairwise(parts))]
    return "".join(chain.from_iterable(zip(between, made, strict=True)))


def _without_last_signs(parts: list[Token]) -> list[Token]:
    """The last statement of a block needs no end, unless it is the empty one of a loop; the last of a list no comma."""
    kept: list[Token] = []
    heads: list[str] = []
    head = ""
    for token in parts:
        if token.kind == "sign" and token.text == "(":
            heads.append(kept[-1].text if kept else "")
        elif token.kind == "sign" and token.text == ")":
            head = heads.pop()
        elif token.kind == "sign" and token.text == "}" and _ends_statement(kept, head):
            kept.pop()
        if token.kind == "sign" and token.text in _LIST_ENDS and kept and kept[-1].text == ",":
            kept.pop()
        kept.append(token)
    return kept


def _ends_statement(kept: list[Token], head: str) -> bool:
    """Whether the last token is a semicolon that is no statement itself.

    :param head: what stood before the round brackets that were closed last.
    """
    return len(kept) > 1 and kept[-1].text == ";" and (kept[-2].text != ")" or head not in _WITH_BODY)


def _text(token: Token, *, style: bool) -> str:
    return _short_template(token.text, style=style) if token.kind == "template" else token.text


def _between(before: Token, token: Token) -> str:
    """What has to stay between two tokens."""
    goes_on = (before.kind == "sign" and before.text in _GOES_ON_BEHIND) or (
        token.kind == "sign" and token.text in _GOES_ON_BEFORE
    )
    in_template = (before.kind == "template" and before.text.endswith("${")) or (
        token.kind == "template" and token.text.startswith("}")
    )
    if not token.gap or in_template:
        return ""
    if token.gap == "\n" and not goes_on:
        return "\n"
    one, other = before.text[-1], token.text[0]
    return " " if (_is_word(one) and _is_word(other)) or (one == other and one in "+-/") else ""


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$#"


def _short_template(text: str, *, style: bool) -> str:
    """A piece of a template without indents; of a style sheet, without all spaces that mean nothing."""
    if not style:
        return re.sub(r"\n[ \t]+", "\n", text)
    # Its ends are those of the code around it.
    start, end = 1, -2 if text.endswith("${") else -1
    sheet = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text[start:end], flags=re.DOTALL))
    sheet = re.sub(r" ?([{};]) ?", r"\1", sheet)
    return text[:start] + re.sub(r"([:,]) ", r"\1", sheet).replace(";}", "}") + text[end:]
