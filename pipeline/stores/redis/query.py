"""Filters in the language of the search module.

Texts are compared by tags, which the module splits and strips unless they are plain: each is
written in hexadecimal digits. The module has no order of texts, so that a range of them is asked
for as the texts in it that the store has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from pipeline.filters.columns import ColumnKind, days_since_epoch
from pipeline.filters.expressions import And, Equals, Filter, In, IsMissing, Not, Or, Range, Value
from pipeline.stores.long_values import shorten
from pipeline.stores.redis.keys import number_to_text
from pipeline.text.normalise import replace_surrogates

ALL = "*"
_NONE = "@has:{none}"  # a condition that no row passes
_TAG_BYTES = 1_000  # of a text as it is compared


class ConditionWriter:
    """Writes bound filters as conditions.

    Args:
        columns: name -> place and kind.
        tags_of: the tags that the store has of a column, by its place.
    """

    def __init__(
        self,
        columns: Mapping[str, tuple[int, ColumnKind]],
        tags_of: Callable[[int], Iterable[bytes]],
    ) -> None:
        self._columns, self._tags_of = columns, tags_of

    def write(self, bound: Filter) -> str:
        """The condition of a bound filter."""
        if isinstance(bound, And | Or):
            word, alone = (" ", ALL) if isinstance(bound, And) else (" | ", _NONE)
            parts = [f"({self.write(part)})" for part in bound.parts]
            if isinstance(bound, And):  # "*" may only stand alone
                parts = [part for part in parts if part != f"({ALL})"]
            elif f"({ALL})" in parts:
                return ALL
            return word.join(parts) or alone
        if isinstance(bound, Not):
            inner = self.write(bound.part)
            return _NONE if inner == ALL else f"-({inner})"
        return self._compare(bound, *self._columns[bound.column])

    def _compare(self, bound: Equals | In | Range | IsMissing, place: int, kind: ColumnKind) -> str:
        name = indexed_field(place, kind)
        if isinstance(bound, IsMissing):
            return f"-@has:{{c{place}}}"
        if isinstance(bound, Range):
            if bound.low is None and bound.high is None:
                return f"@has:{{c{place}}}"
            if kind == "text":
                return self._texts_between(place, bound)
            low = "-inf" if bound.low is None else _end(bound.low, bound.open_low)
            high = "+inf" if bound.high is None else _end(bound.high, bound.open_high)
            return f"@{name}:[{low} {high}]"
        chosen = bound.values if isinstance(bound, In) else (bound.value,)
        if not chosen:
            return _NONE
        if kind == "text":
            return f"@{name}:{{{'|'.join(to_tag(str(value)) for value in chosen)}}}"
        ends = [_end(value, False) for value in chosen]
        return " | ".join(f"(@{name}:[{end} {end}])" for end in ends)

    def _texts_between(self, place: int, bound: Range) -> str:
        low, high = (
            None if end is None else shorten(str(end), _TAG_BYTES).encode()
            for end in (bound.low, bound.high)
        )
        chosen = []
        for tag in self._tags_of(place):
            value = bytes.fromhex(tag.decode())
            above = low is None or value > low or (value == low and not bound.open_low)
            below = high is None or value < high or (value == high and not bound.open_high)
            if above and below:
                chosen.append(tag.decode())
        return f"@k{place}:{{{'|'.join(chosen)}}}" if chosen else _NONE


def indexed_field(place: int, kind: ColumnKind) -> str:
    """The name of what is indexed of a column: of texts their tags, beside the texts."""
    return f"k{place}" if kind == "text" else f"c{place}"


def to_tag(value: str) -> str:
    """A text as a tag."""
    return shorten(replace_surrogates(value), _TAG_BYTES).encode().hex()


def _end(value: Value, is_open: bool) -> str:
    number = days_since_epoch(value) if isinstance(value, np.datetime64) else float(str(value))
    return ("(" if is_open else "") + number_to_text(number)
