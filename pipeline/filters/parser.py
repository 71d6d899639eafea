"""Parser of filters: ``language = ja and rating <= 2 and hotel in ("A", "B")``.

::

    filter     = and ("or" and)*
    and        = not ("and" not)*
    not        = "not" not | "(" filter ")" | column condition
    condition  = ("=" | "!=" | "<" | "<=" | ">" | ">=") value
               | ["not"] "in" "(" value ("," value)* ")"
               | "is" ["not"] "missing"

A column or a value is a word, or anything between single or double quotes, in which that quote is
doubled. Keywords may be in capitals; between quotes they are plain words. Nothing is ever executed:
the text becomes a tree of :mod:`pipeline.filters.expressions`.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.filters.expressions import (
    MAX_DEPTH,
    And,
    Equals,
    Filter,
    In,
    IsMissing,
    Not,
    Or,
    Range,
    Value,
)

MAX_LENGTH = 200_000
_KEYWORDS = ("and", "or", "not", "in", "is", "missing")
_EXAMPLE = 'language = ja and "Score /10" <= 2 and hotel in ("A", "B") and date >= 2026-01'
_TOKEN = re.compile(
    r"""\s*(?: (?P<quoted> "(?:[^"]|"")*" | '(?:[^']|'')*' )
      | (?P<symbol> <= | >= | != | <> | == | [=<>≤≥≠(),] )
      | (?P<word> [^\s"'=<>≤≥≠(),!]+ ) )""",
    re.VERBOSE,
)
_CANONICAL_OPERATORS = {"==": "=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}
_COMPARISON_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class _Token:
    kind: str  # "text", "symbol", "keyword" or "end"
    text: str
    source: str  # as typed


def parse_filter(text: str) -> Filter:
    """Parse a filter; an empty text matches every row.

    Raises:
        InputError: a syntax error; the message says where and shows an example.
    """
    if not text.strip():
        return And(())
    parser = _Parser(_tokens(text))
    tree = parser.parse_or(0)
    parser.expect_end()
    return tree


def filter_to_text(tree: Filter) -> str:
    """Write a filter as text that :func:`parse_filter` reads as the same filter.

    Raises:
        ValueError: an And or Or without parts within another, for which there is no text.
    """
    if isinstance(tree, And) and not tree.parts:
        return ""
    return _to_text(tree)


def quote(text: str) -> str:
    """Quote a column or a value for use in a filter."""
    return '"' + text.replace('"', '""') + '"'


def _tokens(text: str) -> list[_Token]:
    if len(text) > MAX_LENGTH:
        raise InputError(
            "The filter has more than {max_length} characters. Simplify it.",
            max_length=MAX_LENGTH,
        )
    tokens = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if not found:
            rest = text[position:].split()[0]
            if rest[0] in "\"'":
                raise _syntax_error(_("a quote is not closed"), rest)
            raise _syntax_error(_("it can't be parsed"), rest)
        position = found.end()
        source = found[0].strip()
        if found["quoted"]:
            mark = source[0]
            tokens.append(_Token("text", source[1:-1].replace(mark * 2, mark), source))
        elif found["symbol"]:
            tokens.append(_Token("symbol", _CANONICAL_OPERATORS.get(source, source), source))
        elif source.lower() in _KEYWORDS:
            tokens.append(_Token("keyword", source.lower(), source))
        else:
            tokens.append(_Token("text", source, source))
    return [*tokens, _Token("end", "", _("its end"))]


def _syntax_error(what: str, source: str) -> InputError:
    source = source if len(source) <= 40 else source[:39] + "…"
    return InputError(
        "The filter can't be understood at '{source}': {what}. An example: {example}",
        source=source,
        what=what,
        example=_EXAMPLE,
    )


_VALUE = N_("expected a value")


class _Parser:
    """Recursive descent with one method for each rule; ``depth`` guards the stack."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0

    def parse_or(self, depth: int) -> Filter:
        parts = [self.parse_and(depth)]
        while self.accept("keyword", "or"):
            parts.append(self.parse_and(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def parse_and(self, depth: int) -> Filter:
        parts = [self.parse_not(depth)]
        while self.accept("keyword", "and"):
            parts.append(self.parse_not(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def parse_not(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise InputError(
                "The filter is nested more than {max_depth} levels deep. Simplify it.",
                max_depth=MAX_DEPTH,
            )
        if self.accept("keyword", "not"):
            return Not(self.parse_not(depth + 1))
        if self.accept("symbol", "("):
            inner = self.parse_or(depth + 1)
            self.expect("symbol", ")")
            return inner
        return self.parse_condition(self.text(N_("expected the name of a column")))

    def parse_condition(self, column: str) -> Filter:
        token = self.next()
        if token.kind == "symbol" and token.text in _COMPARISON_OPERATORS:
            return _comparison(column, token.text, self.text(_VALUE))
        if token.kind == "keyword" and token.text == "is":
            negated = self.accept("keyword", "not")
            self.expect("keyword", "missing")
            return Not(IsMissing(column)) if negated else IsMissing(column)
        negated = token.kind == "keyword" and token.text == "not"
        if negated:
            token = self.next()
        if token.kind == "keyword" and token.text == "in":
            self.expect("symbol", "(")
            values = [self.text(_VALUE)]
            while self.accept("symbol", ","):
                values.append(self.text(_VALUE))
            self.expect("symbol", ")")
            chosen = In(column, tuple(values))
            return Not(chosen) if negated else chosen
        raise _syntax_error(_("expected =, !=, <, <=, >, >=, in or is"), token.source)

    def text(self, expected: str) -> str:
        token = self.next()
        if token.kind != "text":
            raise _syntax_error(_(expected), token.source)
        return token.text

    def next(self) -> _Token:
        token = self.tokens[self.position]
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def accept(self, kind: str, text: str) -> bool:
        token = self.tokens[self.position]
        if token.kind == kind and token.text == text:
            self.position += 1
            return True
        return False

    def expect(self, kind: str, text: str) -> None:
        if not self.accept(kind, text):
            source = self.tokens[self.position].source
            raise _syntax_error(_("expected '{text}'", text=text), source)

    def expect_end(self) -> None:
        token = self.tokens[self.position]
        if token.kind != "end":
            raise _syntax_error(_("expected 'and', 'or' or the end"), token.source)


def _comparison(column: str, operator: str, value: str) -> Filter:
    if operator in ("=", "!="):
        equal = Equals(column, value)
        return equal if operator == "=" else Not(equal)
    if operator[0] == "<":
        return Range(column, high=value, open_high=operator == "<")
    return Range(column, low=value, open_low=operator == ">")


def _to_text(tree: Filter) -> str:
    if isinstance(tree, And | Or):
        if not tree.parts:
            raise ValueError("an empty And or Or has no text")
        word = " and " if isinstance(tree, And) else " or "
        return "(" + word.join(map(_to_text, tree.parts)) + ")"
    if isinstance(tree, Not):
        return f"not {_to_text(tree.part)}"
    name = quote(tree.column)
    if isinstance(tree, IsMissing):
        return f"{name} is missing"
    if isinstance(tree, Equals):
        return f"{name} = {_quote_value(tree.value)}"
    if isinstance(tree, In):
        if not tree.values:
            return f"({name} is missing and not {name} is missing)"
        return f"{name} in ({', '.join(map(_quote_value, tree.values))})"
    return _write_range(name, tree)


def _write_range(name: str, tree: Range) -> str:
    ends = []
    if tree.low is not None:
        ends.append(f"{name} >{'' if tree.open_low else '='} {_quote_value(tree.low)}")
    if tree.high is not None:
        ends.append(f"{name} <{'' if tree.open_high else '='} {_quote_value(tree.high)}")
    if not ends:
        return f"not {name} is missing"
    return ends[0] if len(ends) == 1 else f"({' and '.join(ends)})"


def _quote_value(value: Value) -> str:
    if isinstance(value, datetime.date | np.datetime64):
        return quote(str(value)[:10])
    return quote(value if isinstance(value, str) else repr(float(value)))
