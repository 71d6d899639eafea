"""Filters as people type them: ``language = ja and rating <= 2 and hotel in ("A", "B")``.

::

    filter     = all ("or" all)*
    all        = one ("and" one)*
    one        = "not" one | "(" filter ")" | column condition
    condition  = ("=" | "!=" | "<" | "<=" | ">" | ">=") value
               | ["not"] "in" "(" value ("," value)* ")"
               | "is" ["not"] "missing"

A column or a value is a word, or anything between quotes of one sort, in which that quote is
written twice. Keywords may be written in capitals; between quotes they are plain words. Nothing
here is ever run: the text becomes a tree of :mod:`pipeline.filters.expressions`.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.binding import MAX_DEPTH
from pipeline.filters.expressions import And, Equals, Filter, In, IsMissing, Not, Or, Range, Value

MAX_LENGTH = 200_000
_KEYWORDS = ("and", "or", "not", "in", "is", "missing")
_EXAMPLE = 'language = ja and rating <= 2 and hotel in ("A", "B") and date >= 2026-01'
_TOKEN = re.compile(
    r"""\s*(?: (?P<quoted> "(?:[^"]|"")*" | '(?:[^']|'')*' )
      | (?P<sign> <= | >= | != | <> | == | [=<>≤≥≠(),] )
      | (?P<word> [^\s"'=<>≤≥≠(),!]+ ) )""",
    re.VERBOSE,
)
_PLAIN = {"==": "=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class _Token:
    kind: str  # "text", "sign", "keyword" or "end"
    text: str
    shown: str


def parse_filter(text: str) -> Filter:
    """The tree of a typed filter; an empty text passes everything.

    Raises:
        InputError: it can't be read; the message says where and shows a filter.
    """
    if not text.strip():
        return And(())
    parser = _Parser(_tokens(text))
    tree = parser.any_of(0)
    parser.take_end()
    return tree


def filter_to_text(tree: Filter) -> str:
    """A text that :func:`parse_filter` reads as the same filter.

    Raises:
        ValueError: an And or Or without parts inside another; there is no text for it.
    """
    if isinstance(tree, And) and not tree.parts:
        return ""
    return _write(tree)


def quote(text: str) -> str:
    """A column or a value between quotes, as it may stand in a filter."""
    return '"' + text.replace('"', '""') + '"'


def _tokens(text: str) -> list[_Token]:
    if len(text) > MAX_LENGTH:
        raise InputError(f"The filter has more than {MAX_LENGTH} characters: simplify it")
    tokens = []
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if not found:
            rest = text[place:].split()[0]
            what = "a quote is not closed" if rest[0] in "\"'" else "it can't be read"
            raise _unread(what, rest)
        place = found.end()
        shown = found[0].strip()
        if found["quoted"]:
            mark = shown[0]
            tokens.append(_Token("text", shown[1:-1].replace(mark * 2, mark), shown))
        elif found["sign"]:
            tokens.append(_Token("sign", _PLAIN.get(shown, shown), shown))
        elif shown.lower() in _KEYWORDS:
            tokens.append(_Token("keyword", shown.lower(), shown))
        else:
            tokens.append(_Token("text", shown, shown))
    return [*tokens, _Token("end", "", "its end")]


def _unread(what: str, shown: str) -> InputError:
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    return InputError(
        f"The filter can't be understood at '{shown}': {what}. An example: {_EXAMPLE}"
    )


class _Parser:
    """Recursive descent, one method a rule; ``depth`` guards the stack."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0

    def any_of(self, depth: int) -> Filter:
        parts = [self.all_of(depth)]
        while self.takes("keyword", "or"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self, depth: int) -> Filter:
        parts = [self.one(depth)]
        while self.takes("keyword", "and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise InputError(f"The filter is nested more than {MAX_DEPTH} deep: simplify it")
        if self.takes("keyword", "not"):
            return Not(self.one(depth + 1))
        if self.takes("sign", "("):
            inner = self.any_of(depth + 1)
            self.demand("sign", ")")
            return inner
        return self.condition(self.text("the name of a column"))

    def condition(self, column: str) -> Filter:
        token = self.next()
        if token.kind == "sign" and token.text in _COMPARISONS:
            return _comparison(column, token.text, self.text("a value"))
        if token.kind == "keyword" and token.text == "is":
            negated = self.takes("keyword", "not")
            self.demand("keyword", "missing")
            return Not(IsMissing(column)) if negated else IsMissing(column)
        negated = token.kind == "keyword" and token.text == "not"
        if negated:
            token = self.next()
        if token.kind == "keyword" and token.text == "in":
            self.demand("sign", "(")
            values = [self.text("a value")]
            while self.takes("sign", ","):
                values.append(self.text("a value"))
            self.demand("sign", ")")
            chosen = In(column, tuple(values))
            return Not(chosen) if negated else chosen
        raise _unread("expected =, !=, <, <=, >, >=, in or is", token.shown)

    def text(self, what: str) -> str:
        token = self.next()
        if token.kind != "text":
            raise _unread(f"expected {what}", token.shown)
        return token.text

    def next(self) -> _Token:
        token = self.tokens[self.place]
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def takes(self, kind: str, text: str) -> bool:
        token = self.tokens[self.place]
        if token.kind == kind and token.text == text:
            self.place += 1
            return True
        return False

    def demand(self, kind: str, text: str) -> None:
        if not self.takes(kind, text):
            raise _unread(f"expected '{text}'", self.tokens[self.place].shown)

    def take_end(self) -> None:
        token = self.tokens[self.place]
        if token.kind != "end":
            raise _unread("expected 'and', 'or' or the end", token.shown)


def _comparison(column: str, sign: str, value: str) -> Filter:
    if sign in ("=", "!="):
        equal = Equals(column, value)
        return equal if sign == "=" else Not(equal)
    if sign[0] == "<":
        return Range(column, high=value, open_high=sign == "<")
    return Range(column, low=value, open_low=sign == ">")


def _write(tree: Filter) -> str:
    if isinstance(tree, And | Or):
        if not tree.parts:
            raise ValueError("an empty And or Or has no text")
        word = " and " if isinstance(tree, And) else " or "
        return "(" + word.join(map(_write, tree.parts)) + ")"
    if isinstance(tree, Not):
        return f"not {_write(tree.part)}"
    name = quote(tree.column)
    if isinstance(tree, IsMissing):
        return f"{name} is missing"
    if isinstance(tree, Equals):
        return f"{name} = {_value(tree.value)}"
    if isinstance(tree, In):
        if not tree.values:
            return f"({name} is missing and not {name} is missing)"
        return f"{name} in ({', '.join(map(_value, tree.values))})"
    ends = []
    if tree.low is not None:
        ends.append(f"{name} >{'' if tree.open_low else '='} {_value(tree.low)}")
    if tree.high is not None:
        ends.append(f"{name} <{'' if tree.open_high else '='} {_value(tree.high)}")
    if not ends:
        return f"not {name} is missing"
    return ends[0] if len(ends) == 1 else f"({' and '.join(ends)})"


def _value(value: Value) -> str:
    if isinstance(value, datetime.date | np.datetime64):
        return quote(str(value)[:10])
    return quote(value if isinstance(value, str) else repr(float(value)))
