"""A filter meets a table: its columns looked up, its values turned into their column's kind."""

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
from pipeline.filters.columns import Kind, replace_surrogates
from pipeline.filters.expressions import And, Equals, Filter, In, IsMissing, Not, Or, Range, Value

MAX_CONDITIONS = 500  # SQLite refuses expressions deeper than 1,000
MAX_VALUES = 10_000
MAX_DEPTH = 50


def bind(tree: Filter, schema: Mapping[str, Kind]) -> Filter:
    """The same filter with columns looked up and values of their column's kind.

    A name is taken as it stands, else without regard to case where that fits one column only.

    Raises:
        InputError: an unknown column, a value that is no number or date where the column holds
            such, or a filter beyond the limits above.
    """
    counts = {"conditions": 0, "values": 0}
    folded: dict[str, list[str]] = {}
    for name in schema:
        folded.setdefault(_fold(name), []).append(name)

    def column(name: str) -> str:
        name = replace_surrogates(name)
        if name in schema:
            return name
        near = folded.get(_fold(name), [])
        if len(near) == 1:
            return near[0]
        raise InputError(f"There is no column '{_short(name)}'; {_listing(schema)}")

    def visit(node: Filter, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise InputError(f"The filter is nested more than {MAX_DEPTH} deep: simplify it")
        if isinstance(node, And | Or):
            return replace(node, parts=tuple(visit(part, depth + 1) for part in node.parts))
        if isinstance(node, Not):
            return Not(visit(node.part, depth + 1))
        counts["conditions"] += 1
        counts["values"] += len(node.values) if isinstance(node, In) else 2
        if counts["conditions"] > MAX_CONDITIONS or counts["values"] > MAX_VALUES:
            raise InputError(
                f"The filter holds more than {MAX_CONDITIONS} conditions or {MAX_VALUES} values: "
                "simplify it"
            )
        name = column(node.column)
        return _BIND[schema[name]](replace(node, column=name))

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
        return Equals(node.column, _number(node.column, node.value))
    if isinstance(node, In):
        values = (_number(node.column, value) for value in node.values)
        return In(node.column, tuple(dict.fromkeys(values)))
    if isinstance(node, Range):
        low, high = (None if v is None else _number(node.column, v) for v in (node.low, node.high))
        return replace(node, low=low, high=high)
    return node


def _bind_date(node: Filter) -> Filter:
    """Dates as ranges of days: "2026-01" is all of January."""
    name = node.column if not isinstance(node, And | Or | Not) else ""
    if isinstance(node, Equals):
        first, last = _days(name, node.value)
        return Equals(name, first) if first == last else Range(name, first, last)
    if isinstance(node, In):
        spans = dict.fromkeys(_days(name, value) for value in node.values)
        whole = tuple(Range(name, first, last) for first, last in spans if first != last)
        days = In(name, tuple(first for first, last in spans if first == last))
        return Or((*whole, days)) if whole else days
    if isinstance(node, Range):
        low = None if node.low is None else _days(name, node.low)[bool(node.open_low)]
        high = None if node.high is None else _days(name, node.high)[not node.open_high]
        return replace(node, low=low, high=high)
    return node


_BIND: dict[Kind, Callable[[Filter], Filter]] = {
    "text": _bind_text,
    "number": _bind_number,
    "date": _bind_date,
}


def _number(column: str, value: Value) -> float:
    if isinstance(value, int | float) and not math.isnan(value):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", ".").replace("−", "-")
    if len(text) <= 400 and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text, re.I | re.A):
        return float(text)
    raise InputError(
        f"'{_short(str(value))}' is not a number, but the column '{_short(column)}' holds numbers"
    )


def _days(column: str, value: Value) -> tuple[np.datetime64, np.datetime64]:
    """First and last day of what is meant: a day, a month or a year."""
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
            f"'{_short(text)}' is not a date, but the column '{_short(column)}' holds dates: "
            "write 2026-01-31, 2026-01 or 2026"
        ) from None
    unit: Literal["D", "M", "Y"] = "D" if day else "M" if month else "Y"
    following = (first.astype(f"datetime64[{unit}]") + 1).astype("datetime64[D]")
    return first, following - 1


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _listing(schema: Mapping[str, Kind]) -> str:
    names = [_short(name) for name in schema]
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"the columns are: {', '.join(names[:20])}{more}" if names else "there are no columns"
