"""Binding of a filter to a table: looks up its columns and converts its values."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.wording import list_names, short_name
from pipeline.filters.columns import ColumnKind
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
from pipeline.text.normalise import replace_surrogates

MAX_CONDITIONS = 500  # SQLite refuses expressions deeper than 1,000
MAX_VALUES = 10_000


def bind(tree: Filter, schema: Mapping[str, ColumnKind]) -> Filter:
    """Look up a filter's columns and convert its values to the kind of their column.

    A column is matched by its exact name, or without regard to case if that is unambiguous.

    Args:
        tree: not bound yet.
        schema: column -> kind.

    Raises:
        InputError: a column is unknown, a value is not of its column's kind, or the filter exceeds
            the limits above.
    """
    counts = {"conditions": 0, "values": 0}
    by_caseless_key: dict[str, list[str]] = {}
    for name in schema:
        by_caseless_key.setdefault(_caseless_key(name), []).append(name)

    def column(name: str) -> str:
        name = replace_surrogates(name)
        if name in schema:
            return name
        candidates = by_caseless_key.get(_caseless_key(name), [])
        if len(candidates) == 1:
            return candidates[0]
        raise InputError(
            "There is no column '{name}'. {columns}",
            name=short_name(name),
            columns=_list_columns(schema),
        )

    def visit(node: Filter, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise InputError(
                "The filter is nested more than {max_depth} levels deep. Simplify it.",
                max_depth=MAX_DEPTH,
            )
        if isinstance(node, And | Or):
            return replace(node, parts=tuple(visit(part, depth + 1) for part in node.parts))
        if isinstance(node, Not):
            return Not(visit(node.part, depth + 1))
        counts["conditions"] += 1
        counts["values"] += len(node.values) if isinstance(node, In) else 2
        if counts["conditions"] > MAX_CONDITIONS or counts["values"] > MAX_VALUES:
            raise InputError(
                "The filter has more than {max_conditions} conditions or {max_values} values. "
                "Simplify it.",
                max_conditions=MAX_CONDITIONS,
                max_values=MAX_VALUES,
            )
        name = column(node.column)
        return _BINDERS[schema[name]](replace(node, column=name))

    return visit(tree, 0)


def _bind_text(node: Filter) -> Filter:
    if isinstance(node, Equals):
        text = replace_surrogates(str(node.value))
        return Equals(node.column, text) if text else IsMissing(node.column)
    if isinstance(node, In):
        texts = tuple(dict.fromkeys(replace_surrogates(str(value)) for value in node.values))
        chosen = In(node.column, tuple(filter(None, texts)))
        return Or((chosen, IsMissing(node.column))) if "" in texts else chosen
    if isinstance(node, Range):
        low, high = (
            None if v is None else replace_surrogates(str(v)) for v in (node.low, node.high)
        )
        return replace(node, low=low, high=high)
    return node


def _bind_number(node: Filter) -> Filter:
    if isinstance(node, Equals):
        return Equals(node.column, _parse_number(node.column, node.value))
    if isinstance(node, In):
        values = (_parse_number(node.column, value) for value in node.values)
        return In(node.column, tuple(dict.fromkeys(values)))
    if isinstance(node, Range):
        low, high = (
            None if v is None else _parse_number(node.column, v) for v in (node.low, node.high)
        )
        return replace(node, low=low, high=high)
    return node


def _bind_date(node: Filter) -> Filter:
    """Bind dates as ranges of days: "2026-01" is all of January."""
    name = node.column if not isinstance(node, And | Or | Not) else ""
    if isinstance(node, Equals):
        first, last = _first_and_last_day(name, node.value)
        return Equals(name, first) if first == last else Range(name, first, last)
    if isinstance(node, In):
        spans = dict.fromkeys(_first_and_last_day(name, value) for value in node.values)
        whole = tuple(Range(name, first, last) for first, last in spans if first != last)
        days = In(name, tuple(first for first, last in spans if first == last))
        return Or((*whole, days)) if whole else days
    if isinstance(node, Range):
        low = None if node.low is None else _first_and_last_day(name, node.low)[bool(node.open_low)]
        high = (
            None if node.high is None else _first_and_last_day(name, node.high)[not node.open_high]
        )
        return replace(node, low=low, high=high)
    return node


_BINDERS: dict[ColumnKind, Callable[[Filter], Filter]] = {
    "text": _bind_text,
    "number": _bind_number,
    "date": _bind_date,
}


def _parse_number(column: str, value: Value) -> float:
    if isinstance(value, int | float) and not math.isnan(value):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", ".").replace("−", "-")
    if len(text) <= 400 and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text, re.I | re.A):
        return float(text)
    raise InputError(
        "'{value}' is not a number, but column '{column}' holds numbers. Write one, such as 4.",
        value=short_name(value),
        column=short_name(column),
    )


def _first_and_last_day(column: str, value: Value) -> tuple[np.datetime64, np.datetime64]:
    """The first and the last day of a day, a month or a year."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    found = re.fullmatch(
        r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?(?:T[\d:.]*)?", text, re.ASCII
    )
    try:
        if not found:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        first = np.datetime64(datetime.date(year or 0, month or 1, day or 1), "D")
    except ValueError:
        raise InputError(
            "'{text}' is not a date, but column '{column}' holds dates. Write 2026-01-31, "
            "2026-01 or 2026.",
            text=short_name(text),
            column=short_name(column),
        ) from None
    unit: Literal["D", "M", "Y"] = "D" if day else "M" if month else "Y"
    following = (first.astype(f"datetime64[{unit}]") + 1).astype("datetime64[D]")
    return first, following - 1


def _caseless_key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _list_columns(schema: Mapping[str, ColumnKind]) -> str:
    if not schema:
        return _("The table has no columns.")
    return _("Columns: {columns}.", columns=list_names(schema))
