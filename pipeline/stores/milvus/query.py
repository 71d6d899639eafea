"""Filters in the language of Milvus, and values as they are compared there.

There are no missing values before Milvus 2.5, so that one value of each kind stands for them.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

from pipeline.filters.columns import ColumnKind, days_since_epoch
from pipeline.filters.expressions import And, Filter, In, IsMissing, Not, Or, Range, Value
from pipeline.stores.long_values import digest_in, shorten
from pipeline.stores.milvus.connection import TEXT_BYTES
from pipeline.text.normalise import replace_surrogates

MISSING: dict[ColumnKind, Any] = {"text": "", "number": -1.7976931348623157e308, "date": -(10**15)}
HUGE = math.nextafter(1.7976931348623157e308, 0)  # stands for infinity
TRUE, _FALSE = 'id != ""', 'id == ""'
_DYNAMIC_BYTES = 200  # of a value in the dynamic field, which has 64 kB a row


class StoredColumns(Protocol):
    """The columns of a store.

    Attributes:
        columns: name -> place and kind; the first ``fields`` have a field of their own.
        fields: how many have.
    """

    columns: dict[str, tuple[int, ColumnKind]]
    fields: int


def to_condition(bound: Filter, columns: StoredColumns) -> str:
    """A bound filter in Milvus' language."""
    if isinstance(bound, And | Or):
        word, alone = ("and", TRUE) if isinstance(bound, And) else ("or", _FALSE)
        return f" {word} ".join(f"({to_condition(part, columns)})" for part in bound.parts) or alone
    if isinstance(bound, Not):
        return f"not ({to_condition(bound.part, columns)})"
    place, kind = columns.columns[bound.column]
    field, is_dynamic = f"c{place}", place >= columns.fields
    there = f"exists {field}" if is_dynamic else f"{field} != {_literal(MISSING[kind])}"
    if isinstance(bound, IsMissing):
        return f"not ({there})"
    most = most_bytes(columns, place)
    if isinstance(bound, Range):
        ends = [there]
        if bound.low is not None:
            ends.append(f"{field} >{'' if bound.open_low else '='} {_value(bound.low, most)}")
        if bound.high is not None:
            ends.append(f"{field} <{'' if bound.open_high else '='} {_value(bound.high, most)}")
        return " and ".join(f"({end})" for end in ends)
    chosen = bound.values if isinstance(bound, In) else (bound.value,)
    if not chosen:
        return _FALSE
    return f"{field} in [{', '.join(_value(value, most) for value in chosen)}]"


def most_bytes(columns: StoredColumns, place: int) -> int:
    """The most bytes of a column's values."""
    return TEXT_BYTES if place < columns.fields else _DYNAMIC_BYTES


def _value(value: Value, most: int) -> str:
    if isinstance(value, np.datetime64):
        return str(days_since_epoch(value))
    return _literal(shortened(value, most, {}))


def _literal(value: Any) -> str:  # noqa: ANN401 - a text or a number
    return quoted(value) if isinstance(value, str) else repr(value)


def shortened(value: Any, most: int, long: dict[str, str]) -> Any:  # noqa: ANN401
    """A value as it is kept; a text that is too long is put into ``long`` by its digest."""
    if isinstance(value, float):
        return min(max(value, -HUGE), HUGE)
    if not isinstance(value, str):
        return value
    value = replace_surrogates(value)
    short = shorten(value, most)
    if short is not value:
        long[digest_in(short)] = value
    return short


def quoted(text: str) -> str:
    """A text in the language of filters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escaped(c) for c in escaped) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
