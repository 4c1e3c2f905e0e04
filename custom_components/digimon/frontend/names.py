"""Short names for what nobody outside of a module calls by its name.

No scopes are looked at: a word that is declared somewhere in a module gets another one wherever it is a variable, and
none that is there already. What follows a point, the keys of objects and the members of classes stay.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from string import ascii_letters
from typing import Final, NamedTuple

from .tokens import Token

_DECLARING: Final = {"const", "let", "function", "class"}
_KEYWORDS: Final = frozenset(
    (
        *("async", "await", "break", "case", "catch", "class", "const", "continue", "default", "delete", "do", "else"),
        *("export", "extends", "false", "finally", "for", "from", "function", "get", "if", "import", "in"),
        *("instanceof", "let", "new", "null", "of", "return", "set", "static", "super", "switch", "this", "throw"),
        *("true", "try", "typeof", "undefined", "void", "while", "yield"),
    )
)
# What a browser has under names that one might give to a variable.
_OF_THE_BROWSER: Final = frozenset(
    ("console", "crypto", "document", "event", "fetch", "history", "location", "name", "navigator")
)

# Behind these an open brace begins an object, or a pattern that takes one apart.
_BEFORE_OBJECT: Final = {"(", ",", "=", ":", "[", "?", "return", "const", "let", "...", "??", "||", "&&", "in", "of"}
_BEFORE_MEMBER: Final = {"{", "}", ";", "static", "get", "set", "async"}
_WITH_CONDITION: Final = {"if", "for", "while", "switch"}

_CLOSING: Final = {")", "]", "}"}
_OPENING: Final = {"(", "[", "{"}


class _Bracket(NamedTuple):
    """:ivar kind: ``(``, ``[``, ``object``, ``class`` or ``block``.

    :ivar start: number of the token that opens it.
    """

    kind: str
    start: int


def shortened(parts: Sequence[Token]) -> list[Token]:
    """The same module with short names."""
    module = _Module(parts)
    private = Counter(token.text for token in parts if token.kind == "private")
    words = Counter(token.text for token in parts if token.kind == "word")
    chosen = {name: f"#{short}" for (name, _), short in zip(private.most_common(), short_names(), strict=False)}
    often = sorted(module.declared() - _KEYWORDS - _OF_THE_BROWSER, key=lambda name: (-words[name], name))
    made = zip(often, short_names({*words, *_KEYWORDS}), strict=False)
    chosen |= {name: short for name, short in made if len(short) < len(name)}
    return [_renamed(module, number, token, chosen) for number, token in enumerate(parts)]


def _renamed(module: _Module, number: int, token: Token, chosen: dict[str, str]) -> Token:
    short = chosen.get(token.text)
    if short is None or (token.kind == "word" and module.is_property(number)) or token.kind not in {"word", "private"}:
        return token
    return token._replace(text=f"{token.text}:{short}" if module.is_shorthand(number) else short)


class _Module:
    """What stands where."""

    def __init__(self, parts: Sequence[Token]) -> None:
        self._parts = parts
        self._inside: list[_Bracket] = []
        self._ends: dict[int, int] = {}
        stack = [_Bracket("block", -1)]
        for number, token in enumerate(parts):
            if self._is_sign(number, _CLOSING) or (token.kind == "template" and token.text.startswith("}")):
                self._ends[stack.pop().start] = number
            self._inside.append(stack[-1])
            if token.kind == "template" and token.text.endswith("${"):
                stack.append(_Bracket("(", number))
            elif self._is_sign(number, _OPENING):
                stack.append(_Bracket(self._kind_of(number), number))

    def declared(self) -> set[str]:
        """The words that are variables of this module."""
        found: set[str] = set()
        for number, token in enumerate(self._parts):
            before = self._text(number - 1)
            if token.kind == "word" and (before in _DECLARING or self._text(number + 1) == "=>"):
                found.add(token.text)
            is_pattern = self._is_sign(number, {"{", "["}) and before in {"const", "let"}
            if is_pattern or (self._is_sign(number, {"("}) and self._is_parameters(number)):
                found |= self._names_in(number)
        return found

    def is_property(self, number: int) -> bool:
        """Whether a word is the name of something of an object."""
        before, after = self._text(number - 1), self._text(number + 1)
        kind = self._inside[number].kind
        if before in {".", "?."}:
            return True
        if kind == "object":
            is_method = after == "(" and before in {"{", ",", *_BEFORE_MEMBER} and self._has_body(number + 1)
            return is_method or (after == ":" and before in {"{", ","})
        return kind == "class" and before in _BEFORE_MEMBER and after in {"(", "=", ";"}

    def is_shorthand(self, number: int) -> bool:
        """Whether a word is both the name of something of an object and a variable."""
        return (
            self._parts[number].kind == "word"
            and self._inside[number].kind == "object"
            and self._text(number - 1) in {"{", ","}
            and self._text(number + 1) in {"}", ",", "="}
        )

    def _names_in(self, start: int) -> set[str]:
        """The variables that a pattern or a list of parameters declares."""
        found: set[str] = set()
        for number in range(start + 1, self._ends[start]):
            if self._inside[number].start != start:
                continue
            before = self._text(number - 1)
            if self._is_sign(number, {"{", "["}) and before in {"(", ",", "["}:
                found |= self._names_in(number)
            elif self._parts[number].kind == "word" and before in {"(", ",", "[", "{", "...", ":"}:
                found |= set() if self.is_property(number) else {self._parts[number].text}
        return found

    def _is_parameters(self, start: int) -> bool:
        after = self._text(self._ends[start] + 1)
        return after == "=>" or (after == "{" and self._text(start - 1) not in _WITH_CONDITION)

    def _has_body(self, start: int) -> bool:
        return self._text(self._ends[start] + 1) == "{"

    def _kind_of(self, number: int) -> str:
        if self._parts[number].text != "{":
            return self._parts[number].text
        if self._text(number - 2) in {"class", "extends"}:
            return "class"
        return "object" if self._text(number - 1) in _BEFORE_OBJECT else "block"

    def _is_sign(self, number: int, signs: set[str]) -> bool:
        return self._parts[number].kind == "sign" and self._parts[number].text in signs

    def _text(self, number: int) -> str:
        return self._parts[number].text if 0 <= number < len(self._parts) else ""


def short_names(taken: Collection[str] = ()) -> Iterator[str]:
    """Names from ``a`` on.

    :param taken: those that are left out.
    """
    for length in (1, 2):
        for letters in product(ascii_letters, repeat=length):
            name = "".join(letters)
            if name not in taken:
                yield name
