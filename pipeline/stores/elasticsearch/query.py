"""Filters as queries of Elasticsearch, and values as they are compared there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.filters.columns import ColumnKind, days_since_epoch
from pipeline.filters.expressions import And, Filter, In, IsMissing, Not, Or, Range, Value
from pipeline.stores.long_values import shorten
from pipeline.text.normalise import replace_surrogates

KEYWORD_BYTES = 8_000  # of a text as it is compared; 32,766 are allowed
HUGE = 1.7976931348623157e308  # stands for infinity, which JSON has not
EVERYTHING: dict[str, Any] = {"match_all": {}}
_NOTHING: dict[str, Any] = {"match_none": {}}


def to_query(bound: Filter, columns: Mapping[str, tuple[int, ColumnKind]]) -> dict[str, Any]:
    """A bound filter as a query."""
    if isinstance(bound, And):
        parts = [to_query(part, columns) for part in bound.parts]
        return {"bool": {"filter": parts}} if parts else EVERYTHING
    if isinstance(bound, Or):
        parts = [to_query(part, columns) for part in bound.parts]
        return {"bool": {"should": parts, "minimum_should_match": 1}} if parts else _NOTHING
    if isinstance(bound, Not):
        return {"bool": {"must_not": [to_query(bound.part, columns)]}}
    field = f"c{columns[bound.column][0]}"
    if isinstance(bound, IsMissing):
        return {"bool": {"must_not": [{"exists": {"field": field}}]}}
    if isinstance(bound, Range):
        ends = {}
        if bound.low is not None:
            ends["gt" if bound.open_low else "gte"] = _value(bound.low)
        if bound.high is not None:
            ends["lt" if bound.open_high else "lte"] = _value(bound.high)
        return {"range": {field: ends}} if ends else {"exists": {"field": field}}
    chosen = bound.values if isinstance(bound, In) else (bound.value,)
    return {"terms": {field: [_value(value) for value in chosen]}} if chosen else _NOTHING


def _value(value: Value) -> Any:  # noqa: ANN401 - as JSON has it
    if isinstance(value, np.datetime64):
        return days_since_epoch(value)
    if isinstance(value, str):
        return shorten(replace_surrogates(value), KEYWORD_BYTES)
    return to_json(value)


def to_json(value: Any) -> Any:  # noqa: ANN401
    """A value as JSON has it."""
    return min(max(value, -HUGE), HUGE) if isinstance(value, float) else value
